import { describe, expect, onTestFinished, test } from 'vitest';
import { trip } from '../../src/kill-switch/switch-store.ts';
import { newestVerdict } from '../../src/pipeline/verdict-store.ts';
import { FakeAdapter, type Script, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { openDatabaseOf } from '../support/store.ts';

const PATIENCE = { timeout: 10_000 };

type Shares = Exclude<Awaited<ReturnType<Script>>, string>;

/** An adapter whose reading of a mail waits until the test gives it. */
function slowAdapter() {
  const waiting: ((shares: Shares) => void)[] = [];
  const adapter = new FakeAdapter(() => new Promise<Shares>((resolve) => waiting.push(resolve)));
  return { adapter, waiting };
}

async function ready(adapter: FakeAdapter, config: Parameters<typeof startGate>[0] = {}): Promise<TestGate> {
  const gate = await startGate({ ...config, model: modelOf(adapter) });
  await expect.poll(() => adapter.state.state, PATIENCE).toBe('ready');
  return gate;
}

/** Trips it as another process does: by a connection of its own, of which the gate is not told. */
async function tripElsewhere(gate: TestGate, mode: 'shadow' | 'off'): Promise<void> {
  const other = await openDatabaseOf(gate.dataDir);
  await other.transact((trx) => trip(trx, { by: 'cli:kim', reason: 'it is wrong', mode, at: Date.now() }));
  await other.close();
}

const verdictOf = async (gate: TestGate) => {
  const [{ id }] = await gate.deliveries();
  return newestVerdict(gate.app.database.db, id);
};

describe('a reading that is in flight when the switch is tripped', () => {
  test.each(['shadow', 'off'] as const)('decides nothing any more, whoever tripped it (%s)', async (mode) => {
    const { adapter, waiting } = slowAdapter();
    const gate = await ready(adapter);
    await addProspect(gate, 'vp@one.example');
    const reply = gate.send({ to: 'vp@one.example' });
    await expect.poll(() => waiting.length, PATIENCE).toBe(1);
    await tripElsewhere(gate, mode);
    waiting[0]({ BLOCK: 0.97 });
    expect(await reply).toMatch(/^250 2\.0\.0 Relaying/);
    expect(await verdictOf(gate)).toMatchObject(
      mode === 'off'
        ? { decision: 'PASS', adapter: null, adapter_version: null }
        : { decision: 'PASS', adapter: { mode: 'shadow', decision: 'BLOCK' } },
    );
  });
});

describe('mail that waits in the line of an adapter', () => {
  test('is freed at once when another process trips the switch, what is behind it too', async () => {
    const { adapter, waiting } = slowAdapter();
    const gate = await ready(adapter, { config: { answer: { wait_ms: 200 } } });
    for (const name of ['one', 'two', 'three']) {
      await addProspect(gate, `vp@${name}.example`);
      expect(await gate.send({ to: `vp@${name}.example` })).toMatch(/^250 2\.0\.0 Queued/);
    }
    await expect.poll(() => waiting.length, PATIENCE).toBeGreaterThan(0);
    await tripElsewhere(gate, 'off');
    // The one that is being read ends when the adapter answers; what it answers does not matter.
    waiting[0]({ BLOCK: 0.97 });
    await gate.until(
      (all) => all.every(({ state }) => state === 'relayed'),
      'all relayed by the rules alone',
    );
    // The two behind it were claimed and waited for their turn: they are not put to the adapter any more.
    expect(adapter.asked).toHaveLength(1);
    for (const { id } of await gate.deliveries()) {
      expect(await newestVerdict(gate.app.database.db, id)).toMatchObject({ decision: 'PASS' });
    }
  });
});

describe('between judging and hand-over', () => {
  test('mail that passed goes on as decided, and what the adapter held stays held', async () => {
    const upstream = await SmtpUpstream.start();
    onTestFinished(() => upstream.close());
    const adapter = new FakeAdapter(({ draft }) =>
      draft.body.includes('stop me') ? { BLOCK: 0.97 } : { PASS: 0.98 },
    );
    const gate = await ready(adapter, { config: { upstreams: [upstreamConfig(upstream)] } });
    upstream.script = { mail: { reply: '451 4.7.1 later', times: 1 } };
    await addProspect(gate, 'vp@passed.example');
    await addProspect(gate, 'vp@held.example');
    expect(await gate.send({ to: 'vp@passed.example' })).toMatch(/^250 2\.0\.0 Relaying/);
    expect(await gate.send({ to: 'vp@held.example', text: 'Please stop me.' })).toMatch(/^250 2\.0\.0 Held/);
    await gate.until((all) => all.some(({ state }) => state === 'deferred'), 'deferred');
    const before = await gate.app.database.db.selectFrom('verdicts').select('id').execute();
    await tripElsewhere(gate, 'off');
    gate.advance(120_000);
    const all = await gate.until((ds) => ds.some(({ state }) => state === 'relayed'), 'relayed');
    expect(Object.fromEntries(all.map(({ recipient, state }) => [recipient, state]))).toEqual({
      'vp@passed.example': 'relayed',
      'vp@held.example': 'held',
    });
    expect(upstream.received.map(({ to }) => to[0])).toEqual(['vp@passed.example']);
    // Nothing was judged again: the rules had passed it themselves, for the adapter only raises.
    expect(await gate.app.database.db.selectFrom('verdicts').select('id').execute()).toEqual(before);
  });

  test('a tripped switch does not hinder delivering what a person releases', async () => {
    const adapter = new FakeAdapter(() => ({ BLOCK: 0.97 }));
    const gate = await ready(adapter);
    await addProspect(gate, 'vp@held.example');
    await gate.send({ to: 'vp@held.example' });
    const [{ id }] = await gate.deliveries();
    await tripElsewhere(gate, 'shadow');
    await gate.app.review.release(id, { actor: 'kim', label: 'wrong' });
    await gate.until((all) => all[0].state === 'relayed', 'relayed');
  });
});
