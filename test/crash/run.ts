import { randomFrom } from '../../src/evaluate/random.ts';
import { runBackupCycle } from './backup-cycle.ts';
import { type CycleOptions, type CycleOutcome, runCycle } from './cycle.ts';
import type { Lane } from './lane.ts';
import { runMigrationCycle } from './migration-cycle.ts';
import { BACKUP_POINTS, LOAD_SPOTS, MIGRATION_POINTS, SPOTS, type Spot, planKills } from './plan.ts';
import type { Breach } from './reconcile.ts';

export interface RunOptions {
  seed: number;
  /** Kill at least so often … */
  kills: number;
  /** … and at each spot at least so often. */
  each: number;
  only?: Spot;
  /** This one alone. */
  cycle?: number;
  /** Begin no more cycles. */
  stopped?: () => boolean;
}

export interface FoundBreach extends Breach {
  cycle: number;
  folder: string | null;
}

/** Sums over all cycles. */
export interface RunResult {
  cycles: number;
  kills: Map<Spot, number>;
  messages: number;
  deliveries: number;
  states: Map<string, number>;
  uncertain: CycleOutcome['uncertain'];
  retried: number;
  taken: number;
  events: number;
  optOuts: number;
  breaches: FoundBreach[];
}

/** Kills of a cycle that aims at one spot only. */
const OF_ONE = 20;

/**
 * Cycle after cycle until there are enough kills, or a promise was broken.
 *
 * @param onKill told how many there are
 * @param onCycle told the sums so far
 */
export async function run(
  lanes: readonly Lane[],
  options: RunOptions,
  onKill: (kills: number) => void,
  onCycle: (result: RunResult) => void = () => {},
): Promise<RunResult> {
  const { seed, only } = options;
  const result: RunResult = {
    cycles: 0,
    kills: new Map(),
    messages: 0,
    deliveries: 0,
    states: new Map(),
    uncertain: { crash: 0, reply: 0, late: 0 },
    retried: 0,
    taken: 0,
    events: 0,
    optOuts: 0,
    breaches: [],
  };
  let begun = options.cycle ?? 1;
  const enough = (): boolean => {
    if (options.stopped?.()) return true;
    if (options.cycle !== undefined) return begun > options.cycle;
    return killed(result) >= options.kills && missing(result, options).length === 0;
  };
  await Promise.all(
    lanes.map(async (lane) => {
      while (!enough() && result.breaches.length === 0) {
        const cycle = begun;
        begun += 1;
        const ownSeed = seed * 10_000 + cycle;
        const spots = only ? Array.from({ length: OF_ONE }, () => only) : SPOTS;
        const migrating = spots.filter((spot) => MIGRATION_POINTS.includes(spot));
        const backups = spots.filter((spot) => BACKUP_POINTS.includes(spot));
        const loaded = spots.filter((spot) => LOAD_SPOTS.includes(spot));
        const shared: Omit<CycleOptions, 'kills'> = {
          seed: ownSeed,
          name: `s${seed}c${cycle}`,
          model: cycle % 2 === 0 ? 'scripted' : 'rules',
          onKill: (spot) => {
            result.kills.set(spot, (result.kills.get(spot) ?? 0) + 1);
            onKill(killed(result));
          },
        };
        if (loaded.length > 0) {
          const kills = planKills(loaded, randomFrom(ownSeed));
          add(result, await runCycle(lane, { ...shared, kills }), cycle);
        }
        if (migrating.length > 0) {
          add(result, await runMigrationCycle(lane, { ...shared, spots: migrating }), cycle);
        }
        if (backups.length > 0) {
          add(result, await runBackupCycle(lane, { ...shared, spots: backups }), cycle);
        }
        onCycle(result);
      }
    }),
  );
  return result;
}

export function killed({ kills }: Pick<RunResult, 'kills'>): number {
  return [...kills.values()].reduce((sum, times) => sum + times, 0);
}

/** Spots that have not been met often enough. */
function missing({ kills }: RunResult, { each, only }: RunOptions): Spot[] {
  return only ? [] : SPOTS.filter((spot) => (kills.get(spot) ?? 0) < each);
}

function add(result: RunResult, outcome: CycleOutcome, cycle: number): void {
  result.cycles += 1;
  for (const key of ['messages', 'deliveries', 'retried', 'taken', 'events', 'optOuts'] as const) {
    result[key] += outcome[key];
  }
  for (const [state, times] of Object.entries(outcome.states)) {
    result.states.set(state, (result.states.get(state) ?? 0) + times);
  }
  result.uncertain.crash += outcome.uncertain.crash;
  result.uncertain.reply += outcome.uncertain.reply;
  result.uncertain.late += outcome.uncertain.late;
  const { folder } = outcome;
  result.breaches.push(...outcome.breaches.map((breach) => ({ ...breach, cycle, folder })));
}
