import { withoutBcc } from '../../message/bcc.ts';
import { headerValues } from '../header-peek.ts';
import { type Mailbox, type RawMail, readHeader, recipientsOf } from '../outgoing-mail.ts';
import { Refusal } from '../refusal.ts';
import { boundedTime } from '../scheduled-at.ts';
import type { IntakeTrouble } from '../submission.ts';
import { readAddressList, readEncodedMailbox } from './address-list.ts';
import { type FormEntry, textOf } from './form-body.ts';
import type { Gate, ReadMail } from './front.ts';
import { fromOf, withCrlf } from './raw-mime.ts';
import { unknownFields } from './unknown-fields.ts';

/** Mailgun's own bound on recipients of one request. */
const MAX_RECIPIENTS = 1_000;

/** Options that change nothing of what the recipient reads (Mailgun, "Send an email"). */
const OPTIONS = [
  'o:tag',
  'o:dkim',
  'o:secondary-dkim',
  'o:secondary-dkim-public',
  'o:deliverytime',
  'o:testmode',
  'o:tracking',
  'o:tracking-clicks',
  'o:tracking-opens',
  'o:tracking-pixel-location-top',
  'o:require-tls',
  'o:skip-verification',
  'o:sending-ip',
  'o:sending-ip-pool',
  'o:suppress-headers',
];
const COMPOSED = ['from', 'to', 'cc', 'bcc', 'subject', 'text', 'html', 'attachment', 'inline'];
const MANY = new Set(['to', 'cc', 'bcc', 'attachment', 'inline', 'o:tag']);

/** Filled in at Mailgun. */
const RENDERED = /^(?:template|t:.*|amp-html|recipient-variables)$/;
const PLACEHOLDER = /%recipient(?:[._]|%)/;
/** Header lines that Mailgun reads as options, and acts on after the mail was judged. */
const ACTING = ['recipient-variables', 'template-name', 'template-variables', 'deliver-by'].map(
  (name) => `x-mailgun-${name}`,
);
const RFC2822 =
  /^(?:[a-z]{3}, *)?\d{1,2} [a-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|UTC|GMT|UT|Z|E[SD]T|C[SD]T|M[SD]T|P[SD]T)$/i;

/**
 * The mail of `POST /v3/:domain/messages`.
 *
 * @throws Refusal naming the parameter
 */
export function readMailgunMail(entries: readonly FormEntry[], gate: Gate): Omit<ReadMail, 'request'> {
  const form = readFields(entries);
  const from = form.one('from');
  if (from === null) throw missing('from');
  const [to, cc, bcc] = [form.boxes('to'), form.boxes('cc'), form.boxes('bcc')];
  if (to.length === 0) throw missing('to');
  boundRecipients(to.length + cc.length + bcc.length, gate);
  const [text, html] = [form.one('text'), form.one('html')];
  if (!text && !html) {
    throw new Refusal('missing_field', "Need at least one of 'text' or 'html' parameters specified.", {
      field: 'text',
    });
  }
  const subject = form.one('subject') ?? '';
  if (/[\r\n\0]/.test(subject)) {
    throw new Refusal('invalid_field', 'The subject parameter holds a line break or NUL.', {
      field: 'subject',
    });
  }
  return {
    mail: {
      from: readEncodedMailbox(from, 'from'),
      to,
      cc,
      bcc,
      replyTo: [],
      subject,
      text,
      html,
      headers: form.headers(),
      attachments: [...form.files('attachment'), ...form.files('inline')],
      scheduledAt: deliveryTime(form.one('o:deliverytime'), gate.now()),
    },
  };
}

/**
 * The mail of `POST /v3/:domain/messages.mime`: the recipients are those in `to`, whatever the message says.
 *
 * @throws Refusal naming the parameter
 */
export function readMailgunMime(entries: readonly FormEntry[], gate: Gate): { mail: RawMail } {
  const form = readFields(entries);
  const to = form.boxes('to');
  if (to.length === 0) throw missing('to');
  boundRecipients(to.length, gate);
  const message = form.bytes('message');
  if (message === null) throw missing('message');
  const raw = withoutBcc(withCrlf(message));
  return {
    mail: {
      raw,
      from: fromOf(raw, 'message'),
      recipients: recipientsOf({ to, cc: [], bcc: [] }),
      scheduledAt: deliveryTime(form.one('o:deliverytime'), gate.now()),
    },
  };
}

