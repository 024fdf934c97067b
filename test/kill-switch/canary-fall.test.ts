import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { signTest } from '../../src/evaluate/statistics.ts';
import { killSwitchSchema } from '../../src/kill-switch/config.ts';
import { PROBE_FOLDER, readProbes } from '../../src/kill-switch/canary/cases.ts';
import { drawSome } from '../../src/kill-switch/canary/draw.ts';
import { type FallOptions, LEVEL, fallsOf, rulesTurned } from '../../src/kill-switch/canary/fall.ts';
import { type CanaryResult, isRight, tallyByProbe } from '../../src/kill-switch/canary/result.ts';

const PLAIN: FallOptions = {
  limits: killSwitchSchema.parse({}),
  extent: 'all',
  before: null,
  previous: null,
  accepted: new Set(),
};

/** Both sides of so many mails of one probe, which the rules pass; the adapter answers rightly unless told otherwise. */
function results(
  mails: number,
  over: (index: number, bad: boolean) => Partial<CanaryResult> = () => ({}),
): CanaryResult[] {
  return Array.from({ length: mails * 2 }, (_, i) => {
    const [index, bad] = [Math.floor(i / 2), i % 2 === 1];
    const one: CanaryResult = {
      id: `m${index}/${bad ? 'bad' : 'good'}`,
      probe: `P${index % 10}`,
      pair: `m${index}`,
      gold: bad ? 'BLOCK' : 'PASS',
      hard: false,
      own: false,
      rules: 'PASS',
      adapter: bad ? 'BLOCK' : 'PASS',
      full: bad ? 'BLOCK' : 'PASS',
      trouble: null,
      ms: 80,
      ...over(index, bad),
    };
    // As the gate joins them: the adapter can only add a stop.
    return { ...one, full: one.rules === 'PASS' ? one.adapter : one.rules };
  });
}

const kinds = (all: readonly CanaryResult[], options: Partial<FallOptions> = {}) =>
  fallsOf(all, { ...PLAIN, ...options }).map(({ kind }) => kind);

describe('the sign test', () => {
  test('is the tail of a fair coin, counted out', () => {
    for (const [worse, better] of [
      [0, 5],
      [1, 0],
      [7, 0],
      [9, 3],
      [30, 10],
    ] as const) {
      const n = worse + better;
      let tail = 0;
      for (let k = worse; k <= n; k += 1) {
        let ways = 1;
        for (let i = 0; i < k; i += 1) ways = (ways * (n - i)) / (i + 1);
        tail += ways / 2 ** n;
      }
      expect(signTest(worse, better)).toBeCloseTo(tail, 10);
    }
  });
});

