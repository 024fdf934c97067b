import { type Kysely, sql } from 'kysely';
import type { Trx } from '../store/database.ts';
import { prepared } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import { together } from '../store/together.ts';
import { indexFingerprints, presentFingerprints } from './fingerprint-store.ts';
import type { ThreadMessage } from './prospect.ts';
import type { Change } from './records.ts';
import { getRow, insertRow, type NewRow, type Row, updateRow } from './revision-store.ts';

/** The index function of the judge (judge/language/fingerprint.ts), passed in: imports do not run that way. */
export type Fingerprint = (text: string) => number[];

/** A message to add to a thread. */
export interface NewThreadMessage {
  /** An existing thread, or the id of a new one. */
  threadId: string;
  /** The id was made a moment ago: nothing is there to be looked for. */
  isNewThread?: boolean;
  prospectId: string | null;
  companyId: string | null;
  /** Message-ID with angle brackets; a message that the thread holds already is not added again. */
  messageId: string | null;
  direction: 'in' | 'out';
  person: string | null;
  role: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  /** New text only: no quoted mail. */
  text: string;
  /** Subject of the thread, if it is a new one. */
  subject: string | null;
}

const insertedMessage = prepared((db, row: NewRow<'thread_messages'>) =>
  db.insertInto('thread_messages').values(row).returning('id'),
);

async function added(trx: Trx, row: NewRow<'thread_messages'>): Promise<{ id: number }> {
  const [inserted] = await insertedMessage(trx, row);
  return inserted!;
}

const insertedThread = prepared((db, row: Row<'threads'>) => db.insertInto('threads').values(row));

/**
 * Adds a message to its thread, with its fingerprints; creates the thread where it is new.
 *
 * @param change given for a person's or an import's doing, which then can be reverted; mail that passes
 *   the gate leaves no revision
 * @returns the message's id, and whether it was added or there already
 */
export async function addThreadMessage(
  trx: Trx,
  message: NewThreadMessage,
  fingerprint: Fingerprint,
  change?: Change,
): Promise<{ id: number; added: boolean }> {
  const [before, known] = message.isNewThread
    ? [undefined, null]
    : await together([getRow(trx, 'threads', message.threadId), sameMessage(trx, message)]);
  const thread = threadWith(before, message);
  // Before the message, so that the revisions of both can be taken back one after the other.
  if (known !== null || change) await openThread(trx, { before, after: thread }, change);
  if (known !== null) return { id: known, added: false };
  const hashes = fingerprint(message.text);
  const row: NewRow<'thread_messages'> = {
    thread_id: thread.id,
    company_id: message.companyId ?? thread.company_id,
    prospect_id: message.prospectId ?? thread.prospect_id,
    message_id: message.messageId,
    direction: message.direction,
    person: message.person,
    role: message.role,
    at: message.at,
    text: message.text,
    fingerprint_count: hashes.length,
  };
  const [, { id }, present] = await together([
    change ? undefined : openThread(trx, { before, after: thread }),
    change ? insertRow(trx, 'thread_messages', row, change) : added(trx, row),
    presentFingerprints(trx, hashes),
  ]);
  await indexFingerprints(trx, { id, thread_id: thread.id }, hashes, present);
  return { id, added: true };
}

/** The thread as it is with the message in it. */
function threadWith(before: Row<'threads'> | undefined, message: NewThreadMessage): Row<'threads'> {
  if (!before) {
    return {
      id: message.threadId,
      company_id: message.companyId,
      prospect_id: message.prospectId,
      subject: message.subject,
      open: 1,
      updated_at: message.at,
    };
  }
  return {
    ...before,
    company_id: before.company_id ?? message.companyId,
    prospect_id: before.prospect_id ?? message.prospectId,
    updated_at: Math.max(before.updated_at, message.at),
  };
}

/** Makes the thread that is to take a message, or brings it up to date. */
async function openThread(
  trx: Trx,
  { before, after }: { before: Row<'threads'> | undefined; after: Row<'threads'> },
  change?: Change,
): Promise<void> {
  if (before) {
    const { company_id, prospect_id, updated_at } = after;
    if (change) await updateRow(trx, 'threads', before, { company_id, prospect_id }, change);
    const patch = { company_id, prospect_id, updated_at };
    await trx.updateTable('threads').set(patch).where('id', '=', before.id).execute();
  } else if (change) await insertRow(trx, 'threads', after, change);
  else await insertedThread(trx, after);
}

/** By Message-ID; without one, by time, direction and text. */
export async function sameMessage(
  db: Kysely<Schema>,
  message: Pick<NewThreadMessage, 'threadId' | 'messageId' | 'at' | 'direction' | 'text'>,
): Promise<number | null> {
  const inThread = db.selectFrom('thread_messages').select('id').where('thread_id', '=', message.threadId);
  const row = await (message.messageId === null
    ? inThread
        .where('at', '=', message.at)
        .where('direction', '=', message.direction)
        .where('text', '=', message.text)
    : inThread.where('message_id', '=', message.messageId)
  ).executeTakeFirst();
  return row?.id ?? null;
}

