import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { updateProspect } from '../../src/crm/store.ts';
import { type BacktestListener, type BacktestOptions, runBacktest } from '../../src/evaluate/backtest-run.ts';
import type { BacktestChange } from '../../src/evaluate/backtest-types.ts';
import { type RubricValues, parseRubric } from '../../src/judge/rubric.ts';
import { editRubric } from '../../src/judge/rubric-edit.ts';
import { configSchema } from '../../src/config/config.ts';
import type { JudgeModel } from '../../src/judge/adapter-judge.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { onPostgres } from '../support/store.ts';

const shipped = readFileSync(join(PROJECT_ROOT, 'config/rubric.yaml'), 'utf8');
const FUNDING = 'Congratulations on closing your $20M Series B!';
const DAY = 86_400_000;

/** The shipped rubric with other values. */
function candidate(change: (values: RubricValues) => void): string {
  const { version: _, ...values } = parseRubric(shipped, 'shipped');
  change(values);
  return editRubric(shipped, values, 'shipped');
}

async function backtest(
  gate: Pick<TestGate, 'now'> & { app: { database: Database } },
  text: string | null,
  more: Partial<BacktestOptions> = {},
  {
    model = null,
    ...listener
  }: Pick<BacktestListener, 'signal' | 'onProgress'> & { model?: JudgeModel | null } = {},
) {
  const changes: BacktestChange[] = [];
  const until = gate.now() + 1;
  const { decisions, escalation } = configSchema.parse({});
  const summary = await runBacktest(
    gate.app.database.db,
    {
      text,
      since: until - 30 * DAY,
      until,
      limit: 1000,
      config: { decisions, escalation },
      accounts: new Set(),
      adapterDecides: false,
      ...more,
    },
    { ...listener, onChanges: (list) => changes.push(...list) },
    model,
  );
  return { summary, changes };
}

const lowFunding = { company: { funding_confidence: 'low' } };
const cto = (headcount: number) => ({
  prospect: { recipient_role: 'c_level', title: 'CTO' },
  company: { headcount },
});

/** Mails of which each one's way is known: 3 held for funding, 2 escalated, 1 suppressed, 4 relayed, 1 unknown. */
async function eleven(): Promise<TestGate> {
  const gate = await startGate();
  for (const [name, changes, text] of [
    ['low1', lowFunding, FUNDING],
    ['low2', lowFunding, FUNDING],
    ['low3', lowFunding, FUNDING],
    ['large1', cto(5000), undefined],
    ['large2', cto(3000), undefined],
    ['out', { prospect: { opt_out_channels: ['email'] } }, undefined],
    ['fine1', {}, undefined],
    ['fine2', {}, FUNDING],
    ['cto1', cto(1500), undefined],
    ['cto2', cto(300), undefined],
  ] as const) {
    const to = `vp@${name}.example`;
    await addProspect(gate, to, changes as Parameters<typeof addProspect>[2]);
    await gate.send({ to, ...(text === undefined ? {} : { text }) }).catch(() => {});
  }
  await gate.send({ to: 'who@nowhere.example' });
  return gate;
}

