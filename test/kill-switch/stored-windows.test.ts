import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { addUpHour, countHours } from '../../src/insight/hours-store.ts';
import type { RuleName } from '../../src/judge/verdict.ts';
import { addCalls, newestCalls } from '../../src/kill-switch/call-store.ts';
import { decisionCounts } from '../../src/kill-switch/drift-store.ts';
import { adapterDeliveries, newestPerProspect } from '../../src/kill-switch/false-positive-store.ts';
import { currentAdapter, noteAdapter, watchedSince } from '../../src/kill-switch/monitor-store.ts';
import { failures } from '../../src/kill-switch/monitors/failures.ts';
import { falsePositives } from '../../src/kill-switch/monitors/false-positives.ts';
import { reset, trip } from '../../src/kill-switch/switch-store.ts';
import { CallWindow, ProspectWindow } from '../../src/kill-switch/windows.ts';
import { saveVerdict } from '../../src/pipeline/verdict-store.ts';
import { addLabel, withdrawLabel } from '../../src/review/label-store.ts';
import type { Database, Trx } from '../../src/store/database.ts';
import {
  type Said,
  type StoredMail,
  byRules,
  openStored,
  storeMails,
  storedEngine,
  withAdapter,
} from '../support/stored-mail.ts';

const HOUR = 3_600_000;
const START = 1_000 * HOUR;
const config = configSchema.parse({}).kill_switch;

let database: Database;
let engines: string[];

beforeAll(async () => {
  ({ database } = await openStored('windows'));
  engines = [await storedEngine(database, 'one'), await storedEngine(database, 'two')];
});
afterAll(() => database.close());
beforeEach(clear);

async function clear(): Promise<void> {
  await database.transact(async (trx) => {
    for (const table of [
      'labels',
      'verdicts',
      'deliveries',
      'bodies',
      'messages',
      'adapter_calls',
      'adapter_versions',
      'kill_switch',
      'insight_hours',
      'audit',
    ] as const)
      await trx.deleteFrom(table).execute();
  });
}

/** Both adapters that take turns here. */
const VERSIONS = ['a@1', 'b@1'] as const;

/** A verdict on a new or an earlier delivery; `said` null = the rules alone. */
interface Judge {
  kind: 'judge';
  /** null = a new delivery. */
  again: number | null;
  prospect: number | null;
  engine: number;
  rule: RuleName | null;
  said: Said | null;
  mode: 'active' | 'shadow';
  version: number;
}
type Step = { ms: number } & (
  | Judge
  | { kind: 'label'; of: number; right: 'right' | 'wrong' | 'not_sure'; act: 'release' | 'reject' }
  | { kind: 'withdraw'; of: number }
  | { kind: 'call'; result: 'ok' | 'malformed' | 'failed' | 'load_failed'; version: number }
  | { kind: 'adapter'; version: number }
  | { kind: 'reset' }
);

const version = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });
/** Time passes, stands still (events of one millisecond), or goes back as a mended clock does. */
const ms = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: HOUR }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -1_000, max: -1 }) },
);
const judge = fc.record({
  kind: fc.constant('judge' as const),
  ms,
  again: fc.option(fc.nat(9), { freq: 3 }),
  prospect: fc.option(fc.nat(7), { freq: 9 }),
  engine: fc.nat(1),
  rule: fc.option(fc.constantFrom<RuleName[]>('generic_peers', 'thread_leak', 'opt_out'), { nil: null }),
  said: fc.option(
    fc.constantFrom<Said[]>('PASS', 'PASS', 'BLOCK', 'PENALISE', 'doubt', 'unreadable', 'unavailable'),
    { freq: 8 },
  ),
  mode: fc.constantFrom('active' as const, 'active' as const, 'shadow' as const),
  version,
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 40, arbitrary: judge },
    {
      weight: 20,
      arbitrary: fc.record({
        kind: fc.constant('label' as const),
        ms,
        of: fc.nat(9),
        right: fc.constantFrom('right' as const, 'wrong' as const, 'not_sure' as const),
        act: fc.constantFrom('release' as const, 'reject' as const),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), ms, of: fc.nat(9) }) },
    {
      weight: 20,
      arbitrary: fc.record({
        kind: fc.constant('call' as const),
        ms,
        result: fc.constantFrom(
          'ok' as const,
          'ok' as const,
          'malformed' as const,
          'failed' as const,
          'load_failed' as const,
        ),
        version,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('adapter' as const), ms, version }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const), ms }) },
  ),
  { minLength: 1, maxLength: 70, size: 'max' },
);

