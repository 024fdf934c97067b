import type { FeedbackEvent, FeedbackKind } from '../event.ts';
import { UnreadableEventError } from '../errors.ts';
import { PARSE_LIMITS } from '../../message/limits.ts';
import { headerMap } from '../automatic.ts';
import { type Fields, fieldsOf, hashOf, lineOf, textOf, textsOf, timeOf } from '../fields.ts';
import { type Form, takeBytes } from '../form.ts';
import { inBrackets, mailFromFields, mailFromRaw } from '../inbound-mail.ts';
import type { Received } from '../received.ts';

const KINDS: Readonly<Record<string, FeedbackKind>> = {
  processed: 'accepted',
  delivered: 'delivered',
  deferred: 'deferred',
  spamreport: 'complaint',
  unsubscribe: 'unsubscribe',
  group_unsubscribe: 'unsubscribe',
};

/** Why SendGrid drops a mail, when it is because of its recipient. */
const DROPPED: readonly [RegExp, FeedbackKind][] = [
  [/^bounced address|^invalid/i, 'hard_bounce'],
  [/^unsubscribed address/i, 'unsubscribe'],
  [/^spam reporting address/i, 'complaint'],
];

/** SendGrid's event webhook (twilio.com/docs/sendgrid, "Event Webhook Reference"): an array of events. */
export function readSendgrid(body: unknown, now: number): Received {
  if (!Array.isArray(body)) throw new UnreadableEventError('the body is not an array of events');
  return { events: body.map((one) => eventOf(one, now)), inbound: [] };
}

function eventOf(payload: unknown, now: number): FeedbackEvent {
  const event = fieldsOf(payload);
  const messageId = textOf(event['smtp-id']);
  return {
    provider: 'sendgrid',
    eventId: textOf(event['sg_event_id']) ?? hashOf(event),
    kind: kindOf(event),
    at: timeOf(event['timestamp'], now),
    recipients: textsOf(event['email']),
    upstreamId: upstreamIdOf(event),
    messageId: messageId === null ? null : inBrackets(messageId),
    subject: textOf(event['subject']),
    detail: lineOf(event['reason']) ?? lineOf(event['response']),
    payload,
  };
}

function kindOf(event: Fields): FeedbackKind {
  const name = textOf(event['event']) ?? '';
  // A block is the receiver's opinion of this mail or of SendGrid's server; the address may well be good.
  if (name === 'bounce') return event['type'] === 'blocked' ? 'soft_bounce' : 'hard_bounce';
  if (name === 'dropped') {
    const reason = textOf(event['reason']) ?? '';
    return DROPPED.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other';
  }
  return KINDS[name] ?? 'other';
}

/** `sg_message_id` is the `X-Message-Id` of the answer, then a dot and where it was processed. */
function upstreamIdOf(event: Fields): string | null {
  return textOf(event['sg_message_id'])?.replace(/\.(?:filter|recvd)[^]*$/, '') ?? null;
}

/** What is read of a form of the inbound parse webhook. */
export const INBOUND_FIELDS: ReadonlySet<string> = new Set([
  'email',
  'envelope',
  'from',
  'to',
  'subject',
  'text',
  'html',
  'headers',
]);

/** The inbound parse webhook ("Setting Up The Inbound Parse Webhook"): a form, with the raw mail in `email` where that is chosen. */
export async function readSendgridInbound(form: Form, now: number): Promise<Received> {
  const to = fieldsOf(parsed(form.get('envelope')))['to'];
  const mail = !form.has('email')
    ? await mailFromFields(
        {
          from: form.get('from') ?? '',
          to: [form.get('to') ?? ''],
          subject: form.get('subject') ?? null,
          text: form.get('text') ?? null,
          html: form.get('html') ?? null,
          headers: headersOf(form.get('headers') ?? ''),
        },
        now,
      )
    : await mailFromRaw(takeBytes(form, 'email'), {
        now,
        ...(to === undefined ? {} : { to: textsOf(to) }),
      });
  if (mail === null) throw new UnreadableEventError('the mail has no From address');
  const eventId = `inbound:${mail.messageId ?? hashOf({ ...mail, at: 0 })}`;
  return { events: [], inbound: [{ provider: 'sendgrid', eventId, content: { mail }, payload: null }] };
}

/** The header block as text, lines folded as they were. */
function headersOf(block: string) {
  // As much as is read of a header that comes as MIME.
  const lines = block
    .slice(0, PARSE_LIMITS.headerBytes)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  return headerMap(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '{}') as unknown;
  } catch {
    return {};
  }
}
