import { createHash } from 'node:crypto';
import { fingerprintWords } from '../judge/language/fingerprint.ts';
import { decodeWords } from '../message/encoded-words.ts';
import { PARSE_LIMITS } from '../message/limits.ts';
import { parseHeaderBlock } from '../message/mime-headers.ts';
import type { ParsedMessage } from '../message/types.ts';
import { type TemplateRecord, templateOf } from './template.ts';

/** What is kept of a message for searching and comparing. */
export interface DraftText extends TextKeys {
  subject: string;
  body: string;
  headers: string;
  addresses: string;
}

/** What the same text, or the same template filled in for somebody else, shares; null for too little text. */
export interface TextKeys {
  text_key: string | null;
  template_key: string | null;
}

/** Characters kept of one header line: signatures are longer, and nobody searches inside them. */
const LINE_CHARS = 1_000;
const HEADER_CHARS = 32_000;
/** Characters of text that are searched: well above any mail that a person wrote or read. */
const BODY_CHARS = 100_000;

/**
 * What of a message can be searched, and the keys that say who else got it.
 *
 * @param addresses return path and envelope recipients
 * @param keys of its new text
 */
export function draftTextOf({
  raw,
  parsed,
  addresses,
  keys,
}: {
  raw: Buffer;
  parsed: ParsedMessage;
  addresses: readonly string[];
  keys: TextKeys;
}): DraftText {
  return {
    subject: parsed.draft.subject ?? '',
    body: parsed.draft.body.slice(0, BODY_CHARS),
    headers: headerText(raw),
    addresses: [...new Set(addresses)].join('\n'),
    ...keys,
  };
}

/**
 * The keys of a text. Their cost grows with what it unfolds to: `off-loop/text-keys.ts` has a worker make those of a long one.
 *
 * @param text new text only
 * @param records the recipients' as judged, as far as they are known
 */
export function textKeys(text: string, records: readonly TemplateRecord[]): TextKeys {
  const words = fingerprintWords(text);
  const template = templateOf(text, records);
  return {
    text_key: words.length === 0 ? null : keyOf(words.join(' ')),
    template_key: template === null ? null : keyOf(template),
  };
}

/** All header lines with their encoded words read, one a line. */
export function headerText(raw: Buffer): string {
  return parseHeaderBlock(raw, 0, raw.length, PARSE_LIMITS)
    .lines.map(({ key, value }) => `${key}: ${decodeWords(value.slice(0, LINE_CHARS))}`)
    .join('\n')
    .slice(0, HEADER_CHARS);
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