describe('a fall', () => {
  test('has none who reads both sides rightly', () => {
    expect(kinds(results(248))).toEqual([]);
  });

  test('is broken from the failed answers on whose lower bound is over the limit', () => {
    const failing = (count: number) =>
      results(248, (i, bad) => (bad && i < count ? { trouble: 'malformed' } : {}));
    // Of 496 cases: 10 failures have the lower 95 % bound 1.1 %, 9 have 0.9 %.
    expect(kinds(failing(9))).toEqual([]);
    expect(kinds(failing(10))).toEqual(['broken']);
    // Two of twenty are many, and still too few to say it.
    expect(kinds(results(10, (i, bad) => (bad && i < 2 ? { trouble: 'malformed' } : {})))).toEqual([]);
    expect(kinds(results(10, (i, bad) => (bad && i < 3 ? { trouble: 'malformed' } : {})))).toEqual([
      'broken',
    ]);
    // A draft that does not fit is no fault of the model.
    expect(
      kinds(results(248, (i, bad) => (bad && i < 30 ? { trouble: 'too_long', adapter: 'HOLD' } : {}))),
    ).toEqual([]);
  });

  test('has who stops more than 15 % of the good mail that the rules pass, by doubt as well, and only of that', () => {
    const stopping = (count: number, over: Partial<CanaryResult> = {}) =>
      results(200, (i, bad) => (!bad && i < count ? { adapter: 'HOLD', ...over } : {}));
    // 39 of 200 have the lower 95 % bound 15.0 %, 40 have 15.5 %.
    expect(kinds(stopping(38))).toEqual([]);
    expect(kinds(stopping(40))).toEqual(['false_positives']);
    expect(kinds(stopping(40, { rules: 'BLOCK' }))).toEqual([]);
  });

  test('has who cannot tell the two sides of a mail apart', () => {
    expect(kinds(results(248, () => ({ adapter: 'PASS' })))).toEqual(['knows_nothing']);
    expect(kinds(results(248, () => ({ adapter: 'BLOCK' })))).toEqual(['false_positives', 'knows_nothing']);
    // Seven mails told apart and none confused: p = 1/128.
    expect(kinds(results(248, (i) => (i < 7 ? {} : { adapter: 'PASS' })))).toEqual([]);
    expect(kinds(results(248, (i) => (i < 6 ? {} : { adapter: 'PASS' })))).toEqual(['knows_nothing']);
    // Twenty cases are too few to ask that of.
    expect(
      kinds(
        results(10, () => ({ adapter: 'PASS' })),
        { extent: 'some' },
      ),
    ).toEqual([]);
  });

  test('has who makes the rules worse than they are alone', () => {
    // The rules have the bad ones already; it adds eight false stops and nothing else.
    const harm = (count: number) =>
      results(248, (i, bad) => (bad ? { rules: 'BLOCK' } : i < count ? { adapter: 'BLOCK' } : {}));
    expect(kinds(harm(6))).toEqual([]);
    expect(kinds(harm(7))).toEqual(['worse_than_rules']);
  });

  test('has who lost seven readings and won none, and not who lost as many as it won', () => {
    const before = results(248);
    const lost = (count: number, won = 0) =>
      [
        results(248, (i, bad) => (bad && i < count ? { adapter: 'PASS' } : {})),
        results(248, (i, bad) => (bad && i >= 248 - won ? { adapter: 'PASS' } : {})),
      ] as const;
    const [now7, then7] = lost(7);
    expect(kinds(now7, { before: then7 })).toEqual(['lost']);
    expect(kinds(lost(6)[0], { before })).toEqual([]);
    const [now, then] = lost(12, 8);
    expect(kinds(now, { before: then })).toEqual([]);
  });

  test('compares another adapter only on what the rules pass, and only where it has no run of its own', () => {
    const previous = results(248);
    const elsewhere = results(248, (i, bad) => (bad && i < 40 ? { rules: 'SUPPRESS', adapter: 'PASS' } : {}));
    expect(kinds(elsewhere, { previous })).toEqual([]);
    const here = results(248, (i, bad) => (bad && i < 40 ? { adapter: 'PASS' } : {}));
    expect(kinds(here, { previous })).toEqual(['worse_than_before']);
    expect(kinds(here, { previous, before: here })).toEqual([]);
  });

  test('counts neither what a person accepted nor the operator’s own cases', () => {
    const all = results(248, () => ({ adapter: 'PASS' }));
    expect(kinds(all, { accepted: new Set(['knows_nothing']) })).toEqual([]);
    expect(kinds([...results(248), ...results(248, () => ({ adapter: 'BLOCK', own: true }))])).toEqual([]);
  });

  test('is told in a sentence with figures and the worst probes', () => {
    const [fall] = fallsOf(
      results(248, (i, bad) => (!bad && i % 10 < 3 ? { adapter: 'BLOCK' } : {})),
      PLAIN,
    );
    expect(fall?.says).toBe(
      'It stops 75 of 248 good mails that the rules pass, 30 %, limit 15 % (most of P0: 25, P1: 25, P2: 25).',
    );
  });
});

