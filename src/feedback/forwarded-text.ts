import addressparser from 'nodemailer/lib/addressparser';

/** A mail that was forwarded inside the text of another. */
export interface ForwardedText {
  from: string;
  name: string | null;
  to: string[];
  subject: string | null;
  text: string;
}

/** Names of header fields as mail programs write them above a forwarded mail, in the languages met most. */
const FIELDS: readonly [keyof Found | 'date', RegExp][] = [
  ['from', /^(?:from|von|de|da|van)$/i],
  ['to', /^(?:to|an|à|para|a|aan)$/i],
  ['subject', /^(?:subject|betreff|objet|asunto|oggetto|onderwerp|assunto)$/i],
  ['date', /^(?:date|sent|datum|gesendet|envoyé|fecha|enviado|data|inviato|verzonden|cc|kopie|reply-to)$/i],
];
const FIELD = /^[>\s]*\*?([\p{L}-]{1,12})\s*:\*?\s*(.*)$/u;

interface Found {
  from?: string;
  to?: string;
  subject?: string;
}

/**
 * The first forwarded mail in a text: a block of header fields, From first or second, and what follows it.
 *
 * @returns null when there is none, or its From holds no address
 */
export function inlineForward(text: string): ForwardedText | null {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  for (let at = 0; at < lines.length; at++) {
    const block = headerBlock(lines, at);
    if (block === null) continue;
    const [author] = addressparser(block.found.from ?? '', { flatten: true });
    if (!author?.address.includes('@')) return null;
    const quoted = lines[at]?.startsWith('>') === true;
    const body = lines.slice(block.end).map((line) => (quoted ? line.replace(/^> ?/, '') : line));
    return {
      from: author.address,
      name: author.name.trim() === '' ? null : author.name.trim(),
      to: addressparser(block.found.to ?? '', { flatten: true }).map(({ address }) => address),
      subject: block.found.subject ?? null,
      text: body.join('\n').trim(),
    };
  }
  return null;
}

/** At least From and two more fields on lines that follow each other; long values may be wrapped. */
function headerBlock(lines: readonly string[], start: number): { found: Found; end: number } | null {
  const found: Found = {};
  const names = new Set<string>();
  let end = start;
  let wrapped = 0;
  for (; end < Math.min(lines.length, start + 14); end++) {
    const line = lines[end] ?? '';
    const [, label = '', value = ''] = FIELD.exec(line) ?? [];
    const name = FIELDS.find(([, pattern]) => pattern.test(label))?.[0];
    if (name === undefined) {
      // A wrapped address list or subject; the block ends with a blank line.
      if (names.size > 0 && line.replace(/^[>\s]+/, '') !== '' && ++wrapped <= 2) continue;
      break;
    }
    if (names.size === 0 && name !== 'from' && name !== 'date') return null;
    names.add(`${name} ${label}`);
    if (name !== 'date') found[name] ??= unlinked(value);
  }
  return found.from !== undefined && names.size >= 3 ? { found, end } : null;
}

/** "jane@acme.example<mailto:jane@acme.example>", "[mailto:jane@acme.example]" */
const unlinked = (value: string): string =>
  value
    .replace(/<mailto:[^>]*>/gi, '')
    .replace(/\[mailto:([^\]]*)\]/gi, '<$1>')
    .replace(/[*]/g, '')
    .trim();
