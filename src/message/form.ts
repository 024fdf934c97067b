import { isUtf8 } from 'node:buffer';
import { PARSE_LIMITS } from './limits.ts';
import { headersOf, scanMime } from './mime.ts';
import { parseParameters } from './mime-headers.ts';

/** Changing forms (multipart/form-data, urlencoded) and leaving every byte that is not meant as it is. */

export interface FormField {
  name: string;
  value: Buffer;
  /** Where the value and the whole part stand; of a urlencoded form the whole `name=value`. */
  at: { start: number; end: number; valueStart: number; valueEnd: number };
}

export interface FormChanges {
  /** By the field's place in the form. */
  remove?: ReadonlySet<number>;
  replace?: ReadonlyMap<number, string | Buffer>;
  append?: readonly { name: string; value: string }[];
}

/** More than a form for mail ever has. */
const MAX_PARTS = 4_000;

/**
 * The fields in the order of the form, with the places of their bytes.
 *
 * @throws Error when the form is damaged, so that its fields are not certain
 */
export function readForm(contentType: string, body: Buffer): FormField[] {
  return isMultipart(contentType) ? readMultipart(contentType, body).fields : readUrlencoded(body);
}

/** Applies changes and leaves every other byte as it is; what is appended stands at the end. */
export function changeForm(
  contentType: string,
  body: Buffer,
  { remove = new Set(), replace = new Map(), append = [] }: FormChanges,
): Buffer {
  if (remove.size === 0 && replace.size === 0 && append.length === 0) return body;
  if (!isMultipart(contentType)) {
    const pieces = readUrlencoded(body).flatMap(({ name, at }, i) => {
      if (remove.has(i)) return [];
      const value = replace.get(i);
      return value === undefined
        ? [body.toString('latin1', at.start, at.end)]
        : [pair(name, value.toString())];
    });
    return Buffer.from(
      [...pieces, ...append.map(({ name, value }) => pair(name, value))].join('&'),
      'latin1',
    );
  }
  const { fields, boundary, end } = readMultipart(contentType, body);
  for (const value of [...replace.values(), ...append.map((field) => field.value)]) {
    if (Buffer.from(value).includes(`--${boundary}`)) {
      throw new Error('the new text holds the boundary of the form');
    }
  }
  const pieces: Buffer[] = [];
  let from = 0;
  for (const [i, { at }] of fields.entries()) {
    const value = replace.get(i);
    if (remove.has(i)) {
      pieces.push(body.subarray(from, at.start));
      from = at.end;
    } else if (value !== undefined) {
      pieces.push(body.subarray(from, at.valueStart), Buffer.from(value));
      from = at.valueEnd;
    }
  }
  pieces.push(body.subarray(from, end));
  for (const { name, value } of append) {
    pieces.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name.replaceAll('"', '%22')}"\r\n\r\n${value}\r\n`,
      ),
    );
  }
  pieces.push(body.subarray(end));
  return Buffer.concat(pieces);
}

const isMultipart = (contentType: string): boolean => /^multipart\/form-data\b/i.test(contentType.trim());

function readMultipart(
  contentType: string,
  body: Buffer,
): { fields: FormField[]; boundary: string; end: number } {
  // The reader of MIME finds the parts, given the header that HTTP has apart.
  const head = Buffer.from(`Content-Type: ${contentType}\r\n\r\n`);
  const { root } = scanMime(Buffer.concat([head, body]), { ...PARSE_LIMITS, parts: MAX_PARTS, nesting: 1 });
  if (root.boundary === null || parseParameters(contentType).oddities.length > 0) {
    throw new Error('the form has no boundary, or two');
  }
  if (root.closing === null || root.children.length !== root.delimiters.length) {
    throw new Error('the form has no end');
  }
  const end = root.closing.start - head.length;
  if (/\S/.test(body.toString('latin1', root.closing.end - head.length))) {
    throw new Error('text stands behind the parts of the form');
  }
  const fields = root.children.map((part, i): FormField => {
    const [disposition, ...others] = headersOf(part, 'content-disposition').map(({ value }) =>
      parseParameters(value),
    );
    const name = disposition?.params.get('name');
    if (disposition?.value !== 'form-data' || name === undefined) {
      throw new Error('a part of the form has no name');
    }
    // Others may take the last of two names, or the one written as RFC 2231 does.
    const odd = [...disposition.params.keys()].some((key) => key.startsWith('name*'));
    if (others.length > 0 || disposition.oddities.length > 0 || odd || /["\\\p{Cc}]/u.test(name)) {
      throw new Error('a part of the form has two names, or one that can be read differently');
    }
    const at = {
      start: root.delimiters[i]! - head.length,
      end: (root.delimiters[i + 1] ?? root.closing!.start) - head.length,
      valueStart: part.bodyStart - head.length,
      valueEnd: part.bodyEnd - head.length,
    };
    return { name, value: body.subarray(at.valueStart, at.valueEnd), at };
  });
  return { fields, boundary: root.boundary, end };
}

function readUrlencoded(body: Buffer): FormField[] {
  if (!isUtf8(body)) throw new Error('the form is not UTF-8');
  // Places are counted in bytes, so the text is read as such; what is beyond ASCII is decoded below.
  const text = body.toString('latin1');
  const fields: FormField[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('&', start);
    const end = found < 0 ? text.length : found;
    if (end > start) {
      const equals = text.slice(start, end).indexOf('=');
      const nameEnd = equals < 0 ? end : start + equals;
      const valueStart = Math.min(nameEnd + 1, end);
      fields.push({
        name: decoded(body.toString('utf8', start, nameEnd)),
        value: Buffer.from(decoded(body.toString('utf8', valueStart, end))),
        at: { start, end, valueStart, valueEnd: end },
      });
    }
    start = end + 1;
  }
  return fields;
}

/** @throws Error for a percent sign that begins no byte of UTF-8 */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Error('the form holds a percent sign that encodes nothing');
  }
};

const pair = (name: string, value: string): string => new URLSearchParams([[name, value]]).toString();
