import { splitAddressList } from '../../message/address-list.ts';
import type { DeliveryState } from '../../message/disposition.ts';
import { uuidOf } from '../../message/id.ts';
import type { MessageView } from '../message-view.ts';
import { presendView, requestJson } from './presend-view.ts';

/** Postmark knows `Queued`, `Sent` and `Processed`; a mail that waits for a person is queued. */
const SENT: ReadonlySet<DeliveryState> = new Set(['relayed']);
const OVER: ReadonlySet<DeliveryState> = new Set([
  'failed',
  'rejected',
  'closed',
  'cancelled',
  'suppressed',
  'expired',
]);

/** `GET /messages/outbound/{id}/details` (Postmark, "Messages API"), with what the gate knows beside it under `presend`. */
export function postmarkView(view: MessageView): object {
  const mail = requestJson(view, 'postmark');
  const outcomes = view.outcomes ?? [];
  const receivedAt = new Date(view.receivedAt).toISOString();
  const people = (field: string): object[] =>
    (typeof mail[field] === 'string' ? (splitAddressList(mail[field]) ?? []) : []).map((written) => {
      const named = /^(?<name>.*?)\s*<(?<email>[^<>]*)>$/su.exec(written)?.groups;
      return {
        Email: named?.['email'] ?? written,
        Name: (named?.['name'] ?? '').replace(/^"(.*)"$/s, '$1').replaceAll(/\\(.)/gs, '$1'),
      };
    });
  return {
    MessageID: uuidOf(view.id),
    MessageStream: mail['MessageStream'] ?? 'outbound',
    Tag: mail['Tag'] ?? '',
    To: people('To'),
    Cc: people('Cc'),
    Bcc: people('Bcc'),
    Recipients: outcomes.map(({ recipient }) => recipient),
    ReceivedAt: receivedAt,
    From: mail['From'] ?? view.from,
    Subject: mail['Subject'] ?? view.subject ?? '',
    Attachments: ((mail['Attachments'] ?? []) as { Name: string }[]).map(({ Name }) => Name),
    Status: statusOf(outcomes.map(({ state }) => state)),
    TrackOpens: mail['TrackOpens'] ?? false,
    TrackLinks: mail['TrackLinks'] ?? 'None',
    Metadata: mail['Metadata'] ?? {},
    Sandboxed: false,
    TextBody: mail['TextBody'] ?? null,
    HtmlBody: mail['HtmlBody'] ?? null,
    Body: '',
    MessageEvents: outcomes.flatMap(({ recipient, state, reason }) => {
      if (state === 'suppressed') {
        const Summary = `Suppressed: ${reason ?? 'policy'}`;
        return { Recipient: recipient, Type: 'Bounced', ReceivedAt: receivedAt, Details: { Summary } };
      }
      if (state !== 'relayed' || !view.delivered) return [];
      return { Recipient: recipient, Type: 'Delivered', ReceivedAt: receivedAt, Details: {} };
    }),
    presend: presendView(view),
  };
}

/** Of several deliveries the one that has come least far. */
function statusOf(states: DeliveryState[]): 'Queued' | 'Processed' | 'Sent' {
  if (states.length === 0 || states.some((state) => !SENT.has(state) && !OVER.has(state))) return 'Queued';
  return states.some((state) => SENT.has(state)) ? 'Sent' : 'Processed';
}
