import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Config, configSchema } from '../../src/config/config.ts';
import { adapterCheck } from '../../src/doctor/adapter.ts';
import type { HealthAnswer } from '../../src/insight/health-check.ts';
import { gateChecks } from '../../src/insight/gate-checks.ts';
import { openConfiguredModel } from '../../src/judge/adapter/open.ts';
import { AdapterJudge } from '../../src/judge/adapter-judge.ts';
import { type LlamaHost, startLlamaHost } from '../support/llama-host.ts';
import { registerPool } from '../support/pool-registry.ts';

async function poolConfig(...hosts: LlamaHost[]): Promise<Config> {
  const data_dir = mkdtempSync(join(tmpdir(), 'presend-doctor-pool-'));
  await registerPool(data_dir, hosts);
  return { ...configSchema.parse({}), hostname: 'h', source: null, data_dir };
}

async function twoHosts(): Promise<[LlamaHost, LlamaHost]> {
  const hosts = await Promise.all([startLlamaHost(), startLlamaHost()]);
  onTestFinished(async () => {
    await Promise.all(hosts.map((host) => host.kill().catch(() => {})));
  });
  return hosts;
}

/** What the health page says of the adapter. */
async function health(config: Config): Promise<HealthAnswer> {
  const model = (await openConfiguredModel(config, { warn: () => {} }))!;
  const adapter = new AdapterJudge({
    model,
    mode: () => 'active',
    now: Date.now,
    log: { info: () => {}, error: () => {} },
  });
  onTestFinished(() => adapter.stop());
  await adapter.load();
  const database = {} as Parameters<typeof gateChecks>[0]['database'];
  const check = gateChecks({ database, config, now: Date.now, adapter }).find(({ id }) => id === 'adapter')!;
  return (await check.look()) as HealthAnswer;
}

test('doctor and the health page name every host while all are well', async () => {
  const config = await poolConfig(...(await twoHosts()));
  expect(await adapterCheck(config, { load: true }).look()).toMatchObject({
    state: 'ok',
    says: expect.stringMatching(
      /^pool: on 2 other hosts; ready after .* s: gpu-1 ready \(0 of 8 calls\); gpu-2 ready \(0 of 8 calls\)\.$/,
    ),
  });
  expect(await health(config)).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/^pool, active, version pool@\w+; gpu-1 ready .*; gpu-2 ready/),
  });
});

test('they warn of a host that cannot be asked or serves something else, and say why', async () => {
  const [first, second] = await twoHosts();
  const config = await poolConfig(first, second);
  second.lora = [];
  expect(await adapterCheck(config, { load: true }).look()).toMatchObject({
    state: 'warning',
    says: expect.stringMatching(
      /without all its hosts: gpu-1 ready .*; gpu-2 is not asked: it serves the adapter none/,
    ),
    mend: expect.stringMatching(/Several adapter hosts/),
  });
  await second.kill();
  expect(await health(config)).toMatchObject({
    state: 'warn',
    detail: expect.stringMatching(/on fewer hosts than it has: gpu-1 ready .*; gpu-2 .*cannot be reached/),
    advice: expect.stringMatching(/presend doctor --adapter tries each host/),
  });
  await first.kill();
  expect(await adapterCheck(config, { load: true }).look()).toMatchObject({
    state: 'failed',
    says: expect.stringMatching(
      /no host can be asked: gpu-1: .*cannot be reached.*; gpu-2: .*cannot be reached/,
    ),
  });
});
