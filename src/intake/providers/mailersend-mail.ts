import { z } from 'zod';
import { type MailAttachment, type Mailbox, readBase64, readHeader } from '../outgoing-mail.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import { boundedTime } from '../scheduled-at.ts';
import type { IntakeTrouble } from '../submission.ts';
import type { Gate, ReadMail } from './front.ts';
import { namedMailbox } from './named-mailbox.ts';
import { unknownFields } from './unknown-fields.ts';

/** Most addresses of each field (MailerSend, "Send an email"). */
const MOST = { to: 50, cc: 10, bcc: 10, reply_to: 10 } as const;
const MAX_AHEAD_MS = 72 * 3_600_000;

const mailbox = z.looseObject({ email: z.string(), name: z.string().nullish() });
const mailboxes = z.array(mailbox).nullish();

const attachmentSchema = z.looseObject({
  content: z.string(),
  filename: z.string(),
  disposition: z.enum(['inline', 'attachment']).nullish(),
  id: z.string().nullish(),
});

/** `POST /v1/email` (MailerSend, "Send an email"). */
const emailSchema = z.looseObject({
  from: mailbox,
  to: z.array(mailbox).min(1),
  cc: mailboxes,
  bcc: mailboxes,
  reply_to: z.union([mailbox, z.array(mailbox)]).nullish(),
  subject: z.string(),
  text: z.string().nullish(),
  html: z.string().nullish(),
  attachments: z.array(attachmentSchema).nullish(),
  tags: z.array(z.string()).nullish(),
  language: z.string().nullish(),
  settings: z.record(z.string(), z.boolean()).nullish(),
  precedence_bulk: z.boolean().nullish(),
  send_at: z.union([z.int(), z.string().regex(/^\d{1,12}$/, 'must be a Unix time in seconds')]).nullish(),
  in_reply_to: z.string().nullish(),
  references: z.array(z.string()).nullish(),
  list_unsubscribe: z.string().nullish(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  template_id: z.null().optional(),
  personalization: z.array(z.never()).nullish(),
  variables: z.array(z.never()).nullish(),
});
type Email = z.infer<typeof emailSchema>;

const [KNOWN, KNOWN_BOX, KNOWN_FILE] = [emailSchema, mailbox, attachmentSchema].map(
  ({ shape }) => new Set(Object.keys(shape)),
) as [Set<string>, Set<string>, Set<string>];

/** Filled in at MailerSend, for each recipient. */
const RENDERED = ['template_id', 'personalization', 'variables'];
const PLACEHOLDER = /\{\{|\{%|\{\s*\$/;

/**
 * One mail of a request.
 *
 * @param body the bytes it stands in, for passing on
 * @throws Refusal naming the field
 */
export function readMailerSendMail(value: unknown, body: Buffer, gate: Gate): ReadMail {
  refuseUnreadable(value);
  const parsed = emailSchema.safeParse(value);
  if (!parsed.success) throw refusalOf(parsed.error, value);
  const mail = parsed.data;
  if (!mail.html && !mail.text) {
    throw new Refusal('missing_field', 'The text field is required when html is not present.', {
      field: 'text',
    });
  }
  const [to, cc, bcc] = [boxes(mail, 'to'), boxes(mail, 'cc'), boxes(mail, 'bcc')];
  if (to.length + cc.length + bcc.length > gate.maxRecipients) throw tooMany('to', gate.maxRecipients);
  return {
    mail: {
      from: namedMailbox(mail.from, 'from.email'),
      to,
      cc,
      bcc,
      replyTo: boxes(mail, 'reply_to'),
      subject: oneLine(mail.subject),
      text: mail.text ?? null,
      html: mail.html ?? null,
      headers: headersOf(mail),
      attachments: (mail.attachments ?? []).map((attachment, i) =>
        readAttachment(attachment, `attachments.${i}`),
      ),
      scheduledAt: sendAt(mail.send_at, gate.now()),
    },
    request: {
      provider: 'mailersend',
      path: '/v1/email',
      contentType: 'application/json',
      body,
      trouble: [...unknownIn(mail, gate.acceptFields), ...placeholders(mail)],
    },
  };
}

function refuseUnreadable(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const field of RENDERED) {
    const given = (value as Record<string, unknown>)[field];
    if (given == null || (Array.isArray(given) && given.length === 0)) continue;
    throw new Refusal(
      'unreadable',
      `The ${field} field is filled in at MailerSend, so presend cannot read what the recipient would see and cannot judge it. Render the mail yourself and send html or text, one mail per recipient.`,
      { field },
    );
  }
  if ((value as Record<string, unknown>)['rcpt_to'] != null) {
    throw new Refusal('invalid_field', 'Name everybody who gets the mail in to, cc and bcc.', {
      field: 'rcpt_to',
    });
  }
}

function* unknownIn(mail: Email, accepted: ReadonlySet<string>): Generator<IntakeTrouble> {
  yield* unknownFields(mail, KNOWN, accepted);
  const boxes = [mail.from, mail.to, mail.cc, mail.bcc, mail.reply_to].flatMap((one) => one ?? []);
  for (const box of boxes) yield* unknownFields(box, KNOWN_BOX, accepted, 'to.');
  for (const file of mail.attachments ?? []) yield* unknownFields(file, KNOWN_FILE, accepted, 'attachments.');
}

function* placeholders(mail: Email): Generator<IntakeTrouble> {
  const { subject, text, html, from } = mail;
  for (const [field, value] of Object.entries({ subject, text, html, 'from.name': from.name })) {
    if (!PLACEHOLDER.test(value ?? '')) continue;
    yield {
      kind: 'unreadable',
      detail: `the ${field} holds a placeholder, which MailerSend replaces after it was judged`,
    };
  }
}

function boxes(mail: Email, field: keyof typeof MOST): Mailbox[] {
  const given = mail[field] ?? [];
  const list = Array.isArray(given) ? given : [given];
  if (list.length > MOST[field]) throw tooMany(field, MOST[field]);
  return list.map((one, i) =>
    namedMailbox(one, Array.isArray(given) ? `${field}.${i}.email` : `${field}.email`),
  );
}

const tooMany = (field: string, most: number): Refusal =>
  new Refusal('invalid_field', `The ${field} field may not have more than ${most} addresses.`, { field });

function oneLine(subject: string): string {
  if (!/[\r\n\0]/.test(subject)) return subject;
  throw new Refusal('invalid_field', 'The subject field holds a line break or NUL.', { field: 'subject' });
}

/** What MailerSend makes header lines of. */
function headersOf(mail: Email): { name: string; value: string }[] {
  const lines: [name: string, value: string, field: string][] = (mail.headers ?? []).map(
    ({ name, value }, i) => [name, value, `headers.${i}`],
  );
  if (mail.in_reply_to) lines.push(['In-Reply-To', mail.in_reply_to, 'in_reply_to']);
  if (mail.references?.length) lines.push(['References', mail.references.join(' '), 'references']);
  if (mail.list_unsubscribe) lines.push(['List-Unsubscribe', mail.list_unsubscribe, 'list_unsubscribe']);
  if (mail.precedence_bulk) lines.push(['Precedence', 'bulk', 'precedence_bulk']);
  return lines.map(([name, value, field]) => readHeader(name, value, field));
}

function readAttachment(
  { content, filename, disposition, id }: z.infer<typeof attachmentSchema>,
  field: string,
): MailAttachment {
  if (disposition === 'inline' && !id) {
    throw new Refusal('missing_field', `The ${field}.id field is required when disposition is inline.`, {
      field: `${field}.id`,
    });
  }
  for (const [name, text] of Object.entries({ filename, id })) {
    if (!/\p{Cc}/u.test(text ?? '')) continue;
    throw new Refusal('invalid_field', `The ${field}.${name} field holds a control character.`, {
      field: `${field}.${name}`,
    });
  }
  return {
    filename,
    content: readBase64(content, `${field}.content`),
    contentType: null,
    contentId: disposition === 'inline' ? (id ?? null) : null,
  };
}

function sendAt(seconds: number | string | null | undefined, now: number): number | null {
  if (seconds == null) return null;
  const at = Number(seconds) * 1000;
  if (at > now + MAX_AHEAD_MS) {
    throw new Refusal('invalid_field', 'The send_at field may be at most 72 hours ahead.', {
      field: 'send_at',
    });
  }
  return boundedTime(at, 'send_at', now);
}
