import { givenId } from '../message/given-id.ts';
import { newIdAfter } from '../message/id.ts';
import type { ProviderName } from '../message/provider.ts';
import { failPoint } from '../observability/fail-point.ts';
import type { Trx } from '../store/database.ts';
import { type Change, type DeliveryRow, eventBody, eventType } from './event-body.ts';

const PREFIX = 'evt_';

/**
 * Queues what an engine's webhook is to hear of a change, in the transaction that makes the change, so that neither can be
 * lost without the other. The gate's own mails are not told of.
 *
 * @param change.webhookUrl of the engine, where the caller has read it; otherwise one select by primary key
 * @returns the event's id; null when there is nothing to tell or nobody to tell it to
 */
export async function recordEvent(
  trx: Trx,
  change: Change & { now: number; webhookUrl?: string | null },
): Promise<string | null> {
  const { after, now } = change;
  if (after.kind !== 'mail') return null;
  const type = eventType(change);
  if (type === null) return null;
  const { webhookUrl } = change;
  const isTold = webhookUrl === undefined ? await hasWebhook(trx, after.engine_id) : webhookUrl !== null;
  if (!isTold) return null;
  const { message_id, provider } = await trx
    .selectFrom('messages')
    .leftJoin('provider_requests', 'provider_requests.message_id', 'messages.id')
    .select(['messages.message_id', 'provider_requests.provider'])
    .where('messages.id', '=', after.message_id)
    .executeTakeFirstOrThrow();
  const body = eventBody(
    { ...change, type },
    {
      id: givenId(provider, after.message_id),
      messageIdHeader: message_id,
      providerId: await upstreamId(trx, after),
      at: now,
    },
  );
  return queueEvent(trx, {
    engineId: after.engine_id,
    deliveryId: after.id,
    type,
    contentType: 'application/json',
    body: JSON.stringify(body),
    now,
  });
}

/**
 * Queues a provider's own event for the engine, after the caller has put the engine's ids into it. It takes its turn among
 * the gate's events about the same delivery.
 *
 * @param event.deliveryId null = about no delivery that the gate knows
 * @returns the event's id; null when the engine has no webhook
 */
export async function recordProviderEvent(
  trx: Trx,
  event: {
    engineId: string;
    deliveryId: string | null;
    provider: ProviderName;
    body: string;
    contentType: string;
    now: number;
  },
): Promise<string | null> {
  const { provider, ...rest } = event;
  if (!(await hasWebhook(trx, event.engineId))) return null;
  return queueEvent(trx, { ...rest, type: `provider.${provider}` });
}

async function hasWebhook(trx: Trx, engineId: string): Promise<boolean> {
  const engine = await trx
    .selectFrom('engines')
    .select('webhook_url')
    .where('id', '=', engineId)
    .executeTakeFirst();
  return engine !== undefined && engine.webhook_url !== null;
}

async function upstreamId(trx: Trx, { id, state }: DeliveryRow): Promise<string | null> {
  if (state !== 'relayed') return null;
  const attempt = await trx
    .selectFrom('attempts')
    .select('upstream_id')
    .where('delivery_id', '=', id)
    .where('kind', '=', 'relay')
    .where('upstream_id', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return attempt?.upstream_id ?? null;
}

async function queueEvent(
  trx: Trx,
  event: {
    engineId: string;
    deliveryId: string | null;
    type: string;
    contentType: string;
    body: string;
    now: number;
  },
): Promise<string> {
  const { deliveryId, now } = event;
  const last =
    deliveryId === null
      ? undefined
      : await trx
          .selectFrom('events')
          .select(['id', 'state', 'next_attempt_at'])
          .where('delivery_id', '=', deliveryId)
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst();
  // A person's act in another process may carry an earlier time than what the gate recorded just before it.
  const id = `${PREFIX}${newIdAfter(now, last ? last.id.slice(PREFIX.length) : null)}`;
  // It waits with the one before it, so that a claim does not look at it again and again.
  const wait = last?.state === 'pending' ? (last.next_attempt_at ?? now) : now;
  await trx
    .insertInto('events')
    .values({
      id,
      engine_id: event.engineId,
      delivery_id: deliveryId,
      type: event.type,
      content_type: event.contentType,
      body: event.body,
      created_at: now,
      state: 'pending',
      attempts: 0,
      next_attempt_at: Math.max(now, wait),
      finished_at: null,
      lease_until: null,
    })
    .execute();
  failPoint('event-queued');
  return id;
}
