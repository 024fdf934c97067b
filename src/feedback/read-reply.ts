import { mayOptOut } from './opt-out-doubt.ts';
import { type OptOut, optOutIn } from './reply-intent.ts';
import { replyText } from './reply-text.ts';

/** A reply as the gate understands it. */
export interface ReadReply {
  /** What its writer wrote for it. */
  text: string;
  optOut: OptOut | null;
  /** The sentence that may be an opt-out, where there is none for certain. */
  doubt: string | null;
}

/**
 * Reads a reply. Pure, and for a worker where it is long (`off-loop/reply.ts`).
 *
 * @param text all of the mail's text
 * @param companyNames as `optOutIn` takes them
 */
export function readReply(text: string, companyNames: readonly string[]): ReadReply {
  const own = replyText(text);
  const optOut = optOutIn(own, companyNames);
  return { text: own, optOut, doubt: optOut === null ? mayOptOut(own) : null };
}
