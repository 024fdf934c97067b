import type { FeedbackEvent, FeedbackKind, InboundMail } from '../event.ts';
import { headerMap } from '../automatic.ts';
import { type Fields, fieldsOf, lineOf, textOf, textsOf, timeOf } from '../fields.ts';
import { inBrackets, mailFromFields } from '../inbound-mail.ts';
import type { Received } from '../received.ts';

const KINDS: Readonly<Record<string, FeedbackKind>> = {
  'email.sent': 'accepted',
  'email.scheduled': 'accepted',
  'email.delivered': 'delivered',
  'email.delivery_delayed': 'deferred',
  'email.complained': 'complaint',
  // Resend did not send it: its own suppression list names the address after an earlier bounce or complaint.
  'email.suppressed': 'hard_bounce',
};

/**
 * Resend's webhook events (resend.com/docs/webhooks/event-types; types `WebhookEventPayload` of its SDK).
 *
 * @param eventId the `svix-id`
 */
export function readResend(body: unknown, { eventId, now }: { eventId: string; now: number }): Received {
  const event = fieldsOf(body);
  const type = textOf(event['type']) ?? '';
  const data = fieldsOf(event['data']);
  if (type === 'email.received') {
    const id = textOf(data['email_id']);
    if (id !== null) {
      // The event holds the mail's metadata only. `cid`: else inline images would come as data inside the HTML.
      const fetchPath = `/emails/receiving/${encodeURIComponent(id)}?html_format=cid`;
      return {
        events: [],
        inbound: [{ provider: 'resend', eventId, content: { fetchPath }, payload: body }],
      };
    }
  }
  const detail = detailOf(data);
  const kind = kindOf(type, data);
  const to = textsOf(data['to'] ?? data['email']);
  const messageId = textOf(data['message_id']);
  return {
    events: [
      {
        provider: 'resend',
        eventId,
        kind,
        at: timeOf(event['created_at'], now),
        recipients: kind === 'hard_bounce' || kind === 'soft_bounce' ? bounced(to, detail) : to,
        upstreamId: textOf(data['email_id']),
        messageId: messageId === null ? null : inBrackets(messageId),
        subject: textOf(data['subject']),
        detail,
        payload: body,
      },
    ],
    inbound: [],
  };
}

/** The answer of `GET /emails/receiving/:id` (`GetReceivingEmailResponseSuccess` of the SDK). */
export async function readReceivedEmail(body: unknown, now: number): Promise<InboundMail | null> {
  const mail = fieldsOf(body);
  const headers = Object.entries(fieldsOf(mail['headers'])).flatMap(([name, value]) =>
    textsOf(value).map((text) => [name, text] as const),
  );
  return mailFromFields(
    {
      from: textOf(mail['from']) ?? '',
      to: textsOf(mail['to']),
      subject: textOf(mail['subject']),
      text: textOf(mail['text']),
      html: textOf(mail['html']),
      headers: headerMap(headers),
      messageId: textOf(mail['message_id']),
    },
    now,
  );
}

function kindOf(type: string, data: Fields): FeedbackEvent['kind'] {
  if (type === 'email.bounced') {
    const bounce = fieldsOf(data['bounce']);
    return textOf(bounce['type'])?.toLowerCase() === 'permanent' ? 'hard_bounce' : 'soft_bounce';
  }
  if (type === 'suppression.added') {
    if (data['origin'] === 'bounce') return 'hard_bounce';
    return data['origin'] === 'complaint' ? 'complaint' : 'unsubscribe';
  }
  if (type === 'contact.created' || type === 'contact.updated') {
    return data['unsubscribed'] === true ? 'unsubscribe' : 'other';
  }
  return KINDS[type] ?? 'other';
}

function detailOf(data: Fields): string | null {
  const texts = [
    fieldsOf(data['bounce'])['message'],
    fieldsOf(data['failed'])['reason'],
    fieldsOf(data['suppressed'])['message'],
  ];
  return texts.map(lineOf).find((text) => text !== null) ?? null;
}

/** Resend names all recipients of the mail, not the one that bounced; where its message names some, it is those. */
function bounced(to: string[], detail: string | null): string[] {
  const words = detail?.toLowerCase() ?? '';
  const named = to.filter((address) => words.includes(address.toLowerCase()));
  return named.length > 0 ? named : to;
}