describe('a backtest', () => {
  test('under the rubric they were judged by finds every delivery as it was', async () => {
    const gate = await eleven();
    const { summary, changes } = await backtest(gate, shipped);
    expect(summary).toMatchObject({
      messages: 11,
      messages_judged: 11,
      deliveries: 11,
      comparable: 11,
      not_comparable: {},
      transitions: [],
      same_action: 0,
    });
    expect(changes).toEqual([]);
  });

  test('counts what a rule in observe would have let go, and what it still stops', async () => {
    const gate = await eleven();
    const { summary, changes } = await backtest(
      gate,
      candidate((values) => (values.rules.low_confidence_funding = 'observe')),
    );
    expect(summary.transitions).toMatchObject([{ from: 'hold', to: 'relay', count: 3 }]);
    expect(summary.rules.find(({ rule }) => rule === 'low_confidence_funding')).toEqual({
      rule: 'low_confidence_funding',
      fired_before: 3,
      fired_after: 0,
      decided_before: 3,
      decided_after: 0,
    });
    expect(changes.map(({ recipient }) => recipient).toSorted()).toEqual([
      'vp@low1.example',
      'vp@low2.example',
      'vp@low3.example',
    ]);
    expect((await gate.deliveries()).filter(({ state }) => state === 'held').length).toBeGreaterThanOrEqual(
      4,
    );
  });

  test('counts both ways of a threshold', async () => {
    const gate = await eleven();
    const lower = await backtest(
      gate,
      candidate((values) => (values.c_level.headcount_over = 1000)),
    );
    expect(lower.summary.transitions).toMatchObject([{ from: 'relay', to: 'forward', count: 1 }]);
    expect(lower.changes[0]).toMatchObject({
      recipient: 'vp@cto1.example',
      before: { decision: 'PASS', action: 'relay', reason: null },
      after: { decision: 'ESCALATE', action: 'forward', reason: 'c_level' },
    });
    const higher = await backtest(
      gate,
      candidate((values) => (values.c_level.headcount_over = 4000)),
    );
    expect(higher.summary.transitions).toMatchObject([{ from: 'forward', to: 'relay', count: 1 }]);
    expect(higher.changes[0]).toMatchObject({ recipient: 'vp@large2.example' });
  });

  test('judges by the record of then, whatever it says today', async () => {
    const gate = await startGate();
    const id = await addProspect(gate, 'vp@low.example', lowFunding);
    await gate.send({ to: 'vp@low.example', text: FUNDING });
    await gate.app.database.transact((trx) =>
      updateProspect(trx, id, { opt_out_channels: ['all'] }, { actor: 'test', at: gate.now() }),
    );
    await gate.until(([one]) => one?.state === 'suppressed', 'suppressed by the edit');
    const { summary } = await backtest(
      gate,
      candidate((values) => (values.rules.low_confidence_funding = 'off')),
    );
    expect(summary).toMatchObject({ comparable: 1, transitions: [{ from: 'hold', to: 'relay', count: 1 }] });
  });

  test('tells what reviewers had said of the verdicts that change', async () => {
    const gate = await eleven();
    const held = (await gate.deliveries()).filter(
      ({ hold_reason }) => hold_reason === 'low_confidence_funding',
    );
    const { review } = gate.app;
    await review.release(held[0].id, { actor: 'kim', label: 'wrong' });
    await review.reject(held[1].id, { actor: 'kim', label: 'right' });
    const { summary, changes } = await backtest(
      gate,
      candidate((values) => (values.rules.low_confidence_funding = 'off')),
    );
    expect(summary.transitions).toMatchObject([
      { from: 'hold', to: 'relay', count: 3, labels: { right: 1, wrong: 1, not_sure: 0 } },
    ]);
    expect(summary.rule_changes).toMatchObject([
      { rule: 'low_confidence_funding', released: { count: 3, right: 1, wrong: 1, not_sure: 0 } },
    ]);
    expect(new Set(changes.map(({ label }) => label))).toEqual(new Set([null, 'right', 'wrong']));
  });

  test('holds the whole message back where one visible recipient would be stopped', async () => {
    const gate = await startGate();
    await addProspect(gate, 'vp@one.example', cto(1500));
    await addProspect(gate, 'vp@two.example');
    await gate.send({ to: ['vp@one.example', 'vp@two.example'] });
    const { summary } = await backtest(
      gate,
      candidate((values) => (values.c_level.headcount_over = 1000)),
    );
    expect(summary.transitions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ from: 'relay', to: 'forward', count: 1 }),
        expect.objectContaining({ from: 'relay', to: 'hold', count: 1 }),
      ]),
    );
  });

  test('leaves out and counts what cannot be compared', async () => {
    const gate = await eleven();
    const { db, transact } = { db: gate.app.database.db, transact: gate.app.database };
    const verdicts = await db.selectFrom('verdicts').select(['id', 'decision']).orderBy('id').execute();
    await transact.transact(async (trx) => {
      // Judged by a rubric that nobody knows any more; by rules that have changed since; by a judge that failed.
      const set = (id: number, values: object) =>
        trx.updateTable('verdicts').set(values).where('id', '=', id).execute();
      await set(verdicts[0].id, { rubric_version: 'ffffffffffff' });
      await set(verdicts[1].id, { decision: 'PASS' });
      await set(verdicts[6].id, { rubric_version: '', decision: null, hold_reason: 'judge_error' });
    });
    const { summary } = await backtest(
      gate,
      candidate((values) => (values.rules.low_confidence_funding = 'off')),
    );
    expect(summary).toMatchObject({
      deliveries: 11,
      comparable: 8,
      not_comparable: { rubric_unknown: 1, rules_changed: 1, judge_failed: 1 },
      transitions: [{ from: 'hold', to: 'relay', count: 1 }],
    });
  });

  test('judges a random sample above the limit, and only the time asked for', async () => {
    const gate = await eleven();
    const some = await backtest(gate, shipped, { limit: 4 });
    expect(some.summary).toMatchObject({ messages: 11, messages_judged: 4, sampled: true, deliveries: 4 });
    const again = await backtest(gate, shipped, { since: gate.now() + 1, until: gate.now() + DAY });
    expect(again.summary).toMatchObject({ messages: 0, deliveries: 0 });
  });

  test('keeps what the adapter said, and says where it was never asked', async () => {
    const adapter = new FakeAdapter(({ draft }) =>
      draft.body.includes('odd') ? { BLOCK: 0.97 } : { PASS: 0.98 },
    );
    const gate = await startGate({ model: modelOf(adapter) });
    await addProspect(gate, 'vp@odd.example');
    await addProspect(gate, 'vp@sure.example');
    await addProspect(gate, 'vp@low.example', lowFunding);
    await gate.send({ to: 'vp@odd.example', text: 'Hello, an odd offer.' });
    await gate.send({ to: 'vp@sure.example' });
    await gate.send({ to: 'vp@low.example', text: FUNDING });
    const asked = adapter.asked.length;
    const text = candidate((values) => (values.rules.low_confidence_funding = 'off'));
    const { summary, changes } = await backtest(gate, text, { adapterDecides: true });
    expect(summary).toMatchObject({
      comparable: 3,
      transitions: [{ from: 'hold', to: 'relay', count: 1, adapter_unasked: 1 }],
    });
    expect(changes).toMatchObject([{ recipient: 'vp@low.example', adapter_unasked: true }]);
    expect(summary.rules.find(({ rule }) => rule === 'adapter')).toMatchObject({
      decided_before: 1,
      decided_after: 1,
    });
    expect(adapter.asked).toHaveLength(asked);
  });
});

