import type { Kysely } from 'kysely';
import { addressKey } from '../crm/address.ts';
import type { Schema } from '../store/schema.ts';
import { type Candidate, anyUnanswered, byMessageId, bySubject, byUpstreamId } from './delivery-store.ts';
import type { FeedbackEvent } from './event.ts';
import { inBrackets } from './inbound-mail.ts';

/** How long a delivery without an answer may be found by its subject. */
const SUBJECT_MS = 3 * 86_400_000;

/** Clocks of the gate and of a provider may differ by this much. */
const SKEW_MS = 60_000;

/**
 * The deliveries an event is about: by the upstream's id, else by Message-ID and recipient, else – only those whose hand-over has
 * no answer – by recipient and subject where nothing else can be meant. Empty when in doubt.
 */
export async function findDeliveries(
  db: Kysely<Schema>,
  event: FeedbackEvent,
  now: number,
): Promise<Candidate[]> {
  const keys = event.recipients.flatMap((recipient) => addressKey(recipient) ?? []);
  if (event.upstreamId !== null) {
    const { upstreamId } = event;
    const found = await byUpstreamId(db, [
      upstreamId,
      inBrackets(upstreamId),
      upstreamId.replace(/^<|>$/g, ''),
    ]);
    if (found.length > 0) return ofRecipients(found, keys);
  }
  if (keys.length === 0) return [];
  if (event.messageId !== null) {
    const found = await byMessageId(db, event.messageId, keys);
    // The same Message-ID on two messages: nobody knows which one is meant.
    if (found.length > 0) return new Set(found.map((c) => c.delivery.message_id)).size === 1 ? found : [];
  }
  const matches: Candidate[] = [];
  for (const key of keys) {
    const match = await unansweredBySubject(db, event, key, now);
    if (match) matches.push(match);
  }
  return matches;
}

/** A forward goes to another address than its delivery's; and a mail that has one recipient is that one's. */
function ofRecipients(found: Candidate[], keys: readonly string[]): Candidate[] {
  if (found.length === 1 || keys.length === 0) return found;
  return found.filter((c) => c.attempt === 'forward' || keys.includes(c.delivery.address_key));
}

async function unansweredBySubject(
  db: Kysely<Schema>,
  event: FeedbackEvent,
  key: string,
  now: number,
): Promise<Candidate | null> {
  if (event.subject === null || !(await anyUnanswered(db, key))) return null;
  const search = { addressKey: key, subject: event.subject, since: now - SUBJECT_MS };
  const [only, ...others] = await bySubject(db, search);
  // What the provider tells of an earlier mail is not about this one.
  if (!only || others.length > 0 || only.unansweredSince === null) return null;
  return event.at < only.unansweredSince - SKEW_MS ? null : only;
}
