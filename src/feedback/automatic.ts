/** Header fields by lower-case name; a field given several times has its values joined by a line break. */
export type HeaderMap = ReadonlyMap<string, string>;

export function headerMap(fields: Iterable<readonly [name: string, value: string]>): HeaderMap {
  const map = new Map<string, string>();
  for (const [name, value] of fields) {
    const key = name.trim().toLowerCase();
    const before = map.get(key);
    map.set(key, before === undefined ? value.trim() : `${before}\n${value.trim()}`);
  }
  return map;
}

/** Headers whose mere presence says that a program wrote the mail, or that it went to a list. */
const TELLTALES = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-response-suppress', 'list-id'];

/**
 * Whether a program wrote this mail: out-of-office and other auto-replies, delivery reports, mailing lists. What it says is
 * nobody's opt-out and nobody's answer.
 *
 * Sources: RFC 3834 (Auto-Submitted, null return path), RFC 2919 (List-Id), RFC 6522 (multipart/report), RFC 2076 (Precedence),
 * MS-OXCMAIL (X-Auto-Response-Suppress).
 */
export function isAutomatic(headers: HeaderMap): boolean {
  const submitted = headers.get('auto-submitted')?.toLowerCase();
  if (submitted !== undefined && !/^no\b/.test(submitted)) return true;
  if (/^(?:bulk|auto[_-]reply|list|junk)\b/im.test(headers.get('precedence') ?? '')) return true;
  if (TELLTALES.some((name) => headers.has(name))) return true;
  if (/^multipart\/report\b/i.test(headers.get('content-type') ?? '')) return true;
  return /^<\s*>$/m.test(headers.get('return-path') ?? '');
}
