import type { DeliveryState } from '../../message/disposition.ts';
import type { Outcome } from '../../queue/outcomes.ts';
import type { MessageView } from '../message-view.ts';

type Event = {
  event: 'accepted' | 'delivered' | 'failed' | 'rejected';
  severity?: 'permanent' | 'temporary';
};

/** In Mailgun's words: what waits, here or there, is `accepted`. */
const EVENT: Record<DeliveryState, Event> = {
  received: { event: 'accepted' },
  relaying: { event: 'accepted' },
  relayed: { event: 'accepted' },
  deferred: { event: 'failed', severity: 'temporary' },
  failed: { event: 'failed', severity: 'permanent' },
  uncertain: { event: 'failed', severity: 'temporary' },
  held: { event: 'accepted' },
  rejected: { event: 'rejected' },
  escalating: { event: 'accepted' },
  escalated: { event: 'accepted' },
  closed: { event: 'rejected' },
  scheduled: { event: 'accepted' },
  cancelled: { event: 'rejected' },
  suppressed: { event: 'failed', severity: 'permanent' },
  expired: { event: 'rejected' },
};

/** `GET /v3/:domain/events?message-id=` (Mailgun, "Events"): one event per recipient, and what the gate knows beside it. */
export function mailgunEvents(view: MessageView | null, messageId: string, url: string): object {
  return {
    items: (view?.outcomes ?? []).map((outcome) => item(outcome, view!, messageId)),
    // All there is stands on one page.
    paging: { next: url, previous: url, first: url, last: url },
  };
}

function item(outcome: Outcome, view: MessageView, messageId: string): object {
  const { deliveryId, recipient, state, decision, reason, note } = outcome;
  const event = state === 'relayed' && view.delivered ? { event: 'delivered' } : EVENT[state];
  return {
    ...event,
    id: deliveryId,
    timestamp: view.receivedAt / 1000,
    recipient,
    ...(state === 'suppressed' ? { reason: 'suppress-unsubscribe' } : {}),
    ...(event.event === 'rejected' ? { reject: { reason: reason ?? state, description: note ?? '' } } : {}),
    envelope: { sender: view.from, targets: recipient },
    message: { headers: { 'message-id': messageId, from: view.from, to: recipient, subject: view.subject } },
    presend: {
      id: view.id,
      disposition: state,
      decision,
      rule: reason,
      rationale: note,
      upstream_id: view.upstreamId,
    },
  };
}