/** What holds the message: fields nobody here knows, and places that Mailgun fills in. */
export function mailgunTrouble(
  entries: readonly FormEntry[],
  composed: boolean,
  gate: Gate,
): IntakeTrouble[] {
  const known = new Set([...OPTIONS, ...(composed ? COMPOSED : ['to', 'message'])]);
  const names = entries.map(({ name }) => name).filter((name) => !/^[hv]:/.test(name));
  const trouble = [
    ...unknownFields(Object.fromEntries(names.map((name) => [name, true])), known, gate.acceptFields),
  ];
  for (const { name, value } of entries) {
    // Files are sent as they are, and options say nothing to the recipient.
    if (/^(?:attachment|inline|[ov]:.*)$/.test(name) || !PLACEHOLDER.test(value.toString())) continue;
    trouble.push({
      kind: 'unreadable',
      detail: `the ${name} holds a placeholder, which Mailgun replaces after it was judged`,
    });
  }
  for (const name of ACTING) {
    const acts = entries.some(
      (entry) =>
        entry.name.toLowerCase() === `h:${name}` ||
        (entry.name === 'message' && headerValues(withCrlf(entry.value), name).length > 0),
    );
    if (acts)
      trouble.push({ kind: 'unreadable', detail: `Mailgun acts on the header ${name} after it was judged` });
  }
  return trouble;
}

/** Mailgun takes it and sends nothing. */
export function isTest(entries: readonly FormEntry[]): boolean {
  return entries.some((entry) => entry.name === 'o:testmode' && /^(?:yes|true)$/i.test(textOf(entry)));
}

function readFields(entries: readonly FormEntry[]) {
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (RENDERED.test(name)) {
      throw new Refusal(
        'unreadable',
        `The ${name} parameter is filled in at Mailgun, so presend cannot read what the recipient would see and cannot judge it. Render the mail yourself and send text or html, one request per recipient.`,
        { field: name },
      );
    }
    // Written otherwise they might name recipients to Mailgun that nobody here has seen.
    if (/^(?:to|cc|bcc)\b/i.test(name) && !MANY.has(name)) {
      throw new Refusal('invalid_field', `The ${name} parameter is not known; write to, cc or bcc.`, {
        field: name,
      });
    }
    if (seen.has(name) && !MANY.has(name)) {
      throw new Refusal(
        'invalid_field',
        `The ${name} parameter is given twice; which one counts is not certain.`,
        {
          field: name,
        },
      );
    }
    seen.add(name);
  }
  const all = (name: string): FormEntry[] => entries.filter((entry) => entry.name === name);
  const one = (name: string): string | null => {
    const [entry] = all(name);
    return entry ? textOf(entry) : null;
  };
  return {
    one,
    bytes: (name: string): Buffer | null => all(name)[0]?.value ?? null,
    boxes: (name: string): Mailbox[] => all(name).flatMap((entry) => readAddressList(textOf(entry), name)),
    headers: () =>
      entries
        .filter(({ name }) => name.startsWith('h:'))
        .map((entry) => readHeader(entry.name.slice(2), textOf(entry), entry.name)),
    files: (name: 'attachment' | 'inline') =>
      all(name).map(({ value, file }) => {
        if (!file) {
          throw new Refusal('invalid_field', `The ${name} parameter must be a file.`, { field: name });
        }
        const filename = file.filename || 'attachment';
        if (/\p{Cc}/u.test(filename)) {
          throw new Refusal('invalid_field', `The name of the file in ${name} holds a control character.`, {
            field: name,
          });
        }
        return {
          filename,
          content: value,
          // A part without a type reads as text/plain; then, as at Mailgun, the file's name says what it is.
          contentType: file.contentType === 'text/plain' ? null : file.contentType,
          // The HTML names inline files by their file name: <img src="cid:logo.png">.
          contentId: name === 'inline' ? filename : null,
        };
      }),
  };
}

const missing = (field: string): Refusal =>
  new Refusal('missing_field', `${field} parameter is missing.`, { field });

function boundRecipients(count: number, gate: Gate): void {
  const most = Math.min(MAX_RECIPIENTS, gate.maxRecipients);
  if (count <= most) return;
  throw new Refusal(
    'invalid_field',
    `The to parameter names too many recipients; at most ${most} are allowed.`,
    {
      field: 'to',
    },
  );
}

function deliveryTime(text: string | null, now: number): number | null {
  if (text === null || text.trim() === '') return null;
  const at = RFC2822.test(text.trim()) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new Refusal(
      'invalid_field',
      'The o:deliverytime parameter is not a date; write it like Fri, 25 Oct 2030 23:10:10 +0000.',
      { field: 'o:deliverytime' },
    );
  }
  return boundedTime(at, 'o:deliverytime', now);
}
