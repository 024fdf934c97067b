import type { Kysely } from 'kysely';
import type { Delivery } from '../queue/settle.ts';
import type { Schema } from '../store/schema.ts';
import type { SameText, TraceHit } from './web-types.ts';

type Reader = Kysely<Schema>;

/** The message of an id that is a message's or a delivery's; null for neither. */
export async function messageIdOf(db: Reader, id: string): Promise<string | null> {
  const message = await db.selectFrom('messages').select('id').where('id', '=', id).executeTakeFirst();
  if (message) return message.id;
  const delivery = await db
    .selectFrom('deliveries')
    .select('message_id')
    .where('id', '=', id)
    .where('kind', '=', 'mail')
    .executeTakeFirst();
  return delivery?.message_id ?? null;
}

/** Messages as the list of hits shows them, in the order of `ids`. */
export async function readHits(db: Reader, ids: readonly string[]): Promise<Omit<TraceHit, 'why'>[]> {
  if (ids.length === 0) return [];
  const messages = await db
    .selectFrom('messages')
    .innerJoin('engines', 'engines.id', 'messages.engine_id')
    .select([
      'messages.id as message_id',
      'messages.subject',
      'messages.envelope_from as from',
      'messages.received_at',
      'engines.name as engine',
    ])
    .where('messages.id', 'in', [...ids])
    .execute();
  const deliveries = await db
    .selectFrom('deliveries')
    .select(['id as delivery_id', 'message_id', 'recipient as address', 'state'])
    .where('message_id', 'in', [...ids])
    .where('kind', '=', 'mail')
    .execute();
  return ids.flatMap((id) => {
    const message = messages.find(({ message_id }) => message_id === id);
    if (!message) return [];
    const recipients = deliveries
      .filter(({ message_id }) => message_id === id)
      .map(({ delivery_id, address, state }) => ({ delivery_id, address, state }));
    return [{ ...message, recipients }];
  });
}

export async function readMessage(db: Reader, id: string) {
  return db
    .selectFrom('messages')
    .innerJoin('engines', 'engines.id', 'messages.engine_id')
    .select([
      'messages.id',
      'messages.subject',
      'messages.envelope_from as from',
      'messages.message_id as message_id_header',
      'messages.received_at',
      'messages.size',
      'messages.text_removed_at',
      'messages.text_removed_for',
      'engines.id as engine_id',
      'engines.name as engine',
      'engines.mode',
    ])
    .where('messages.id', '=', id)
    .executeTakeFirst();
}

/** Kept texts of a message, by revision. */
export async function readTexts(db: Reader, messageId: string) {
  return db
    .selectFrom('draft_texts')
    .innerJoin('bodies', (join) =>
      join
        .onRef('bodies.message_id', '=', 'draft_texts.message_id')
        .onRef('bodies.revision', '=', 'draft_texts.revision'),
    )
    .select([
      'draft_texts.revision',
      'draft_texts.subject',
      'draft_texts.body',
      'draft_texts.headers',
      'draft_texts.text_key',
      'draft_texts.template_key',
      'bodies.created_at as at',
      'bodies.actor',
    ])
    .where('draft_texts.message_id', '=', messageId)
    .orderBy('draft_texts.revision')
    .execute();
}

export async function readDeliveries(db: Reader, messageId: string): Promise<Delivery[]> {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('message_id', '=', messageId)
    .where('kind', '=', 'mail')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** What is recorded about a delivery and its message, for its story. */
export async function readRecorded(db: Reader, delivery: Pick<Delivery, 'id' | 'message_id'>) {
  const audit = await db
    .selectFrom('audit')
    .select(['at', 'actor', 'action', 'detail', 'subject_type'])
    .where('subject_id', 'in', [delivery.id, delivery.message_id])
    .orderBy('id')
    .execute();
  const labels = await db
    .selectFrom('labels')
    .select(['at', 'actor', 'right', 'act'])
    .where('delivery_id', '=', delivery.id)
    .orderBy('id')
    .execute();
  const attempts = await db
    .selectFrom('attempts')
    .select(['kind', 'upstream', 'started_at', 'handover_at', 'finished_at', 'outcome', 'response'])
    .where('delivery_id', '=', delivery.id)
    .orderBy('id')
    .execute();
  const reported = await db
    .selectFrom('provider_events')
    .select(['provider', 'kind', 'received_at', 'effect'])
    .where('delivery_id', '=', delivery.id)
    .orderBy('received_at')
    .execute();
  const told = await db
    .selectFrom('events')
    .select(['type', 'created_at', 'state'])
    .where('delivery_id', '=', delivery.id)
    .orderBy('id')
    .execute();
  return { audit, labels, attempts, reported, told };
}

/** Deliveries counted: a campaign's every mail need not be read to see that it is one. */
const MAX_COUNTED = 5_000;
const MAX_LISTED = 100;

/** Who else got the text with that key, at the revision they got; the newest. */
export async function readSameText(
  db: Reader,
  column: 'text_key' | 'template_key',
  key: string,
  except: string,
): Promise<SameText> {
  const texts = db
    .selectFrom('draft_texts')
    .select(['message_id', 'revision'])
    .where(column, '=', key)
    .where('message_id', '!=', except)
    .orderBy('id', 'desc')
    .limit(MAX_COUNTED + 1)
    .as('texts');
  const deliveries = db
    .selectFrom(texts)
    .innerJoin('deliveries', (join) =>
      join
        .onRef('deliveries.message_id', '=', 'texts.message_id')
        .onRef('deliveries.body_revision', '=', 'texts.revision'),
    )
    .where('deliveries.kind', '=', 'mail');
  const by_state = await deliveries
    .select((eb) => ['deliveries.state', eb.fn.countAll<number>().as('count')])
    .groupBy('deliveries.state')
    .orderBy('count', 'desc')
    .execute();
  const items = await deliveries
    .innerJoin('messages', 'messages.id', 'deliveries.message_id')
    .innerJoin('engines', 'engines.id', 'deliveries.engine_id')
    .select([
      'deliveries.id as delivery_id',
      'deliveries.message_id',
      'deliveries.recipient',
      'deliveries.state',
      'messages.subject',
      'messages.received_at as at',
      'engines.name as engine',
    ])
    .orderBy('deliveries.message_id', 'desc')
    .limit(MAX_LISTED)
    .execute();
  const total = by_state.reduce((sum, { count }) => sum + count, 0);
  return { total, more: total > MAX_COUNTED, by_state, items };
}
