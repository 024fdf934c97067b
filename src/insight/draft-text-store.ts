import type { Kysely } from 'kysely';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import { bulkInsert } from '../store/bulk-insert.ts';
import type { Trx } from '../store/database.ts';
import { engineOf } from '../store/engine.ts';
import { prepared } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import type { DraftText } from './draft-text.ts';
import { tsvector } from './search-words.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** A message at one revision of its body. */
export interface TextOf {
  message_id: string;
  revision: number;
}

const kept = prepared((db, of: TextOf) =>
  db
    .selectFrom('draft_texts')
    .select('id')
    .where('message_id', '=', of.message_id)
    .where('revision', '=', of.revision),
);

/**
 * Keeps the text of a message, in the transaction of its verdict or of a reviewer's edit. A message that is judged a second
 * time (its judge lost the lease) keeps the first: the bytes are the same.
 *
 * @param id only for mail older than what is kept already, see `fillIn`
 */
export async function keepDraftText(trx: Trx, of: TextOf, text: DraftText, id?: number): Promise<void> {
  const [known] = await kept(trx, of);
  if (known) return;
  const { subject, body, headers, addresses } = text;
  const words = engineOf(trx) === 'postgres' ? { words: tsvector([subject, body, headers, addresses]) } : {};
  await bulkInsert(trx, 'draft_texts', [{ ...(id === undefined ? {} : { id }), ...of, ...text, ...words }]);
}

/** Ids below zero count down, so that older mail filled in later still sorts before newer mail. */
export async function nextOlderId(trx: Trx): Promise<number> {
  const row = await trx.selectFrom('draft_texts').select('id').orderBy('id').limit(1).executeTakeFirst();
  return Math.min(0, row?.id ?? 0) - 1;
}

/** Judged mail whose text is not kept yet, newest first, below `before`; `last` is where the next call goes on. */
export async function textsMissing(
  db: Reader,
  before: TextOf | null,
  limit: number,
): Promise<{ missing: TextOf[]; last: TextOf | null }> {
  let query = db
    .selectFrom('bodies')
    .innerJoin('messages', 'messages.id', 'bodies.message_id')
    .leftJoin('draft_texts', (join) =>
      join
        .onRef('draft_texts.message_id', '=', 'bodies.message_id')
        .onRef('draft_texts.revision', '=', 'bodies.revision'),
    )
    .select(['bodies.message_id', 'bodies.revision', 'draft_texts.id as kept', 'messages.judged_at'])
    .orderBy('bodies.message_id', 'desc')
    .orderBy('bodies.revision', 'desc')
    .limit(limit);
  if (before) {
    query = query.where((eb) =>
      eb.or([
        eb('bodies.message_id', '<', before.message_id),
        eb.and([
          eb('bodies.message_id', '=', before.message_id),
          eb('bodies.revision', '<', before.revision),
        ]),
      ]),
    );
  }
  const rows = await query.execute();
  const last = rows.at(-1);
  return {
    missing: rows
      .filter(({ kept, judged_at }) => kept === null && judged_at !== null)
      .map(({ message_id, revision }) => ({ message_id, revision })),
    last: last === undefined ? null : { message_id: last.message_id, revision: last.revision },
  };
}

/** What the text of a stored message is made from, beside its bytes. */
export async function textContext(
  db: Reader,
  messageId: string,
): Promise<{ addresses: string[]; records: ProspectSnapshot[] }> {
  const message = await db
    .selectFrom('messages')
    .select('envelope_from')
    .where('id', '=', messageId)
    .executeTakeFirstOrThrow();
  const deliveries = await db
    .selectFrom('deliveries')
    .select(['id', 'recipient'])
    .where('message_id', '=', messageId)
    .where('kind', '=', 'mail')
    .execute();
  const verdicts = await db
    .selectFrom('verdicts')
    .select('prospect')
    .where(
      'delivery_id',
      'in',
      deliveries.map(({ id }) => id),
    )
    .execute();
  return {
    addresses: [message.envelope_from, ...deliveries.map(({ recipient }) => recipient)],
    records: verdicts.flatMap(({ prospect }) =>
      prospect === null ? [] : [JSON.parse(prospect) as ProspectSnapshot],
    ),
  };
}

const DONE = 'draft_texts_filled_in';

/** Whether the text of every older message is kept: from then on it is written with each verdict. */
export async function isFilledIn(db: Reader): Promise<boolean> {
  return (
    (await db.selectFrom('settings').select('key').where('key', '=', DONE).executeTakeFirst()) !== undefined
  );
}

export async function markFilledIn(trx: Trx): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key: DONE, value: '1' })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}