/** Everything that ever happened, kept as plainly as can be. */
class Model {
  now = START;
  readonly deliveries: { id: string; prospect: string | null; engine: number }[] = [];
  readonly verdicts: { delivery: string; at: number; judge: Judge }[] = [];
  labels: { delivery: string; right: 'right' | 'wrong' | 'not_sure'; act: string }[] = [];
  readonly calls: { at: number; version: number; result: string }[] = [];
  adapter: { version: number; since: number } | null = null;
  lastReset: number | null = null;

  delivery(index: number): string | undefined {
    return this.deliveries[this.deliveries.length - 1 - index]?.id;
  }

  since(which: number): number {
    if (this.adapter?.version !== which) return this.now;
    return Math.max(this.adapter.since, this.lastReset ?? 0);
  }

  /** What an active adapter stopped or let go, newest verdict of each delivery, newest first. */
  watched(which: number, engine: number | null) {
    const seen = new Set<string>();
    const found: {
      delivery: string;
      prospect: string;
      stopped: boolean;
      answer: string | null;
      at: number;
    }[] = [];
    for (const { delivery, at, judge: by } of this.verdicts.toReversed()) {
      const { prospect, engine: of } = this.deliveries.find(({ id }) => id === delivery)!;
      const read = by.said !== null && by.said !== 'unreadable' && by.said !== 'unavailable';
      // The rules' own doubt and stops aside, the adapter is asked (judge/combine.ts).
      if (!read || by.mode !== 'active' || by.version !== which || at < this.since(which)) continue;
      if (engine !== null && of !== engine) continue;
      if (seen.has(delivery)) continue;
      seen.add(delivery);
      const stopped = stops(by);
      if (stopped === null || prospect === null) continue;
      const answer = this.labels.findLast((label) => label.delivery === delivery)?.right ?? null;
      found.push({ delivery, prospect, stopped, answer, at });
    }
    return found;
  }

  newestPerProspect(which: number, size: number, engine: number | null) {
    const newest = new Map<string, ReturnType<Model['watched']>[number]>();
    for (const one of this.watched(which, engine))
      if (newest.size < size && !newest.has(one.prospect)) newest.set(one.prospect, one);
    return [...newest.values()].toReversed();
  }
}

/** From the table of what rules and adapter say together, not from the code under test. */
function stops({ rule, said }: Judge): boolean | null {
  if (rule === 'thread_leak' || rule === 'opt_out') return null;
  if (rule === null) return said !== 'PASS';
  // generic_peers penalises already: the adapter stops it by a harder decision or by doubt.
  return said === 'BLOCK' || said === 'doubt' ? true : null;
}

async function apply(trx: Trx, model: Model, step: Step): Promise<void> {
  model.now += step.ms;
  const at = model.now;
  switch (step.kind) {
    case 'judge': {
      const verdict =
        step.said === null
          ? byRules(step.rule)
          : withAdapter(step.rule, step.said, { version: VERSIONS[step.version], mode: step.mode });
      let id = step.again === null ? undefined : model.delivery(step.again);
      if (id === undefined) {
        id = `d${model.deliveries.length}`;
        const prospect = step.prospect === null ? null : `p${step.prospect}`;
        const mail: StoredMail = { id, engine: engines[step.engine], at, prospect, verdict };
        await storeMails(trx, [mail]);
        model.deliveries.push({ id, prospect, engine: step.engine });
      }
      await saveVerdict(trx, id, verdict, at);
      model.verdicts.push({ delivery: id, at, judge: step });
      return;
    }
    case 'label': {
      const delivery = model.delivery(step.of);
      if (delivery === undefined) return;
      await addLabel(trx, { deliveryId: delivery, at, actor: 'kim', right: step.right, act: step.act });
      model.labels.push({ delivery, right: step.right, act: step.act });
      return;
    }
    case 'withdraw': {
      const delivery = model.delivery(step.of);
      if (delivery === undefined) return;
      await withdrawLabel(trx, delivery, 'release');
      const newest = model.labels.findLast((label) => label.delivery === delivery);
      if (newest?.act === 'release') model.labels = model.labels.filter((label) => label !== newest);
      return;
    }
    case 'call':
      await addCalls(trx, [
        { at, adapter_version: VERSIONS[step.version], result: step.result, latency_ms: 1 },
      ]);
      model.calls.push({ at, version: step.version, result: step.result });
      return;
    case 'adapter':
      await noteAdapter(trx, VERSIONS[step.version], at);
      if (model.adapter?.version !== step.version) {
        // One that takes over is the newest, whatever the clock says.
        const since = Math.max(at, (model.adapter?.since ?? 0) + 1);
        model.adapter = { version: step.version, since };
      }
      return;
    case 'reset':
      await trip(trx, { by: 'test', reason: 'test', at });
      await reset(trx, { by: 'test', reason: 'test', at });
      model.lastReset = at;
  }
}

