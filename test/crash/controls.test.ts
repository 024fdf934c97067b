import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { type CycleOptions, runCycle } from './cycle.ts';
import { type Lane, openLane } from './lane.ts';
import type { MUTATIONS } from './mutations.mjs';
import { type Spot, planKills } from './plan.ts';
import { PowerCuts } from './power-cut.ts';
import type { Breach } from './reconcile.ts';

const SEED = 7;

let lane: Lane & { close(): Promise<void> };

beforeAll(async () => {
  lane = await openLane(SEED);
}, 120_000);
afterAll(() => lane.close());

/** Kinds of broken promises that a cycle came to. */
async function broken(
  spots: readonly Spot[],
  options: Pick<CycleOptions, 'wrong' | 'power'>,
  seed = SEED,
): Promise<Breach['what'][]> {
  const kills = planKills(spots, randomFrom(seed));
  const outcome = await runCycle(lane, { seed, name: 'control', model: 'rules', kills, ...options });
  if (outcome.folder) rmSync(outcome.folder, { recursive: true, force: true });
  return [...new Set(outcome.breaches.map(({ what }) => what))];
}

/** Cycles that may go by before a fault shows: whether one does depends on what the upstream and the clock happen to do. */
const TRIES = 8;

/** The same until it shows a kind of breach. */
async function brokenInTheEnd(
  breach: Breach['what'],
  spots: readonly Spot[],
  options: Pick<CycleOptions, 'wrong' | 'power'>,
): Promise<Breach['what'][]> {
  let found: Breach['what'][] = [];
  for (let i = 0; i < TRIES && !found.includes(breach); i += 1)
    found = await broken(spots, options, SEED + i);
  return found;
}

/** Kills after which a client has been told something. */
const ONCE_TOLD: readonly Spot[] = ['settled', 'event-sent', 'reply-received', 'delivery-claimed'];

describe('power cuts', () => {
  const power = PowerCuts.build();

  test.skipIf(power === null)(
    'lose nothing that was told, and the same cuts lose mail when commits are not synced',
    async () => {
      expect(await broken(ONCE_TOLD, { power: power! })).toEqual([]);
      const unsynced = { power: power!, wrong: { synchronous: 'NORMAL' as const } };
      expect(await brokenInTheEnd('lost', ONCE_TOLD, unsynced)).toContain('lost');
    },
    600_000,
  );
});

describe('the reconciliation notices a gate', () => {
  const cases: [mutation: keyof typeof MUTATIONS, breach: Breach['what'], spots: readonly Spot[]][] = [
    [
      'no hand-over mark',
      'twice',
      ['last-byte-sent', 'upstream-has-it', 'last-byte-sent', 'upstream-has-it'],
    ],
    ['deferred counts as relayed', 'untrue', ['settled', 'event-sent']],
    ['a hold does not hold', 'slipped', ['settled']],
    ['forgetful', 'lost', ['settled']],
    ['unaudited', 'unaudited', ['settled']],
    ['deaf to opt-outs', 'slipped', ['settled', 'event-sent', 'settled', 'event-sent']],
    ['no dedupe', 'twice', ['accept-committed', 'commit-done', 'accept-committed']],
  ];
  test.each(cases)(
    'with the fault: %s',
    async (mutation, breach, spots) => {
      expect(await brokenInTheEnd(breach, spots, { wrong: { mutation } })).toContain(breach);
    },
    600_000,
  );
});
