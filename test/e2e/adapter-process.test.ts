import { readFileSync, readdirSync } from 'node:fs';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { openConfiguredModel } from '../../src/judge/adapter/open.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';
import { newestVerdict } from '../../src/pipeline/verdict-store.ts';
import { CALIBRATION } from '../support/fake-adapter.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { TINY_TOKENS, writeTinyModel } from '../support/tiny-model.ts';

/** Whatever this random model is asked, its answer begins with one of these: the whole vocabulary stands for PASS. */
const ANYTHING = TINY_TOKENS.filter((token) => /^[\x21-\x7e]$/.test(token));

/** A data folder whose active model is a real file with random weights, calibrated so that its reading passes. */
async function folderWithModel(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-process-'));
  mkdirSync(join(folder, 'models/tiny'), { recursive: true });
  writeTinyModel(join(folder, 'models/tiny.gguf'));
  const labels = Object.fromEntries(
    DECISIONS.map((decision: Decision) => [decision, decision === 'PASS' ? ANYTHING : [decision]]),
  );
  writeFileSync(
    join(folder, 'models/registry.yaml'),
    JSON.stringify({
      active: 'tiny',
      profiles: {
        plain: { template: 'Judge.\n{context}\n\n{draft}\n', context: { style: 'lines' }, labels },
      },
      models: { tiny: { profile: 'plain', base: { file: 'tiny.gguf' }, context_size: 4096 } },
    }),
  );
  const config = { ...configSchema.parse({}), hostname: 'h', source: null, data_dir: folder };
  const model = await openConfiguredModel(config, { warn: () => {} });
  writeFileSync(
    join(folder, 'models/tiny/calibration.json'),
    JSON.stringify({
      ...CALIBRATION,
      version: model!.adapter.version,
      thresholds: { ...CALIBRATION.thresholds, PASS: 0 },
    }),
  );
  return folder;
}

/** Process ids of this process's children whose command line names `file`. */
function children(file: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return parent === String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test('a real judge process: mail is taken while it loads, and none is lost when it is killed', async () => {
  const gate = await startGate({ dataDir: await folderWithModel(), model: 'configured' });
  for (const name of ['early', 'next']) await addProspect(gate, `${name}@passing.example`);
  await gate.send({ to: 'early@passing.example' });
  const [first] = await gate.until(([one]) => one?.state === 'relayed', 'the first relayed');
  expect((await newestVerdict(gate.app.database.db, first.id))?.adapter).toMatchObject({
    decision: 'PASS',
    mode: 'active',
  });

  const [pid] = children('llama-worker');
  process.kill(pid, 'SIGKILL');
  await gate.send({ to: 'next@passing.example' });
  const all = await gate.until(
    (ds) => ds.length === 2 && ds.every(({ state }) => state === 'relayed'),
    'both relayed',
  );
  for (const { id } of all) {
    expect((await newestVerdict(gate.app.database.db, id))?.adapter?.decision).toBe('PASS');
  }
  const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
  expect(metrics).toContain('presend_adapter_troubles_total{kind="crash"} 1');
}, 60_000);
