import { describe, expect, test } from 'vitest';
import { AdapterError } from '../../src/judge/adapter/adapter.ts';
import { newestVerdict } from '../../src/pipeline/verdict-store.ts';
import { changeEngine, requireEngine } from '../../src/intake/engine-store.ts';
import { updateProspect } from '../../src/crm/store.ts';
import type { Delivery } from '../../src/queue/settle.ts';
import { FakeAdapter, type Script, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

const PATIENCE = { timeout: 10_000 };
const MINUTE = 60_000;
type GateOptions = NonNullable<Parameters<typeof startGate>[0]>;

/** A script that answers each call when the test says so. */
function later(): { script: Script; answer: (said: Awaited<ReturnType<Script>>) => void } {
  let answer!: (said: Awaited<ReturnType<Script>>) => void;
  const said = new Promise<Awaited<ReturnType<Script>>>((resolve) => (answer = resolve));
  return { script: () => said, answer };
}

/** A gate with an upstream, whose adapter follows `script`. */
async function gateWith(
  script: Script,
  {
    adapter = new FakeAdapter(script),
    model = {},
    ...options
  }: Omit<GateOptions, 'model'> & { adapter?: FakeAdapter; model?: Parameters<typeof modelOf>[1] } = {},
) {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    ...options,
    config: { upstreams: [upstreamConfig(upstream)], ...options.config },
    model: modelOf(adapter, model),
  });
  return { gate, upstream, adapter };
}

const mails = async (gate: TestGate) => (await gate.deliveries()).filter(({ kind }) => kind === 'mail');
const settled = (gate: TestGate, state: string, count = 1) =>
  gate.until((all) => {
    const own = all.filter(({ kind }) => kind === 'mail');
    return own.length === count && own.every((delivery) => delivery.state === state);
  }, `${count} ${state}`);
const verdictOf = async (gate: TestGate, index = 0) =>
  newestVerdict(gate.app.database.db, (await mails(gate))[index].id);
/** From acceptance to judgement on the test's clock, milliseconds. */
const waited = ({ judged_at, created_at }: Delivery): number => (judged_at ?? 0) - created_at;
const prospectMails = (upstream: SmtpUpstream) =>
  upstream.received.filter(({ to }) => to.some((address) => address.endsWith('.example')));

describe('a mail that every rule passes', () => {
  test.each([
    ['BLOCK', { BLOCK: 0.97 }],
    ['SUPPRESS', { SUPPRESS: 0.97 }],
    ['ESCALATE', { ESCALATE: 0.97 }],
    ['PENALISE', { PENALISE: 0.97 }],
  ] as const)('is held, no more and no less, when the adapter says %s', async (decision, shares) => {
    const { gate, upstream } = await gateWith(() => shares, {
      config: { decisions: { PENALISE: 'relay', BLOCK: 'suppress' } },
    });
    await addProspect(gate, 'maria@passing.example');
    expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Held for review as/);
    const [delivery] = await mails(gate);
    expect(delivery).toMatchObject({ state: 'held', decision, hold_reason: 'adapter' });
    expect(await verdictOf(gate)).toMatchObject({
      decision,
      adapter_version: 'fake@1',
      adapter: { mode: 'active', decision, mass: 0.99 },
      findings: [{ rule: 'adapter', enforced: true }],
    });
    expect(prospectMails(upstream)).toHaveLength(0);
  });

  test('is relayed when the adapter passes it too', async () => {
    const { gate, upstream, adapter } = await gateWith(() => ({ PASS: 0.98 }));
    await addProspect(gate, 'maria@passing.example');
    expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Relaying as/);
    await settled(gate, 'relayed');
    expect(upstream.received).toHaveLength(1);
    expect(adapter.asked).toHaveLength(1);
    expect((await verdictOf(gate))?.adapter?.probabilities.PASS).toBeGreaterThan(0.97);
  });

  test('is held where the adapter is not sure', async () => {
    const { gate } = await gateWith(() => ({ PASS: 0.5, BLOCK: 0.5 }));
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    const [delivery] = await settled(gate, 'held');
    expect(delivery).toMatchObject({ decision: null, hold_reason: 'low_confidence' });
  });

  test('is held when it is too long for the adapter', async () => {
    const { gate } = await gateWith(() => 'too_long');
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    expect((await settled(gate, 'held'))[0].hold_reason).toBe('too_long');
  });

  test('gets the adapter’s sentence after it is held, and keeps its verdict when there is none', async () => {
    const { gate, adapter } = await gateWith(() => ({ BLOCK: 0.97 }));
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'otto@passing2.example');
    let say!: (sentence: string) => void;
    adapter.explanation = () => new Promise((resolve) => (say = resolve));
    await gate.send({ to: 'maria@passing.example' });
    await expect.poll(() => adapter.explained.length, PATIENCE).toBe(1);
    expect((await verdictOf(gate))?.adapter?.rationale).toBeNull();
    say('It promises what it cannot keep.');
    await expect
      .poll(async () => (await verdictOf(gate))?.adapter?.rationale, PATIENCE)
      .toBe('It promises what it cannot keep.');

    adapter.explanation = () => Promise.reject(new Error('out of words'));
    await gate.send({ to: 'otto@passing2.example' });
    await expect.poll(() => adapter.explained.length, PATIENCE).toBe(2);
    expect(await verdictOf(gate, 1)).toMatchObject({ decision: 'BLOCK', adapter: { rationale: null } });
  });
});

