import { expect, test } from 'vitest';
import { askAdapter } from '../../src/evaluate/ask-adapter.ts';
import { loadConfig, PROJECT_ROOT } from '../../src/config/config.ts';
import { openModel } from '../../src/judge/adapter/open.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { askCases } from '../../src/kill-switch/canary/ask.ts';
import { PROBE_FOLDER, readProbes } from '../../src/kill-switch/canary/cases.ts';
import { drawSome } from '../../src/kill-switch/canary/draw.ts';
import { fallsOf } from '../../src/kill-switch/canary/fall.ts';
import { isRight } from '../../src/kill-switch/canary/result.ts';
import { loadRegistry, modelFolders, requireModel } from '../../src/models/registry.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

test('the bundled judge reads twenty probe cases, the same way twice, and does not fall', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'presend-canary-'));
  const config = loadConfig({ path: join(PROJECT_ROOT, 'config/presend.yaml'), dataDir });
  // One thread: two that wait for each other are slow where other tests want the same cores.
  const single = { ...config, adapter: { ...config.adapter, threads: 1 } };
  const registry = loadRegistry(modelFolders(single));
  const model = await openModel(single, requireModel(registry, 'presend-judge-1'), { warn: () => {} });
  try {
    await model.adapter.warmup();
    const run = () =>
      askCases(drawSome(readProbes(PROBE_FOLDER), 20, { seed: 20, reference: null }), {
        ask: askAdapter(model.adapter),
        model,
        rubric: loadRubric(config.rubric),
        brokenLimit: 0.01,
        concurrency: 1,
        signal: new AbortController().signal,
      });
    const first = await run();
    expect(first).toHaveLength(20);
    expect(first.map(({ trouble }) => trouble)).toEqual(first.map(() => null));
    // Nearly all good mail goes: it was calibrated for that.
    const good = first.filter(({ gold }) => gold === 'PASS');
    expect(good.filter((one) => isRight(one, 'adapter')).length).toBeGreaterThanOrEqual(8);
    const second = await run();
    expect(second.map(({ id, adapter }) => [id, adapter])).toEqual(
      first.map(({ id, adapter }) => [id, adapter]),
    );
    const limits = config.kill_switch;
    const plain = { limits, extent: 'some', previous: null, accepted: new Set<never>() } as const;
    expect(fallsOf(first, { ...plain, before: null })).toEqual([]);
    expect(fallsOf(second, { ...plain, before: first })).toEqual([]);
  } finally {
    await model.adapter.release();
    rmSync(dataDir, { recursive: true });
  }
}, 180_000);
