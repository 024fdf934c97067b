import { uuidOf } from '../../message/id.ts';
import type { DeliveryState } from '../../message/disposition.ts';
import type { MessageView } from '../message-view.ts';
import { presendView } from './presend-view.ts';

/** In the words of Amazon SES; what waits here has no event there yet. */
const EVENT: Record<DeliveryState, string | null> = {
  received: null,
  relaying: null,
  relayed: 'SEND',
  deferred: 'DELIVERY_DELAY',
  failed: 'BOUNCE',
  uncertain: 'DELIVERY_DELAY',
  held: null,
  rejected: 'REJECT',
  escalating: null,
  escalated: null,
  closed: 'REJECT',
  scheduled: null,
  cancelled: 'REJECT',
  suppressed: 'REJECT',
  expired: 'REJECT',
};

/** `GET /v2/email/insights/:id` (Amazon SES API v2, "GetMessageInsights"), with what the gate knows beside it. */
export function sesInsights(view: MessageView): object {
  const request = (
    view.request?.provider === 'ses' ? JSON.parse(view.request.body.toString()) : {}
  ) as Record<string, unknown>;
  return {
    MessageId: uuidOf(view.id),
    FromEmailAddress: request['FromEmailAddress'] ?? view.from,
    Subject: view.subject ?? '',
    EmailTags: request['EmailTags'] ?? [],
    Insights: (view.outcomes ?? []).map(({ recipient, state }) => {
      const types = [EVENT[state], state === 'relayed' && view.delivered ? 'DELIVERY' : null];
      return {
        Destination: recipient,
        Events: types
          .filter((type) => type !== null)
          .map((type) => ({ Timestamp: view.receivedAt / 1000, Type: type })),
      };
    }),
    presend: presendView(view),
  };
}