describe('a mail that a rule stops', () => {
  test('is not shown to the adapter, which could only lower it', async () => {
    const { gate, adapter } = await gateWith(() => ({ PASS: 0.99 }));
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    await gate.send({ to: 'low@rumour.example', text: 'Congratulations on your $20M Series B!' });
    await expect(gate.send({ to: 'otto@out.example' })).rejects.toThrow(/550/);
    await gate.send({ to: 'who@nowhere.example' });
    expect((await mails(gate)).map(({ state }) => state).sort()).toEqual(['held', 'held', 'suppressed']);
    expect(adapter.asked).toEqual([]);
  });

  test('does not wait behind one that waits for the adapter', async () => {
    const { script, answer } = later();
    const { gate, adapter } = await gateWith(script, { config: { answer: { wait_ms: 300 } } });
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Queued as/);
    await expect.poll(() => adapter.asked.length, PATIENCE).toBe(1);
    await expect(gate.send({ to: 'otto@out.example' })).rejects.toThrow(/550 5\.7\.1 Suppressed/);
    expect((await mails(gate)).map(({ state }) => state)).toEqual(['received', 'suppressed']);
    answer({ PASS: 0.99 });
    await gate.until(([first]) => first?.state === 'relayed', 'the first relayed');
  });
});

describe('while the adapter cannot be asked', () => {
  const QUICK = { answer: { wait_ms: 100 } };

  test('mail is taken, waits, and is judged at once when it can be', async () => {
    const adapter = new FakeAdapter(() => ({ PASS: 0.99 }));
    adapter.loads = false;
    const { gate, upstream } = await gateWith(adapter.script, { adapter, config: QUICK });
    await addProspect(gate, 'maria@passing.example');
    expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Queued as/);
    const ready = (await (await fetch(`${gate.httpBase}/readyz`)).json()) as object;
    expect(ready).toMatchObject({ status: 'ready', adapter: { mode: 'active', state: 'failed' } });
    gate.advance(14 * MINUTE);
    adapter.state = { state: 'ready' };
    await settled(gate, 'relayed');
    expect(upstream.received).toHaveLength(1);
    expect((await verdictOf(gate))?.adapter?.decision).toBe('PASS');
  });

  test.each([
    ['rules', { state: 'relayed', decision: 'PASS', hold_reason: null }],
    ['hold', { state: 'held', decision: null, hold_reason: 'adapter_unavailable' }],
  ] as const)('for 15 minutes, %s decides as configured', async (when_unavailable, after) => {
    const adapter = new FakeAdapter();
    adapter.loads = false;
    const { gate } = await gateWith(adapter.script, {
      adapter,
      config: { ...QUICK, adapter: { when_unavailable } },
    });
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    gate.advance(15 * MINUTE - 5_000);
    gate.advance(10_000);
    const [delivery] = await settled(gate, after.state);
    expect(delivery).toMatchObject(after);
    expect(waited(delivery)).toBeGreaterThanOrEqual(15 * MINUTE);
    expect((await verdictOf(gate))?.notices.map(({ kind }) => kind)).toContain('adapter_unavailable');
    expect(adapter.asked).toEqual([]);
  });

  test('a restart loses no mail, and the time goes on from its acceptance', async () => {
    const adapter = new FakeAdapter();
    adapter.loads = false;
    const { gate } = await gateWith(adapter.script, { adapter, config: QUICK });
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    await gate.app.stop();
    const again = await startGate({
      dataDir: gate.dataDir,
      keepEngines: true,
      model: modelOf(adapter),
    });
    again.advance(14 * MINUTE);
    again.advance(MINUTE);
    const [delivery] = await settled(again, 'relayed');
    expect(waited(delivery)).toBeGreaterThanOrEqual(15 * MINUTE);
  });

  test('a gate started without it lets nobody wait', async () => {
    const adapter = new FakeAdapter();
    adapter.loads = false;
    const { gate } = await gateWith(adapter.script, { adapter, config: QUICK });
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    await gate.app.stop();
    const again = await startGate({ dataDir: gate.dataDir, keepEngines: true, model: null });
    await settled(again, 'relayed');
    expect(await verdictOf(again)).toMatchObject({ adapter: null, adapter_version: null });
  });

  test('what an observed engine sends is relayed as before', async () => {
    const adapter = new FakeAdapter();
    adapter.loads = false;
    const { gate } = await gateWith(adapter.script, { adapter, engine: { mode: 'observe' } });
    await addProspect(gate, 'maria@passing.example');
    expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Relaying as/);
  });
});

