import { isUtf8 } from 'node:buffer';
import { leavesOf, entitiesOf, headerOf, headersOf } from './mime.ts';
import type { MimePart } from './mime.ts';
import { parseParameters } from './mime-headers.ts';
import type { ParsedMessage } from './types.ts';

type Trouble = ParsedMessage['trouble'][number];

/** Fields that may stand once in a header block (RFC 5322 3.6, RFC 2045); programs differ on which of two counts. */
const ONCE = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
  'list-unsubscribe',
  'x-prospect-id',
  'x-thread-id',
];

const ENCODINGS = new Set(['7bit', '8bit', 'binary', 'quoted-printable', 'base64']);

/**
 * What mail programs read differently (`ambiguous_mime`) or cannot read (`malformed_mime`), found in
 * the raw bytes. Any of it holds the message: what was judged might not be what the recipient sees.
 */
export function findAmbiguities(raw: Buffer, root: MimePart): Trouble[] {
  const found = new Set<string>();
  const malformed = new Set<string>();
  if (raw.includes(0)) found.add('NUL byte');
  for (const part of entitiesOf(root)) {
    checkHeaders(part, part === root, found);
    if (part.contentType.startsWith('multipart/')) checkMultipart(raw, part, found);
  }
  for (const part of leavesOf(root)) checkLeaf(raw, part, found, malformed);
  for (const charset of encodedWordCharsets(root)) checkCharset(charset, found, malformed);
  return [
    ...Array.from(found, (detail): Trouble => ({ kind: 'ambiguous_mime', detail })),
    ...Array.from(malformed, (detail): Trouble => ({ kind: 'malformed_mime', detail })),
  ];
}

function checkHeaders(part: MimePart, isRoot: boolean, found: Set<string>): void {
  for (const oddity of part.header.oddities) found.add(oddity);
  for (const key of ONCE) if (headersOf(part, key).length > 1) found.add(`header ${key} twice`);
  for (const key of ['content-type', 'content-disposition']) {
    const field = headerOf(part, key);
    if (field !== null) for (const oddity of parseParameters(field).oddities) found.add(oddity);
  }
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(part.contentType)) found.add('a Content-Type that is no type');
  if (!ENCODINGS.has(part.encoding)) found.add('unknown Content-Transfer-Encoding');
  const encoded = part.encoding === 'base64' || part.encoding === 'quoted-printable';
  if (encoded && part.contentType.startsWith('multipart/')) found.add('an encoded multipart');
  if (part.contentType === 'text/x-amp-html') found.add('an AMP part, shown by some programs instead');
  if (isRoot && part.header.lines.length === 0) found.add('no header');
}

function checkMultipart(raw: Buffer, part: MimePart, found: Set<string>): void {
  if (part.boundary === null) found.add('a multipart without boundary');
  else if (part.delimiters.length === 0) found.add('a multipart without parts');
  else if (part.closing === null) found.add('a multipart without its closing boundary');
  else if (/\S/.test(raw.toString('latin1', part.closing.end, part.bodyEnd))) {
    found.add('text after the closing boundary');
  }
}

function checkLeaf(raw: Buffer, part: MimePart, found: Set<string>, malformed: Set<string>): void {
  const body = raw.subarray(part.bodyStart, part.bodyEnd);
  if (part.encoding === 'base64' && !isBase64(body)) malformed.add('broken base64');
  if (part.encoding === 'quoted-printable' && !isQuotedPrintable(body)) {
    malformed.add('broken quoted-printable');
  }
  if (!part.contentType.startsWith('text/')) return;
  const charset = part.params.get('charset') ?? '';
  checkCharset(charset, found, malformed);
  if (/^(?:us-ascii|utf-?8|ascii)?$/i.test(charset) && !isUtf8(decodedBytes(body, part.encoding))) {
    malformed.add('bytes that the charset does not have');
  }
}

function checkCharset(charset: string, found: Set<string>, malformed: Set<string>): void {
  if (charset === '') return;
  if (/utf-?7/i.test(charset)) found.add('charset UTF-7');
  else if (!isKnownCharset(charset)) malformed.add('unknown charset');
}

/** True for the labels of the WHATWG Encoding Standard, which Node decodes in full. */
export function isKnownCharset(charset: string): boolean {
  try {
    return new TextDecoder(charset).encoding !== 'replacement';
  } catch {
    return false;
  }
}

/** Undoes a transfer encoding, as far as it goes. */
export function decodedBytes(body: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body.toString('latin1'), 'base64');
  if (encoding !== 'quoted-printable') return body;
  const text = body
    .toString('latin1')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/=\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

function isBase64(body: Buffer): boolean {
  const text = body.toString('latin1').replace(/\s+/g, '');
  const data = text.replace(/={1,2}$/, '');
  return !/[^A-Za-z0-9+/]/.test(data) && data.length % 4 !== 1;
}

function isQuotedPrintable(body: Buffer): boolean {
  return !/=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|$))/.test(body.toString('latin1'));
}

/** The charsets named by encoded words (RFC 2047) in the subject, which is part of the draft. */
function encodedWordCharsets(root: MimePart): string[] {
  const subject = headerOf(root, 'subject') ?? '';
  return Array.from(subject.matchAll(/=\?([\w.:-]+)(?:\*[\w-]*)?\?[bq]\?/gi), (match) => match[1] ?? '');
}
