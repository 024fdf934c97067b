import type { FeedbackKind } from '../event.ts';
import { UnreadableEventError } from '../errors.ts';
import { headerMap } from '../automatic.ts';
import { type Fields, fieldsOf, hashOf, lineOf, listOf, textOf, textsOf, timeOf } from '../fields.ts';
import { mailFromFields } from '../inbound-mail.ts';
import type { Received } from '../received.ts';

const KINDS: Readonly<Record<string, FeedbackKind>> = {
  'activity.sent': 'accepted',
  'activity.delivered': 'delivered',
  'activity.deferred': 'deferred',
  'activity.soft_bounced': 'soft_bounce',
  'activity.hard_bounced': 'hard_bounce',
  'activity.spam_complaint': 'complaint',
  'activity.unsubscribed': 'unsubscribe',
};

/** MailerSend's webhooks (developers.mailersend.com, "Webhooks" and "Inbound routes"). */
export async function readMailersend(payload: unknown, now: number): Promise<Received> {
  const event = fieldsOf(payload);
  const type = textOf(event['type']) ?? '';
  const data = fieldsOf(event['data']);
  if (type === 'inbound.message') return inbound(event, data, now);
  const email = fieldsOf(data['email']);
  const morph = fieldsOf(data['morph']);
  return {
    events: [
      {
        provider: 'mailersend',
        eventId: textOf(data['id']) ?? hashOf(payload),
        kind: KINDS[type] ?? 'other',
        at: timeOf(data['created_at'] ?? event['created_at'], now),
        recipients: textsOf(fieldsOf(email['recipient'])['email']),
        // The `X-Message-Id` of the answer.
        upstreamId: textOf(fieldsOf(email['message'])['id']),
        messageId: null,
        subject: textOf(email['subject']),
        detail: lineOf(morph['readable_reason']) ?? lineOf(morph['reason']),
        payload,
      },
    ],
    inbound: [],
  };
}

async function inbound(event: Fields, data: Fields, now: number): Promise<Received> {
  const from = fieldsOf(data['from']);
  const recipients = fieldsOf(data['recipients']);
  const headers = Object.entries(fieldsOf(data['headers'])).flatMap(([name, value]) =>
    textsOf(value).map((text) => [name, text] as const),
  );
  const mail = await mailFromFields(
    {
      from: textOf(from['email']) ?? textOf(from['raw']) ?? '',
      to: listOf(recipients['rcptTo']).flatMap((to) => textOf(to['email']) ?? []),
      subject: textOf(data['subject']),
      text: textOf(data['text']),
      html: textOf(data['html']),
      headers: headerMap(headers),
    },
    now,
  );
  if (mail === null) throw new UnreadableEventError('the mail has no From address');
  const eventId = `inbound:${textOf(data['id']) ?? hashOf(event)}`;
  const named = { ...mail, name: mail.name ?? textOf(from['name']) };
  return {
    events: [],
    inbound: [{ provider: 'mailersend', eventId, content: { mail: named }, payload: event }],
  };
}
