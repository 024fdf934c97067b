import { expect, test } from 'vitest';
import { medians } from './medians.ts';
import type { Turn } from './turn.ts';

const TURN: Turn = {
  gates: 1,
  accepted_per_second: 100,
  delivered_per_second: 10,
  p50_ms: 1,
  p99_ms: 2,
  gates_cpu_ms: 15,
  postgres_cpu_ms: 6,
  gates_cores: 0.2,
  postgres_cores: 0.1,
  idle_cores: 1.5,
  gates_throttling: { periods: 200, throttled: 150, throttled_seconds: 1 },
  postgres_throttling: null,
  waits: {},
};

const round = (one: number, three: number): Turn[] => [
  { ...TURN, gates: 3, delivered_per_second: three },
  { ...TURN, delivered_per_second: one },
];

test('how many times the fewest gates is told within each round, so that a slow round falls on both', () => {
  const [fewest, most] = medians([round(10, 30), round(2, 5), round(20, 56)]);
  expect(fewest).toMatchObject({ gates: 1, delivered_per_second: 10, times_the_fewest: 1 });
  // The median of 3, 2.5 and 2.8, and not 30 ÷ 10.
  expect(most).toMatchObject({ gates: 3, delivered_per_second: 30, times_the_fewest: 2.8 });
});

test('how often a share was used up is a part of the periods in which it was asked for', () => {
  const [{ gates_throttled, postgres_throttled }] = medians([[TURN]]);
  expect(gates_throttled).toBe(0.75);
  expect(postgres_throttled).toBeNull();
});
