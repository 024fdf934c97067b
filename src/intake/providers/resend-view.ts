import { uuidOf } from '../../message/id.ts';
import type { DeliveryState } from '../../message/disposition.ts';
import type { MessageView } from '../message-view.ts';
import { presendView, requestJson } from './presend-view.ts';

/** In Resend's words, which have none for a mail that waits for a person: that is `queued`. */
const LAST_EVENT: Record<DeliveryState, string> = {
  received: 'queued',
  relaying: 'queued',
  relayed: 'sent',
  deferred: 'delivery_delayed',
  failed: 'failed',
  uncertain: 'delivery_delayed',
  held: 'queued',
  rejected: 'canceled',
  escalating: 'queued',
  escalated: 'queued',
  closed: 'canceled',
  scheduled: 'scheduled',
  cancelled: 'canceled',
  suppressed: 'suppressed',
  expired: 'canceled',
};

/** Of several deliveries the one that has come least far. */
const ORDER = ['queued', 'scheduled', 'delivery_delayed', 'failed', 'canceled', 'suppressed', 'sent'];

const list = (value: unknown): string[] | null =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : null;

/** `GET /emails/:id` (Resend, "Retrieve Email"), with what the gate knows beside it under `presend`. */
export function resendView(view: MessageView): object {
  const mail = requestJson(view, 'resend');
  return {
    object: 'email',
    id: uuidOf(view.id),
    message_id: view.messageId,
    to: list(mail['to']) ?? view.outcomes?.map(({ recipient }) => recipient) ?? [],
    from: mail['from'] ?? view.from,
    created_at: new Date(view.receivedAt).toISOString(),
    subject: mail['subject'] ?? view.subject,
    html: mail['html'] ?? null,
    text: mail['text'] ?? null,
    bcc: list(mail['bcc']),
    cc: list(mail['cc']),
    reply_to: list(mail['reply_to'] ?? mail['replyTo']),
    tags: mail['tags'] ?? [],
    topic_id: mail['topic_id'] ?? null,
    last_event: lastEvent(view),
    scheduled_at: view.scheduledAt === null ? null : new Date(view.scheduledAt).toISOString(),
    presend: presendView(view),
  };
}

/** What the provider reported, in Resend's words. */
const REPORTED = { delivered: 'delivered', hard_bounce: 'bounced', complaint: 'complained' } as const;

function lastEvent({ outcomes, reported }: MessageView): string {
  const words = (outcomes ?? []).map(({ state }) => LAST_EVENT[state]);
  const least = ORDER.find((word) => words.includes(word)) ?? 'queued';
  return least === 'sent' && reported !== null ? REPORTED[reported] : least;
}
