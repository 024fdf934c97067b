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
): Promise<Set<Breach['what']>> {
  const kills = planKills(spots, randomFrom(SEED));
  const { breaches } = await runCycle(lane, {
    seed: SEED,
    name: 'control',
    model: 'rules',
    kills,
    ...options,
  });
  return new Set(breaches.map(({ what }) => what));
}

/** Kills after which a client has been told something. */
const ONCE_TOLD: readonly Spot[] = ['settled', 'event-sent', 'reply-received', 'delivery-claimed'];

describe('power cuts', () => {
  const power = PowerCuts.build();

  test.skipIf(power === null)(
    'lose nothing that was told, and the same cuts lose mail when commits are not synced',
    async () => {
      expect(await broken(ONCE_TOLD, { power: power! })).toEqual(new Set());
      const found = await broken(ONCE_TOLD, { power: power!, wrong: { synchronous: 'NORMAL' } });
      expect(found).toContain('lost');
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
    ['deferred counts as relayed', 'untrue', ['settled', 'event-sent', 'settled']],
    ['a hold does not hold', 'slipped', ['settled']],
    ['forgetful', 'lost', ['settled']],
    ['unaudited', 'unaudited', ['settled']],
    ['no dedupe', 'twice', ['accept-committed', 'commit-done', 'accept-committed']],
  ];
  test.each(cases)(
    'with the fault: %s',
    async (mutation, breach, spots) => {
      expect(await broken(spots, { wrong: { mutation } })).toContain(breach);
    },
    600_000,
  );
});
