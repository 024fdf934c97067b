import { describe, expect, test } from 'vitest';
import { safest } from '../../src/judge/adapter-mode.ts';
import { newestSwitchEntry, reset, trip } from '../../src/kill-switch/switch-store.ts';
import { newestVerdict } from '../../src/pipeline/verdict-store.ts';
import type { AdapterPage } from '../../src/settings/web-types.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { openDatabaseOf } from '../support/store.ts';

const PATIENCE = { timeout: 10_000 };

async function gateWith(adapter: FakeAdapter): Promise<TestGate> {
  const gate = await startGate({ model: modelOf(adapter) });
  await expect.poll(() => adapter.state.state, PATIENCE).toBe('ready');
  return gate;
}

/** Sends one mail that the rules pass to a prospect of its own. @returns the reply */
async function pass(gate: TestGate, name: string): Promise<string> {
  await addProspect(gate, `vp@${name}.example`);
  return gate.send({ to: `vp@${name}.example` });
}

const verdictFor = async (gate: TestGate, name: string) => {
  const found = (await gate.deliveries()).find(({ recipient }) => recipient === `vp@${name}.example`);
  return newestVerdict(gate.app.database.db, found!.id);
};

test('the safest of several modes is the one that leaves the adapter least', () => {
  expect(safest('active', 'active')).toBe('active');
  expect(safest('active', 'shadow')).toBe('shadow');
  expect(safest('off', 'active', 'shadow')).toBe('off');
});

describe('a tripped switch', () => {
  test('holds for the very next mail when another process trips it, and until it is reset', async () => {
    const adapter = new FakeAdapter(() => ({ BLOCK: 0.97 }));
    const gate = await gateWith(adapter);
    expect(await pass(gate, 'before')).toMatch(/^250 2\.0\.0 Held/);
    // As `presend kill-switch` does: a connection of its own.
    const other = await openDatabaseOf(gate.dataDir);
    await other.transact((trx) =>
      trip(trx, { by: 'cli:kim', reason: 'it blocks everything', at: Date.now() }),
    );
    expect(await pass(gate, 'tripped')).toMatch(/^250 2\.0\.0 Relaying/);
    // In shadow it is still read, for the record.
    await expect
      .poll(async () => (await verdictFor(gate, 'tripped'))?.adapter, PATIENCE)
      .toMatchObject({ mode: 'shadow', decision: 'BLOCK' });

    await other.transact((trx) =>
      trip(trx, { by: 'cli:kim', reason: 'it costs too much', mode: 'off', at: Date.now() }),
    );
    const asked = adapter.asked.length;
    expect(await pass(gate, 'off')).toMatch(/^250 2\.0\.0 Relaying/);
    expect(adapter.asked).toHaveLength(asked);
    expect(await verdictFor(gate, 'off')).toMatchObject({ adapter: null, adapter_version: null });

    await other.transact((trx) => reset(trx, { by: 'cli:kim', reason: 'mended', at: Date.now() }));
    expect(await pass(gate, 'after')).toMatch(/^250 2\.0\.0 Held/);
    await other.close();
  });

  test('lets go nothing that a rule stops, and nothing that is held', async () => {
    const gate = await gateWith(new FakeAdapter(() => ({ BLOCK: 0.97 })));
    await pass(gate, 'held');
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    await gate.app.database.transact((trx) => trip(trx, { by: 'test', reason: 'test', mode: 'off', at: 1 }));
    await expect(gate.send({ to: 'otto@out.example' })).rejects.toThrow(/550/);
    expect((await gate.deliveries()).map(({ state }) => state).toSorted()).toEqual(['held', 'suppressed']);
  });

  test('frees what waits for the adapter, without another mail', async () => {
    const adapter = new FakeAdapter(() => ({ PASS: 0.98 }));
    adapter.loads = false;
    const gate = await startGate({ model: modelOf(adapter), config: { answer: { wait_ms: 200 } } });
    expect(await pass(gate, 'waits')).toMatch(/^250 2\.0\.0 Queued/);
    await gate.app.database.transact((trx) => trip(trx, { by: 'monitor', reason: 'it is down', at: 1 }));
    await gate.until((all) => all.some(({ state }) => state === 'relayed'), 'relayed by the rules alone');
  });

  test('is never loosened by a milder trip, and tells what was measured', async () => {
    const gate = await startGate();
    const { database } = gate.app;
    const trips = (mode: 'shadow' | 'off', condition?: string) =>
      database.transact((trx) => trip(trx, { by: 'monitor', reason: 'drift', mode, condition, at: 1 }));
    expect(await trips('off', 'false positives 21 % of 100')).toMatchObject({ changed: true });
    expect(await trips('shadow')).toMatchObject({ changed: false, entry: { mode: 'off' } });
    expect(await newestSwitchEntry(database.db)).toMatchObject({
      mode: 'off',
      condition: 'false positives 21 % of 100',
    });
    await database.transact((trx) => reset(trx, { by: 'kim', reason: 'fine', at: 2 }));
    await expect(
      database.transact((trx) => reset(trx, { by: 'kim', reason: 'again', at: 3 })),
    ).rejects.toThrow(/not tripped/);
  });

  test('shows in readyz, metrics and settings, and survives a restart', async () => {
    const gate = await gateWith(new FakeAdapter());
    const admin = await signIn(gate);
    const reviewer = await signIn(gate, { role: 'reviewer' });
    const body = { mode: 'shadow', reason: 'too many false alarms' };
    expect((await reviewer.send('POST', '/settings/kill-switch/trip', body)).status).toBe(403);
    expect(
      (await admin.send('POST', '/settings/kill-switch/trip', { mode: 'shadow', reason: '' })).status,
    ).toBe(400);
    const tripped = await admin.send<AdapterPage>('POST', '/settings/kill-switch/trip', body);
    expect(tripped.body).toMatchObject({
      effective: 'shadow',
      configured: 'active',
      model: { name: expect.any(String), calibrated: true, state: 'ready', limit: 'active' },
      kill_switch: { mode: 'shadow', entry: { actor: 'admin@gate.test', reason: 'too many false alarms' } },
    });
    const ready = (await (await fetch(`${gate.httpBase}/readyz`)).json()) as object;
    expect(ready).toMatchObject({ judge: 'rules', kill_switch: { mode: 'shadow' } });
    const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
    expect(metrics).toMatch(/presend_kill_switch\{mode="shadow"\} 1/);

    const adapter = new FakeAdapter(() => ({ BLOCK: 0.97 }));
    await gate.app.stop();
    const again = await startGate({ dataDir: gate.dataDir, keepEngines: true, model: modelOf(adapter) });
    await expect.poll(() => adapter.state.state, PATIENCE).toBe('ready');
    expect(await pass(again, 'restarted')).toMatch(/^250 2\.0\.0 Relaying/);
    const reset = await admin.send('POST', '/settings/kill-switch/reset', { reason: 'x' }).catch(() => null);
    expect(reset).toBeNull();
    const later = await signIn(again);
    const armed = await later.send<AdapterPage>('POST', '/settings/kill-switch/reset', {
      reason: 'looked at',
    });
    expect(armed.body).toMatchObject({ effective: 'active', kill_switch: { mode: 'active' } });
    expect(armed.body.kill_switch.history.map(({ mode }) => mode)).toEqual(['active', 'shadow']);
  });
});