const ofMessageIds = prepared((db, { messageIds }: { messageIds: readonly string[] }) =>
  db
    .selectFrom('thread_messages')
    .select(['thread_id', 'prospect_id', 'message_id'])
    .where('message_id', 'in', messageIds)
    .where('message_id', 'is not', null)
    .orderBy('at', 'desc')
    .limit(50),
);

/** Threads that hold one of the Message-IDs, newest message first. */
export async function threadsOfMessages(
  db: Kysely<Schema>,
  messageIds: readonly string[],
): Promise<{ thread_id: string; prospect_id: string | null; message_id: string | null }[]> {
  if (messageIds.length === 0) return [];
  return await ofMessageIds(db, { messageIds });
}

export async function getThread(db: Kysely<Schema>, id: string): Promise<Row<'threads'> | null> {
  return (await getRow(db, 'threads', id)) ?? null;
}

const lastUsed = prepared((db, { prospectId }: { prospectId: string }) =>
  db
    .selectFrom('threads')
    .select('id')
    .where('prospect_id', '=', prospectId)
    .where('open', '=', 1)
    .orderBy('updated_at', 'desc')
    .limit(1),
);

/** The prospect's open thread that was used last. */
export async function openThreadOf(db: Kysely<Schema>, prospectId: string): Promise<string | null> {
  const [row] = await lastUsed(db, { prospectId });
  return row?.id ?? null;
}

const MESSAGE = ['id', 'thread_id', 'direction', 'person', 'role', 'at', 'text'] as const;

/** The newest messages of a thread, oldest first. */
export async function threadMessages(
  db: Kysely<Schema>,
  threadId: string,
  limit: number,
): Promise<ThreadMessage[]> {
  const rows = await db
    .selectFrom('thread_messages')
    .select(MESSAGE)
    .where('thread_id', '=', threadId)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed().map((row) => ({
    threadId: row.thread_id,
    direction: row.direction,
    person: row.person,
    role: row.role,
    at: new Date(row.at).toISOString(),
    text: row.text,
  }));
}

/**
 * Which of the messages were sent after the other side had written: only those can hold what they
 * confided.
 */
export async function answers(db: Kysely<Schema>, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('thread_messages as m')
    .select('m.id')
    .where('m.id', 'in', [...ids])
    .where(
      sql<boolean>`(exists (select 1 from thread_messages i where i.prospect_id = m.prospect_id
        and i.direction = 'in' and i.at <= m.at) or exists (select 1 from thread_messages j
        where j.thread_id = m.thread_id and j.at <= m.at and j.direction = 'in'))`,
    )
    .execute();
  return new Set(rows.map((row) => row.id));
}

const ofCompany = prepared(
  (db, own: { companyId: string; prospectId: string; threadId: string; limit: number; walked: number }) =>
    db
      .selectFrom('thread_messages as m')
      .selectAll('m')
      .where('m.company_id', '=', own.companyId)
      .where((where) =>
        where.or([where('m.prospect_id', 'is', null), where('m.prospect_id', '<>', own.prospectId)]),
      )
      .where('m.thread_id', '<>', own.threadId)
      // Bounds the walk past the prospect's own messages.
      .where('m.at', '>=', (where) =>
        where.fn.coalesce(
          where
            .selectFrom('thread_messages as bound')
            .select('bound.at')
            .where('bound.company_id', '=', own.companyId)
            .orderBy('bound.at', 'desc')
            .limit(1)
            .offset(own.walked),
          sql.lit(0),
        ),
      )
      .orderBy('m.at', 'desc')
      .limit(own.limit),
);

/** The newest messages of a company that are not in this thread, nor with this prospect. */
export async function companyMessages(
  db: Kysely<Schema>,
  own: { companyId: string; prospectId: string; threadId: string | null },
  limit: number,
): Promise<Row<'thread_messages'>[]> {
  const { companyId, prospectId, threadId } = own;
  return await ofCompany(db, { companyId, prospectId, threadId: threadId ?? '', limit, walked: limit * 20 });
}

export async function messagesById(
  db: Kysely<Schema>,
  ids: readonly number[],
): Promise<Row<'thread_messages'>[]> {
  if (ids.length === 0) return [];
  return await db
    .selectFrom('thread_messages')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
}

const newestFrom = prepared((db, { prospectId }: { prospectId: string }) =>
  db
    .selectFrom('thread_messages')
    .select('at')
    .where('prospect_id', '=', prospectId)
    .where('direction', '=', 'in')
    .orderBy('at', 'desc')
    .limit(1),
);

/** Time of the newest message that a prospect sent, in any thread; null = none. */
export async function newestInbound(db: Kysely<Schema>, prospectId: string): Promise<number | null> {
  const [row] = await newestFrom(db, { prospectId });
  return row?.at ?? null;
}
