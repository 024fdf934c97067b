import { z } from 'zod';
import { withoutBcc } from '../../message/bcc.ts';
import { headerValues } from '../header-peek.ts';
import { type MailAttachment, type Mailbox, readBase64, readHeader, recipientsOf } from '../outgoing-mail.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import type { IntakeTrouble } from '../submission.ts';
import { readAddressList, readEncodedMailbox } from './address-list.ts';
import type { Gate, ReadMail } from './front.ts';
import { fromOf, withCrlf } from './raw-mime.ts';
import { unknownFields } from './unknown-fields.ts';

/** Amazon SES, "Service quotas": recipients of one message. */
const MAX_RECIPIENTS = 50;

const strings = z.array(z.string()).nullish();
const part = z.looseObject({
  Data: z.string(),
  Charset: z
    .string()
    .regex(/^[\w.:-]{1,40}$/, 'must name a character set')
    .nullish(),
});
const attachment = z.looseObject({
  RawContent: z.string(),
  FileName: z.string(),
  ContentType: z.string().nullish(),
  ContentId: z.string().nullish(),
  ContentDisposition: z.enum(['ATTACHMENT', 'INLINE']).nullish(),
  ContentDescription: z.string().nullish(),
  ContentTransferEncoding: z.enum(['BASE64', 'QUOTED_PRINTABLE', 'SEVEN_BIT']).nullish(),
});
const simple = z.looseObject({
  Subject: part,
  Body: z.looseObject({ Text: part.nullish(), Html: part.nullish() }),
  Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).nullish(),
  Attachments: z.array(attachment).nullish(),
});

const destinationSchema = z.looseObject({
  ToAddresses: strings,
  CcAddresses: strings,
  BccAddresses: strings,
});

/** `POST /v2/email/outbound-emails` (Amazon SES API v2, "SendEmail"). */
const emailSchema = z.looseObject({
  FromEmailAddress: z.string().nullish(),
  FromEmailAddressIdentityArn: z.string().nullish(),
  Destination: destinationSchema.nullish(),
  ReplyToAddresses: strings,
  FeedbackForwardingEmailAddress: z.string().nullish(),
  FeedbackForwardingEmailAddressIdentityArn: z.string().nullish(),
  Content: z.looseObject({
    Simple: simple.nullish(),
    Raw: z.looseObject({ Data: z.string() }).nullish(),
  }),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).nullish(),
  ConfigurationSetName: z.string().nullish(),
  EndpointId: z.string().nullish(),
  TenantName: z.string().nullish(),
  ListManagementOptions: z.unknown().optional(),
});
type Email = z.infer<typeof emailSchema>;
type Simple = z.infer<typeof simple>;

const known = (schema: { shape: object }): Set<string> => new Set(Object.keys(schema.shape));
const KNOWN = known(emailSchema);
const KNOWN_SIMPLE = known(simple);
const KNOWN_CONTENT = new Set(['Simple', 'Raw', 'Template']);
/** Does what ListManagementOptions does. */
const LIST_HEADER = 'x-ses-list-management-options';
const KNOWN_BODY = new Set(['Text', 'Html']);
const KNOWN_RAW = new Set(['Data']);
const [KNOWN_DESTINATION, KNOWN_PART, KNOWN_FILE] = [
  known(destinationSchema),
  known(part),
  known(attachment),
];

/**
 * The mail of a request.
 *
 * @param body the bytes it stands in, for passing on
 * @throws Refusal naming the member
 */
export function readSesMail(value: unknown, body: Buffer, gate: Gate): ReadMail {
  refuseTemplate(value);
  const parsed = emailSchema.safeParse(value);
  if (!parsed.success) throw refusalOf(parsed.error, value);
  const email = parsed.data;
  const { Simple, Raw } = email.Content;
  if ((Simple == null) === (Raw == null)) {
    throw new Refusal('invalid_field', 'Content must hold exactly one of Simple and Raw.', {
      field: 'Content',
    });
  }
  const mail = Simple ? simpleMail(email, Simple, gate) : rawMail(email, Raw!.Data, gate);
  return {
    mail,
    request: {
      provider: 'ses',
      path: '/v2/email/outbound-emails',
      contentType: 'application/json',
      body,
      trouble: [...troubleOf(email, mail, gate)],
    },
  };
}

function refuseTemplate(value: unknown): void {
  const content = (value as { Content?: { Template?: unknown } } | null)?.Content;
  if (content?.Template == null) return;
  throw new Refusal(
    'unreadable',
    'Templates are rendered at Amazon SES, so presend cannot read what the recipient would see and cannot judge it. Render the mail yourself and send Simple or Raw content.',
    { field: 'Content.Template' },
  );
}

function* troubleOf(email: Email, mail: ReadMail['mail'], gate: Gate): Generator<IntakeTrouble> {
  yield* unknownFields(email, KNOWN, gate.acceptFields);
  yield* unknownFields(email.Content, KNOWN_CONTENT, gate.acceptFields);
  const { Simple, Raw } = email.Content;
  yield* unknownFields(email.Destination ?? {}, KNOWN_DESTINATION, gate.acceptFields, 'Destination.');
  yield* unknownFields(Raw ?? {}, KNOWN_RAW, gate.acceptFields, 'Raw.');
  if (Simple) {
    yield* unknownFields(Simple, KNOWN_SIMPLE, gate.acceptFields);
    yield* unknownFields(Simple.Body, KNOWN_BODY, gate.acceptFields);
    for (const one of [Simple.Subject, Simple.Body.Text, Simple.Body.Html]) {
      yield* unknownFields(one ?? {}, KNOWN_PART, gate.acceptFields);
    }
    for (const one of Simple.Attachments ?? []) {
      yield* unknownFields(one, KNOWN_FILE, gate.acceptFields, 'Attachments.');
    }
  }
  const inHeader =
    'raw' in mail
      ? headerValues(mail.raw, LIST_HEADER).length > 0
      : mail.headers.some(({ name }) => name.toLowerCase() === LIST_HEADER);
  if (email.ListManagementOptions != null || inHeader) {
    yield {
      kind: 'unreadable',
      detail: 'with list management Amazon SES adds a footer after the mail was judged',
    };
  }
}

