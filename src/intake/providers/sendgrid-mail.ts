import { withEachElement } from '../../message/json-text.ts';
import {
  type MailAttachment,
  type Mailbox,
  type OutgoingMail,
  readHeader,
  readMailbox,
} from '../outgoing-mail.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import { boundedTime } from '../scheduled-at.ts';
import type { IntakeTrouble } from '../submission.ts';
import { readAttachedFile } from './attached-file.ts';
import type { Gate, ReadMail } from './front.ts';
import {
  type Personalization,
  type SendGridBox,
  type SendGridMail,
  personalizationSchema,
  sendgridSchema,
} from './sendgrid-schema.ts';
import { refuseSettings, requestTrouble } from './sendgrid-settings.ts';
import { holdsTag, readSubstitutions, substitute } from './substitutions.ts';
import { unknownFields } from './unknown-fields.ts';

/** Longest a mail may wait at SendGrid. */
const MAX_AHEAD_MS = 72 * 3_600_000;
/** Each personalization is kept as a mail of its own: what all of them may come to, bytes. */
const MAX_TOTAL = 128 * 1024 * 1024;
/** What the substitutions of a request may have to look through, characters. */
const MAX_SCAN = 64_000_000;
/** Headers that SendGrid sets itself, beyond those that nobody may set (SendGrid, "Mail Send", `headers`). */
const RESERVED = /^(?:reply-to|x-sg-id|x-sg-eid)$/i;

const KNOWN = new Set(Object.keys(personalizationSchema.shape));
const BOX = new Set(['email', 'name']);

/** What all mails of a request have in common. */
interface Shared {
  mail: SendGridMail;
  text: string | null;
  html: string | null;
  replyTo: Mailbox[];
  attachments: MailAttachment[];
  trouble: IntakeTrouble[];
}

/**
 * The mails of a request, one for each personalization.
 *
 * @param text the JSON that `value` came as
 * @returns sandbox: the client wants to hear whether the request is valid and no more
 * @throws Refusal naming the field
 */
export function readSendGridMails(
  value: unknown,
  text: string,
  gate: Gate,
): { mails: ReadMail[]; sandbox: boolean } {
  const parsed = sendgridSchema.safeParse(value);
  if (!parsed.success) throw refusalOf(parsed.error, value);
  const mail = parsed.data;
  refuseTemplates(mail);
  refuseSettings(mail);
  refuseTooMany(mail, gate.maxRecipients);
  const shared: Shared = {
    mail,
    ...readContent(mail),
    replyTo: readReplyTo(mail),
    attachments: (mail.attachments ?? []).map(readAttachment),
    trouble: [...requestTrouble(mail, gate.acceptFields)],
  };
  const bodies = withEachElement(text, ['personalizations']);
  if (bodies.reduce((sum, { length }) => sum + length, 0) > MAX_TOTAL) throw tooLarge();
  const mails = mail.personalizations.map((one, index): ReadMail => {
    const read = readPersonalization(one, shared, `personalizations.${index}`, gate);
    return {
      mail: read.mail,
      request: {
        provider: 'sendgrid',
        path: '/v3/mail/send',
        contentType: 'application/json',
        body: bodies[index]!,
        trouble: [...shared.trouble, ...read.trouble],
      },
    };
  });
  return { mails, sandbox: mail.mail_settings?.sandbox_mode?.enable === true };
}

function refuseTemplates(mail: SendGridMail): void {
  const dynamic = mail.personalizations.findIndex((one) => one.dynamic_template_data != null);
  if (!mail.template_id && dynamic < 0) return;
  throw new Refusal(
    'unreadable',
    'Templates are rendered at SendGrid, so presend cannot read what the recipient would see and cannot judge it. Render it yourself and send `content`.',
    { field: mail.template_id ? 'template_id' : `personalizations.${dynamic}.dynamic_template_data` },
  );
}

function refuseTooMany(mail: SendGridMail, max: number): void {
  const { personalizations: all } = mail;
  const count = all.reduce(
    (sum, { to, cc, bcc }) => sum + to.length + (cc?.length ?? 0) + (bcc?.length ?? 0),
    0,
  );
  if (count > max) {
    throw new Refusal(
      'invalid_field',
      `The \`personalizations\` field names ${count} recipients; at most ${max} are allowed in one request.`,
      { field: 'personalizations' },
    );
  }
  const length = (mail.content ?? []).reduce((sum, { value }) => sum + value.length, 0);
  const tags = all.reduce((sum, one) => sum + Object.keys(one.substitutions ?? {}).length, 0);
  if (tags * length > MAX_SCAN) throw tooLarge();
  // Files are composed into each of the mails.
  const files = (mail.attachments ?? []).reduce((sum, { content }) => sum + content.length, 0);
  if ((files + length) * all.length > MAX_TOTAL) throw tooLarge();
}

const tooLarge = (): Refusal =>
  new Refusal(
    'too_large',
    'The mails of this request come to too much together; send it with fewer personalizations at once.',
    { field: 'personalizations' },
  );

function readContent({ content }: SendGridMail): { text: string | null; html: string | null } {
  if (!content || content.length === 0) {
    throw new Refusal('missing_field', 'Missing the `content` field.', { field: 'content' });
  }
  const found: Record<string, string> = {};
  for (const [i, { type, value }] of content.entries()) {
    const field = `content.${i}.type`;
    const kind = /^text\/(?:plain|html)$/i.test(type.trim()) ? type.trim().toLowerCase() : null;
    if (kind === null) {
      throw new Refusal(
        'unreadable',
        `The \`${field}\` field is neither text/plain nor text/html; presend cannot judge what such a part shows. Leave it out.`,
        { field },
      );
    }
    if (found[kind] !== undefined) {
      throw new Refusal('invalid_field', `The \`${field}\` field names ${kind} a second time.`, { field });
    }
    found[kind] = value;
  }
  return { text: found['text/plain'] ?? null, html: found['text/html'] ?? null };
}

function readReplyTo({ reply_to: one, reply_to_list: list }: SendGridMail): Mailbox[] {
  if (one && list) {
    throw new Refusal('invalid_field', 'Give `reply_to` or `reply_to_list`, not both.', {
      field: 'reply_to_list',
    });
  }
  return one ? [readBox(one, 'reply_to')] : (list ?? []).map((box, i) => readBox(box, `reply_to_list.${i}`));
}

function readAttachment(
  attachment: NonNullable<SendGridMail['attachments']>[number],
  index: number,
): MailAttachment {
  const field = (name: string): string => `attachments.${index}.${name}`;
  const inline = attachment.disposition === 'inline';
  // Without an id of its own a part is still shown inside the mail, which the composed one must say too.
  const id = attachment.content_id ?? attachment.contentId ?? `part-${index}@presend`;
  return readAttachedFile({
    filename: [field('filename'), attachment.filename],
    content: [field('content'), attachment.content],
    contentType: [field('type'), attachment.type],
    contentId: [field('content_id'), inline ? id : null],
  });
}

/** A name and an address, apart. */
function readBox({ email, name }: SendGridBox, field: string): Mailbox {
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

function readPersonalization(
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
