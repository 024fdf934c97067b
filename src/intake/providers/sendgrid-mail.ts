import { withEachElement } from '../../message/json-text.ts';
import type { MailAttachment, Mailbox } from '../outgoing-mail.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import { readAttachedFile } from './attached-file.ts';
import type { Gate, ReadMail } from './front.ts';
import { type Shared, readBox, readPersonalization } from './sendgrid-personalization.ts';
import { type SendGridMail, sendgridSchema } from './sendgrid-schema.ts';
import { refuseSettings, requestTrouble } from './sendgrid-settings.ts';

/** Each personalization is kept as a mail of its own: what all of them may come to, bytes. */
const MAX_TOTAL = 128 * 1024 * 1024;
/** What the substitutions of a request may have to look through, characters. */
const MAX_SCAN = 64_000_000;

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
  const mails: ReadMail[] = [];
  let total = 0;
  for (const body of withEachElement(text, ['personalizations'])) {
    const index = mails.length;
    const { mail: one, trouble } = readPersonalization(
      mail.personalizations[index]!,
      shared,
      `personalizations.${index}`,
      gate,
    );
    // Words put in place of tags may make each of them larger than the request.
    total += body.length + (one.text?.length ?? 0) + (one.html?.length ?? 0);
    if (total > MAX_TOTAL && mail.personalizations.length > 1) throw tooLarge();
    mails.push({
      mail: one,
      request: {
        provider: 'sendgrid',
        path: '/v3/mail/send',
        contentType: 'application/json',
        body,
        trouble: [...shared.trouble, ...trouble],
      },
    });
  }
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
