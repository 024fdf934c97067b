import { createHash } from 'node:crypto';
import { isAscii } from 'node:buffer';
import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs';
import { encode as encodeQp, wrap as wrapQp } from 'nodemailer/lib/qp';

/** One MIME entity: its own header lines (without the empty line) and its body. */
export interface Part {
  headers: string[];
  body: Buffer;
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

/** A UTF-8 text part. `text` has `\n` line ends. */
export function textPart(type: 'plain' | 'html', text: string): Part {
  const encoded = wrapQp(encodeQp(text.replaceAll(/\r?\n/g, '\r\n')), 76);
  return {
    headers: [`Content-Type: text/${type}; charset=utf-8`, 'Content-Transfer-Encoding: quoted-printable'],
    body: Buffer.from(encoded),
  };
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
    body: raw,
  };
}

/** The original's header alone (RFC 3462 2; RFC 6533 6.3 where it holds UTF-8). */
export function originalHeaderPart(raw: Buffer): Part {
  const header = headerOf(raw);
  if (!isAscii(header)) return base64('message/global-headers', header, []);
  return { headers: ['Content-Type: text/rfc822-headers', 'Content-Transfer-Encoding: 7bit'], body: header };
}

/** Joins parts. The boundary is derived from `seed`, and is not a line of any part. */
export function multipart(type: string, parts: readonly Part[], seed: string): Part {
  const boundary = freeBoundary(parts, seed);
  const chunks: Buffer[] = [];
  for (const part of parts) {
    // The CRLF before a boundary belongs to the boundary (RFC 2046 5.1.1), so bodies stay exact.
    chunks.push(Buffer.from(`\r\n--${boundary}\r\n${part.headers.join('\r\n')}\r\n\r\n`), part.body);
  }
  chunks.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  const eightBit = parts.some((part) => part.headers.includes('Content-Transfer-Encoding: 8bit'));
  return {
    headers: [
      `Content-Type: multipart/${type}; boundary="${boundary}"`,
      `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}`,
    ],
    body: Buffer.concat(chunks),
  };
}

/** A whole message. */
export function message(headers: readonly string[], content: Part): Buffer {
  const lines = [...headers, 'MIME-Version: 1.0', ...content.headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`), CRLF, content.body]);
}

/** The header section with its last CRLF, without the empty line. */
function headerOf(raw: Buffer): Buffer {
  if (raw.subarray(0, 2).equals(CRLF)) return Buffer.alloc(0);
  const end = raw.indexOf('\r\n\r\n');
  return end < 0 ? raw : raw.subarray(0, end + 2);
}

function base64(type: string, content: Buffer, extra: string[]): Part {
  const lines = content.toString('base64').match(/.{1,76}/g) ?? [];
  return {
    headers: [`Content-Type: ${type}`, 'Content-Transfer-Encoding: base64', ...extra],
    body: Buffer.from(lines.join('\r\n')),
  };
}

function freeBoundary(parts: readonly Part[], seed: string): string {
  for (let salt = 0; ; salt += 1) {
    const boundary = `=_${createHash('sha256').update(`${salt}:${seed}`).digest('hex').slice(0, 32)}`;
    if (!parts.some((part) => part.body.includes(`--${boundary}`))) return boundary;
  }
}
