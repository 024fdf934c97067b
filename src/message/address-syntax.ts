import { decodeWords } from './encoded-words.ts';
import { trimBlanks } from './mime-headers.ts';

/** Marks that show nothing are read alike; whom such an address may reach is another question (`crm/aliases.ts`). */
const ATOM = "[\\w!#$%&'*+/=?^`{|}~\\p{L}\\p{M}\\p{N}\\u00ad\\u200b-\\u200d\\u2060-\\u2064\\ufeff-]+";
const ADDRESS = `${ATOM}(?:\\.${ATOM})*@${ATOM}(?:\\.${ATOM})+`;
/** No brackets, quotes or separators, so that it ends in one place only. */
const COMMENT = '\\([^()<>@,;:\\\\"]*\\)';
const ONLY_ADDRESS = new RegExp(`^(${ADDRESS})(?:\\s*${COMMENT})?$`, 'u');
const NAMED_ADDRESS = new RegExp(`^([^<>]*)<(${ADDRESS})>$`, 'u');
const NAME = new RegExp(`^(?:\\s|"(?:[^"\\\\]|\\\\.)*"|${COMMENT}|[^\\s"\\\\<>@,;:()\\p{Cc}])*$`, 'u');
const GROUP = /^[^"<>@,;:()]*:([^:;]*);$/u;

/**
 * What makes programs read an address header (RFC 5322 3.4) differently, in words. Read as strictly as all of them agree: behind
 * routes, comments, quoted local parts, open quotes, a second address in a name or in brackets, one program sees another sender or recipient than the
 * next.
 *
 * @param value unfolded, encoded words not decoded
 * @param options.group whether a group (`Team: a@x.example, b@x.example;`) is in its place here
 */
export function addressOddities(value: string, options: { group: boolean }): string[] {
  const group = options.group ? GROUP.exec(value.trim()) : null;
  const list = group === null ? value : (group[1] ?? '');
  if (group !== null && list.trim() === '') return [];
  const odd = new Set<string>();
  for (const entry of entriesOf(list)) {
    const why = oddityOf(trimBlanks(entry));
    if (why !== null) odd.add(why);
  }
  return [...odd];
}

function oddityOf(entry: string): string | null {
  // All programs skip an empty place.
  if (entry === '') return null;
  if (entry.replace(/"(?:[^"\\]|\\.)*"/g, '').includes('"')) return 'an open quote';
  const [, only] = ONLY_ADDRESS.exec(entry) ?? [];
  if (only !== undefined) return only.includes('=?') ? 'an encoded address' : null;
  const [, name = '', address] = NAMED_ADDRESS.exec(entry) ?? [];
  if (address === undefined) {
    return entry.includes('@')
      ? 'an address with more than an address around or in it'
      : 'a name without an address';
  }
  if (address.includes('=?')) return 'an encoded address';
  if (name.trim().toLowerCase() === address.toLowerCase()) return null;
  if (!NAME.test(name)) return 'a name with a comment, an address or a separator in it';
  const shown = decodeWords(name);
  if (shown !== name && /[<>\p{Cc}]|\S@\S/u.test(shown)) return 'an address inside an encoded name';
  return null;
}

/** Between commas that stand in no quotes. */
function entriesOf(list: string): string[] {
  const entries: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < list.length; at++) {
    const char = list[at];
    if (quoted && char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      entries.push(list.slice(start, at));
      start = at + 1;
    }
  }
  entries.push(list.slice(start));
  return entries;
}
