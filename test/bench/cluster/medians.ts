import { percentile } from '../../../src/evaluate/statistics.ts';
import { round } from '../gate-process.ts';
import type { Turn } from './turn.ts';

/** What a number of gates did over all rounds: the medians of its turns. */
export interface Medians {
  gates: number;
  accepted_per_second: number;
  delivered_per_second: number;
  /** Delivered, as a multiple of what the fewest gates delivered in the same round. */
  times_the_fewest: number;
  gates_cpu_ms: number;
  postgres_cpu_ms: number;
  gates_cores: number;
  postgres_cores: number;
  idle_cores: number;
  /** Periods in which the share was used up, of those in which it was asked for; null without a share. */
  gates_throttled: number | null;
  postgres_throttled: number | null;
}

/** @param rounds the turns of each, all with the same numbers of gates */
export function medians(rounds: readonly Turn[][]): Medians[] {
  const counts = [...new Set(rounds.flat().map(({ gates }) => gates))].toSorted((a, b) => a - b);
  return counts.map((gates) => {
    const own = rounds.flatMap((turns) =>
      turns
        .filter((one) => one.gates === gates)
        .map((one) => ({ one, fewest: turns.find((other) => other.gates === counts[0])! })),
    );
    const median = (of: (one: Turn, fewest: Turn) => number): number =>
      round(
        percentile(
          own.map(({ one, fewest }) => of(one, fewest)),
          50,
        ),
      );
    const throttled = (of: 'gates_throttling' | 'postgres_throttling'): number | null =>
      own[0].one[of] === null ? null : median((one) => one[of]!.throttled / one[of]!.periods);
    return {
      gates,
      accepted_per_second: median((one) => one.accepted_per_second),
      delivered_per_second: median((one) => one.delivered_per_second),
      times_the_fewest: median((one, fewest) => one.delivered_per_second / fewest.delivered_per_second),
      gates_cpu_ms: median((one) => one.gates_cpu_ms),
      postgres_cpu_ms: median((one) => one.postgres_cpu_ms),
      gates_cores: median((one) => one.gates_cores),
      postgres_cores: median((one) => one.postgres_cores),
      idle_cores: median((one) => one.idle_cores),
      gates_throttled: throttled('gates_throttling'),
      postgres_throttled: throttled('postgres_throttling'),
    };
  });
}
