import { setImmediate as nextTurn } from 'node:timers/promises';
import { AnyOf, OPT_OUT_PHRASES } from '../feedback/opt-out-phrases.ts';
import { type ReadReply, readReply } from '../feedback/read-reply.ts';
import { JobLimitError } from './job-limit-error.ts';
import { SHORT_TEXT_CHARS } from './limits.ts';
import type { Workers } from './pool.ts';
import { judges } from './shared-pool.ts';

/** Kept of a reply that nobody could read. */
const UNREAD_CHARS = 4_000;

/**
 * `readReply` without holding up the event loop: a worker reads what is long.
 *
 * @returns for a reply beyond a worker's limits its beginning, as something that may be an opt-out: a person has to read it
 */
export async function readLongReply(
  text: string,
  companyNames: readonly string[],
  workers: () => Workers = judges,
): Promise<ReadReply> {
  if (text.length <= SHORT_TEXT_CHARS) return readReply(text, companyNames);
  try {
    return await workers().run('reply', { text, companyNames });
  } catch (error) {
    if (!(error instanceof JobLimitError)) throw error;
    const doubt = `(a reply that is too complex to read: reading it ${error.message})`;
    return { text: text.slice(0, UNREAD_CHARS).trim(), optOut: null, doubt };
  }
}

/** Says nothing of what the patterns look for, so that each is tried to its end. */
const ORDINARY = 'Thank you for your note. Let us talk next week.';

/**
 * Compiles the patterns that a short reply is read by, which takes a tenth of a second: before the first reply, and between two
 * turns of the event loop each, so that nobody waits for it. V8 compiles a pattern twice, the second time to machine code.
 */
export async function warmReplies(): Promise<void> {
  for (const phrases of Object.values(OPT_OUT_PHRASES)) {
    for (const pattern of phrases instanceof AnyOf ? phrases.patterns : [phrases]) {
      for (let pass = 0; pass < 2; pass += 1) pattern.test(ORDINARY);
      await nextTurn();
    }
  }
  for (let pass = 0; pass < 2; pass += 1) readReply(ORDINARY, []);
}
