import type { Kysely } from 'kysely';
import { addressKey, domainOfKey, isFreemail } from '../crm/address.ts';
import { threadsOfMessages } from '../crm/thread-store.ts';
import { listEngines, maySendAs } from '../intake/engine-store.ts';
import { FINAL_STATES } from '../message/disposition.ts';
import type { Schema } from '../store/schema.ts';
import type { InboundMail } from './event.ts';

/** The mail of ours that a reply answers. */
export interface Answered {
  /** null when it is in no thread: the recipient was unknown. */
  threadId: string | null;
  prospectId: string | null;
  /** Whom it was sent to, where that is known. */
  address: string | null;
}

/**
 * Finds what a mail answers by In-Reply-To and References, nearest first: in the threads, then among what was sent, under
 * the id that a provider gave it too.
 *
 * @returns null when it answers nothing of ours
 */
export async function answeredBy(db: Kysely<Schema>, mail: InboundMail): Promise<Answered | null> {
  const ids = [...new Set([mail.inReplyTo, ...mail.references.toReversed()])].filter((id) => id !== null);
  for (const id of ids.slice(0, 20)) {
    const [known] = await threadsOfMessages(db, [id]);
    const sent = await sentAs(db, id, mail.from);
    if (known === undefined && sent === null) continue;
    return {
      threadId: known?.thread_id ?? null,
      prospectId: known?.prospect_id ?? sent?.prospect_id ?? null,
      address: sent?.address_key ?? null,
    };
  }
  return null;
}

/** The delivery that left under this Message-ID; of several recipients' the sender's own. */
async function sentAs(db: Kysely<Schema>, messageId: string, from: string) {
  const bare = messageId.replace(/^<|>$/g, '');
  const columns = ['deliveries.prospect_id', 'deliveries.address_key'] as const;
  const own = await db
    .selectFrom('messages')
    .innerJoin('deliveries', 'deliveries.message_id', 'messages.id')
    .select(columns)
    .where('messages.message_id', '=', messageId)
    .where('deliveries.internal', '=', 0)
    .where('deliveries.kind', '=', 'mail')
    .orderBy('deliveries.created_at')
    .limit(1000)
    .execute();
  const found =
    own.length > 0
      ? own
      : await db
          .selectFrom('attempts')
          .innerJoin('deliveries', 'deliveries.id', 'attempts.delivery_id')
          .select(columns)
          // SES and Postmark build their Message-ID from the id they answer with.
          .where('attempts.upstream_id', 'in', [messageId, bare, bare.slice(0, bare.lastIndexOf('@'))])
          .where('attempts.upstream_id', '<>', '')
          .limit(1000)
          .execute();
  const key = addressKey(from);
  return found.find((row) => row.address_key === key) ?? (found.length === 1 ? found[0]! : null);
}

/** Whether the address is one that mail is sent from here: of an engine, a colleague or the gate itself. */
export async function isOwnSide(
  db: Kysely<Schema>,
  address: string,
  own: { addresses: readonly string[]; domains: readonly string[] },
): Promise<boolean> {
  const key = addressKey(address);
  if (key === null) return false;
  const domain = domainOfKey(key);
  if (own.addresses.some((one) => addressKey(one) === key) || own.domains.includes(domain)) return true;
  const sends = (await listEngines(db)).some((engine) => maySendAs(engine, key));
  // An engine that sends from a freemail domain does not own it: prospects have addresses there too.
  if (!sends || !isFreemail(domain)) return sends;
  const used = await db
    .selectFrom('mailbox_days')
    .select('mailbox')
    .where('mailbox', 'in', [key, address.toLowerCase()])
    .limit(1)
    .executeTakeFirst();
  return used !== undefined;
}

/** Whether a mail with this Message-ID was accepted by the gate, or is in a thread as something received. */
export async function seenMail(db: Kysely<Schema>, messageId: string): Promise<'ours' | 'taken' | null> {
  const ours = await db
    .selectFrom('messages')
    .select('id')
    .where('message_id', '=', messageId)
    .limit(1)
    .executeTakeFirst();
  if (ours) return 'ours';
  const taken = await db
    .selectFrom('thread_messages')
    .select('direction')
    .where('message_id', '=', messageId)
    .limit(1)
    .executeTakeFirst();
  if (!taken) return null;
  return taken.direction === 'out' ? 'ours' : 'taken';
}

/** Mail to a prospect that has not come to its end. */
export async function openMailTo(
  db: Kysely<Schema>,
  prospectId: string,
): Promise<{ state: string; judged_at: number | null }[]> {
  return await db
    .selectFrom('deliveries')
    .select(['state', 'judged_at'])
    .where('prospect_id', '=', prospectId)
    .where('state', 'not in', [...FINAL_STATES])
    .where('kind', '=', 'mail')
    .execute();
}
