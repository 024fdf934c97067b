import { fingerprintWords } from '../judge/language/fingerprint.ts';
import { decodeWords } from '../message/encoded-words.ts';

/** What a pasted complaint gives to look for. */
export interface Clues {
  /** Words that may be ids: of the gate, of an upstream, Message-IDs with angle brackets. */
  ids: string[];
  addresses: string[];
  subject: string | null;
  /** Runs of words, for text that was quoted, wrapped or cut on its way. */
  passages: string[];
  /** Few enough words to ask for all of them. */
  words: string | null;
}

const PASSAGE = 5;
const STRIDE = 3;
const MAX_PASSAGES = 40;
const MAX_WORDS = 14;
/** Header lines that say nothing about which mail it was. */
const NOISE =
  /^(?:received|dkim-signature|arc-[\w-]+|authentication-results|x-google[\w-]*|mime-version|content-[\w-]+|return-path|list-[\w-]+|delivered-to|date|x-received):/i;

/** Takes a pasted text apart: a few words, an id, a mail with or without its headers, quoted or not. */
export function cluesOf(pasted: string): Clues {
  const text = unquoted(pasted).slice(0, 100_000);
  const { headers, body } = split(text);
  const ids = [
    ...(text.match(/<[^<>\s@]{1,400}@[^<>\s]{1,400}>/g) ?? []),
    ...(text.match(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g) ?? []),
    ...(text.match(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi) ?? []),
    ...(/^\S{6,200}$/.test(text.trim()) ? [text.trim()] : []),
  ];
  // Bounded, or a long word without an @ would be looked through once for each of its letters.
  const addresses = (text.match(/[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu) ?? []).map(
    (one) => one.toLowerCase(),
  );
  const subject = headers
    .find(({ key }) => key === 'subject')
    ?.value.replace(/^(?:(?:re|fwd?|aw|wg):\s*)+/i, '');
  const plain = headers.length > 0 ? body : text;
  const words = fingerprintWords(text);
  return {
    ids: [...new Set(ids)].slice(0, 20),
    addresses: [...new Set(addresses)].slice(0, 10),
    subject: subject || null,
    passages: passagesOf(plain),
    words: words.length > 0 && words.length <= MAX_WORDS && headers.length === 0 ? text.trim() : null,
  };
}

/** Without the marks of quoting at the beginnings of lines. */
function unquoted(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/^(?:[>|]\s?)+/gm, '');
}

function split(text: string): { headers: { key: string; value: string }[]; body: string } {
  const lines = text.replace(/^\s+/, '').split('\n');
  const headers: { key: string; value: string }[] = [];
  let at = 0;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const field = /^([A-Za-z][A-Za-z0-9-]{1,60}):(.*)$/.exec(line);
    const last = headers.at(-1);
    if (field) headers.push({ key: field[1]!.toLowerCase(), value: field[2]!.trim() });
    else if (/^[ \t]+\S/.test(line) && last) last.value += ` ${line.trim()}`;
    else break;
  }
  const known = headers.filter(({ key }) => /^(?:from|to|subject|message-id|date|cc|received)$/.test(key));
  if (known.length === 0) return { headers: [], body: text };
  return {
    headers: headers.map(({ key, value }) => ({ key, value: decodeWords(value) })),
    body: lines
      .slice(at)
      .filter((line) => !NOISE.test(line))
      .join('\n'),
  };
}

/** Runs of five words from all over the text. */
function passagesOf(text: string): string[] {
  const words = fingerprintWordsAsWritten(text);
  if (words.length < PASSAGE) return [];
  const starts = Array.from(
    { length: Math.floor((words.length - PASSAGE) / STRIDE) + 1 },
    (_, index) => index * STRIDE,
  );
  const every = Math.max(1, Math.ceil(starts.length / MAX_PASSAGES));
  return starts
    .filter((_, index) => index % every === 0)
    .map((start) => words.slice(start, start + PASSAGE).join(' '));
}

/** As the index splits them: an apostrophe ends a word there. */
function fingerprintWordsAsWritten(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
