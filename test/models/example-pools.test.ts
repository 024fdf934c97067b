import { copyFileSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { loadRegistry, modelFolders } from '../../src/models/registry.ts';

const folder = join(PROJECT_ROOT, 'config/examples');

test.each(
  readdirSync(folder).filter((file) => file.endsWith('-pool.yaml')),
)('%s is a registry that can be used as it is, hosts and key aside', (file) => {
  const data = mkdtempSync(join(tmpdir(), 'presend-example-'));
  mkdirSync(join(data, 'models'));
  copyFileSync(join(folder, file), join(data, 'models/registry.yaml'));
  const { active } = loadRegistry(modelFolders({ data_dir: data }));
  expect(active).toMatchObject({
    kind: 'remote',
    remote: { url: null, hosts: [{ name: 'gpu-1', apiKeyEnv: 'JUDGE_KEY' }, { name: 'gpu-2' }] },
  });
});
