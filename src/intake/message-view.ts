import type { Kysely } from 'kysely';
import { readOutcomes, type Outcome } from '../queue/outcomes.ts';
import type { Schema } from '../store/schema.ts';
import { type ToldOutcome, toldOutcome } from './answer.ts';

/** A message as its engine may see it. */
export interface MessageView extends ToldOutcome {
  id: string;
  from: string;
  subject: string | null;
  messageId: string | null;
  receivedAt: number;
  scheduledAt: number | null;
  /** Null while it is not judged. */
  outcomes: Outcome[] | null;
  /** The request it came in, as stored; null for mail over SMTP. */
  request: { provider: string; path: string; body: Buffer } | null;
  /** What the upstream called it; null before it is relayed. */
  upstreamId: string | null;
  /** The provider reported that it arrived, and nothing worse. */
  delivered: boolean;
  /** The worst that the provider reported of it. */
  reported: 'delivered' | 'hard_bounce' | 'complaint' | null;
}

/** The worst first. */
const REPORTS = ['complaint', 'hard_bounce', 'delivered'] as const;

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** @returns null when there is none, or it is another engine's */
export async function readMessageView(db: Reader, engineId: string, id: string): Promise<MessageView | null> {
  const message = await db
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', id)
    .where('engine_id', '=', engineId)
    .executeTakeFirst();
  if (!message) return null;
  const request = await db
    .selectFrom('provider_requests')
    .select(['provider', 'path', 'body'])
    .where('message_id', '=', id)
    .executeTakeFirst();
  const sent = await db
    .selectFrom('attempts')
    .innerJoin('deliveries', 'deliveries.id', 'attempts.delivery_id')
    .select('attempts.upstream_id')
    .where('deliveries.message_id', '=', id)
    .where('attempts.upstream_id', 'is not', null)
    .orderBy('attempts.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const reports = await db
    .selectFrom('provider_events')
    .innerJoin('deliveries', 'deliveries.id', 'provider_events.delivery_id')
    .select('provider_events.kind')
    .distinct()
    .where('deliveries.message_id', '=', id)
    .where('provider_events.kind', 'in', [...REPORTS])
    .execute();
  const reported = REPORTS.find((kind) => reports.some((one) => one.kind === kind)) ?? null;
  const outcomes = await readOutcomes(db, id);
  return {
    ...toldOutcome(outcomes),
    id,
    from: message.envelope_from,
    subject: message.subject,
    messageId: message.message_id,
    receivedAt: message.received_at,
    scheduledAt: message.scheduled_at,
    outcomes,
    request: request ?? null,
    upstreamId: sent?.upstream_id ?? null,
    delivered: reported === 'delivered',
    reported,
  };
}
