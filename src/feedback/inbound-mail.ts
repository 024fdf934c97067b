import addressparser from 'nodemailer/lib/addressparser';
import { PARSE_LIMITS } from '../message/limits.ts';
import { type HeaderMap, isAutomatic } from './automatic.ts';
import { decodeWords } from '../message/encoded-words.ts';
import { parseGivenMail, textOfHtml } from '../off-loop/mail.ts';
import type { InboundMail } from './event.ts';
import { inboundFromMime } from './from-mime.ts';

/** A mail that a provider has taken apart already. */
export interface MailFields {
  /** As in the From header. */
  from: string;
  to: readonly string[];
  subject: string | null;
  text: string | null;
  /** Read only where there is no text. */
  html: string | null;
  headers: HeaderMap;
  /** Where the provider tells it apart from the headers. */
  messageId?: string | null;
}

/** Characters read of addresses and of Message-IDs: what is longer was written by nobody's mail program. */
const ADDRESS_CHARS = 10_000;
const IDS_CHARS = 10_000;

/**
 * @param now when the gate learned of it, milliseconds since the epoch. That, and not the mail's own Date, is its time: a mail judged
 *   before then was judged without it, and the Date is the sender's claim.
 * @returns null when nobody can be made out as its author
 */
export async function mailFromFields(fields: MailFields, now: number): Promise<InboundMail | null> {
  const { headers } = fields;
  const [author] = addressparser(fields.from.slice(0, ADDRESS_CHARS), { flatten: true });
  if (!author?.address) return null;
  const written = (fields.text ?? '').trim();
  const text = written === '' && fields.html !== null ? await textOfHtml(fields.html) : written;
  const told = fields.messageId?.trim();
  return {
    from: author.address,
    name: decodeWords(author.name).trim() || null,
    to: fields.to.flatMap((to) =>
      addressparser(to.slice(0, ADDRESS_CHARS), { flatten: true }).flatMap(({ address }) => address || []),
    ),
    subject: fields.subject,
    text: text.slice(0, PARSE_LIMITS.bodyChars),
    messageId: messageIds(headers.get('message-id'))[0] ?? (told ? inBrackets(told) : null),
    inReplyTo: messageIds(headers.get('in-reply-to'))[0] ?? null,
    references: messageIds(headers.get('references')),
    automatic: isAutomatic(headers, fields.subject),
    at: now,
  };
}

/** The same of raw bytes (RFC 5322, MIME), which are given away. Never throws. */
export async function mailFromRaw(
  raw: Buffer,
  { now, to }: { now: number; to?: readonly string[] },
): Promise<InboundMail | null> {
  const mail = await inboundFromMime(raw, now, parseGivenMail);
  if (mail.from === '') return null;
  return { ...mail, at: now, ...(to === undefined ? {} : { to: [...to] }) };
}

export function inBrackets(id: string): string {
  return id.startsWith('<') ? id : `<${id}>`;
}

function messageIds(value: string | undefined): string[] {
  return value?.slice(-IDS_CHARS).match(/<[^<>\s]{1,995}>/g) ?? [];
}
