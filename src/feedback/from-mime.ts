import addressparser from 'nodemailer/lib/addressparser';
import { PARSE_LIMITS } from '../message/limits.ts';
import { scanMime } from '../message/mime.ts';
import { parseMessage } from '../message/parse.ts';
import type { Draft } from '../message/types.ts';
import type { InboundMail } from './event.ts';

/**
 * Reads a mail as it came by IMAP or SMTP.
 *
 * @param receivedAt milliseconds since the epoch; the mail's own date counts where it is before that
 * @returns never rejects; of a mail that cannot be read the text is what could be made out, and `from` may be ''
 */
export async function inboundFromMime(raw: Buffer, receivedAt: number): Promise<InboundMail> {
  const { headers, draft } = await parseMessage(raw);
  const fields = headerFields(raw);
  const [from] = addressparser(fields.get('from')?.[0] ?? '', { flatten: true });
  const name = from?.name?.trim() ?? '';
  const date = Date.parse(headers.date ?? '');
  return {
    from: headers.from[0] ?? '',
    // An encoded name (RFC 2047) is left to the prospect's record.
    name: name === '' || name.includes('=?') ? null : name,
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

/** Header fields of the top block by lower-case name, in order. */
export function headerFields(raw: Buffer): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const { key, value } of scanMime(raw, PARSE_LIMITS).root.header.lines) {
    fields.set(key, [...(fields.get(key) ?? []), value.trim()]);
  }
  return fields;
}

const AUTOMATIC_SUBJECT =
  /^\s*(?:auto(?:matic|mated)?[- ]?(?:reply|response|antwort)|automatische antwort|abwesenheit|abwesend|out of (?:the )?office|ooo\b|away from (?:the )?office|réponse automatique|absence du bureau|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori sede|automatisch antwoord|afwezig|resposta automática|undeliver(?:able|ed)|delivery (?:status notification|failure)|mail delivery (?:failed|system)|returned mail|read:|gelesen:|delivered:)/iu;

/**
 * Whether nobody wrote the mail: RFC 3834 automatic answers, delivery reports (RFC 3464) and list mail. List headers do not
 * count on an answer, since a team's alias may be a mailing list.
 */
export function isAutomatic(fields: ReadonlyMap<string, readonly string[]>, subject: string | null): boolean {
  const value = (key: string): string => fields.get(key)?.[0]?.toLowerCase() ?? '';
  const answers = value('in-reply-to') !== '' || value('references') !== '';
  const list = ['list-id', 'list-unsubscribe', 'list-post'].some((key) => fields.has(key));
  return (
    !/^(?:no\b|$)/.test(value('auto-submitted')) ||
    ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply'].some((key) => fields.has(key)) ||
    /^(?:auto[_-]?reply|junk)/.test(value('precedence')) ||
    (!answers && (list || /^(?:bulk|list)/.test(value('precedence')))) ||
    /^multipart\/report\b/.test(value('content-type')) ||
    /^<\s*>$/.test(value('return-path')) ||
    /(?:^|<)\s*(?:mailer-daemon|postmaster)@/.test(value('from')) ||
    AUTOMATIC_SUBJECT.test(subject ?? '')
  );
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
