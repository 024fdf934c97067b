import { expect, test } from 'vitest';
import {
  decisionsOver,
  holdsOf,
  precisionOf,
  stepOf,
  stepsOf,
  weightedPercentile,
} from '../../src/insight/figures.ts';
import { wilson } from '../../src/insight/wilson.ts';

const HOUR = 3_600_000;

test("Wilson's interval has the published values", () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  for (const [hits, of, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const rate = wilson(hits, of);
    expect(rate.low).toBeCloseTo(low, 4);
    expect(rate.high).toBeCloseTo(high, 4);
  }
  expect(wilson(0, 0)).toEqual({ hits: 0, of: 0, rate: null, low: 0, high: 1 });
});

test('a percentile of weighted values is that of the values written out', () => {
  const values = [
    { value: 5, count: 3 },
    { value: 1, count: 2 },
    { value: 9, count: 1 },
  ];
  const written = [1, 1, 5, 5, 5, 9];
  for (const percent of [1, 33, 34, 50, 83, 84, 95, 100]) {
    expect(weightedPercentile(values, percent)).toBe(written[Math.ceil((percent / 100) * 6) - 1]);
  }
  expect(weightedPercentile([], 50)).toBeNull();
});

test('counts fall into the step of their hour, doubts together', () => {
  const count = (hour: number, name: string, n: number) => ({
    at: hour * HOUR,
    kind: 'judged' as const,
    name,
    count: n,
  });
  const steps = stepsOf(0, 12 * HOUR, 6 * HOUR);
  const rows = decisionsOver(
    [
      count(0, 'PASS', 2),
      count(0, 'PASS', 1),
      count(6, 'BLOCK', 4),
      count(6, 'doubt:language', 1),
      count(6, 'doubt:too_long', 1),
      count(30, 'PASS', 9),
    ],
    steps,
  );
  expect(rows).toEqual([
    { at: 0, SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 3, doubt: 0 },
    { at: 6 * HOUR, SUPPRESS: 0, ESCALATE: 0, BLOCK: 4, PENALISE: 0, PASS: 0, doubt: 2 },
  ]);
  expect(stepOf(24 * HOUR)).toBe(HOUR);
  expect(stepOf(14 * 24 * HOUR)).toBe(24 * HOUR);
});

test('holds are told by age and by when they run out', () => {
  const now = 100 * HOUR;
  const hold = (age: number, left: number | null) => ({
    created_at: now - age * HOUR,
    expires_at: left === null ? null : now + left * HOUR,
  });
  const holds = holdsOf([hold(0.5, 100), hold(2, 3), hold(10, 20), hold(90, -1), hold(5, null)], now);
  expect(holds).toMatchObject({
    held: 5,
    median_ms: 5 * HOUR,
    oldest_ms: 90 * HOUR,
    overdue: 1,
    due_in_4_hours: 1,
    due_in_a_day: 1,
  });
  expect(holds.ages.map(({ count }) => count)).toEqual([1, 1, 2, 0, 1, 0]);
  expect(holdsOf([], now)).toMatchObject({ held: 0, median_ms: null, p90_ms: null, oldest_ms: null });
});

test('a rule with few labels has no precision', () => {
  const rows = precisionOf(
    [
      { name: 'c_level', count: 40 },
      { name: 'language', count: 3 },
    ],
    [
      { rule: 'c_level', right: 'right', count: 9 },
      { rule: 'c_level', right: 'wrong', count: 1 },
      { rule: 'c_level', right: 'not_sure', count: 5 },
      { rule: 'opt_out', right: 'right', count: 9 },
    ],
  );
  expect(rows[0]).toMatchObject({
    rule: 'c_level',
    stopped: 40,
    right: 9,
    wrong: 1,
    not_sure: 5,
    precision: { hits: 9, of: 10, rate: 0.9 },
  });
  expect(rows.find(({ rule }) => rule === 'language')?.precision).toBeNull();
  expect(rows.find(({ rule }) => rule === 'opt_out')).toMatchObject({ stopped: 0, precision: null });
});
