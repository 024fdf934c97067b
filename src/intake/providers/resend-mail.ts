import { z } from 'zod';
import { type JsonChange, changeJson } from '../../message/json-text.ts';
import { type MailAttachment, type Mailbox, readHeader, readMailbox } from '../outgoing-mail.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import { readScheduledAt } from '../scheduled-at.ts';
import { readAttachedFile } from './attached-file.ts';
import type { Gate, ReadMail } from './front.ts';
import { unknownFields } from './unknown-fields.ts';

/** At Resend at most so many addresses stand in `to`. */
const MAX_TO = 50;

const addresses = z.union([z.string(), z.array(z.string())]).nullish();

/** `Buffer` as JSON writes it, and a plain byte array. */
const bytes = z.custom<number[]>(
  (value) => Array.isArray(value) && value.every((byte) => (byte & 0xff) === byte),
);
const attachmentSchema = z.looseObject({
  content: z.union([z.string(), z.looseObject({ type: z.literal('Buffer'), data: bytes }), bytes]).nullish(),
  filename: z.union([z.string(), z.literal(false)]).nullish(),
  path: z.string().nullish(),
  content_type: z.string().nullish(),
  content_id: z.string().nullish(),
  inline_content_id: z.string().nullish(),
});

/** `POST /emails` (Resend, "Send Email"). */
export const resendEmailSchema = z.looseObject({
  from: z.string(),
  to: z.union([z.string(), z.array(z.string()).min(1)]),
  subject: z.string(),
  cc: addresses,
  bcc: addresses,
  reply_to: addresses,
  replyTo: addresses,
  html: z.string().nullish(),
  text: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  attachments: z.array(attachmentSchema).nullish(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  scheduled_at: z.string().nullish(),
  topic_id: z.string().nullish(),
  region: z.string().nullish(),
});

const KNOWN = new Set(Object.keys(resendEmailSchema.shape));
const KNOWN_FILE = new Set(Object.keys(attachmentSchema.shape));

const listOf = (value: string | string[] | null | undefined): string[] =>
  value == null ? [] : typeof value === 'string' ? [value] : value;

/**
 * One mail of a request.
 *
 * @param body the bytes it stands in, for passing on
 * @throws Refusal naming the field
 */
export async function readResendMail(value: unknown, body: Buffer, gate: Gate): Promise<ReadMail> {
  if (typeof value === 'object' && value !== null && 'template' in value && value.template != null) {
    throw new Refusal(
      'unreadable',
      'Templates are rendered at Resend, so presend cannot read what the recipient would see and cannot judge it. Render it yourself and send `html` or `text`.',
      { field: 'template' },
    );
  }
  const parsed = resendEmailSchema.safeParse(value);
  if (!parsed.success) throw refusalOf(parsed.error, value);
  const mail = parsed.data;
  if (mail.html == null && mail.text == null) {
    throw new Refusal('missing_field', 'Missing the `html` or `text` field.', { field: 'html' });
  }
  const boxes = (field: 'to' | 'cc' | 'bcc' | 'reply_to' | 'replyTo'): Mailbox[] =>
    listOf(mail[field]).map((text) => readMailbox(text, field));
  const [to, cc, bcc] = [boxes('to'), boxes('cc'), boxes('bcc')];
  if (to.length > MAX_TO || to.length + cc.length + bcc.length > gate.maxRecipients) {
    throw new Refusal(
      'invalid_field',
      `The \`to\` field holds too many addresses; at most ${MAX_TO} are allowed.`,
      { field: 'to' },
    );
  }
  const attachments: MailAttachment[] = [];
  const fetched: JsonChange[] = [];
  for (const [i, attachment] of (mail.attachments ?? []).entries()) {
    const file = await readAttachment(attachment, `attachments.${i}`, gate);
    attachments.push(file);
    if (attachment.path == null) continue;
    // What goes on is what was judged, and not what the place holds by then.
    fetched.push([['attachments', i, 'content'], file.content.toString('base64')]);
    fetched.push([['attachments', i, 'path'], undefined]);
  }
  return {
    mail: {
      from: readMailbox(mail.from, 'from'),
      to,
      cc,
      bcc,
      replyTo: [...boxes('reply_to'), ...boxes('replyTo')],
      subject: mail.subject,
      text: mail.text ?? null,
      html: mail.html ?? null,
      headers: Object.entries(mail.headers ?? {}).map(([name, text]) =>
        readHeader(name, text, `headers.${name}`),
      ),
      attachments,
      scheduledAt:
        mail.scheduled_at == null ? null : readScheduledAt(mail.scheduled_at, 'scheduled_at', gate.now()),
    },
    request: {
      provider: 'resend',
      path: '/emails',
      contentType: 'application/json',
      body: changeJson(body, fetched),
      trouble: [
        ...unknownFields(mail, KNOWN, gate.acceptFields),
        ...(mail.attachments ?? []).flatMap((one) => [
          ...unknownFields(one, KNOWN_FILE, gate.acceptFields, 'attachments.'),
        ]),
      ],
    },
  };
}

async function readAttachment(
  attachment: z.infer<typeof attachmentSchema>,
  field: string,
  gate: Gate,
): Promise<MailAttachment> {
  const { content, path } = attachment;
  const described = (bytes: string | Buffer, contentType: string | null): MailAttachment =>
    readAttachedFile({
      filename: [`${field}.filename`, attachment.filename || nameFrom(path) || 'attachment'],
      content: [`${field}.content`, bytes],
      contentType: [`${field}.content_type`, attachment.content_type ?? contentType],
      contentId: [`${field}.content_id`, attachment.content_id ?? attachment.inline_content_id],
    });
  if (content != null && path != null) {
    throw new Refusal(
      'invalid_field',
      `The \`${field}\` field has both \`content\` and \`path\`; give one.`,
      { field },
    );
  }
  if (content != null) {
    if (typeof content === 'string') return described(content, null);
    return described(Buffer.from(Array.isArray(content) ? content : content.data), null);
  }
  if (path == null) {
    throw new Refusal('missing_field', `Missing the \`${field}.content\` field.`, {
      field: `${field}.content`,
    });
  }
  if (!gate.fetchAttachment) {
    throw new Refusal(
      'invalid_field',
      `The \`${field}.path\` field names a file elsewhere, which could change after it was judged. Send it as \`content\`, or set http.fetch_attachments.`,
      { field: `${field}.path` },
    );
  }
  const fetched = await gate.fetchAttachment(path, `${field}.path`);
  return described(fetched.content, fetched.contentType);
}

const nameFrom = (path: string | null | undefined): string | undefined =>
  path
    ?.split(/[?#]/, 1)[0]!
    .split('/')
    .findLast((part) => part !== '');
