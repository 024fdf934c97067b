import { isAscii, isUtf8 } from 'node:buffer';
import { addressOddities } from './address-syntax.ts';
import { isKnownCharset, isTextIn } from './charsets.ts';
import { encodedWordOddities } from './encoded-word-syntax.ts';
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

/** Who a mail says it is from and to. */
const ADDRESS_FIELDS = ['from', 'sender', 'reply-to', 'to', 'cc'];

/** Put together, or fetched, by the recipient's program (RFC 2046 5.2.2, 5.2.3). */
const NOT_HERE = /^message\/(?:partial|external-body)$/;

/** A line to be joined to the next without a blank; the line before a signature is none. */
const JOINED = /\S(?<!(?:^|\n)--) \r?\n ?\S/;
/** In these ASCII letters may stand for others; some programs believe the HTML before the header. */
const OTHER_LETTERS =
  /<meta\b[^>]{0,300}charset\s*=\s*["']?\s*(?:utf-?7|unicode-1-1|iso-2022|hz-|csiso2022)/i;
const META_BYTES = 64 * 1024;

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
  for (const oddity of encodedWordOddities(headerOf(root, 'subject') ?? '')) found.add(oddity);
  for (const key of ADDRESS_FIELDS) {
    const value = headerOf(root, key);
    if (value === null) continue;
    const oddities = addressOddities(value, { group: key === 'to' || key === 'cc' });
    for (const oddity of oddities) found.add(`${oddity} in the header ${key}`);
  }
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
  const type = headerOf(part, 'content-type') === '' ? '' : part.contentType;
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(type)) found.add('a Content-Type that is no type');
  if (!ENCODINGS.has(part.encoding)) found.add('unknown Content-Transfer-Encoding');
  if (part.header.lines.some(({ key, folded }) => folded && key === 'content-transfer-encoding')) {
    found.add('a folded Content-Transfer-Encoding');
  }
  const encoded = part.encoding === 'base64' || part.encoding === 'quoted-printable';
  const holdsParts = /^(?:multipart|message)\//.test(part.contentType);
  if (encoded && holdsParts) found.add('an encoded multipart or message');
  const attached = part.disposition !== null && part.disposition !== 'inline';
  if (attached && (isRoot || part.contentType.startsWith('multipart/'))) {
    found.add('text that is marked as an attachment');
  }
  if (part.disposition !== null && !/^(?:inline|attachment)$/.test(part.disposition)) {
    found.add('a Content-Disposition that is neither inline nor attachment');
  }
  if (NOT_HERE.test(part.contentType))
    found.add('text that is not in the mail: a part of type ' + part.contentType);
  if (part.contentType === 'text/x-amp-html') found.add('an AMP part, shown by some programs instead');
  if (isRoot && part.header.lines.length === 0) found.add('no header');
}

/** RFC 2046 5.1, 2387, 3462, 1847; parts of any other kind, digests among them, programs show in ways of their own. */
const MULTIPARTS = /^multipart\/(?:mixed|alternative|related|signed|encrypted|report)$/;
/** What composers write for programs that know no MIME. */
const USUAL_PREAMBLE = /\bmime\b|\bmulti-?part\b/i;
const PREAMBLE_CHARS = 300;

function checkMultipart(raw: Buffer, part: MimePart, found: Set<string>): void {
  if (!MULTIPARTS.test(part.contentType)) found.add('an unusual kind of multipart');
  if (part.boundary === null) found.add('a multipart without boundary');
  else if (part.delimiters.length === 0) found.add('a multipart without parts');
  else if (part.closing === null) found.add('a multipart without its closing boundary');
  else if (/\S/.test(raw.toString('latin1', part.closing.end, part.bodyEnd))) {
    found.add('text after the closing boundary');
  }
  const preamble = raw.toString('latin1', part.bodyStart, part.delimiters[0] ?? part.bodyStart).trim();
  if (preamble !== '' && (!USUAL_PREAMBLE.test(preamble) || preamble.length > PREAMBLE_CHARS)) {
    found.add('text before the first boundary');
  }
  if (part.contentType === 'multipart/alternative') checkAlternatives(part, found);
  if (part.contentType === 'multipart/related') checkRoot(part, found);
}

/** The part that a `start` parameter names is shown (RFC 2387 3.2), or by programs that do not read it, the first. */
function checkRoot({ params, children }: MimePart, found: Set<string>): void {
  const start = params.get('start');
  const first = children[0] === undefined ? null : headerOf(children[0], 'content-id');
  if (start !== undefined && start !== first)
    found.add('related parts that begin with another than the first');
}

/** A program shows the last of the alternatives that it knows, or by their type: other than text, or two of a type, and it is open which. */
function checkAlternatives({ children }: MimePart, found: Set<string>): void {
  const types = children.map(({ contentType }) => contentType);
  if (new Set(types).size < types.length) found.add('two alternatives of the same type');
  const other = types.find(
    (type) =>
      !/^(?:text\/(?:plain|html|calendar)|multipart\/(?:mixed|related|alternative|signed))$/.test(type),
  );
  if (other !== undefined) found.add(`an alternative that some programs show instead: ${other.slice(0, 60)}`);
}

function checkLeaf(raw: Buffer, part: MimePart, found: Set<string>, malformed: Set<string>): void {
  const body = raw.subarray(part.bodyStart, part.bodyEnd);
  if (part.encoding === 'base64' && !isBase64(body)) malformed.add('broken base64');
  if (part.encoding === 'quoted-printable' && !isQuotedPrintable(body)) {
    malformed.add('broken quoted-printable');
  }
  if (part.encoding === 'quoted-printable' && /=[ \t]+\r?\n/.test(body.toString('latin1'))) {
    found.add('a soft line break that blanks follow');
  }
  if (!part.contentType.startsWith('text/')) return;
  const delsp =
    /^yes$/i.test(part.params.get('delsp') ?? '') && /^flowed$/i.test(part.params.get('format') ?? '');
  if (delsp && JOINED.test(decodedBytes(body, part.encoding).toString('latin1'))) {
    found.add('flowed text whose lines some programs join without a blank');
  }
  const charset = part.params.get('charset') ?? '';
  checkCharset(charset, found, malformed);
  const bytes = decodedBytes(body, part.encoding);
  if (part.contentType === 'text/html' && OTHER_LETTERS.test(bytes.toString('latin1', 0, META_BYTES))) {
    found.add('HTML that names a charset in which its letters are others');
  }
  if (!hasOnly(charset, bytes)) malformed.add('bytes that the charset does not have');
  else if (charset === '' && !isAscii(bytes)) found.add('letters beyond ASCII in no charset');
}

function hasOnly(charset: string, bytes: Buffer): boolean {
  if (/^(?:us-)?ascii$/i.test(charset)) return isAscii(bytes);
  if (/^(?:utf-?8)?$/i.test(charset)) return isUtf8(bytes);
  return !isKnownCharset(charset) || isTextIn(charset, bytes);
}

function checkCharset(charset: string, found: Set<string>, malformed: Set<string>): void {
  if (charset === '') return;
  if (/utf-?7/i.test(charset)) found.add('charset UTF-7');
  // RFC 2781 3: its line breaks are not those of mail.
  else if (/^(?:utf-?16|ucs-?2|unicode)/i.test(charset)) found.add('charset UTF-16');
  else if (!isKnownCharset(charset)) malformed.add('unknown charset');
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
