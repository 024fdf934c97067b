import { createHash } from 'node:crypto';
import { isAscii } from 'node:buffer';
import { domainToASCII } from 'node:url';
import {
  buildHeaderValue,
  detectMimeType,
  encodeWord,
  encodeWords,
  foldLines,
} from 'nodemailer/lib/mime-funcs';
import { encode as encodeQp, wrap as wrapQp } from 'nodemailer/lib/qp';

/** One MIME entity: its own header lines (without the empty line) and its body, in pieces, so that a large file is copied once. */
export interface Part {
  headers: string[];
  body: readonly Buffer[];
}

const CRLF = Buffer.from('\r\n');
/** Bidirectional overrides and isolates: they make text read otherwise than it is written. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g;

/** Untrusted text as one line: line breaks and control characters become blanks, cut to `max` characters. */
export function plainLine(text: string, max = 300): string {
  const line = text
    .replaceAll(BIDI, '')
    .replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .trim();
  const chars = Array.from(line);
  return chars.length > max ? `${chars.slice(0, max - 1).join('')}…` : line;
}

/** A header line of untrusted text, RFC 2047 encoded and folded. No line break of `text` survives. */
export function textHeader(name: string, text: string): string {
  const line = plainLine(text);
  // What looks like an encoded word is encoded again, or the reader's client would decode what nobody here has seen.
  const safe = /^[\x20-\x7e]*$/.test(line) && !line.includes('=?');
  return foldLines(`${name}: ${safe ? line : encodeWord(line, 'B', 52)}`, 76);
}

/** A header line whose value is syntax (addresses, ids, dates): line breaks and controls are removed, nothing else. */
export function rawHeader(name: string, value: string): string {
  return `${name}: ${value.replaceAll(/\p{Cc}+/gu, ' ').trim()}`;
}

/** RFC 5322 date in UTC. */
export function mailDate(at: number): string {
  return new Date(at).toUTCString().replace(/GMT$/, '+0000');
}

/** A Message-ID that is the same for the same delivery, so that a mail sent twice is recognised as one. */
export function messageIdFor(deliveryId: string, purpose: string, hostname: string): string {
  return `<${deliveryId.replaceAll(/[^\w.-]/g, '')}.${purpose}@${hostname.replaceAll(/[^\w.-]/g, '')}>`;
}

/** A Message-ID as found in a header, if it is one (RFC 5322 3.6.4, loosely) and ASCII; else null. */
export function knownMessageId(value: string | null): string | null {
  return value !== null && /^<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>$/.test(value) ? value : null;
}

/** A UTF-8 text part. Line ends of any kind become CRLF. */
export function textPart(type: 'plain' | 'html', text: string): Part {
  const lines = text.replaceAll(/\r\n?|\n/g, '\r\n');
  const plain = !/[^\x20-\x7e\t\r\n]/.test(lines) && !hasLongLine(lines);
  const contentType = `text/${type}; charset=utf-8`;
  if (!plain && lines.length > QP_CHARS) return base64(contentType, Buffer.from(lines), []);
  return {
    headers: [
      `Content-Type: ${contentType}`,
      `Content-Transfer-Encoding: ${plain ? '7bit' : 'quoted-printable'}`,
    ],
    body: [Buffer.from(plain ? lines : wrapQp(encodeQp(lines), 76))],
  };
}

/** Quoted-printable can be read in the source, which nobody does with longer text, and takes ten times as long to write as base64. */
const QP_CHARS = 500_000;

/** RFC 5322 2.1.1: lines of at most 998 characters may go as they are. */
function hasLongLine(text: string): boolean {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\r\n', start);
    if ((end < 0 ? text.length : end) - start > 998) return true;
    if (end < 0) return false;
    start = end + 2;
  }
  return false;
}

/**
 * A file. Its name is written as RFC 2231 asks, and its type is guessed from it where none is given.
 *
 * @param file.contentId without angle brackets; given, the part is shown inside the HTML
 */
export function filePart(file: {
  filename: string;
  content: Buffer;
  contentType: string | null;
  contentId: string | null;
}): Part {
  const filename = plainLine(file.filename, 255);
  const named = (value: string, parameter: string): string =>
    buildHeaderValue({ value, params: { [parameter]: filename } });
  const type = plainLine(file.contentType ?? detectMimeType(filename), 200);
  const inline = file.contentId !== null;
  return base64(/\bname\s*=/i.test(type) ? type : named(type, 'name'), file.content, [
    `Content-Disposition: ${named(inline ? 'inline' : 'attachment', 'filename')}`,
    ...(inline ? [`Content-ID: <${file.contentId!.replaceAll(/[<>\s\p{Cc}]/gu, '')}>`] : []),
  ]);
}

