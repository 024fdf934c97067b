import type { FeedbackKind } from '../event.ts';
import { UnreadableEventError } from '../errors.ts';
import { PARSE_LIMITS } from '../../message/limits.ts';
import { headerMap } from '../automatic.ts';
import { type Fields, fieldsOf, hashOf, lineOf, textOf, textsOf, timeOf } from '../fields.ts';
import { type Form, takeBytes } from '../form.ts';
import { inBrackets, mailFromFields, mailFromRaw } from '../inbound-mail.ts';
import type { Received } from '../received.ts';

const KINDS: Readonly<Record<string, FeedbackKind>> = {
  accepted: 'accepted',
  delivered: 'delivered',
  complained: 'complaint',
  unsubscribed: 'unsubscribe',
};

/** `reason` of a failure, where it says more about the address than `severity` does. */
const REASONS: Readonly<Record<string, FeedbackKind>> = {
  'suppress-bounce': 'hard_bounce',
  'suppress-complaint': 'complaint',
  'suppress-unsubscribe': 'unsubscribe',
};

/** Mailgun's webhooks (documentation.mailgun.com, "Webhooks" and "Event structure"): one event in `event-data`. */
export function readMailgun(payload: unknown, now: number): Received {
  const event = fieldsOf(fieldsOf(payload)['event-data']);
  const message = fieldsOf(event['message']);
  const headers = fieldsOf(message['headers']);
  const status = fieldsOf(event['delivery-status']);
  const id = textOf(headers['message-id']);
  return {
    events: [
      {
        provider: 'mailgun',
        eventId: textOf(event['id']) ?? hashOf(event),
        kind: kindOf(event, status),
        at: timeOf(event['timestamp'], now),
        recipients: textsOf(event['recipient']),
        // The id in the answer to a mail is its Message-ID.
        upstreamId: id === null ? null : inBrackets(id),
        messageId: id === null ? null : inBrackets(id),
        subject: textOf(headers['subject']),
        detail: lineOf(status['message']) ?? lineOf(status['description']) ?? lineOf(event['reason']),
        payload,
      },
    ],
    inbound: [],
  };
}

function kindOf(event: Fields, status: Fields): FeedbackKind {
  const name = textOf(event['event']) ?? '';
  if (name !== 'failed') return KINDS[name] ?? 'other';
  if (event['severity'] !== 'permanent') return 'deferred';
  const reason = textOf(event['reason']) ?? '';
  if (REASONS[reason] !== undefined) return REASONS[reason];
  if (status['bounce-type'] === 'soft') return 'soft_bounce';
  if (status['bounce-type'] === 'hard' || reason === 'bounce') return 'hard_bounce';
  // Without a type: only what says "no such address" (RFC 3463 X.1) is about the address; `old` gave up waiting.
  return (textOf(status['enhanced-code'])?.startsWith('5.1.') ?? false) ? 'hard_bounce' : 'soft_bounce';
}

/** What is read of a form of a route. */
export const ROUTE_FIELDS: ReadonlySet<string> = new Set([
  'recipient',
  'body-mime',
  'from',
  'sender',
  'subject',
  'body-plain',
  'body-html',
  'message-headers',
  'Message-Id',
]);

/** A route's `forward` to a URL ("Routes", parsed messages, or raw ones in `body-mime`): a form. */
export async function readMailgunRoute(form: Form, now: number): Promise<Received> {
  const to = [form.get('recipient') ?? ''];
  const mail = !form.has('body-mime')
    ? await mailFromFields(
        {
          from: form.get('from') ?? form.get('sender') ?? '',
          to,
          subject: form.get('subject') ?? null,
          text: form.get('body-plain') ?? null,
          html: form.get('body-html') ?? null,
          headers: headersOf(form.get('message-headers')),
          messageId: form.get('Message-Id') ?? null,
        },
        now,
      )
    : await mailFromRaw(takeBytes(form, 'body-mime'), { now, to });
  if (mail === null) throw new UnreadableEventError('the mail has no From address');
  const eventId = `inbound:${mail.messageId ?? hashOf({ ...mail, at: 0 })}`;
  return { events: [], inbound: [{ provider: 'mailgun', eventId, content: { mail }, payload: null }] };
}

/** `message-headers` is a JSON array of name and value; a header larger than what is read of MIME is left unread. */
function headersOf(json = '[]') {
  if (json.length > PARSE_LIMITS.headerBytes) return headerMap([]);
  try {
    const pairs: unknown = JSON.parse(json);
    if (!Array.isArray(pairs)) return headerMap([]);
    return headerMap(
      pairs.flatMap((pair) => {
        const [name, value] = textsOf(pair);
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
    );
  } catch {
    return headerMap([]);
  }
}
