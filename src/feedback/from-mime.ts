import addressparser from 'nodemailer/lib/addressparser';
import { PARSE_LIMITS } from '../message/limits.ts';
import { parseHeaderBlock } from '../message/mime-headers.ts';
import type { Draft, ParsedMessage } from '../message/types.ts';
import { type HeaderMap, headerMap, isAutomatic } from './automatic.ts';
import { decodeWords } from '../message/encoded-words.ts';
import { parseMail } from '../off-loop/mail.ts';
import type { InboundMail } from './event.ts';

/**
 * Reads a mail as it came by IMAP or SMTP.
 *
 * @param receivedAt milliseconds since the epoch; the mail's own date counts where it is before that
 * @param parse `parseGivenMail` where nobody needs the bytes any more
 * @returns never rejects; of a mail that cannot be read the text is what could be made out, and `from` may be ''
 */
export async function inboundFromMime(
  raw: Buffer,
  receivedAt: number,
  parse: (raw: Buffer) => Promise<ParsedMessage> = parseMail,
): Promise<InboundMail> {
  const fields = headerFields(raw);
  const { headers, draft } = await parse(raw);
  const [from] = addressparser(fields.get('from')?.split('\n', 1)[0] ?? '', { flatten: true });
  const date = Date.parse(headers.date ?? '');
  return {
    from: headers.from[0] ?? '',
    name: decodeWords(from?.name ?? '').trim() || null,
    to: [...headers.to, ...headers.cc],
    subject: draft.subject,
    text: markedText(draft),
    messageId: headers.messageId,
    inReplyTo: headers.inReplyTo,
    references: headers.references,
    automatic: isAutomatic(fields, draft.subject),
    at: Number.isFinite(date) && date > 0 ? Math.min(date, receivedAt) : receivedAt,
  };
}

/** Header fields of the top block. */
export function headerFields(raw: Buffer): HeaderMap {
  const { lines } = parseHeaderBlock(raw, 0, raw.length, PARSE_LIMITS);
  return headerMap(lines.map(({ key, value }) => [key, value]));
}

/** The text with what its markup calls quote or signature marked as plain text does. */
function markedText({ body, segments }: Draft): string {
  return segments
    .map(({ kind, start, end }) => {
      const text = body.slice(start, end);
      if (kind === 'quote') return text.replace(/^(?!>)/gm, '> ').replace(/\n> $/, '\n');
      return kind === 'signature' && !/^\s*(?:--|\u2014)\s*$/m.test(text) ? `-- \n${text}` : text;
    })
    .join('');
}
