import { isAscii } from 'node:buffer';
import { isKnownCharset } from './charsets.ts';

const MIXED = 'encoded words beside letters beyond ASCII';
const TOKEN = /=\?([^?\s]*)\?([^?\s]*)\?([^?\s]*)\?=/g;

/**
 * What makes programs read the encoded words (RFC 2047) of a header differently, in words: words that are broken, that touch
 * other text, that hold half a character, a line break or another encoded word.
 *
 * @param text a header's value, unfolded and not decoded
 */
export function encodedWordOddities(text: string): string[] {
  const odd = new Set<string>();
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [word, charset = '', kind = '', content = ''] = match;
    const before = text.slice(end, match.index);
    if (before.includes('=?')) odd.add('a broken encoded word');
    const touches = (end > 0 && !/^\s/.test(before)) || (match.index > 0 && !/\s$/.test(before));
    if (touches) odd.add('an encoded word that touches other text');
    if (!isAscii(Buffer.from(before))) odd.add(MIXED);
    end = match.index + word.length;
    const why = oddityOf(charset, kind, content);
    if (why !== null) odd.add(why);
  }
  const rest = text.slice(end);
  if (end > 0 && rest !== '' && !/^\s/.test(rest)) odd.add('an encoded word that touches other text');
  if (rest.includes('=?')) odd.add('a broken encoded word');
  if (end > 0 && !isAscii(Buffer.from(rest))) odd.add(MIXED);
  return [...odd];
}

function oddityOf(charset: string, kind: string, content: string): string | null {
  if (/utf-?7/i.test(charset)) return 'charset UTF-7';
  if (charset.includes('*')) return 'an encoded word that names a language';
  if (!isKnownCharset(charset)) return 'an encoded word in an unknown charset';
  if (content === '') return 'a broken encoded word';
  const bytes = /^b$/i.test(kind) ? base64(content) : /^q$/i.test(kind) ? quoted(content) : null;
  if (bytes === null) return 'a broken encoded word';
  let text: string;
  try {
    text = new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return 'an encoded word with half a character';
  }
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\n-\u001f\u007f\u0085\u2028\u2029]/.test(text))
    return 'an encoded word with a control character';
  return text.includes('=?') ? 'an encoded word inside another' : null;
}

function base64(content: string): Buffer | null {
  const bytes = Buffer.from(content, 'base64');
  return bytes.toString('base64') === content ? bytes : null;
}

function quoted(content: string): Buffer | null {
  if (/=(?![0-9A-Fa-f]{2})|[^!-~]/.test(content)) return null;
  const text = content
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}
