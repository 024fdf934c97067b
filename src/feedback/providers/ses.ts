import type { FeedbackEvent, FeedbackKind } from '../event.ts';
import { UnreadableEventError } from '../errors.ts';
import { type Fields, fieldsOf, lineOf, listOf, readJson, textOf, textsOf, timeOf } from '../fields.ts';
import { inBrackets, mailFromRaw } from '../inbound-mail.ts';
import { NOTHING, type Received } from '../received.ts';
import type { SnsEnvelope } from '../signatures/sns.ts';

interface Reading {
  kind: FeedbackKind;
  /** The part of the notification that tells about it. */
  part: Fields;
  recipients: string[];
  detail: string | null;
}

/**
 * What SES publishes (docs.aws.amazon.com/ses, "Contents of event data that Amazon SES publishes to Amazon SNS" and "Notification
 * contents for Amazon SES email receiving"): JSON inside the `Message` of SNS, told apart by `eventType` or `notificationType`.
 */
export async function readSes(envelope: SnsEnvelope, now: number): Promise<Received> {
  // SES says hello in plain text when a topic is set.
  if (envelope.Message.startsWith('Successfully validated SNS topic')) return NOTHING;
  const message = fieldsOf(readJson(Buffer.from(envelope.Message, 'utf8')));
  const type = textOf(message['eventType'] ?? message['notificationType']) ?? '';
  if (type === 'Received') return received(envelope, message, now);
  const mail = fieldsOf(message['mail']);
  const common = fieldsOf(mail['commonHeaders']);
  const { kind, part, recipients, detail } = readType(type, message, mail);
  const messageId = textOf(common['messageId']);
  const event: FeedbackEvent = {
    provider: 'ses',
    eventId: envelope.MessageId,
    kind,
    at: timeOf(part['timestamp'] ?? mail['timestamp'], now),
    recipients,
    upstreamId: textOf(mail['messageId']),
    messageId: messageId === null ? null : inBrackets(messageId),
    subject: textOf(common['subject']),
    detail,
    payload: envelope,
  };
  return { events: [event], inbound: [] };
}

function readType(type: string, message: Fields, mail: Fields): Reading {
  const addresses = (list: unknown): string[] =>
    listOf(list).flatMap((one) => textOf(one['emailAddress']) ?? []);
  const destination = textsOf(mail['destination']);
  switch (type) {
    case 'Bounce': {
      const part = fieldsOf(message['bounce']);
      const [first] = listOf(part['bouncedRecipients']);
      return {
        kind: part['bounceType'] === 'Permanent' ? 'hard_bounce' : 'soft_bounce',
        part,
        recipients: addresses(part['bouncedRecipients']),
        detail: lineOf(first?.['diagnosticCode']) ?? lineOf(part['bounceSubType']),
      };
    }
    case 'Complaint': {
      const part = fieldsOf(message['complaint']);
      const feedback = textOf(part['complaintFeedbackType']);
      return {
        // RFC 5965 types: the recipient took it out of the spam folder.
        kind: feedback === 'not-spam' ? 'other' : 'complaint',
        part,
        recipients: addresses(part['complainedRecipients']),
        detail: lineOf(feedback),
      };
    }
    case 'Delivery': {
      const part = fieldsOf(message['delivery']);
      const detail = lineOf(part['smtpResponse']);
      return { kind: 'delivered', part, recipients: textsOf(part['recipients']), detail };
    }
    case 'DeliveryDelay': {
      const part = fieldsOf(message['deliveryDelay']);
      const detail = lineOf(part['delayType']);
      return { kind: 'deferred', part, recipients: addresses(part['delayedRecipients']), detail };
    }
    case 'Subscription': {
      const part = fieldsOf(message['subscription']);
      const all = fieldsOf(part['newTopicPreferences'])['unsubscribeAll'] === true;
      return { kind: all ? 'unsubscribe' : 'other', part, recipients: destination, detail: null };
    }
    case 'Send':
      return { kind: 'accepted', part: mail, recipients: destination, detail: null };
    default:
      return { kind: 'other', part: mail, recipients: destination, detail: null };
  }
}

async function received(envelope: SnsEnvelope, message: Fields, now: number): Promise<Received> {
  const content = textOf(message['content']);
  if (content === null) {
    throw new UnreadableEventError(
      'the mail itself is not in the notification; let the receipt rule publish to SNS with the content, not store it in S3',
    );
  }
  const receipt = fieldsOf(message['receipt']);
  const base64 = /^base64$/i.test(textOf(fieldsOf(receipt['action'])['encoding']) ?? '');
  const raw = Buffer.from(content, base64 ? 'base64' : 'utf8');
  const mail = await mailFromRaw(raw, { now, to: textsOf(receipt['recipients']) });
  if (mail === null) throw new UnreadableEventError('the mail has no From address');
  const eventId = envelope.MessageId;
  return { events: [], inbound: [{ provider: 'ses', eventId, content: { mail }, payload: envelope }] };
}
