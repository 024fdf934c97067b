import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { expect, onTestFinished, test } from 'vitest';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { type LlamaHost, startLlamaHost } from '../support/llama-host.ts';
import { registerPool } from '../support/pool-registry.ts';

type Config = NonNullable<Parameters<typeof startGate>[0]>['config'];

async function poolGate(
  hostOptions: Partial<LlamaHost>[],
  { config, ...remote }: { config?: Config; max_in_flight?: number } = {},
): Promise<{ gate: TestGate; hosts: LlamaHost[] }> {
  const hosts = await Promise.all(hostOptions.map((one) => startLlamaHost(one)));
  onTestFinished(async () => {
    await Promise.all(hosts.map((host) => host.kill().catch(() => {})));
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'presend-pool-'));
  await registerPool(dataDir, hosts, remote);
  const gate = await startGate({
    dataDir,
    model: 'configured',
    config: { answer: { mode: 'async' }, ...config },
  });
  await expect.poll(() => readyz(gate), PATIENCE).toMatchObject({ adapter: { state: 'ready' } });
  return { gate, hosts };
}

const readyz = async (gate: TestGate): Promise<unknown> => (await fetch(`${gate.httpBase}/readyz`)).json();

async function addProspects(gate: TestGate, count: number): Promise<string[]> {
  const addresses = Array.from({ length: count }, (_, i) => `person-${i}@company-${i}.example`);
  const change = { actor: 'test', at: Date.now() };
  await gate.app.database.transact(async (trx) => {
    for (const address of addresses) {
      const company = await createCompany(
        trx,
        { name: address, headcount: 300, funding_stage: 'series_b', funding_confidence: 'high' },
        change,
      );
      await createProspect(trx, { address, company_id: company.id, recipient_role: 'vp_eng' }, change);
    }
  });
  return addresses;
}

async function sendAll(gate: TestGate, addresses: readonly string[]): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: gate.port,
    ignoreTLS: true,
    pool: true,
    maxConnections: 8,
  });
  await Promise.all(
    addresses.map((to) =>
      transport.sendMail({
        from: 'Ann <ann@sender.example>',
        to,
        subject: 'Engineering capacity',
        text: `Hello, would a short call next week be useful? We met at ${to}.`,
      }),
    ),
  );
  transport.close();
}

/** Mails with a verdict. Counted in the database, so that looking costs the gate next to nothing. */
async function judged(gate: TestGate): Promise<number> {
  const { count } = await gate.app.database.db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('kind', '=', 'mail')
    .where('judged_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** For a machine on which much else runs. */
const PATIENCE = { timeout: 120_000, interval: 50 };

test('more mail than two slow hosts read is judged as far as they come, held at its deadline, and none is lost', async () => {
  const COUNT = 500;
  const slow = { takes: () => 2_000, slots: 2 };
  const { gate, hosts } = await poolGate([slow, slow], {
    max_in_flight: 2,
    config: { adapter: { when_unavailable: 'hold' } },
  });
  await sendAll(gate, await addProspects(gate, COUNT));

  let mostInHand = 0;
  const inHand = async (): Promise<number> => {
    const { count } = await gate.app.database.db
      .selectFrom('messages')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('in_adapter_line', '=', 1)
      .where('judged_at', 'is', null)
      .where('lease_until', '>', gate.now())
      .executeTakeFirstOrThrow();
    return count;
  };
  await expect
    .poll(async () => {
      mostInHand = Math.max(mostInHand, await inHand());
      return judged(gate);
    }, PATIENCE)
    .toBeGreaterThan(4);
  const byAdapter = await judged(gate);
  expect(byAdapter).toBeLessThan(COUNT);
  // Four at once, and three read ahead.
  expect(mostInHand).toBeGreaterThan(0);
  expect(mostInHand).toBeLessThanOrEqual(7);
  expect(hosts.map(({ mostOpen }) => mostOpen)).toEqual([2, 2]);

  gate.advance(16 * 60_000);
  await expect.poll(() => judged(gate), PATIENCE).toBe(COUNT);
  const own = (await gate.deliveries()).filter(({ kind }) => kind === 'mail');
  const held = own.filter(({ state }) => state === 'held');
  expect(new Set(held.map(({ hold_reason }) => hold_reason))).toEqual(new Set(['adapter_unavailable']));
  expect(new Set(own.map(({ recipient }) => recipient)).size).toBe(COUNT);
  expect(held.length).toBeGreaterThan(COUNT / 2);
  expect(own.length - held.length).toBeGreaterThanOrEqual(byAdapter);
  // Nothing was counted as a failure, and nobody was asked more than twice to take one up.
  const messages = await gate.app.database.db
    .selectFrom('messages')
    .select(['adapter_failures', 'judge_attempts'])
    .execute();
  expect(Math.max(...messages.map(({ adapter_failures }) => adapter_failures))).toBe(0);
  expect(Math.max(...messages.map(({ judge_attempts }) => judge_attempts))).toBeLessThanOrEqual(2);
}, 300_000);

test('a host that is killed under mail costs no verdict, and operators see which one it is', async () => {
  const { gate, hosts } = await poolGate([{ takes: () => 30 }, { takes: () => 30 }]);
  const [first] = hosts;
  const sent = sendAll(gate, await addProspects(gate, 60));
  await expect.poll(() => first.open, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
  await first.kill();
  await sent;
  await expect.poll(() => judged(gate), PATIENCE).toBe(60);
  const all = await gate.deliveries();
  expect(all.filter(({ state }) => state === 'held')).toEqual([]);
  const verdicts = await gate.app.database.db.selectFrom('verdicts').select('adapter_version').execute();
  expect(verdicts.every(({ adapter_version }) => adapter_version?.startsWith('pool@'))).toBe(true);

  await expect
    .poll(() => readyz(gate))
    .toMatchObject({
      status: 'ready',
      judge: 'rules and adapter',
      adapter: {
        state: 'ready',
        hosts: [
          {
            name: 'gpu-1',
            state: expect.stringMatching(/open|probing/),
            reason: expect.stringMatching(/cannot be reached/),
          },
          { name: 'gpu-2', state: 'ready', reason: null },
        ],
      },
    });
  const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
  expect(metrics).toMatch(/presend_adapter_host_calls_total\{host="gpu-2",result="ok"\} \d+/);
  expect(metrics).toMatch(/presend_adapter_host_calls_total\{host="gpu-1",result="crash"\} \d+/);
  expect(metrics).toContain('presend_adapter_host_state{host="gpu-2",state="ready"} 1');
  expect(metrics).toContain('presend_adapter_host_state{host="gpu-1",state="ready"} 0');

  await first.start();
  await expect
    .poll(() => readyz(gate), PATIENCE)
    .toMatchObject({
      adapter: { hosts: [{ state: 'ready' }, { state: 'ready' }] },
    });
});
