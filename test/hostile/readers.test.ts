import { describe, expect, it } from 'vitest';
import { passedOn, readersTrial } from './readers/trial.ts';
import { hasPython } from './readers/python.ts';

/** Always the same mails; the long form, `npm run test:hostile -- readers`, looks for new ones. */
const [mails, seed] = [900, 20_261_127];

describe(`presend, mailparser, postal-mime${hasPython ? " and Python's email" : ' (no python3 here)'}`, async () => {
  const { valid, mutated, fuzzed, madeBy } = await readersTrial(mails, seed);

  it('an ordinary mail is read alike by all of them and is not held', () => {
    expect(valid.disagreements.map(({ raw, about }) => [about, raw.toString()])).toEqual([]);
    expect(valid.stopped).toEqual([]);
  });

  it.each([
    ['with mutations', mutated],
    ['by the grammar of the fuzz tests', fuzzed],
  ])('a mail %s that they read differently is refused or held', (_, comparison) => {
    expect(comparison.disagreements.length).toBeGreaterThan(comparison.mails / 10);
    const passed = passedOn(comparison).map(({ raw, about }) => [about, madeBy(raw), raw.toString()]);
    expect(passed).toEqual([]);
  });
});
