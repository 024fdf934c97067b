import { type Random, shuffled } from '../../src/evaluate/random.ts';
import { FAIL_POINTS, type FailPoint } from '../../src/observability/fail-point.ts';

/**
 * Where a gate is killed: at a fail-point, at a random moment, or from outside when the upstream has taken a mail and not
 * answered.
 */
export type Spot = FailPoint | 'random' | 'upstream-has-it';

/** One kill. */
export interface Kill {
  spot: Spot;
  /** At which passing of the spot; of `random`, after how many milliseconds. */
  nth: number;
  /** How the clock of the gate that is to be killed differs from the real one, milliseconds. */
  offsetMs: number;
}

/** Points that are reached only at the start on an older schema: they have cycles of their own. */
export const MIGRATION_POINTS: readonly Spot[] = ['migration-inside', 'migration-between'];

/** Points of another command than the gate. */
export const BACKUP_POINTS: readonly Spot[] = ['backup-copied', 'backup-renamed'];

/** Where a gate under load can be killed. */
export const LOAD_SPOTS: readonly Spot[] = [
  ...FAIL_POINTS.filter((point) => ![...MIGRATION_POINTS, ...BACKUP_POINTS].includes(point)),
  'upstream-has-it',
  'random',
];

/** All of them. */
export const SPOTS: readonly Spot[] = [...MIGRATION_POINTS, ...LOAD_SPOTS, ...BACKUP_POINTS];

/** Reached a few times while a gate runs, unlike the others; messages are claimed many at a time. */
const RARE: readonly Spot[] = ['message-claimed', 'label-written', 'act-committed', 'upstream-has-it'];

const MINUTE = 60_000;

/** @param spots in any order; each is one kill */
export function planKills(spots: readonly Spot[], random: Random): Kill[] {
  let offsetMs = 0;
  return shuffled(spots, random).map((spot) => {
    const nth =
      spot === 'random'
        ? Math.floor(random() * 700)
        : 1 + Math.floor(random() * random() * (RARE.includes(spot) ? 2 : 14));
    // Clocks jump: by minutes, both ways, and now and then by an hour.
    if (random() < 0.3) offsetMs += Math.round((random() - 0.5) * (random() < 0.2 ? 120 : 10) * MINUTE);
    return { spot, nth, offsetMs };
  });
}
