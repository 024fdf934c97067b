import * as fc from 'fast-check';
import { randomFrom } from '../../../src/evaluate/random.ts';
import { mailText } from '../../fuzz/mail-grammar.ts';
import { type Comparison, compareReaders } from './compare.ts';
import { mutatedMail } from './mutations.ts';
import { validMail, writeMail } from './valid-mail.ts';

export interface Trial {
  /** As ordinary libraries write them: nobody disagrees, and none is held. */
  valid: Comparison;
  /** Valid ones with one to three mutations. */
  mutated: Comparison;
  /** By the grammar of the fuzz tests: valid, nearly valid and broken. */
  fuzzed: Comparison;
  /** The mutations that made a mail. */
  madeBy: (raw: Buffer) => string[];
}

/** Of so many mails, a fifth is valid, and a fifth by the grammar of the fuzz tests. */
export async function readersTrial(mails: number, seed: number): Promise<Trial> {
  const random = randomFrom(seed);
  const fifth = Math.ceil(mails / 5);
  const valid = Array.from({ length: fifth }, () => writeMail(validMail(random)));
  const mutated = Array.from({ length: mails - 2 * fifth }, () => mutatedMail(random));
  const fuzzed = fc.sample(mailText, { numRuns: fifth, seed });
  const made = new Map(mutated.map(({ raw, mutations }) => [raw, mutations]));
  return {
    valid: await compareReaders(valid),
    mutated: await compareReaders(mutated.map(({ raw }) => raw)),
    fuzzed: await compareReaders(fuzzed),
    madeBy: (raw) => made.get(raw) ?? [],
  };
}

/** Read differently, and neither refused nor held. */
export const passedOn = ({ disagreements }: Comparison): Comparison['disagreements'] =>
  disagreements.filter(({ stoppedAs }) => stoppedAs === null);
