import { UserError } from '../config/user-error.ts';
import { idOf } from '../message/id.ts';
import type { DeliveryState } from '../message/disposition.ts';
import { type StoredVerdict, newestVerdict } from '../pipeline/verdict-store.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Queries } from '../store/prepared.ts';

export interface DeliveryListItem {
  id: string;
  message_id: string;
  engine: string;
  recipient: string;
  subject: string | null;
  state: DeliveryState;
  decision: string | null;
  hold_reason: string | null;
  note: string | null;
  created_at: number;
  updated_at: number;
  expires_at: number | null;
}

export interface ListFilter {
  states?: DeliveryState[] | undefined;
  /** Part of a recipient, subject or id. */
  search?: string | undefined;
  engine?: string | undefined;
  reason?: string | undefined;
  limit: number;
  order: 'oldest' | 'newest';
}

/** Deliveries of engines' mail (not the gate's own). */
export async function listDeliveries(db: Queries, filter: ListFilter): Promise<DeliveryListItem[]> {
  let query = db
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.message_id')
    .innerJoin('engines', 'engines.id', 'deliveries.engine_id')
    .select([
      'deliveries.id',
      'deliveries.message_id',
      'engines.name as engine',
      'deliveries.recipient',
      'messages.subject',
      'deliveries.state',
      'deliveries.decision',
      'deliveries.hold_reason',
      'deliveries.note',
      'deliveries.created_at',
      'deliveries.updated_at',
      'deliveries.expires_at',
    ])
    .where('deliveries.kind', '=', 'mail');
  if (filter.states?.length) query = query.where('deliveries.state', 'in', filter.states);
  if (filter.engine) query = query.where('engines.name', '=', filter.engine);
  if (filter.reason) query = query.where('deliveries.hold_reason', '=', filter.reason);
  if (filter.search) {
    const like = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where((eb) =>
      eb.or(
        (['deliveries.recipient', 'messages.subject', 'deliveries.id'] as const).map((column) =>
          eb(eb.fn<string>('lower', [column]), 'like', like.toLowerCase()),
        ),
      ),
    );
  }
  return query
    .orderBy('deliveries.created_at', filter.order === 'oldest' ? 'asc' : 'desc')
    .limit(filter.limit)
    .execute();
}

export interface TimelineEntry {
  at: number;
  actor: string;
  action: string;
  detail: Record<string, unknown>;
}

export interface DeliveryDetail {
  delivery: Delivery;
  engine: string;
  message: {
    id: string;
    from: string;
    subject: string | null;
    message_id: string | null;
    size: number;
    received_at: number;
  };
  verdict: StoredVerdict | null;
  timeline: TimelineEntry[];
}

/**
 * Everything about one delivery, or about each delivery of a message.
 *
 * @param id a delivery's id or a message's; also as the engine was given it, as the upstream named it, or the Message-ID
 * @throws UserError when there is neither
 */
export async function readDetails(db: Queries, id: string): Promise<DeliveryDetail[]> {
  const known = (await findOwnId(db, id)) ?? id;
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where((eb) => eb.or([eb('id', '=', known), eb('message_id', '=', known)]))
    .where('kind', '=', 'mail')
    .orderBy('created_at')
    .execute();
  if (rows.length === 0) {
    throw new UserError(`there is no message or delivery "${id}"; list them with: presend messages`);
  }
  return Promise.all(rows.map((delivery) => readDetail(db, delivery)));
}

/** The gate's own id (of a message, or a delivery) behind what an engine, a provider or a mail's header calls it, or null. */
export async function findOwnId(db: Queries, text: string): Promise<string | null> {
  // The upstream may name mails by UUIDs as well, so one is only taken for the gate's if there is such a message.
  const given = [idOf(text), idOf(/^<?(\w{26})@/.exec(text)?.[1]?.toUpperCase() ?? '')].filter(
    (id) => id !== null,
  );
  const message = await db
    .selectFrom('messages')
    .select('id')
    .where((eb) => eb.or([eb('id', 'in', [text, ...given]), eb('message_id', 'in', [text, `<${text}>`])]))
    .executeTakeFirst();
  if (message) return message.id;
  const attempt = await db
    .selectFrom('attempts')
    .select('delivery_id')
    .where('upstream_id', 'in', [text, `<${text}>`])
    .executeTakeFirst();
  return attempt?.delivery_id ?? null;
}

async function readDetail(db: Queries, delivery: Delivery): Promise<DeliveryDetail> {
  const message = await db
    .selectFrom('messages')
    .innerJoin('engines', 'engines.id', 'messages.engine_id')
    .select([
      'messages.id',
      'messages.envelope_from as from',
      'messages.subject',
      'messages.message_id',
      'messages.size',
      'messages.received_at',
      'engines.name as engine',
    ])
    .where('messages.id', '=', delivery.message_id)
    .executeTakeFirstOrThrow();
  const { engine, ...rest } = message;
  const audit = await db
    .selectFrom('audit')
    .select(['at', 'actor', 'action', 'detail'])
    .where('subject_id', 'in', [delivery.id, delivery.message_id])
    .orderBy('id')
    .execute();
  return {
    delivery,
    engine,
    message: rest,
    verdict: await newestVerdict(db, delivery.id),
    timeline: audit.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> })),
  };
}
