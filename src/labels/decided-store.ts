import type { Kysely } from 'kysely';
import { verdictFromRow } from '../pipeline/verdict-store.ts';
import type { Schema } from '../store/schema.ts';
import type { DecidedDelivery } from './answers.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** States of mail that was let go. */
const WENT = new Set(['relaying', 'relayed', 'scheduled']);

/**
 * Deliveries that people decided about: labelled with the newest label in that time, or edited and then let go in it.
 *
 * @returns ids, oldest mail first
 */
export async function decidedIds(db: Reader, since: number, until: number): Promise<string[]> {
  const labelled = await db
    .selectFrom('labels')
    .innerJoin('deliveries', 'deliveries.id', 'labels.delivery_id')
    .select('labels.delivery_id as id')
    .where('deliveries.kind', '=', 'mail')
    .groupBy('labels.delivery_id')
    .having((eb) => eb.fn.max('labels.at'), '>=', since)
    .having((eb) => eb.fn.max('labels.at'), '<', until)
    .execute();
  const edited = await db
    .selectFrom('deliveries')
    .select('id')
    .where('kind', '=', 'mail')
    .where('body_revision', '>', 0)
    .where('released_by', 'is not', null)
    .where('judged_at', '>=', since)
    .where('judged_at', '<', until)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('labels').select('labels.id').whereRef('labels.delivery_id', '=', 'deliveries.id'),
        ),
      ),
    )
    .execute();
  return [...labelled, ...edited].map(({ id }) => id).toSorted();
}

/** What is known of these deliveries, in the order of their ids. */
export async function decidedDeliveries(db: Reader, ids: readonly string[]): Promise<DecidedDelivery[]> {
  if (ids.length === 0) return [];
  const deliveries = await db
    .selectFrom('deliveries')
    .select(['id', 'message_id', 'state', 'released_by', 'judged_at'])
    .where('id', 'in', ids)
    .orderBy('id')
    .execute();
  const labels = await db
    .selectFrom('labels')
    .select(['delivery_id', 'at', 'actor', 'right', 'act'])
    .where('delivery_id', 'in', ids)
    .orderBy('id')
    .execute();
  const verdicts = await db
    .selectFrom('verdicts')
    .selectAll()
    .where('delivery_id', 'in', ids)
    .orderBy('id')
    .execute();
  const acts = await actsOn(db, ids);
  const revisions = await db
    .selectFrom('bodies')
    .select(['message_id', 'revision', 'created_at'])
    .where('message_id', 'in', [...new Set(deliveries.map(({ message_id }) => message_id))])
    .orderBy('revision')
    .execute();
  return deliveries.map(({ id, message_id, state, released_by, judged_at }) => {
    const own = acts.filter(({ subject_id }) => subject_id === id);
    const edits = own.filter(({ detail }) => detail['edited'] === true);
    const texts = revisions.filter((one) => one.message_id === message_id);
    // Another recipient of the message may have got another text: only an edit of this delivery changes its own.
    const revisionAt = (at: number): number => {
      const edit = edits.findLast((one) => one.at <= at);
      return edit ? (texts.findLast(({ created_at }) => created_at <= edit.at)?.revision ?? 0) : 0;
    };
    return {
      id,
      messageId: message_id,
      went: released_by !== null || WENT.has(state),
      released: released_by === null ? null : { at: judged_at ?? 0, by: released_by },
      labels: labels
        .filter(({ delivery_id }) => delivery_id === id)
        .map(({ at, actor, right, act }) => ({ at, actor, right, act })),
      verdicts: verdicts
        .filter(({ delivery_id }) => delivery_id === id)
        .map((row) => ({ ...verdictFromRow(row), revision: revisionAt(row.created_at) })),
      reasons: own.flatMap(({ at, actor, action, detail }) => {
        const note = detail['note'];
        const said = (action === 'reject' || action === 'close') && typeof note === 'string';
        return said && !isStandardNote(note) ? [{ at, actor, reason: note }] : [];
      }),
    };
  });
}

/** What review writes where a person gave no reason. */
const isStandardNote = (note: string): boolean =>
  note === 'rejected by a reviewer' || /^(?:closed|taken over) by /.test(note);

async function actsOn(db: Reader, ids: readonly string[]) {
  const rows = await db
    .selectFrom('audit')
    .select(['subject_id', 'at', 'actor', 'action', 'detail'])
    .where('subject_type', '=', 'delivery')
    .where('subject_id', 'in', ids)
    .where('action', 'in', ['rejudged', 'reject', 'close'])
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }));
}

/** The bytes of one revision of a message; null when they are not kept any more. */
export async function storedText(db: Reader, messageId: string, revision: number): Promise<Buffer | null> {
  const row = await db
    .selectFrom('bodies')
    .select('raw')
    .where('message_id', '=', messageId)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return row?.raw ?? null;
}

/** Whose threads these are: the companies and people whose names a text of theirs may hold. */
export async function threadOwners(
  db: Reader,
  threadIds: readonly string[],
): Promise<
  {
    thread: string;
    company: string | null;
    domain: string | null;
    name: string | null;
    address: string | null;
  }[]
> {
  if (threadIds.length === 0) return [];
  return db
    .selectFrom('threads')
    .leftJoin('prospects', 'prospects.id', 'threads.prospect_id')
    .leftJoin('companies', (join) =>
      join.on((eb) => eb('companies.id', '=', eb.fn.coalesce('threads.company_id', 'prospects.company_id'))),
    )
    .select([
      'threads.id as thread',
      'companies.name as company',
      'companies.domain as domain',
      'prospects.name as name',
      'prospects.address as address',
    ])
    .where('threads.id', 'in', threadIds)
    .orderBy('threads.id')
    .execute();
}
