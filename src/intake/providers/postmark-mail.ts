import { z } from 'zod';
import { type Engine, maySendAs } from '../engine-store.ts';
import { type MailAttachment, type OutgoingMail, readHeader, readMailbox } from '../outgoing-mail.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import type { IntakeTrouble } from '../submission.ts';
import { readAttachedFile } from './attached-file.ts';
import type { Gate, ReadMail } from './front.ts';
import { readMailboxes } from './mailbox-list.ts';
import { unknownFields } from './unknown-fields.ts';

/** At Postmark at most so many addresses stand in To, Cc and Bcc together. */
const MAX_RECIPIENTS = 50;

const text = z.string().nullish();
const headerSchema = z.looseObject({ Name: z.string(), Value: z.string() });
const attachmentSchema = z.looseObject({
  Name: z.string(),
  Content: z.string(),
  ContentType: z.string(),
  ContentID: text,
  ContentLength: z.number().nullish(),
  Disposition: text,
});

/** `POST /email` (Postmark, "Email API"). */
export const postmarkSchema = z.looseObject({
  From: z.string(),
  To: text,
  Cc: text,
  Bcc: text,
  ReplyTo: text,
  Subject: text,
  TextBody: text,
  HtmlBody: text,
  Headers: z.array(headerSchema).nullish(),
  Attachments: z.array(attachmentSchema).nullish(),
  Tag: text,
  Metadata: z.record(z.string(), z.string()).nullish(),
  MessageStream: text,
  TrackOpens: z.boolean().nullish(),
  TrackLinks: z.string().nullish(),
});
export type PostmarkMail = z.infer<typeof postmarkSchema>;

const namesOf = ({ shape }: { shape: object }): ReadonlySet<string> => new Set(Object.keys(shape));
const [KNOWN, KNOWN_HEADER, KNOWN_FILE] = [postmarkSchema, headerSchema, attachmentSchema].map(namesOf) as [
  ReadonlySet<string>,
  ReadonlySet<string>,
  ReadonlySet<string>,
];

/** A mail that was read, with the fields that its answer repeats. */
export interface PostmarkRead extends ReadMail {
  mail: OutgoingMail;
  named: Pick<PostmarkMail, 'To' | 'Cc' | 'Bcc'>;
}

/**
 * One mail of a request.
 *
 * @param body the bytes it stands in, for passing on
 * @throws Refusal naming the field
 */
export function readPostmarkMail(value: unknown, body: Buffer, gate: Gate): PostmarkRead {
  refuseTemplates(value);
  refuseOtherCase(value, KNOWN, '');
  const parsed = postmarkSchema.safeParse(value);
  if (!parsed.success) throw refusalOf(parsed.error, value);
  const mail = parsed.data;
  const [to, cc, bcc] = (['To', 'Cc', 'Bcc'] as const).map((field) => readMailboxes(mail[field], field));
  const count = to!.length + cc!.length + bcc!.length;
  if (count === 0) throw new Refusal('missing_field', 'Missing the `To` field.', { field: 'To' });
  if (count > MAX_RECIPIENTS) {
    throw new Refusal(
      'invalid_field',
      `To, Cc and Bcc name ${count} addresses; at most ${MAX_RECIPIENTS} are allowed.`,
      { field: 'To' },
    );
  }
  if (!mail.TextBody && !mail.HtmlBody) {
    throw new Refusal('missing_field', 'Provide either email TextBody or HtmlBody or both.', {
      field: 'HtmlBody',
    });
  }
  return {
    mail: {
      from: readSender(mail.From, gate.engine),
      to: to!,
      cc: cc!,
      bcc: bcc!,
      replyTo: readMailboxes(mail.ReplyTo, 'ReplyTo'),
      subject: mail.Subject ?? '',
      text: mail.TextBody || null,
      html: mail.HtmlBody || null,
      headers: (mail.Headers ?? []).map((header, i) => readOwnHeader(header, mail, `Headers.${i}`)),
      attachments: (mail.Attachments ?? []).map(readAttachment),
      scheduledAt: null,
    },
    request: {
      provider: 'postmark',
      path: '/email',
      contentType: 'application/json',
      body,
      trouble: [...troubleIn(mail, gate.acceptFields)],
    },
    named: mail,
  };
}