test('what an observed engine sends does not wait in the line when the adapter fails there', async () => {
  const { gate, adapter } = await gateWith(() => 'unavailable', { engine: { mode: 'observe' } });
  await addProspect(gate, 'maria@passing.example');
  adapter.classify = async () => {
    adapter.fail();
    throw new AdapterError('unavailable', 'it has just died');
  };
  expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Relaying as/);
  expect((await verdictOf(gate))?.notices.map(({ kind }) => kind)).toContain('adapter_unavailable');
  const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
  expect(metrics).toContain('presend_adapter_missed_total 1');
});

describe('an adapter that fails', () => {
  test('in the middle of a mail loses nothing: it is tried once more, and later again', async () => {
    let calls = 0;
    const { gate, adapter } = await gateWith(() => {
      calls += 1;
      return calls <= 2 ? 'unavailable' : { BLOCK: 0.99 };
    });
    await addProspect(gate, 'maria@passing.example');
    expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Held for review as/);
    expect(adapter.asked).toHaveLength(3);
    expect((await gate.app.database.db.selectFrom('messages').selectAll().execute())[0]).toMatchObject({
      adapter_failures: 1,
      judge_attempts: 1,
    });
  });

  test('for one call is forgiven', async () => {
    let calls = 0;
    const { gate, adapter } = await gateWith(() => {
      calls += 1;
      return calls === 1 ? 'malformed' : { PASS: 0.99 };
    });
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    await settled(gate, 'relayed');
    expect(adapter.asked).toHaveLength(2);
    const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
    expect(metrics).toContain('presend_adapter_calls_total{result="malformed"} 1');
    expect(metrics).toContain('presend_adapter_calls_total{result="ok"} 1');
    expect(metrics).toContain('presend_adapter_state{state="ready"} 1');
    expect(metrics).toMatch(/presend_adapter_seconds_count\{result="ok"\} 1/);
  });

  test.each([
    'malformed',
    'unavailable',
  ] as const)('on one mail only (%s) holds that mail, and the others pass by it', async (trouble) => {
    const { gate } = await gateWith(
      ({ draft }) => (draft.body.includes('poison') ? trouble : { PASS: 0.99 }),
      { config: { answer: { wait_ms: 100 } } },
    );
    for (const name of ['p', 'a', 'b', 'c']) await addProspect(gate, `${name}@passing.example`);
    await gate.send({ to: 'p@passing.example', text: 'poison for the model' });
    await Promise.all(['a', 'b', 'c'].map((name) => gate.send({ to: `${name}@passing.example` })));
    const all = await gate.until((ds) => {
      const own = ds.filter(({ kind }) => kind === 'mail');
      return own.length === 4 && own.every(({ state }) => state === 'held' || state === 'relayed');
    }, 'all settled');
    const stopped = all.filter(({ kind, state }) => kind === 'mail' && state === 'held');
    expect(stopped).toMatchObject([{ recipient: 'p@passing.example', hold_reason: 'judge_error' }]);
  });
});

