import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { PASS_SHARE, allocate } from '../../src/kill-switch/spot-check/allocate.ts';
import { type Candidate, draw, pick } from '../../src/kill-switch/spot-check/draw.ts';
import { isWeekAfter, lastDue, nextDue } from '../../src/kill-switch/spot-check/schedule.ts';
import { DECISIONS } from '../../src/message/types.ts';

const decisions = fc.constantFrom(...DECISIONS, 'HOLD' as const);
const strata = fc
  .uniqueArray(
    fc.record({
      decision: decisions,
      rule: fc.constantFrom('thread_leak', 'funding_tier', 'adapter', 'c_level'),
      size: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 50_000 })),
    }),
    {
      maxLength: 16,
      selector: ({ decision, rule }) => (decision === 'PASS' ? decision : `${decision} ${rule}`),
    },
  )
  .map((all) => all.map((one) => (one.decision === 'PASS' ? { ...one, rule: null } : one)));

const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

describe('the allocation of a spot check', () => {
  test('gives out every place there is a verdict for, and no stratum more than it has', () => {
    fc.assert(
      fc.property(strata, fc.integer({ min: 1, max: 200 }), fc.integer(), (sizes, places, seed) => {
        const given = allocate(sizes, places, randomFrom(seed));
        expect(given).toHaveLength(sizes.length);
        given.forEach((one, i) => expect(one).toBeLessThanOrEqual(sizes[i].size));
        expect(total(given)).toBe(Math.min(places, total(sizes.map(({ size }) => size))));
      }),
    );
  });

  test('gives passes a quarter and every other stratum one, while places last', () => {
    fc.assert(
      fc.property(strata, fc.integer({ min: 1, max: 200 }), fc.integer(), (sizes, places, seed) => {
        const given = allocate(sizes, places, randomFrom(seed));
        const pass = sizes.findIndex(({ decision }) => decision === 'PASS');
        const share = pass < 0 ? 0 : Math.min(sizes[pass].size, Math.ceil(places * PASS_SHARE));
        if (pass >= 0) expect(given[pass]).toBeGreaterThanOrEqual(share);
        const others = given.filter((_, i) => i !== pass);
        const seen = others.filter((one) => one > 0).length;
        expect(seen).toBe(Math.min(others.length, places - share));
      }),
    );
  });

  test('never gives a larger stratum fewer than a smaller one, where each has a place', () => {
    fc.assert(
      fc.property(strata, fc.integer({ min: 22, max: 200 }), fc.integer(), (sizes, places, seed) => {
        const given = allocate(sizes, places, randomFrom(seed));
        const stops = sizes.flatMap(({ decision, size }, i) =>
          decision === 'PASS' ? [] : [{ size, given: given[i] }],
        );
        for (const a of stops)
          for (const b of stops) if (a.size > b.size) expect(a.given).toBeGreaterThanOrEqual(b.given);
      }),
    );
  });

  test('gives no stratum fewer when there are more places', () => {
    fc.assert(
      fc.property(strata, fc.integer({ min: 22, max: 100 }), fc.integer(), (sizes, places, seed) => {
        const fewer = allocate(sizes, places, randomFrom(seed));
        const more = allocate(sizes, places + 4, randomFrom(seed));
        fewer.forEach((one, i) => expect(more[i]).toBeGreaterThanOrEqual(one));
      }),
    );
  });

  test('looks at a usual week like this', () => {
    const week = [
      { decision: 'PASS', size: 8_000 },
      { decision: 'SUPPRESS', size: 400 },
      { decision: 'ESCALATE', size: 60 },
      { decision: 'BLOCK', size: 150 },
      { decision: 'BLOCK', size: 5 },
      { decision: 'PENALISE', size: 300 },
      { decision: 'HOLD', size: 40 },
    ] as const;
    expect(allocate(week, 20, randomFrom(1))).toEqual([11, 2, 1, 2, 1, 2, 1]);
  });
});

const population = fc
  .array(
    fc.record({
      decision: decisions,
      rule: fc.constantFrom('thread_leak', 'adapter'),
      prospect: fc.nat(12),
    }),
    { maxLength: 60 },
  )
  .map((all) =>
    all.map(
      ({ decision, rule, prospect }, i): Candidate => ({
        verdict_id: i + 1,
        delivery_id: `d${i}`,
        prospect_id: `p${prospect}`,
        decision,
        rule: decision === 'PASS' ? null : rule,
        adapter_version: null,
        judged_at: i,
      }),
    ),
  );

/** The most different prospects that can be had, by trying every choice. */
function mostProspects(strata: readonly (readonly Candidate[])[], shares: readonly number[]): number {
  const slots = strata.flatMap((members, i) => Array.from({ length: shares[i] }, () => members));
  let most = 0;
  const go = (slot: number, used: ReadonlySet<string>): void => {
    if (used.size + slots.length - slot <= most) return;
    if (slot === slots.length) {
      most = used.size;
      return;
    }
    const free = new Set(slots[slot].map(({ prospect_id }) => prospect_id).filter((one) => !used.has(one)));
    for (const one of free) go(slot + 1, new Set([...used, one]));
    go(slot + 1, used);
  };
  go(0, new Set());
  return most;
}