/** Names and addresses of a header such as To, folded; the domain in ASCII (RFC 5891), names encoded where they must be. */
export function mailboxHeader(name: string, boxes: readonly { name: string; address: string }[]): string {
  const written = boxes.map(({ name: display, address }) => {
    const at = address.lastIndexOf('@');
    const domain = address.slice(at + 1);
    const spec = `${address.slice(0, at)}@${/[^\x20-\x7e]/.test(domain) ? domainToASCII(domain) || domain : domain}`;
    const shown = plainLine(display);
    if (shown === '') return spec;
    if (/[^\x20-\x7e]|=\?/.test(shown)) return `${encodeWord(shown, 'Q', 52)} <${spec}>`;
    const atom = /^[\w !#$%&'*+/=?^`{|}~-]*$/.test(shown);
    return `${atom ? shown : `"${shown.replaceAll(/["\\]/g, '\\$&')}"`} <${spec}>`;
  });
  return foldLines(`${name}: ${written.join(', ')}`, 76);
}

/** A header line a client wrote: one line, encoded where it is not ASCII, folded. */
export function customHeader(name: string, value: string): string {
  const line = value.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return foldLines(`${name}: ${/^[\x20-\x7e]*$/.test(line) ? line : encodeWords(line, 'Q', 52)}`, 76);
}

/**
 * The original message as an attachment, byte for byte: message/rfc822 may not be encoded (RFC 2046 5.2.1). With
 * UTF-8 in its header it is message/global (RFC 6532 3.7), which may.
 */
export function originalPart(raw: Buffer, disposition?: string): Part {
  const extra = disposition === undefined ? [] : [`Content-Disposition: ${disposition}`];
  if (!isAscii(headerOf(raw))) return base64('message/global', raw, extra);
  const encoding = isAscii(raw) ? '7bit' : '8bit';
  return {
    headers: ['Content-Type: message/rfc822', `Content-Transfer-Encoding: ${encoding}`, ...extra],
    body: [raw],
  };
}

/** The original's header alone (RFC 3462 2; RFC 6533 6.3 where it holds UTF-8). */
export function originalHeaderPart(raw: Buffer): Part {
  const header = headerOf(raw);
  if (!isAscii(header)) return base64('message/global-headers', header, []);
  return {
    headers: ['Content-Type: text/rfc822-headers', 'Content-Transfer-Encoding: 7bit'],
    body: [header],
  };
}

/** Joins parts. The boundary is derived from `seed`, and is not a line of any part. */
export function multipart(type: string, parts: readonly Part[], seed: string): Part {
  const boundary = freeBoundary(parts, seed);
  const chunks: Buffer[] = [];
  for (const part of parts) {
    // The CRLF before a boundary belongs to the boundary (RFC 2046 5.1.1), so bodies stay exact.
    chunks.push(Buffer.from(`\r\n--${boundary}\r\n${part.headers.join('\r\n')}\r\n\r\n`), ...part.body);
  }
  chunks.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  const eightBit = parts.some((part) => part.headers.includes('Content-Transfer-Encoding: 8bit'));
  return {
    headers: [
      `Content-Type: multipart/${type}; boundary="${boundary}"`,
      `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}`,
    ],
    body: chunks,
  };
}

/** A whole message. */
export function message(headers: readonly string[], content: Part): Buffer {
  const lines = [...headers, 'MIME-Version: 1.0', ...content.headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`), CRLF, ...content.body]);
}

/** The header section with its last CRLF, without the empty line. */
function headerOf(raw: Buffer): Buffer {
  if (raw.subarray(0, 2).equals(CRLF)) return Buffer.alloc(0);
  const end = raw.indexOf('\r\n\r\n');
  return end < 0 ? raw : raw.subarray(0, end + 2);
}

/** Bytes that make one line of base64 (RFC 2045 6.8), that line's characters, and the bytes encoded at once: a large file as one text takes several times its size. */
const LINE_BYTES = 57;
const LINE_CHARS = 76;
const BLOCK_BYTES = LINE_BYTES * 1_000;

function base64(type: string, content: Buffer, extra: string[]): Part {
  const chars = 4 * Math.ceil(content.length / 3);
  const lines = Buffer.allocUnsafeSlow(chars + 2 * Math.max(0, Math.ceil(chars / LINE_CHARS) - 1));
  const block = Buffer.allocUnsafe((BLOCK_BYTES / LINE_BYTES) * LINE_CHARS);
  let end = 0;
  for (let at = 0; at < content.length; at += BLOCK_BYTES) {
    const size = block.write(content.toString('base64', at, at + BLOCK_BYTES), 'latin1');
    for (let line = 0; line < size; line += LINE_CHARS) {
      if (end > 0) end += CRLF.copy(lines, end);
      end += block.copy(lines, end, line, Math.min(line + LINE_CHARS, size));
    }
  }
  return {
    headers: [`Content-Type: ${type}`, 'Content-Transfer-Encoding: base64', ...extra],
    body: [lines],
  };
}

function freeBoundary(parts: readonly Part[], seed: string): string {
  for (let salt = 0; ; salt += 1) {
    const boundary = `=_${createHash('sha256').update(`${salt}:${seed}`).digest('hex').slice(0, 32)}`;
    // It is no line across two pieces: a piece begins or ends with a line break wherever another was added.
    if (!parts.some(({ body }) => body.some((piece) => piece.includes(`--${boundary}`)))) return boundary;
  }
}