describe('in shadow', () => {
  test.each([
    ['by configuration', { config: { adapter: { mode: 'shadow' as const } } }],
    ['because it was never calibrated', { model: { calibration: null } }],
  ])('(%s) it stops nothing and delays nothing, and its reading is kept', async (_why, options) => {
    const { script, answer } = later();
    const { gate } = await gateWith(script, options);
    await addProspect(gate, 'maria@passing.example');
    expect(await gate.send({ to: 'maria@passing.example' })).toMatch(/^250 2\.0\.0 Relaying as/);
    await settled(gate, 'relayed');
    expect((await verdictOf(gate))?.adapter).toBeNull();
    answer({ SUPPRESS: 0.99 });
    await expect.poll(async () => (await verdictOf(gate))?.adapter?.decision, PATIENCE).toBe('SUPPRESS');
    expect(await verdictOf(gate)).toMatchObject({
      decision: 'PASS',
      adapter: { mode: 'shadow' },
      findings: [{ rule: 'adapter', decision: 'SUPPRESS', enforced: false }],
    });
  });

  test('nothing is asked when it is off', async () => {
    const { gate, adapter } = await gateWith(() => ({ BLOCK: 0.99 }), {
      config: { adapter: { mode: 'off' } },
    });
    await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    await settled(gate, 'relayed');
    expect(adapter.asked).toEqual([]);
  });
});

test('a mail to many prospects is asked about each, within what the model does at once', async () => {
  let now = 0;
  let most = 0;
  const { gate, adapter } = await gateWith(async ({ prospect }) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return prospect.recipient_role === 'cto' ? { BLOCK: 0.99 } : { PASS: 0.99 };
  });
  const to = Array.from({ length: 12 }, (_, i) => `p${i}@many.example`);
  for (const [i, address] of to.entries())
    await addProspect(gate, address, { prospect: { recipient_role: i === 5 ? 'cto' : 'vp_eng' } });
  await gate.send({ to });
  const all = await settled(gate, 'held', 12);
  expect(all.filter(({ hold_reason }) => hold_reason === 'adapter')).toMatchObject([{ recipient: to[5] }]);
  expect(adapter.asked).toHaveLength(12);
  expect(most).toBe(1);
});

describe('held mail that is judged again', () => {
  test('is not suppressed by the adapter alone', async () => {
    const { gate, adapter } = await gateWith(() => ({ BLOCK: 0.99 }));
    const prospect = await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    await settled(gate, 'held');
    adapter.script = () => ({ SUPPRESS: 0.99 });
    await gate.app.database.transact((trx) =>
      updateProspect(trx, prospect, { title: 'VP of Engineering' }, { actor: 'test', at: Date.now() }),
    );
    gate.app.wake();
    const [delivery] = await gate.until(([d]) => d.decision === 'SUPPRESS', 'judged again');
    expect(delivery).toMatchObject({ state: 'held', hold_reason: 'adapter' });
  });

  test('stays in doubt while the adapter cannot be asked', async () => {
    const { gate, adapter } = await gateWith(() => ({ BLOCK: 0.99 }));
    const prospect = await addProspect(gate, 'maria@passing.example');
    await gate.send({ to: 'maria@passing.example' });
    await settled(gate, 'held');
    adapter.loads = false;
    adapter.fail();
    await gate.app.database.transact((trx) =>
      updateProspect(trx, prospect, { title: 'VP of Engineering' }, { actor: 'test', at: Date.now() }),
    );
    await gate.until(([d]) => d.state === 'held' && d.hold_reason === 'adapter_unavailable', 'in doubt');
  });
});

test('what the adapter alone penalised while its engine was observed is not relayed once it is enforced', async () => {
  const { gate, upstream } = await gateWith(() => ({ PENALISE: 0.99 }), {
    engine: { mode: 'observe' },
    config: { decisions: { PENALISE: 'relay' } },
  });
  await addProspect(gate, 'maria@passing.example');
  upstream.script = { rcpt: { reply: '451 4.7.1 later', times: 1 } };
  await gate.send({ to: 'maria@passing.example' });
  await settled(gate, 'deferred');
  const engine = await requireEngine(gate.app.database.db, 'engine');
  await gate.app.database.transact((trx) =>
    changeEngine(trx, engine.id, { mode: 'enforce' }, { actor: 'test', now: Date.now() }),
  );
  gate.advance(10 * MINUTE);
  expect((await settled(gate, 'held'))[0].hold_reason).toBe('judged_in_observe');
});
