import { describe, expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { incompleteBeta, oneSidedBounds } from '../../src/evaluate/statistics.ts';
import { newestVerdict } from '../../src/pipeline/verdict-store.ts';
import { reportBrandDamage } from '../../src/review/brand-damage.ts';
import { FakeAdapter, modelOf } from '../support/fake-adapter.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { DAY, HEALTHY, HOUR, MONDAY, PEOPLE } from '../support/simulate.ts';
import {
  type SimulatedGateOptions,
  type SimulatedOutcome,
  deliveryOf,
  simulateGate,
  sinceOnset,
} from '../support/simulated-gate.ts';

const MAILS = 20_000;
const ONSET = MONDAY + 7 * DAY;
const PATIENCE = 240_000;
const config = configSchema.parse({}).kill_switch;

/** A fortnight of 20,000 mails; the judge is the healthy one until day 7. */
async function fortnight(
  after: Partial<typeof HEALTHY>,
  over: Partial<SimulatedGateOptions> = {},
): Promise<SimulatedOutcome> {
  const before = { ...HEALTHY, falsePositives: 0.03 };
  const outcome = await simulateGate({
    seed: 7,
    days: 14,
    mails: MAILS,
    onset: ONSET,
    people: PEOPLE,
    judge: (at) => (at < ONSET ? before : { ...before, ...after }),
    config,
    ...over,
  });
  onTestFinished(() => outcome.database.close());
  expect(outcome.mails).toHaveLength(MAILS);
  const { count } = await outcome.database.db
    .selectFrom('verdicts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  expect(count).toBe(MAILS);
  return outcome;
}

/** The one trip, after the onset; the first mail after it was judged by the rules, whatever the adapter read. */
async function theTrip({ database, entries }: SimulatedOutcome) {
  expect(entries, 'one change of the switch').toHaveLength(1);
  const [entry] = entries;
  expect(entry).toMatchObject({ mode: 'shadow' });
  expect(entry.at).toBeGreaterThanOrEqual(ONSET);
  const decidedByAdapter = await database.db
    .selectFrom('verdicts')
    .select(['id'])
    .where('created_at', '>=', entry.at)
    .where((eb) =>
      eb.or([eb('adapter', 'like', '%"mode":"active"%'), eb('hold_reason', '=', 'low_confidence')]),
    )
    .execute();
  expect(decidedByAdapter).toEqual([]);
  return { entry, hours: (entry.at - ONSET) / HOUR };
}

/** The chance of at least `hits` of `of`. */
const atLeast = (hits: number, of: number, rate: number): number =>
  hits > of ? 0 : hits <= 0 ? 1 : incompleteBeta(rate, hits, of - hits + 1);

describe('a fortnight of 20,000 mails, the judge going bad on day 7', () => {
  test(
    'trips by false positives when they rise from 3 to 30 %; a gate on the same folder judges by the rules',
    async () => {
      const outcome = await fortnight({ falsePositives: 0.3 });
      const { entry, hours } = await theTrip(outcome);
      expect(entry.actor).toBe('monitor:false_positives');
      // With every label there at once, w wrong stops of n new prospects beside 500 − n old ones pass 15 % from about 300
      // prospects on; half of the labels come within 45 minutes, nine of ten by the end of the next working day.
      expect(sinceOnset(outcome.mails, ONSET, entry.at).mails).toBeGreaterThan(250);
      expect(hours).toBeLessThan(42);

      const adapter = new FakeAdapter(() => ({ BLOCK: 0.97 }));
      // What was simulated is in SQLite, whatever else this run is on.
      const gate = await startGate({
        dataDir: outcome.folder,
        model: modelOf(adapter),
        config: { store: 'sqlite' },
      });
      await expect.poll(() => adapter.state.state, { timeout: 20_000 }).toBe('ready');
      await addProspect(gate, 'vp@after.example');
      expect(await gate.send({ to: 'vp@after.example' })).toMatch(/^250 2\.0\.0 Relaying/);
      const sent = (await gate.deliveries()).find(({ recipient }) => recipient === 'vp@after.example');
      expect(await newestVerdict(gate.app.database.db, sent!.id)).toMatchObject({ decision: 'PASS' });
      const ready = (await (await fetch(`${gate.httpBase}/readyz`)).json()) as object;
      expect(ready).toMatchObject({ judge: 'rules', kill_switch: { mode: 'shadow' } });
    },
    PATIENCE,
  );

  test(
    'trips by failed calls when 3 % of the answers are malformed',
    async () => {
      const outcome = await fortnight({ malformed: 0.03 });
      const { entry } = await theTrip(outcome);
      expect(entry.actor).toBe('monitor:failures');
      const { calls: size, limit } = config.failures;
      let needed = config.failures.failures;
      while (oneSidedBounds(needed, size).low <= limit) needed += 1;
      expect(needed).toBe(16);
      // Before: 0.2 % of a full window, hardly ever more than 7. So 9 to 16 failures at 3 % are needed.
      const calls = Array.from({ length: size }, (_, i) => i + 1);
      const earliest = calls.find((of) => atLeast(needed - 7, of, 0.03) > 0.001)!;
      const latest = calls.find((of) => atLeast(needed, of, 0.03) > 0.999) ?? size;
      const { calls: took } = sinceOnset(outcome.mails, ONSET, entry.at);
      expect([earliest, took, latest]).toEqual([earliest, took, latest].toSorted((a, b) => a - b));
    },
    PATIENCE,
  );

  test(
    'trips by failed calls when the model cannot be loaded any more, which is tried every minute',
    async () => {
      const outcome = await fortnight({}, { loadFails: true });
      const { entry, hours } = await theTrip(outcome);
      expect(entry.actor).toBe('monitor:failures');
      // 16 failures in a full window of 1,000, less those that were in it, seen at the next look.
      expect(hours * 60).toBeGreaterThanOrEqual(8);
      expect(hours * 60).toBeLessThanOrEqual(16 + 5);
    },
    PATIENCE,
  );

  test(
    'trips at once by a report of brand damage, and never otherwise',
    async () => {
      const outcome = await fortnight(
        {},
        {
          atOnset: async (trx, mails) => {
            const index = mails.findLastIndex(({ reading }) => reading === 'PASS');
            const delivery = await trx
              .selectFrom('deliveries')
              .selectAll()
              .where('id', '=', deliveryOf(index))
              .executeTakeFirstOrThrow();
            await reportBrandDamage(
              trx,
              delivery,
              {
                whatHappened: 'A rumour was sent as fact.',
                rule: 'low_confidence_funding',
                stopEngine: false,
                act: { actor: 'kim' },
                at: ONSET,
              },
              config,
            );
          },
        },
      );
      const { entry } = await theTrip(outcome);
      expect(entry).toMatchObject({ actor: 'kim', at: ONSET, condition: expect.stringContaining('B04') });
    },
    PATIENCE,
  );

  test(
    'trips by nothing when it stays as it was',
    async () => {
      expect((await fortnight({}, { watchEveryMs: 2 * HOUR })).entries).toEqual([]);
    },
    PATIENCE,
  );
});

test(
  'when one probe is decided wrongly the spot checks trip in the weeks that ten labels of it take',
  async () => {
    // 20,000 mails over 20 weeks to regulated prospects for the most part, sixty decisions a week: twenty over ten probes give
    // a probe one to three labels a quarter (docs/BENCHMARKS.md).
    const weeks = 20;
    const outcome = await simulateGate({
      seed: 7,
      days: weeks * 7,
      mails: MAILS,
      onset: ONSET,
      people: PEOPLE,
      broken: ['regulated_caveat', 'regulated_caveat', 'regulated_caveat', 'thread_leak', 'generic_peers'],
      judge: (at) =>
        at < ONSET
          ? { ...HEALTHY, recall: 0.9 }
          : { ...HEALTHY, recall: 0.9, mistaken: { rule: 'regulated_caveat', share: 0.8 } },
      config: { ...config, spot_check: { ...config.spot_check, decisions: 60 } },
      watchEveryMs: 12 * HOUR,
    });
    onTestFinished(() => outcome.database.close());
    const { entry, hours } = await theTrip(outcome);
    expect(entry.actor).toBe('monitor:probe_C04');
    const [, right, of] = /(\d+) of (\d+) decisions right/.exec(entry.condition!)!.map(Number);
    expect(of).toBeGreaterThanOrEqual(config.probes.labels);
    expect(oneSidedBounds(right, of).high).toBeLessThan(config.probes.limit);
    // The first draw with such mail is a week after the onset. When the onset is twelve weeks old nothing of before is counted,
    // and by then ten labels have long been there.
    expect(hours / 24).toBeGreaterThan(7);
    expect(hours / 24).toBeLessThan((config.probes.weeks + 2) * 7);
  },
  PATIENCE,
);
