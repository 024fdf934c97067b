import type { DeliveryState } from '../../message/disposition.ts';
import type { MessageView } from '../message-view.ts';
import { presendView, requestJson } from './presend-view.ts';

/** In SendGrid's words; a mail that waits for a person is still `processing`. */
const STATUS: Record<DeliveryState, 'processing' | 'not_delivered' | 'processed'> = {
  received: 'processing',
  relaying: 'processing',
  relayed: 'processed',
  deferred: 'processing',
  failed: 'not_delivered',
  uncertain: 'processing',
  held: 'processing',
  rejected: 'not_delivered',
  escalating: 'processing',
  escalated: 'processing',
  closed: 'not_delivered',
  scheduled: 'processing',
  cancelled: 'not_delivered',
  suppressed: 'not_delivered',
  expired: 'not_delivered',
};

/** `GET /v3/messages/{msg_id}` (SendGrid, "Email Activity"), with what the gate knows beside it under `presend`. */
export function sendgridView(view: MessageView): object {
  const request = requestJson(view, 'sendgrid');
  const outcomes = view.outcomes ?? [];
  const states = outcomes.map(({ state }) => STATUS[state]);
  const least = (['processing', 'not_delivered', 'processed'] as const).find((word) => states.includes(word));
  const status = least === 'processed' && view.delivered ? 'delivered' : (least ?? 'processing');
  return {
    from_email: view.from,
    msg_id: view.id,
    subject: view.subject,
    to_email: outcomes[0]?.recipient ?? firstRecipient(request),
    status,
    categories: request['categories'] ?? [],
    unique_args: request['custom_args'] ?? {},
    events: outcomes.flatMap(({ state, recipient, reason }) => {
      if (state === 'suppressed') {
        return { event_name: 'dropped', email: recipient, reason: reason ?? 'suppressed' };
      }
      return state === 'relayed' ? { event_name: 'processed', email: recipient } : [];
    }),
    presend: presendView(view),
  };
}

function firstRecipient(request: Record<string, unknown>): string | null {
  const all = request['personalizations'] as { to: { email: string }[] }[] | undefined;
  return all?.[0]?.to[0]?.email ?? null;
}
