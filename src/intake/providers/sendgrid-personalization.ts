import {
  type MailAttachment,
  type Mailbox,
  type OutgoingMail,
  readHeader,
  readMailbox,
} from '../outgoing-mail.ts';
import { Refusal } from '../refusal.ts';
import { boundedTime } from '../scheduled-at.ts';
import type { IntakeTrouble } from '../submission.ts';
import type { Gate } from './front.ts';
import {
  type Personalization,
  type SendGridBox,
  type SendGridMail,
  personalizationSchema,
} from './sendgrid-schema.ts';
import { holdsTag, readSubstitutions, substitute } from './substitutions.ts';
import { unknownFields } from './unknown-fields.ts';

/** Longest a mail may wait at SendGrid. */
const MAX_AHEAD_MS = 72 * 3_600_000;
/** Headers that SendGrid sets itself, beyond those that nobody may set (SendGrid, "Mail Send", `headers`). */
const RESERVED = /^(?:reply-to|x-sg-id|x-sg-eid)$/i;

const KNOWN = new Set(Object.keys(personalizationSchema.shape));
const BOX = new Set(['email', 'name']);

/** What all mails of a request have in common. */
export interface Shared {
  mail: SendGridMail;
  text: string | null;
  html: string | null;
  replyTo: Mailbox[];
  attachments: MailAttachment[];
  trouble: IntakeTrouble[];
}

/**
 * One personalization as a mail of its own: what it says goes before what the request says.
 *
 * @param at its path in the request
 * @throws Refusal naming the field
 */
export function readPersonalization(
  one: Personalization,
  { mail, text, html, replyTo, attachments }: Shared,
  at: string,
  gate: Gate,
): { mail: OutgoingMail; trouble: IntakeTrouble[] } {
  const boxes = (field: 'to' | 'cc' | 'bcc'): Mailbox[] =>
    (one[field] ?? []).map((box, i) => readBox(box, `${at}.${field}.${i}`));
  const [to, cc, bcc] = [boxes('to'), boxes('cc'), boxes('bcc')];
  refuseTwice([...to, ...cc, ...bcc], at);
  const subject = one.subject ?? mail.subject ?? '';
  if (subject === '') {
    throw new Refusal('missing_field', 'Missing the `subject` field.', { field: `${at}.subject` });
  }
  const from = one.from ? readBox(one.from, `${at}.from`) : readBox(mail.from, 'from');
  const headers = Object.entries({ ...mail.headers, ...one.headers }).map(([name, value]) =>
    readOwnHeader(name, value, one.headers && name in one.headers ? `${at}.headers` : 'headers'),
  );
  const table = readSubstitutions(one.substitutions ?? {}, `${at}.substitutions`);
  const filled = [subject, text, html].map((part) => (part === null ? null : substitute(part, table)));
  const others = [from, ...replyTo].flatMap(({ name, address }) => [name, address]);
  const certain =
    filled.every((part) => part?.certain !== false) &&
    !holdsTag([...others, ...headers.map(({ value }) => value)].join('\0'), table);
  const sendAt = one.send_at ?? mail.send_at ?? 0;
  return {
    mail: {
      from,
      to,
      cc,
      bcc,
      replyTo,
      subject: filled[0]!.text,
      text: filled[1]?.text ?? null,
      html: filled[2]?.text ?? null,
      headers,
      attachments,
      scheduledAt:
        sendAt === 0
          ? null
          : readSendAt(sendAt, one.send_at == null ? 'send_at' : `${at}.send_at`, gate.now()),
    },
    trouble: [
      ...unknownFields(one, KNOWN, gate.acceptFields, 'personalizations.'),
      ...[...one.to, ...(one.cc ?? []), ...(one.bcc ?? [])].flatMap((box) => [
        ...unknownFields(box, BOX, gate.acceptFields, 'personalizations.to.'),
      ]),
      ...(certain ? [] : [unread('what its substitutions come to depends on their order at SendGrid')]),
      ...(headers.some(({ name }) => /^x-smtpapi$/i.test(name))
        ? [unread('the header X-SMTPAPI tells SendGrid to change the mail')]
        : []),
    ],
  };
}

/**
 * A name and an address, apart.
 *
 * @throws Refusal `invalid_field`
 */
export function readBox({ email, name }: SendGridBox, field: string): Mailbox {
  const box = readMailbox(email, `${field}.email`);
  if (box.address !== email.trim()) {
    throw new Refusal('invalid_field', `The \`${field}.email\` field holds more than an address.`, {
      field: `${field}.email`,
    });
  }
  if (/\p{Cc}/u.test(name ?? '')) {
    throw new Refusal(
      'invalid_field',
      `The \`${field}.name\` field holds a line break or control character.`,
      {
        field: `${field}.name`,
      },
    );
  }
  return { name: (name ?? '').trim(), address: box.address };
}

const unread = (detail: string): IntakeTrouble => ({ kind: 'unreadable', detail });

/** SendGrid takes each address once in a personalization. */
function refuseTwice(boxes: Mailbox[], field: string): void {
  const seen = new Set<string>();
  for (const { address } of boxes) {
    const key = address.toLowerCase();
    if (seen.has(key)) {
      throw new Refusal(
        'invalid_field',
        `Each address must stand once between to, cc and bcc of \`${field}\`; ${address} stands there twice.`,
        { field },
      );
    }
    seen.add(key);
  }
}

function readOwnHeader(name: string, value: string, field: string): { name: string; value: string } {
  if (RESERVED.test(name)) {
    throw new Refusal('invalid_field', `The header ${name} cannot be set here: SendGrid sets it itself.`, {
      field: `${field}.${name}`,
    });
  }
  return readHeader(name, value, `${field}.${name}`);
}

function readSendAt(seconds: number, field: string, now: number): number | null {
  const at = boundedTime(seconds * 1000, field, now);
  if (at !== null && at > now + MAX_AHEAD_MS) {
    throw new Refusal('invalid_field', `The \`${field}\` field is more than 72 hours ahead.`, { field });
  }
  return at;
}
