import { describe, it } from 'vitest';
import { mailTargets } from './mail-targets.ts';
import { readerTargets } from './reader-targets.ts';
import { fuzz } from './target.ts';
import { webhookTargets } from './webhook-targets.ts';

/** The long form, with more runs, is `npm run test:fuzz`. A failure prints its seed: `npm run test:fuzz -- --seed …`. */
const seed = Date.now() % 1_000_000_000;

describe('any input is read, or refused with a sentence', () => {
  it.each(
    [...mailTargets(), ...readerTargets(), ...webhookTargets()].map((one) => [one.name, one] as const),
  )('%s', async (_, target) => {
    await fuzz(target, { runs: 60, seed });
  });
});