/** The recorded adapter holds what is odd; three mails go by it, one by a rule. */
async function readMails() {
  const recorded = new FakeAdapter(({ draft }) =>
    draft.body.includes('odd') ? { BLOCK: 0.97 } : { PASS: 0.98 },
  );
  const gate = await startGate({ model: modelOf(recorded) });
  for (const name of ['odd', 'sure', 'also']) await addProspect(gate, `vp@${name}.example`);
  await addProspect(gate, 'vp@low.example', lowFunding);
  await gate.send({ to: 'vp@odd.example', text: 'Hello, an odd offer.' });
  await gate.send({ to: 'vp@sure.example', text: 'Hello, a sure thing.' });
  await gate.send({ to: 'vp@also.example', text: 'Hello, a call?' });
  await gate.send({ to: 'vp@low.example', text: FUNDING });
  await gate.until((all) => all.filter(({ state }) => state === 'relayed').length === 2, 'relayed');
  return gate;
}

describe('a backtest with another adapter', () => {
  const candidateOf = (script: ConstructorParameters<typeof FakeAdapter>[0]) => {
    const adapter = new FakeAdapter(script);
    adapter.state = { state: 'ready' };
    return adapter;
  };

  test('asks it about what the rules let go, and tells what it would release and stop, with labels', async () => {
    const gate = await readMails();
    const odd = (await gate.deliveries()).find(({ recipient }) => recipient === 'vp@odd.example')!;
    await gate.app.review.release(odd.id, { actor: 'kim', label: 'wrong' });
    const adapter = candidateOf(({ draft }) =>
      draft.body.includes('sure') ? { BLOCK: 0.99 } : { PASS: 0.99 },
    );
    const model = modelOf(adapter, { name: 'candidate' });
    const { summary, changes } = await backtest(gate, null, { adapterDecides: true }, { model });
    expect(adapter.asked.toSorted()).toEqual([
      'Hello, a call?',
      'Hello, a sure thing.',
      'Hello, an odd offer.',
    ]);
    expect(summary).toMatchObject({
      comparable: 4,
      partial: false,
      transitions: expect.arrayContaining([
        expect.objectContaining({ from: 'hold', to: 'relay', count: 1 }),
        expect.objectContaining({ from: 'relay', to: 'hold', count: 1 }),
      ]),
      adapter: { name: 'candidate', mode: 'active', asked: 3, trouble: {}, compared: 3, changed: 2 },
    });
    expect(summary.adapter!.readings).toEqual(
      expect.arrayContaining([
        { from: 'BLOCK', to: 'PASS', count: 1 },
        { from: 'PASS', to: 'BLOCK', count: 1 },
        { from: 'PASS', to: 'PASS', count: 1 },
      ]),
    );
    expect(summary.adapter!.latency!.p95_ms).toBeGreaterThanOrEqual(summary.adapter!.latency!.p50_ms);
    expect(summary.rule_changes).toEqual([
      {
        rule: 'adapter',
        released: { count: 1, right: 0, wrong: 1, not_sure: 0 },
        stopped: { count: 1, right: 0, wrong: 0, not_sure: 0 },
        otherwise: { count: 0, right: 0, wrong: 0, not_sure: 0 },
      },
    ]);
    expect(changes.every(({ adapter_unasked }) => !adapter_unasked)).toBe(true);
  });

  test('and another rubric asks it about what that rubric lets go too', async () => {
    const gate = await readMails();
    const adapter = candidateOf(({ draft }) =>
      draft.body.includes('Series B') ? { BLOCK: 0.99 } : { PASS: 0.99 },
    );
    const text = candidate((values) => (values.rules.low_confidence_funding = 'off'));
    const { summary } = await backtest(gate, text, { adapterDecides: true }, { model: modelOf(adapter) });
    expect(adapter.asked).toHaveLength(4);
    // Held by the rule then, by the adapter now.
    expect(summary).toMatchObject({ same_action: 1, adapter: { asked: 4, compared: 3 } });
  });

  test('that was never calibrated reads along and changes nothing', async () => {
    const gate = await readMails();
    const adapter = candidateOf(() => ({ SUPPRESS: 0.99 }));
    const { summary } = await backtest(gate, null, {}, { model: modelOf(adapter, { calibration: null }) });
    expect(summary).toMatchObject({
      transitions: [],
      same_action: 0,
      adapter: { mode: 'shadow', asked: 3, compared: 3, changed: 3 },
    });
  });

  test('leaves out what it could not be asked about, and holds what does not fit it', async () => {
    const gate = await readMails();
    const adapter = candidateOf(({ draft }) =>
      draft.body.includes('sure') ? 'unavailable' : draft.body.includes('call') ? 'too_long' : { PASS: 0.99 },
    );
    const { summary, changes } = await backtest(gate, null, {}, { model: modelOf(adapter) });
    expect(summary).toMatchObject({
      comparable: 3,
      not_comparable: { adapter_unavailable: 1 },
      adapter: { asked: 3, trouble: { unavailable: 1, too_long: 1 }, compared: 1 },
    });
    expect(changes.find(({ recipient }) => recipient === 'vp@also.example')).toMatchObject({
      after: { decision: null, hold_reason: 'too_long', action: 'hold' },
    });
  });

  test('that fails throughout ends with a sentence', async () => {
    const gate = await startGate();
    for (let i = 0; i < 12; i += 1) {
      await addProspect(gate, `vp@n${i}.example`);
      await gate.send({ to: `vp@n${i}.example` });
    }
    const model = modelOf(
      candidateOf(() => 'unavailable'),
      { name: 'candidate' },
    );
    await expect(backtest(gate, null, {}, { model })).rejects.toThrow(
      /the model candidate could not be asked 10 times in a row: the model is unavailable/,
    );
  });

  test('ended by hand tells what was judged until then', async () => {
    const gate = await readMails();
    const controller = new AbortController();
    const model = modelOf(candidateOf(() => ({ PASS: 0.99 })));
    const { summary } = await backtest(
      gate,
      null,
      {},
      { model, signal: controller.signal, onProgress: (done) => done === 2 && controller.abort() },
    );
    expect(summary).toMatchObject({ partial: true, messages: 4, messages_judged: 2, deliveries: 2 });
  });

  test.skipIf(onPostgres)(
    'leaves every byte of the database as it was, on a connection that only reads',
    async () => {
      const gate = await readMails();
      await gate.app.stop();
      const path = join(gate.dataDir, 'presend.db');
      const sum = (): string => createHash('sha256').update(readFileSync(path)).digest('hex');
      const before = sum();
      const database = new SqliteDatabase(path, { readonly: true });
      const read = { now: () => gate.now(), app: { database } };
      const model = modelOf(candidateOf(() => ({ BLOCK: 0.99 })));
      const { summary } = await backtest(
        read,
        candidate((values) => (values.c_level.headcount_over = 10)),
        {},
        { model },
      );
      await expect(database.db.deleteFrom('labels').execute()).rejects.toThrow(/readonly/);
      await database.close();
      expect(summary.transitions.length).toBeGreaterThan(0);
      expect(sum()).toBe(before);
    },
  );
});
