import { expect, test } from 'vitest';
import { openLane } from './lane.ts';
import { SPOTS } from './plan.ts';
import { run } from './run.ts';

/** The long form, thousands of kills, is `npm run test:crash`. */
const SEED = 20_261_127;

test('a gate killed once at every durable step loses nothing, sends nothing twice, and lets nothing slip', async () => {
  const lane = await openLane(SEED);
  try {
    const result = await run([lane], { seed: SEED, kills: SPOTS.length, each: 0 }, () => {});
    expect(result.breaches).toEqual([]);
    expect([...result.kills.values()].reduce((sum, times) => sum + times)).toBe(SPOTS.length);
    // Something happened: mail was accepted, sent, held and repeated.
    expect(result.messages).toBeGreaterThan(10);
    expect(result.taken).toBeGreaterThan(5);
    expect(result.retried).toBeGreaterThan(5);
  } finally {
    await lane.close();
  }
}, 600_000);