/** What stands for a template, and so can only be read at Postmark. */
export const TEMPLATE_REFUSED =
  'Templates are rendered at Postmark, so presend cannot read what the recipient would see and cannot judge it. Render it yourself and send HtmlBody or TextBody.';

function refuseTemplates(value: unknown): void {
  for (const field of ['TemplateId', 'TemplateAlias', 'TemplateModel']) {
    if (typeof value === 'object' && value !== null && (value as Record<string, unknown>)[field] != null) {
      throw new Refusal('unreadable', TEMPLATE_REFUSED, { field });
    }
  }
}

/** Whether `htmlbody` counts as `HtmlBody` at Postmark is not said; the one who reads it otherwise judges another mail. */
function refuseOtherCase(value: unknown, known: ReadonlySet<string>, within: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    if (known.has(name)) continue;
    const meant = [...known].find((one) => one.toLowerCase() === name.toLowerCase());
    if (meant === undefined) continue;
    throw new Refusal('invalid_field', `Write the field \`${within}${name.slice(0, 60)}\` as \`${meant}\`.`, {
      field: `${within}${name.slice(0, 60)}`,
    });
  }
}

/** Checked here, so that one mail of a batch can be refused alone. */
function readSender(from: string, engine: Engine): OutgoingMail['from'] {
  const box = readMailbox(from, 'From');
  if (!maySendAs(engine, box.address)) {
    throw new Refusal(
      'sender',
      `The 'From' address you supplied (${box.address}) is not one that engine ${engine.name} may send as; its sender domains are ${engine.senderDomains.join(', ') || 'none yet'}.`,
      { field: 'From' },
    );
  }
  return box;
}

function readOwnHeader(
  header: z.infer<typeof headerSchema>,
  { ReplyTo }: PostmarkMail,
  field: string,
): { name: string; value: string } {
  refuseOtherCase(header, KNOWN_HEADER, `${field}.`);
  if (ReplyTo && /^reply-to$/i.test(header.Name)) {
    throw new Refusal('invalid_field', 'Give ReplyTo or the header Reply-To, not both.', { field });
  }
  return readHeader(header.Name, header.Value, field);
}

const idOfFile = (file: z.infer<typeof attachmentSchema>): string | null =>
  file.ContentID?.replace(/^cid:/i, '') || null;
const isInline = (file: z.infer<typeof attachmentSchema>): boolean =>
  idOfFile(file) !== null || /^inline$/i.test(file.Disposition ?? '');

function readAttachment(file: z.infer<typeof attachmentSchema>, index: number): MailAttachment {
  const field = (name: string): string => `Attachments.${index}.${name}`;
  refuseOtherCase(file, KNOWN_FILE, field(''));
  return readAttachedFile({
    filename: [field('Name'), file.Name],
    content: [field('Content'), file.Content],
    contentType: [field('ContentType'), file.ContentType],
    contentId: [field('ContentID'), isInline(file) ? (idOfFile(file) ?? `part-${index}@presend`) : null],
  });
}

function* troubleIn(mail: PostmarkMail, accepted: ReadonlySet<string>): Generator<IntakeTrouble> {
  yield* unknownFields(mail, KNOWN, accepted);
  for (const header of mail.Headers ?? []) yield* unknownFields(header, KNOWN_HEADER, accepted, 'Headers.');
  for (const file of mail.Attachments ?? []) {
    yield* unknownFields(file, KNOWN_FILE, accepted, 'Attachments.');
    if (isInline(file) && /^(?:text|message)\//i.test(file.ContentType)) {
      yield { kind: 'unreadable', detail: 'an attached text is shown inside the mail' };
    }
  }
}
