import { type Clues, cluesOf } from '../judge/clues.ts';
import { unreadMessage } from '../message/parse.ts';
import type { Draft, ParsedMessage } from '../message/types.ts';
import { inCrowd } from './crowd.ts';
import { JobLimitError } from './job-limit-error.ts';
import { SHORT_TEXT_CHARS } from './limits.ts';
import type { Workers } from './pool.ts';
import { judges } from './shared-pool.ts';

/**
 * `cluesOf` without holding up the event loop: a worker reads a long draft, in a crowd every one.
 *
 * @returns for a draft beyond a worker's limits none, and `too_complex`: whose threads it repeats nobody knows
 */
export async function findClues(
  draft: Draft,
  workers: () => Workers = judges,
): Promise<Clues & Pick<ParsedMessage, 'trouble'>> {
  if (!inCrowd() && draft.body.length + (draft.subject ?? '').length <= SHORT_TEXT_CHARS) {
    return { ...cluesOf(draft), trouble: [] };
  }
  try {
    return { ...(await workers().run('clues', draft)), trouble: [] };
  } catch (error) {
    if (!(error instanceof JobLimitError)) throw error;
    const { trouble } = unreadMessage({ kind: 'too_complex', detail: `judging it ${error.message}` });
    return { names: [], fingerprints: [], trouble };
  }
}
