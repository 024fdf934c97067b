import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { AdapterError } from '../../src/judge/adapter/adapter.ts';
import { beginRun, listRuns, readRun } from '../../src/kill-switch/canary/store.ts';
import { newestSwitchEntry, reset } from '../../src/kill-switch/switch-store.ts';
import { DECISIONS } from '../../src/message/types.ts';
import { newestVerdict } from '../../src/pipeline/verdict-store.ts';
import { NO_PEERS } from '../../src/store/peers.ts';
import { PostgresPeers } from '../../src/store/postgres/peers.ts';
import { FakeAdapter, type Script, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { answerKey, someProbes } from '../support/probes.ts';
import type { CanaryPage } from '../../src/settings/canary-web-types.ts';
import { signIn } from '../support/sign-in.ts';

const PATIENCE = { timeout: 20_000 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A script that knows the answers to the probe cases and passes everything else. */
function knows(folder: string): Script {
  const answer = answerKey(folder);
  return (input) => ({ [answer(input)?.gold ?? 'PASS']: 0.97 });
}

/** Lets an adapter answer probe cases only when the test says so; mail is answered at once. */
function heldBack(
  folder: string,
  script: Script,
): { script: Script; release: () => void; asked: () => number } {
  const answer = answerKey(folder);
  let asked = 0;
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    script: async (input) => {
      if (answer(input) !== null) {
        asked += 1;
        await released;
      }
      return script(input);
    },
    release,
    asked: () => asked,
  };
}

const runs = async (gate: TestGate) => (await listRuns(gate.app.database.db, 50)).toReversed();
const ended = (gate: TestGate, count = 1) =>
  expect
    .poll(async () => (await runs(gate)).filter(({ state }) => state !== 'running').length, PATIENCE)
    .toBe(count);
const switchOf = (gate: TestGate) => newestSwitchEntry(gate.app.database.db);
const arm = (gate: TestGate) =>
  gate.app.database.transact((trx) =>
    reset(trx, { by: 'admin', reason: 'seen and accepted', at: gate.now() }),
  );
async function ready(gate: TestGate) {
  const response = await fetch(`${gate.httpBase}/readyz`);
  return (await response.json()) as { judge: string; adapter: { barred: string | null } };
}

async function mail(gate: TestGate, name: string): Promise<void> {
  await addProspect(gate, `vp@${name}.example`);
  await gate.send({ to: `vp@${name}.example` });
}
const stateOf = async (gate: TestGate, name: string) =>
  (await gate.deliveries()).find(({ recipient }) => recipient === `vp@${name}.example`);
const relayed = (gate: TestGate, name: string) =>
  gate.until(
    (all) => all.some((one) => one.recipient === `vp@${name}.example` && one.state === 'relayed'),
    `${name} relayed`,
  );

const seeded = randomFrom(7);
const BAD: [string, Script][] = [
  ['stops everything', () => ({ BLOCK: 0.97 })],
  ['passes everything', () => ({ PASS: 0.97 })],
  ['doubts everything', () => ({ PASS: 0.5, BLOCK: 0.5 })],
  ['answers nothing that can be read', () => 'malformed'],
  ['answers at random', () => ({ [DECISIONS[Math.floor(seeded() * DECISIONS.length)]]: 0.97 })],
];

describe('an adapter that was never tried here', () => {
  test.each(BAD)('and %s is barred, falls, and judges not one real mail', async (_, script) => {
    const folder = someProbes(4);
    const { script: held, release, asked } = heldBack(folder, script);
    const adapter = new FakeAdapter(held);
    const gate = await startGate({
      model: modelOf(adapter),
      probes: folder,
      config: { answer: { wait_ms: 50 } },
    });
    await expect.poll(asked, PATIENCE).toBe(1);
    await mail(gate, 'meanwhile');
    expect((await ready(gate)).adapter.barred).toBe('barred until the canary has passed (0 of 80)');
    expect((await stateOf(gate, 'meanwhile'))?.state).toBe('received');

    release();
    await ended(gate);
    expect(await runs(gate)).toMatchObject([{ extent: 'all', trigger: 'model', state: 'fell' }]);
    expect(await switchOf(gate)).toMatchObject({
      actor: 'monitor:canary',
      mode: 'shadow',
      condition: expect.stringMatching(/\d/),
    });
    // The rules alone now, for what waited and for what comes.
    await relayed(gate, 'meanwhile');
    await mail(gate, 'afterwards');
    await relayed(gate, 'afterwards');
    const verdicts = await gate.app.database.db.selectFrom('verdicts').selectAll().execute();
    expect(verdicts).toHaveLength(2);
    for (const { adapter: record } of verdicts) expect(record).toBeNull();
    expect(adapter.asked.filter((body) => body.startsWith('Hello, would a short call'))).toEqual([]);
    // Not the failure window's business.
    expect(await gate.app.database.db.selectFrom('adapter_calls').selectAll().execute()).toEqual([]);
  });

  test('and is good passes, and the mail that waited is judged by it', async () => {
    const folder = someProbes(4);
    const { script, release, asked } = heldBack(folder, knows(folder));
    const gate = await startGate({
      model: modelOf(new FakeAdapter(script)),
      probes: folder,
      config: { answer: { wait_ms: 50 } },
    });
    await expect.poll(asked, PATIENCE).toBe(1);
    await mail(gate, 'waits');
    expect((await stateOf(gate, 'waits'))?.state).toBe('received');
    release();
    await relayed(gate, 'waits');
    const delivery = await stateOf(gate, 'waits');
    expect((await newestVerdict(gate.app.database.db, delivery!.id))?.adapter).toMatchObject({
      mode: 'active',
      decision: 'PASS',
    });
    expect(await runs(gate)).toMatchObject([{ extent: 'all', trigger: 'model', state: 'passed' }]);
    expect(await switchOf(gate)).toBeUndefined();
    expect((await ready(gate)).adapter.barred).toBeNull();
    const audit = await gate.app.database.db
      .selectFrom('audit')
      .select(['action', 'detail'])
      .where('subject_type', '=', 'canary')
      .execute();
    expect(audit).toMatchObject([{ action: 'passed', detail: expect.stringContaining('80 cases') }]);
  });

  test('keeps mail no longer than any adapter that cannot be asked', async () => {
    const folder = someProbes(2);
    const { script, asked } = heldBack(folder, knows(folder));
    const gate = await startGate({
      model: modelOf(new FakeAdapter(script)),
      probes: folder,
      config: { answer: { wait_ms: 50 } },
    });
    await expect.poll(asked, PATIENCE).toBe(1);
    await mail(gate, 'waits');
    gate.advance(14 * MINUTE);
    await mail(gate, 'later');
    expect((await stateOf(gate, 'waits'))?.state).toBe('received');
    gate.advance(2 * MINUTE);
    await relayed(gate, 'waits');
    expect((await stateOf(gate, 'later'))?.state).toBe('received');
    expect(
      (await newestVerdict(gate.app.database.db, (await stateOf(gate, 'waits'))!.id))?.notices,
    ).toContainEqual({ kind: 'adapter_unavailable', detail: expect.stringContaining('barred until') });
  });

  test('begins anew after a restart in the middle of its run, and stays barred', async () => {
    const folder = someProbes(2);
    const first = heldBack(folder, knows(folder));
    const gate = await startGate({ model: modelOf(new FakeAdapter(first.script)), probes: folder });
    await expect.poll(first.asked, PATIENCE).toBe(1);
    // Only then: what is answered before the end has come to the canary is part of its run.
    await gate.app.stop();
    first.release();

    const second = heldBack(folder, knows(folder));
    const again = await startGate({
      model: modelOf(new FakeAdapter(second.script)),
      probes: folder,
      dataDir: gate.dataDir,
      keepEngines: true,
    });
    await expect.poll(second.asked, PATIENCE).toBe(1);
    expect((await ready(again)).adapter.barred).toMatch(/^barred/);
    expect(await runs(again)).toMatchObject([{ state: 'cancelled' }, { state: 'running', trigger: 'model' }]);
    second.release();
    await ended(again, 2);
    expect((await runs(again))[1]).toMatchObject({ state: 'passed' });
  });

  test('leaves no run behind that seems to go on when another gate takes the lead', async () => {
    const folder = someProbes(2);
    const leads = vi.fn(() => false);
    vi.spyOn(NO_PEERS, 'leads').mockImplementation(leads);
    vi.spyOn(PostgresPeers.prototype, 'leads').mockImplementation(leads);
    onTestFinished(() => void vi.restoreAllMocks());
    const gate = await startGate({ model: modelOf(new FakeAdapter(knows(folder))), probes: folder });
    const of = { adapter_version: 'fake@1', rubric_version: 'r', cases_version: 'c' };
    await gate.app.database.transact((trx) =>
      beginRun(trx, { ...of, started_at: gate.now(), extent: 'all', trigger: 'model' }),
    );
    const asked = leads.mock.calls.length;
    await expect.poll(() => leads.mock.calls.length, PATIENCE).toBeGreaterThan(asked + 10);
    expect(await runs(gate)).toMatchObject([{ state: 'running' }]);
    leads.mockReturnValue(true);
    await ended(gate, 2);
    expect(await runs(gate)).toMatchObject([{ state: 'cancelled' }, { state: 'passed' }]);
  });

  test('is not barred when the canary is off, and only watched where it may not decide', async () => {
    const folder = someProbes(2);
    const off = await startGate({
      model: modelOf(new FakeAdapter()),
      probes: folder,
      config: { kill_switch: { canary: { enabled: false } } },
    });
    expect((await ready(off)).adapter.barred).toBeNull();
    const shadow = await startGate({
      model: modelOf(new FakeAdapter(() => ({ BLOCK: 0.9 })), { calibration: null }),
      probes: folder,
    });
    expect((await ready(shadow)).adapter.barred).toBeNull();
    await ended(shadow);
    expect(await runs(shadow)).toMatchObject([{ state: 'fell' }]);
    expect(await switchOf(shadow)).toBeUndefined();
  });
});

describe('an adapter that has passed', () => {
  test('is put twenty cases at the next start and all of them a day later, in the background', async () => {
    const folder = someProbes(4);
    const gate = await startGate({ model: modelOf(new FakeAdapter(knows(folder))), probes: folder });
    await ended(gate);
    await gate.app.stop();
    const { script, release, asked } = heldBack(folder, knows(folder));
    const again = await startGate({
      model: modelOf(new FakeAdapter(script)),
      probes: folder,
      dataDir: gate.dataDir,
      keepEngines: true,
    });
    await expect.poll(asked, PATIENCE).toBe(1);
    // In the background: mail is judged by it meanwhile, after the one case that is in its slot.
    expect((await ready(again)).adapter.barred).toBeNull();
    release();
    await ended(again, 2);
    const [, some] = await runs(again);
    expect(some).toMatchObject({ extent: 'some', trigger: 'start', state: 'passed' });
    const { results } = (await readRun(again.app.database.db, some.id))!;
    expect(results).toHaveLength(20);
    expect(new Set(results.map(({ probe, gold }) => `${probe} ${gold === 'PASS'}`)).size).toBe(20);

    again.advance(25 * HOUR);
    await ended(again, 3);
    expect((await runs(again))[2]).toMatchObject({ extent: 'all', trigger: 'daily', state: 'passed' });
  });

  test('and then stops everything is found by the twenty, tried on all, and taken out', async () => {
    const folder = someProbes(4);
    const gate = await startGate({ model: modelOf(new FakeAdapter(knows(folder))), probes: folder });
    await ended(gate);
    await gate.app.stop();
    const again = await startGate({
      model: modelOf(new FakeAdapter(() => ({ BLOCK: 0.9 }))),
      probes: folder,
      dataDir: gate.dataDir,
      keepEngines: true,
    });
    await ended(again, 3);
    expect((await runs(again)).slice(1)).toMatchObject([
      { extent: 'some', trigger: 'start', state: 'fell' },
      { extent: 'all', trigger: 'start', state: 'fell' },
    ]);
    expect(await switchOf(again)).toMatchObject({ mode: 'shadow', actor: 'monitor:canary' });
  });

  test('is not tripped on again for what a person accepted, but for what gets worse', async () => {
    const folder = someProbes(4);
    const adapter = new FakeAdapter(() => ({ BLOCK: 0.97 }));
    const gate = await startGate({ model: modelOf(adapter), probes: folder });
    await ended(gate);
    await arm(gate);
    await expect.poll(async () => (await ready(gate)).adapter.barred, PATIENCE).toBeNull();
    await mail(gate, 'judged');
    await gate.until((all) => all.some(({ state }) => state === 'held'), 'held by the adapter');
    gate.advance(25 * HOUR);
    await ended(gate, 2);
    expect((await runs(gate))[1]).toMatchObject({ trigger: 'daily', state: 'passed' });
    expect((await switchOf(gate))?.mode).toBe('active');
    adapter.script = () => ({ PASS: 0.97 });
    gate.advance(25 * HOUR);
    await ended(gate, 3);
    // It stopped all forty bad ones and forty good ones; now it is the other way round, and worthless the same way: accepted.
    expect((await runs(gate))[2]).toMatchObject({ state: 'passed' });
    adapter.script = () => 'malformed';
    gate.advance(25 * HOUR);
    await ended(gate, 4);
    expect((await runs(gate))[3]).toMatchObject({ state: 'fell' });
  });

  test('and cannot be asked for a while has no fall, and is tried when it is back', async () => {
    const folder = someProbes(2);
    const adapter = new FakeAdapter(knows(folder));
    const script = adapter.script;
    let asked = 0;
    adapter.script = (input) => {
      asked += 1;
      if (asked === 5) {
        adapter.fail();
        throw new AdapterError('unavailable', 'it crashed');
      }
      return script(input);
    };
    const gate = await startGate({ model: modelOf(adapter), probes: folder });
    await expect.poll(() => adapter.state.state, PATIENCE).toBe('failed');
    expect(await runs(gate)).toMatchObject([{ state: 'running' }]);
    await adapter.warmup();
    await ended(gate);
    expect(await runs(gate)).toMatchObject([{ state: 'passed' }]);
  });
});

describe('another rubric', () => {
  test('is tried on all cases; rules that do worse are warned of and trip nothing', async () => {
    const folder = someProbes(4);
    const gate = await startGate({
      model: modelOf(new FakeAdapter(knows(folder))),
      probes: folder,
      config: { kill_switch: { watch_seconds: 0.05 } },
    });
    await ended(gate);
    const text = readFileSync(join(PROJECT_ROOT, 'config/rubric.yaml'), 'utf8');
    const weaker = text.replaceAll(/^( +(?:disqualifier|opt_out|c_level)): enforce/gmu, '$1: observe');
    expect(weaker).not.toBe(text);
    writeFileSync(join(gate.dataDir, 'rubric.yaml'), weaker);
    await ended(gate, 2);
    expect((await runs(gate))[1]).toMatchObject({ extent: 'all', trigger: 'rubric', state: 'passed' });
    const warned = () =>
      gate.app.database.db
        .selectFrom('audit')
        .select(['action', 'detail'])
        .where('subject_id', '=', 'canary_rules')
        .execute();
    await expect.poll(async () => (await warned()).length, PATIENCE).toBe(1);
    const [entry] = await warned();
    expect(entry?.action).toBe('warned');
    expect(entry?.detail).toMatch(/the rules are wrong on 12 cases .* \(most of A07: 4, /);
    expect(await switchOf(gate)).toBeUndefined();
    const admin = await signIn(gate);
    const page = (await (
      await fetch(`${gate.httpBase}/api/settings/canary`, { headers: { cookie: admin.cookie } })
    ).json()) as CanaryPage;
    expect(page.newest?.rules?.worse.map(({ was, now }) => `${was} ${now}`)).toContain('SUPPRESS PASS');
    expect(page.newest?.adapter).toMatchObject({ worse: [], better: [] });
  });
});

describe('a run that a person asks for', () => {
  test('shows its progress, can be cancelled, and gives way to none that is smaller', async () => {
    const folder = someProbes(2);
    const gate = await startGate({ model: modelOf(new FakeAdapter(knows(folder))), probes: folder });
    await ended(gate);
    await gate.app.stop();
    const { script, asked, release } = heldBack(folder, knows(folder));
    const again = await startGate({
      model: modelOf(new FakeAdapter(script)),
      probes: folder,
      dataDir: gate.dataDir,
      keepEngines: true,
    });
    const { cookie, csrf } = await signIn(again);
    const headers = { cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' };
    const post = async (path: string, body: object) => {
      const response = await fetch(`${again.httpBase}/api/settings/canary/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status: response.status, page: (await response.json()) as CanaryPage };
    };
    // The twenty of the start are at work; all take their place.
    await expect.poll(asked, PATIENCE).toBe(1);
    expect((await post('runs', { extent: 'some' })).status).toBe(409);
    const { page } = await post('runs', { extent: 'all' });
    expect(page.running).toMatchObject({ extent: 'all', trigger: 'asked', done: 0 });
    expect((await post('runs', { extent: 'all' })).status).toBe(409);
    expect((await post('cancel', {})).page.running).toBeNull();
    expect((await runs(again)).slice(1)).toMatchObject([
      { extent: 'some', state: 'cancelled', says: 'A run over all cases took its place.' },
      { extent: 'all', state: 'cancelled', says: expect.stringMatching(/^Cancelled by .*@/) },
    ]);
    release();
    await post('runs', { extent: 'some' });
    await ended(again, 4);
    expect((await runs(again))[3]).toMatchObject({ extent: 'some', trigger: 'asked', state: 'passed' });
  });

  test('says why it cannot be made where there is no canary', async () => {
    const gate = await startGate();
    const { cookie, csrf } = await signIn(gate);
    const response = await fetch(`${gate.httpBase}/api/settings/canary/runs`, {
      method: 'POST',
      headers: { cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
      body: '{"extent":"all"}',
    });
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('the rules judge alone');
  });
});