describe('a draw', () => {
  test('draws each verdict at most once, and the same for the same seed in whatever order it comes', () => {
    fc.assert(
      fc.property(population, fc.integer({ min: 1, max: 30 }), fc.nat(), (all, places, seed) => {
        const drawn = draw(all, places, seed);
        expect(new Set(drawn.map(({ verdict_id }) => verdict_id)).size).toBe(Math.min(places, all.length));
        expect(draw(all.toReversed(), places, seed)).toEqual(drawn);
      }),
    );
  });

  test('has as many different prospects as there can be', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 4, maxLength: 4 }),
        (groups, wanted) => {
          let id = 0;
          const strata = groups.map((prospects) =>
            prospects.map((prospect): Candidate => {
              id += 1;
              const prospect_id = `p${prospect}`;
              return {
                verdict_id: id,
                delivery_id: `d${id}`,
                prospect_id,
                decision: 'BLOCK',
                rule: 'adapter',
                adapter_version: null,
                judged_at: 0,
              };
            }),
          );
          const shares = strata.map((members, i) => Math.min(members.length, wanted[i]));
          const picked = pick(strata, shares);
          expect(picked).toHaveLength(total(shares));
          const prospects = new Set(picked.map(({ prospect_id }) => prospect_id));
          expect(prospects.size).toBe(mostProspects(strata, shares));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('gives every verdict of a stratum the same chance', () => {
    const all = Array.from(
      { length: 40 },
      (_, i): Candidate => ({
        verdict_id: i,
        delivery_id: `d${i}`,
        prospect_id: `p${i}`,
        decision: 'PASS',
        rule: null,
        adapter_version: null,
        judged_at: i,
      }),
    );
    const times = new Map<number, number>();
    for (let seed = 0; seed < 2_000; seed += 1)
      for (const { verdict_id } of draw(all, 10, seed))
        times.set(verdict_id, (times.get(verdict_id) ?? 0) + 1);
    // 500 each, standard deviation 19: five of them, so that a fair draw does not fail.
    for (let i = 0; i < 40; i += 1) expect(Math.abs((times.get(i) ?? 0) - 500)).toBeLessThan(97);
  });
});

test('a draw comes in an order that says nothing of what was decided', () => {
  const all = Array.from(
    { length: 20 },
    (_, i): Candidate => ({
      verdict_id: i,
      delivery_id: `d${i}`,
      prospect_id: `p${i}`,
      decision: i < 10 ? 'PASS' : 'BLOCK',
      rule: i < 10 ? null : 'adapter',
      adapter_version: null,
      judged_at: i,
    }),
  );
  const passesAt = Array.from({ length: 20 }, () => 0);
  for (let seed = 0; seed < 1_000; seed += 1)
    draw(all, 20, seed).forEach(({ decision }, place) => {
      if (decision === 'PASS') passesAt[place] += 1;
    });
  // 500 at each place, standard deviation 16.
  for (const count of passesAt) expect(Math.abs(count - 500)).toBeLessThan(80);
});

describe('the weekly draw', () => {
  const at = (text: string): number => Date.parse(text);
  const monday = { day: 'mon', at: '06:00', time_zone: 'Europe/Berlin' } as const;

  test.each([
    ['2026-11-23T04:59:00Z', '2026-11-16'],
    ['2026-11-23T05:00:00Z', '2026-11-23'],
    ['2026-11-29T23:30:00Z', '2026-11-23'],
    ['2026-11-30T06:00:00Z', '2026-11-30'],
    // The clock goes forward on the 29th of March: 06:00 is an hour sooner.
    ['2026-03-30T04:00:00Z', '2026-03-30'],
    ['2026-03-30T03:59:00Z', '2026-03-23'],
  ])('at %s the one of %s was due last', (now, day) => {
    expect(lastDue(at(now), monday)).toBe(day);
  });

  test('falls due next a week later by the clock on the wall', () => {
    expect(new Date(nextDue(at('2026-03-23T05:00:00Z'), monday)).toISOString()).toBe(
      '2026-03-30T04:00:00.000Z',
    );
    expect(new Date(nextDue(at('2026-03-23T04:59:00Z'), monday)).toISOString()).toBe(
      '2026-03-23T05:00:00.000Z',
    );
  });

  test('is not a week after one a few days before, whatever the weekday is changed to', () => {
    expect(isWeekAfter('2026-11-25', '2026-11-23')).toBe(false);
    expect(isWeekAfter('2026-11-30', '2026-11-23')).toBe(true);
    expect(isWeekAfter('2026-12-02', '2026-11-23')).toBe(true);
  });
});
