import type { FeedbackKind } from '../event.ts';
import { UnreadableEventError } from '../errors.ts';
import { headerMap } from '../automatic.ts';
import { type Fields, fieldsOf, hashOf, lineOf, listOf, textOf, textsOf, timeOf } from '../fields.ts';
import { mailFromFields } from '../inbound-mail.ts';
import type { Received } from '../received.ts';

/** Bounce types (postmarkapp.com/developer, "Bounce types") after which the address must not be written to. All others may pass. */
const BOUNCES: Readonly<Record<string, FeedbackKind>> = {
  HardBounce: 'hard_bounce',
  BadEmailAddress: 'hard_bounce',
  ManuallyDeactivated: 'hard_bounce',
  SpamComplaint: 'complaint',
  Unsubscribe: 'unsubscribe',
  AutoResponder: 'other',
  AddressChange: 'other',
  Subscribe: 'other',
  ChallengeVerification: 'other',
};

/** Postmark's webhooks (postmarkapp.com/developer/webhooks): one object, told apart by `RecordType`. */
export async function readPostmark(payload: unknown, now: number): Promise<Received> {
  const event = fieldsOf(payload);
  const record = textOf(event['RecordType']);
  // The inbound webhook has not always named itself.
  if (record === 'Inbound' || (record === null && event['FromFull'] !== undefined))
    return await inbound(event, now);
  const id = textOf(event['ID']);
  return {
    events: [
      {
        provider: 'postmark',
        eventId: id === null ? hashOf(payload) : `${record}:${id}`,
        kind: kindOf(record, event),
        at: timeOf(
          event['BouncedAt'] ?? event['DeliveredAt'] ?? event['ChangedAt'] ?? event['ReceivedAt'],
          now,
        ),
        recipients: textsOf(event['Email'] ?? event['Recipient']),
        upstreamId: messageIdOf(event),
        messageId: null,
        subject: textOf(event['Subject']),
        detail:
          lineOf(event['Details']) ?? lineOf(event['Description']) ?? lineOf(event['SuppressionReason']),
        payload,
      },
    ],
    inbound: [],
  };
}

function kindOf(record: string | null, event: Fields): FeedbackKind {
  switch (record) {
    case 'Delivery':
      return 'delivered';
    case 'SpamComplaint':
      return 'complaint';
    case 'Bounce': {
      const kind = BOUNCES[textOf(event['Type']) ?? ''] ?? 'soft_bounce';
      // Postmark sends nothing more to it, whatever it calls the bounce.
      return kind === 'soft_bounce' && event['Inactive'] === true ? 'hard_bounce' : kind;
    }
    case 'SubscriptionChange':
      if (event['SuppressSending'] !== true) return 'other';
      if (event['SuppressionReason'] === 'HardBounce') return 'hard_bounce';
      return event['SuppressionReason'] === 'SpamComplaint' ? 'complaint' : 'unsubscribe';
    default:
      return 'other';
  }
}

/** All zeros where the change belongs to no mail. */
function messageIdOf(event: Fields): string | null {
  const id = textOf(event['MessageID']);
  return id !== null && /[1-9a-f]/i.test(id) ? id : null;
}

/** The inbound webhook (postmarkapp.com/developer, "Inbound webhook"). */
async function inbound(event: Fields, now: number): Promise<Received> {
  const headers = headerMap(
    listOf(event['Headers']).map((field) => [textOf(field['Name']) ?? '', textOf(field['Value']) ?? '']),
  );
  const from = fieldsOf(event['FromFull']);
  const mail = await mailFromFields(
    {
      from: headers.get('from') ?? textOf(from['Email']) ?? textOf(event['From']) ?? '',
      to: listOf(event['ToFull']).flatMap((to) => textOf(to['Email']) ?? []),
      subject: textOf(event['Subject']),
      text: textOf(event['TextBody']),
      html: textOf(event['HtmlBody']),
      headers,
    },
    now,
  );
  if (mail === null) throw new UnreadableEventError('the mail has no From address');
  const named = { ...mail, name: mail.name ?? textOf(from['Name']) ?? textOf(event['FromName']) };
  const eventId = `inbound:${textOf(event['MessageID']) ?? hashOf(event)}`;
  return {
    events: [],
    inbound: [{ provider: 'postmark', eventId, content: { mail: named }, payload: event }],
  };
}