/** Lets a history happen, in the database and in the model. */
async function happen(history: readonly Step[]): Promise<Model> {
  await clear();
  const model = new Model();
  await database.transact(async (trx) => {
    await apply(trx, model, { kind: 'adapter', ms: 0, version: 0 });
    for (const step of history) await apply(trx, model, step);
  });
  return model;
}

describe('on any history, the database says what going through all of it would', () => {
  test('of the newest delivery to each prospect, with labels, re-judging, resets and other adapters', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 9 }), async (history, size) => {
        const model = await happen(history);
        for (const [which, name] of VERSIONS.entries()) {
          const since = await watchedSince(database.db, name, model.now);
          expect(since).toBe(model.since(which));
          const scope = { db: database.db, version: name, since };
          for (const engine of [null, 0, 1]) {
            const newest = await newestPerProspect(
              { ...scope, engine: engine === null ? null : engines[engine] },
              size,
            );
            expect(newest).toEqual(model.newestPerProspect(which, size, engine));
          }
          const all = await adapterDeliveries(scope);
          expect(all).toEqual({ deliveries: model.watched(which, null).toReversed(), whole: true });
          // Folding the history one by one ends in the same window as reading its newest place at once.
          const [folded, read] = [new ProspectWindow(size), new ProspectWindow(size)];
          for (const { answer, ...one } of all.deliveries) folded.add(one, answer);
          for (const { answer, ...one } of await newestPerProspect(scope, size)) read.add(one, answer);
          expect(folded.counts()).toEqual(read.counts());
        }
      }),
      { numRuns: 150 },
    );
  });

  test('of the newest calls, and the failures among them', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 12 }), async (history, limit) => {
        const model = await happen(history);
        for (const [which, name] of VERSIONS.entries()) {
          const since = model.since(which);
          const expected = model.calls
            .filter((call) => call.version === which && call.at >= since)
            .slice(-limit)
            .map(({ result }) => result);
          const calls = await newestCalls(database.db, { version: name, since, limit });
          expect(calls.map(({ result }) => result)).toEqual(expected);
          const window = new CallWindow(limit);
          for (const { result } of calls) window.add(result !== 'ok');
          expect([window.calls, window.failures]).toEqual([
            expected.length,
            expected.filter((result) => result !== 'ok').length,
          ]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('of the decisions that drift is measured by: each delivery once, by its first verdict', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const model = await happen(history);
        const hours = new Set(model.verdicts.map(({ at }) => at - (at % HOUR)));
        await database.transact(async (trx) => {
          for (const hour of hours) await addUpHour(trx, hour);
        });
        const [from, to] = [START - HOUR, START + 80 * HOUR];
        expect(await countHours(database.db, from, to)).not.toBeNull();
        const expected = { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0, HOLD: 0 };
        for (const { id } of model.deliveries) {
          const { judge: first } = model.verdicts.find(({ delivery }) => delivery === id)!;
          expected[firstDecision(first)] += 1;
        }
        expect(await decisionCounts(database.db, from, to)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

/** What the gate decides by a verdict, from the table of what rules and adapter say together. */
function firstDecision({ rule, said, mode }: Judge) {
  const byRule = { generic_peers: 'PENALISE', thread_leak: 'BLOCK', opt_out: 'SUPPRESS' } as const;
  const rules = rule === null ? 'PASS' : byRule[rule as keyof typeof byRule];
  if (said === null || mode === 'shadow' || rules === 'BLOCK' || rules === 'SUPPRESS') return rules;
  if (said === 'BLOCK') return 'BLOCK';
  if (said === 'PENALISE') return 'PENALISE';
  return said === 'doubt' || said === 'unreadable' ? 'HOLD' : rules;
}

const context = (now: number) => ({
  db: database.db,
  config,
  version: VERSIONS[0],
  since: 0,
  now,
});

/** Stores mail of one adapter, `PASS` or stopped, to the prospects given. */
async function pile(
  mails: readonly { id: string; prospect: string; said: Said }[],
  at: number,
): Promise<void> {
  const rows = mails.map(({ id, prospect, said }) => ({
    mail: {
      id,
      engine: engines[0],
      at,
      prospect,
      verdict: withAdapter(null, said, { version: VERSIONS[0], mode: 'active' }),
    },
  }));
  for (let from = 0; from < rows.length; from += 200) {
    await database.transact(async (trx) => {
      const some = rows.slice(from, from + 200);
      await storeMails(
        trx,
        some.map(({ mail }) => mail),
      );
      for (const { mail } of some)
        await saveVerdict(
          trx,
          mail.id,
          withAdapter(null, mail.verdict.decision === 'PASS' ? 'PASS' : 'BLOCK', {
            version: VERSIONS[0],
            mode: 'active',
          }),
          at,
        );
    });
  }
}

test('labels that come when the mail has left the newest window still count, where the window stood then', async () => {
  const first = Array.from({ length: 500 }, (_, i) => ({
    id: `old${i}`,
    prospect: `old${i}`,
    said: i >= 380 ? ('BLOCK' as const) : ('PASS' as const),
  }));
  const later = Array.from({ length: 600 }, (_, i) => ({
    id: `new${i}`,
    prospect: `new${i}`,
    said: 'PASS' as const,
  }));
  await pile(first, START);
  await pile(later, START + HOUR);
  const read = async () => (await falsePositives.read(context(START + 30 * HOUR)))[0];
  expect(await read()).toMatchObject({ state: 'not_enough', counted: 0 });
  await database.transact(async (trx) => {
    for (let i = 400; i < 500; i += 1)
      await addLabel(trx, {
        deliveryId: `old${i}`,
        at: START + 24 * HOUR,
        actor: 'kim',
        right: 'wrong',
        act: 'release',
      });
  });
  const reading = await read();
  expect(reading.state).toBe('over');
  expect(reading.value).toBeCloseTo(100 / 480, 10);
  expect(reading.says).toContain('500 of 500 prospects, up to 1970-02-11 16:00 UTC');
});

test('mail that a rule stopped and the adapter did not is none that the adapter let go', async () => {
  const verdict = withAdapter('generic_peers', 'PASS', { version: VERSIONS[0], mode: 'active' });
  expect(verdict).toMatchObject({ decision: 'PENALISE', adapter: { decision: 'PASS' } });
  await database.transact(async (trx) => {
    await storeMails(trx, [{ id: 'x', engine: engines[0], at: START, prospect: 'x', verdict }]);
    await saveVerdict(trx, 'x', verdict, START);
  });
  expect(await adapterDeliveries({ db: database.db, version: VERSIONS[0], since: 0 })).toEqual({
    deliveries: [],
    whole: true,
  });
});

test('an adapter that takes over in the same millisecond, or after the clock went back, is the one watched', async () => {
  await database.transact((trx) => noteAdapter(trx, VERSIONS[1], START));
  await database.transact((trx) => noteAdapter(trx, VERSIONS[0], START));
  expect(await currentAdapter(database.db)).toMatchObject({ version: VERSIONS[0] });
  await database.transact((trx) => noteAdapter(trx, VERSIONS[1], START - 5));
  expect(await currentAdapter(database.db)).toMatchObject({ version: VERSIONS[1] });
});

test('more than 20,000 verdicts on few prospects end the look back', async () => {
  await pile([{ id: 'first', prospect: 'first', said: 'BLOCK' }], START);
  await database.transact(async (trx) => {
    await addLabel(trx, { deliveryId: 'first', at: START, actor: 'kim', right: 'wrong', act: 'release' });
    const verdict = withAdapter(null, 'BLOCK', { version: VERSIONS[0], mode: 'active' });
    for (let i = 0; i < 25; i += 1) {
      const id = `busy${i}`;
      await storeMails(trx, [{ id, engine: engines[0], at: START, prospect: id, verdict }]);
      await addLabel(trx, { deliveryId: id, at: START, actor: 'kim', right: 'wrong', act: 'release' });
    }
    for (let i = 0; i < 20_000; i += 1) await saveVerdict(trx, `busy${i % 25}`, verdict, START + i);
  });
  const scope = { db: database.db, version: VERSIONS[0], since: 0 };
  expect((await newestPerProspect(scope, 500)).map(({ prospect }) => prospect)).not.toContain('first');
  expect(await adapterDeliveries(scope)).toMatchObject({ whole: false, deliveries: { length: 25 } });
  // The newest window counts although older prospects are missing from it.
  expect((await falsePositives.read(context(START + HOUR)))[0]).toMatchObject({ counted: 25, state: 'over' });
}, 60_000);

test('calls of one millisecond count in the order they came', async () => {
  await database.transact((trx) =>
    addCalls(
      trx,
      Array.from({ length: 1_200 }, (_, i) => ({
        at: START,
        adapter_version: VERSIONS[0],
        result: i < 200 ? ('failed' as const) : ('ok' as const),
        latency_ms: 1,
      })),
    ),
  );
  expect((await failures.read(context(START)))[0]).toMatchObject({ state: 'ok', value: 0, counted: 1_000 });
});