describe('a healthy judge', () => {
  test('never falls in a hundred runs that repeat its answers, whatever it has wrong', () => {
    const wrong = randomFrom(3);
    const answers = results(248, () =>
      wrong() < 0.08 ? { adapter: 'HOLD' } : wrong() < 0.3 ? { adapter: 'PASS' } : {},
    );
    expect(kinds(answers)).toEqual([]);
    for (let run = 0; run < 100; run += 1) expect(kinds(answers, { before: answers })).toEqual([]);
  });

  test('falls in none of a hundred daily runs of a host that answers one case in fifty the other way each time', () => {
    const random = randomFrom(11);
    const noisy = () => results(248, (_, bad) => (random() < 0.02 ? { adapter: bad ? 'PASS' : 'HOLD' } : {}));
    const before = noisy();
    let falls = 0;
    for (let run = 0; run < 100; run += 1) falls += kinds(noisy(), { before }).length;
    expect(falls).toBe(0);
  });
});

describe('twenty cases', () => {
  const cases = readProbes(PROBE_FOLDER);

  test('are one of each probe and side, the same all day and others the next', () => {
    const drawn = drawSome(cases, 20, { seed: 1, reference: null });
    expect(new Set(drawn.map((one) => `${one.case.probe} ${one.case.gold === 'PASS'}`)).size).toBe(20);
    expect(drawSome(cases, 20, { seed: 1, reference: null })).toEqual(drawn);
    expect(drawSome(cases, 20, { seed: 2, reference: null })).not.toEqual(drawn);
    expect(drawSome(cases, 10_000, { seed: 1, reference: null })).toHaveLength(cases.length);
  });

  test('are drawn from what was right, so that a judge which passes everything is found', () => {
    // As good a judge as this one would stop a third of the bad.
    const random = randomFrom(5);
    const reference = cases.map(({ case: one }): CanaryResult => {
      const outcome = one.gold === 'PASS' || random() < 0.66 ? 'PASS' : one.gold;
      return {
        id: one.id,
        probe: one.probe,
        pair: one.pair,
        gold: one.gold,
        hard: false,
        own: false,
        rules: 'PASS',
        adapter: outcome,
        full: outcome,
        trouble: null,
        ms: 1,
      };
    });
    const right = new Set(reference.filter((one) => isRight(one, 'adapter')).map(({ id }) => id));
    const drawn = drawSome(cases, 20, { seed: 9, reference });
    expect(drawn.every((one) => right.has(one.case.id))).toBe(true);
    const known = new Map(reference.map((one) => [one.id, one]));
    const passing = drawn.map(
      (one) => ({ ...known.get(one.case.id)!, adapter: 'PASS', full: 'PASS' }) as const,
    );
    expect(kinds(passing, { extent: 'some', before: reference })).toEqual(['lost']);
  });
});

describe('the rules on the probe cases', () => {
  test('are called worse only when significantly many turned for the worse', () => {
    const before = results(100, (_, bad) => (bad ? { rules: 'BLOCK' } : {}));
    const after = (count: number) => results(100, (i, bad) => (bad && i >= count ? { rules: 'BLOCK' } : {}));
    expect(rulesTurned(after(6), before).worseThan).toBe(false);
    expect(rulesTurned(after(7), before)).toMatchObject({ worseThan: true, better: [] });
    expect(rulesTurned(after(7), before).worse.map(({ id }) => id)).toContain('m3/bad');
    expect(signTest(7, 0)).toBeLessThan(LEVEL);
  });

  test('are counted by probe and side', () => {
    const [first] = tallyByProbe(results(20, (_, bad) => (bad ? { hard: true, adapter: 'PASS' } : {})));
    expect(first).toEqual({
      probe: 'P0',
      tally: {
        cases: 4,
        good: { of: 2, rules: 2, adapter: 2, full: 2 },
        bad: { of: 2, rules: 0, adapter: 0, full: 0 },
        hard: { of: 2, rules: 0, adapter: 0, full: 0 },
      },
    });
  });
});
