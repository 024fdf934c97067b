import { describe, it } from 'vitest';
import { mailTargets } from './mail-targets.ts';
import { readerTargets } from './reader-targets.ts';
import { fuzz } from './target.ts';
import { webhookTargets } from './webhook-targets.ts';

/** Always the same inputs, so that what fails here is what was changed; the long form, `npm run test:fuzz`, looks for new ones. */
const seed = 20_261_127;

describe('any input is read, or refused with a sentence', () => {
  it.each(
    [...mailTargets(), ...readerTargets(), ...webhookTargets()].map((one) => [one.name, one] as const),
  )('%s', async (_, target) => {
    await fuzz(target, { runs: 60, seed });
  });
});
