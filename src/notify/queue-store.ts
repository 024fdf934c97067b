import { type Selectable, sql } from 'kysely';
import { GATE_ENGINE } from '../intake/engine-store.ts';
import { newId } from '../message/id.ts';
import { newDelivery } from '../queue/new-delivery.ts';
import type { Trx } from '../store/database.ts';
import type { NotificationTable } from '../store/notify-schema.ts';
import type { Channel } from './channels.ts';
import type { NotificationContent } from './content.ts';

export type Notification = Selectable<NotificationTable>;

/**
 * Stores a message for a channel in the transaction that notes what it tells, so that neither can be lost or repeated without
 * the other. By e-mail it becomes one delivery of the queue; for Slack the sender claims it.
 *
 * @returns its id
 */
export async function queueNotification(
  trx: Trx,
  {
    channel,
    kind,
    content,
    from,
    now,
  }: {
    channel: Pick<Channel, 'key' | 'address'>;
    kind: Notification['kind'];
    content: NotificationContent;
    /** The gate's address. */
    from: string;
    now: number;
  },
): Promise<string> {
  const id = newId(now);
  const byMail = channel.address !== null;
  await trx
    .insertInto('notifications')
    .values({
      id,
      channel: channel.key,
      kind,
      content: JSON.stringify(content),
      created_at: now,
      state: byMail ? 'queued' : 'pending',
      attempts: 0,
      unanswered: 0,
      next_attempt_at: byMail ? null : now,
      lease_until: null,
      error: null,
      finished_at: null,
    })
    .execute();
  if (channel.address !== null) await queueMail(trx, { id, to: channel.address, from, content, now });
  return id;
}

async function queueMail(
  trx: Trx,
  mail: { id: string; to: string; from: string; content: NotificationContent; now: number },
): Promise<void> {
  const { id, to, from, content, now } = mail;
  await trx
    .insertInto('engines')
    .values({
      id: GATE_ENGINE,
      name: 'presend (notifications)',
      secret_hash: null,
      sender_domains: '[]',
      upstreams: '[]',
      mode: 'observe',
      trusted_headers: 0,
      answer: null,
      decisions: null,
      loopback_without_auth: 0,
      webhook_url: null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await trx
    .insertInto('messages')
    .values({
      id,
      engine_id: GATE_ENGINE,
      envelope_from: from,
      params: '{}',
      message_id: null,
      subject: content.title,
      size: 0,
      received_at: now,
      origin: '{}',
      dedupe_key: null,
      scheduled_at: null,
      // It is never the judge's.
      judged_at: now,
      answered_early: 0,
      lease_until: null,
      lease_token: 0,
      judge_attempts: 0,
    })
    .execute();
  await trx
    .insertInto('deliveries')
    .values({
      ...newDelivery({ id, messageId: id, engineId: GATE_ENGINE, recipient: to, internal: true, now }),
      kind: 'notification',
      about: id,
      state: 'relaying',
      next_attempt_at: now,
      judged_at: now,
    })
    .execute();
}

/** The message that a delivery of kind `notification` carries. */
export async function readNotification(
  db: Pick<Trx, 'selectFrom'>,
  id: string,
): Promise<{ content: NotificationContent; createdAt: number } | null> {
  const row = await db
    .selectFrom('notifications')
    .select(['content', 'created_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? { content: JSON.parse(row.content) as NotificationContent, createdAt: row.created_at } : null;
}

/** Nobody answered so many attempts in a row: Slack may show the message as often. It is given up then. */
export const MAX_UNANSWERED = 3;

/** Claims the next Slack message that is due. Its attempt counts as unanswered until `settleSlack` says otherwise. */
export async function claimSlack(
  trx: Trx,
  { now, leaseMs }: { now: number; leaseMs: number },
): Promise<Notification | null> {
  const row = await trx
    .selectFrom('notifications')
    .selectAll()
    .where('state', '=', sql.lit('pending'))
    .where('next_attempt_at', '<=', now)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  if (row.unanswered >= MAX_UNANSWERED) {
    // The gate died in the middle of each attempt.
    const changes = {
      ...ENDED,
      state: 'given_up' as const,
      finished_at: now,
      error: row.error ?? 'no answer',
    };
    await trx.updateTable('notifications').set(changes).where('id', '=', row.id).execute();
    return null;
  }
  const claim = {
    lease_until: now + leaseMs,
    attempts: row.attempts + 1,
    unanswered: row.unanswered + 1,
  };
  await trx.updateTable('notifications').set(claim).where('id', '=', row.id).execute();
  return { ...row, ...claim };
}

const ENDED = { next_attempt_at: null, lease_until: null };

/** What one attempt came to. `answered`: Slack has it, or certainly has not. */
export type SlackStep =
  | { state: 'sent' }
  | { state: 'given_up'; error: string }
  | { state: 'pending'; at: number; error: string; answered: boolean };

export async function settleSlack(
  trx: Trx,
  claimed: Notification,
  step: SlackStep,
  now: number,
): Promise<void> {
  const changes =
    step.state === 'pending'
      ? {
          next_attempt_at: step.at,
          lease_until: null,
          error: step.error,
          ...(step.answered ? { unanswered: 0 } : {}),
        }
      : {
          ...ENDED,
          state: step.state,
          finished_at: now,
          error: step.state === 'sent' ? null : step.error,
        };
  await trx
    .updateTable('notifications')
    .set(changes)
    .where('id', '=', claimed.id)
    .where('lease_until', '=', claimed.lease_until)
    .execute();
}

/** Lets go of the leases of a gate that is gone. Only for the start of the one gate that holds the data folder. */
export async function releaseSlackLeases(trx: Trx): Promise<void> {
  await trx
    .updateTable('notifications')
    .set({ lease_until: null })
    .where('state', '=', sql.lit('pending'))
    .where('lease_until', 'is not', null)
    .execute();
}

/** Forgets messages that were told long ago; the deliveries that carried them stay as short rows. */
export async function forgetNotifications(trx: Trx, before: number): Promise<void> {
  await trx
    .deleteFrom('notifications')
    .where('created_at', '<', before)
    .where('state', '!=', sql.lit('pending'))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('deliveries as d')
            .select('d.id')
            .whereRef('d.id', '=', 'notifications.id')
            .where('d.state', 'in', ['relaying', 'deferred', 'uncertain']),
        ),
      ),
    )
    .execute();
}
