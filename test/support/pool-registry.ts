import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionOf } from '../../src/judge/adapter/open.ts';
import { LockFile } from '../../src/models/lock-file.ts';
import { loadRegistry, modelFolders } from '../../src/models/registry.ts';
import { CALIBRATION } from './fake-adapter.ts';

/** A calibrated model `pool` on these hosts (named gpu-1, gpu-2 …), active in the registry of the data folder. */
export async function registerPool(
  dataDir: string,
  hosts: readonly { url: string }[],
  more: Record<string, unknown> = {},
): Promise<void> {
  const folder = join(dataDir, 'models');
  mkdirSync(join(folder, 'pool'), { recursive: true });
  const remote = {
    dialect: 'llama-server',
    model: 'judge',
    hosts: hosts.map(({ url }, i) => ({ name: `gpu-${i + 1}`, url })),
    ...more,
  };
  writeFileSync(
    join(folder, 'registry.yaml'),
    `active: pool\nmodels: {pool: ${JSON.stringify({ profile: 'presend-lines', remote })}}\n`,
  );
  const model = loadRegistry(modelFolders({ data_dir: dataDir })).models.get('pool')!;
  const version = await versionOf(model, new LockFile(folder));
  writeFileSync(model.calibrationTarget, JSON.stringify({ ...CALIBRATION, version }));
}