function simpleMail(
  email: Email,
  { Subject, Body, Headers, Attachments }: Simple,
  gate: Gate,
): ReadMail['mail'] {
  if (!email.FromEmailAddress) throw missing('FromEmailAddress');
  const { to, cc, bcc } = destination(email, gate);
  if (to.length + cc.length + bcc.length === 0) throw missing('Destination');
  if (!Body.Text?.Data && !Body.Html?.Data) throw missing('Content.Simple.Body');
  if (/[\r\n\0]/.test(Subject.Data)) {
    throw new Refusal('invalid_field', 'The subject holds a line break or NUL.', {
      field: 'Content.Simple.Subject.Data',
    });
  }
  return {
    from: readEncodedMailbox(email.FromEmailAddress, 'FromEmailAddress'),
    to,
    cc,
    bcc,
    replyTo: (email.ReplyToAddresses ?? []).map((text) => readEncodedMailbox(text, 'ReplyToAddresses')),
    subject: Subject.Data,
    text: Body.Text?.Data ?? null,
    html: Body.Html?.Data ?? null,
    headers: (Headers ?? []).map(({ Name, Value }, i) =>
      readHeader(Name, Value, `Content.Simple.Headers.${i}`),
    ),
    attachments: (Attachments ?? []).map((one, i) => readAttachment(one, `Content.Simple.Attachments.${i}`)),
    scheduledAt: null,
  };
}

/** The Destination decides who gets it; without one the message's own To, Cc and Bcc do. */
function rawMail(email: Email, data: string, gate: Gate): ReadMail['mail'] {
  const message = withCrlf(readBase64(data, 'Content.Raw.Data'));
  if (email.ReplyToAddresses?.length) {
    throw new Refusal('invalid_field', 'With Raw content, write Reply-To into the message.', {
      field: 'ReplyToAddresses',
    });
  }
  const given = destination(email, gate);
  let recipients = recipientsOf(given);
  if (recipients.length === 0) {
    refuseResent(message);
    // Read strictly: an address that nodemailer skips would be a recipient nobody has judged.
    const [to, cc, bcc] = ['to', 'cc', 'bcc'].map((name) =>
      headerValues(message, name).flatMap((value) => readAddressList(value, 'Content.Raw.Data')),
    ) as [Mailbox[], Mailbox[], Mailbox[]];
    bound(to.length + cc.length + bcc.length, gate);
    recipients = recipientsOf({ to, cc, bcc });
  }
  if (recipients.length === 0) throw missing('Destination');
  const raw = withoutBcc(message);
  const headerFrom = fromOf(raw, 'Content.Raw.Data');
  const from = email.FromEmailAddress
    ? readEncodedMailbox(email.FromEmailAddress, 'FromEmailAddress').address
    : headerFrom;
  return { raw, from, recipients, scheduledAt: null };
}

/** Whether they would get it too is not said. */
function refuseResent(message: Buffer): void {
  if (['to', 'cc', 'bcc'].every((name) => headerValues(message, `resent-${name}`).length === 0)) return;
  throw new Refusal('invalid_field', 'With Resent headers in the message, name who gets it in Destination.', {
    field: 'Destination',
  });
}

function destination({ Destination }: Email, gate: Gate): { to: Mailbox[]; cc: Mailbox[]; bcc: Mailbox[] } {
  const { ToAddresses, CcAddresses, BccAddresses } = Destination ?? {};
  bound([ToAddresses, CcAddresses, BccAddresses].flatMap((list) => list ?? []).length, gate);
  const boxes = (list: string[] | null | undefined, name: string): Mailbox[] =>
    (list ?? []).map((text, i) => readEncodedMailbox(text, `Destination.${name}.${i}`));
  return {
    to: boxes(ToAddresses, 'ToAddresses'),
    cc: boxes(CcAddresses, 'CcAddresses'),
    bcc: boxes(BccAddresses, 'BccAddresses'),
  };
}

function bound(count: number, gate: Gate): void {
  const most = Math.min(MAX_RECIPIENTS, gate.maxRecipients);
  if (count <= most) return;
  throw new Refusal('invalid_field', `Recipient count exceeds ${most}.`, { field: 'Destination' });
}

const missing = (field: string): Refusal =>
  new Refusal('missing_field', `Missing required member ${field}.`, { field });

function readAttachment(
  { RawContent, FileName, ContentType, ContentId, ContentDisposition }: z.infer<typeof attachment>,
  field: string,
): MailAttachment {
  for (const [name, text] of Object.entries({ FileName, ContentType, ContentId })) {
    if (!/\p{Cc}/u.test(text ?? '')) continue;
    throw new Refusal('invalid_field', `${field}.${name} holds a control character.`, {
      field: `${field}.${name}`,
    });
  }
  return {
    filename: FileName,
    content: readBase64(RawContent, `${field}.RawContent`),
    contentType: ContentType ?? null,
    contentId: ContentDisposition === 'INLINE' ? (ContentId ?? FileName).replace(/^<(.*)>$/, '$1') : null,
  };
}
