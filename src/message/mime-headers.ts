import { isUtf8 } from 'node:buffer';
import type { ParseLimits } from './limits.ts';

/** One header field. `start` and `end` are byte offsets, folding and final line break included. */
export interface HeaderLine {
  /** The name in lower case. */
  key: string;
  /** Unfolded, encoded words left as they are. */
  value: string;
  folded: boolean;
  start: number;
  end: number;
}

export interface HeaderBlock {
  lines: HeaderLine[];
  /** First byte after the empty line. */
  end: number;
  /** Lines that mail programs read differently, in words. */
  oddities: string[];
  tooLong: boolean;
}

/** Beside the tab; those beyond ASCII end a line for some programs. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000a-\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * Reads a header block (RFC 5322 2.2) up to its empty line or `limit`. Never throws: what is not a
 * header field is skipped and told in `oddities`.
 */
export function parseHeaderBlock(
  raw: Buffer,
  start: number,
  limit: number,
  limits: ParseLimits,
): HeaderBlock {
  const block: HeaderBlock = { lines: [], end: limit, oddities: [], tooLong: false };
  const odd = new Set<string>();
  for (let at = start; at < limit; ) {
    if (at - start > limits.headerBytes || block.lines.length > limits.headerLines) {
      block.tooLong = true;
      break;
    }
    const lf = raw.indexOf(0x0a, at);
    const next = lf < 0 || lf >= limit ? limit : lf + 1;
    const line = raw.subarray(at, next);
    const content = withoutLineBreak(line);
    if (content.length === 0 && line.length > 0) {
      block.end = next;
      break;
    }
    if (content.includes(0x0d)) odd.add('bare CR in a header');
    if (!isUtf8(content)) odd.add('header bytes that are not UTF-8');
    if (CONTROL.test(content.toString('utf8', 0, limits.headerBytes)))
      odd.add('a control character in a header');
    readLine(content, at, next, block, odd);
    at = next;
  }
  block.oddities = [...odd];
  return block;
}

const BLANKS: ReadonlySet<string | undefined> = new Set([' ', '\t', '\r']);

/**
 * Without the blanks of RFC 5322 around it; JavaScript's `trim` takes off others too. No pattern: over a run of blanks inside the
 * text its search for the end takes quadratic time.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  while (BLANKS.has(text[start])) start += 1;
  return trimBlanksAfter(text.slice(start));
}

function trimBlanksAfter(text: string): string {
  let end = text.length;
  while (BLANKS.has(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

function readLine(content: Buffer, start: number, end: number, block: HeaderBlock, odd: Set<string>): void {
  const text = content.subarray(0, 64 * 1024).toString('utf8');
  if (/^[ \t]/.test(text)) {
    const last = block.lines.at(-1);
    if (text.trim() === '') odd.add('a header line of blanks only');
    if (last === undefined) odd.add('a header block that starts with a continuation line');
    else {
      // What is there has been trimmed: looking at all of it again for each line takes quadratic time.
      last.value = last.value === '' ? trimBlanks(text) : last.value + trimBlanksAfter(text);
      last.folded = true;
      last.end = end;
    }
    return;
  }
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0));
  if (!/^[!-9;-~]+$/.test(name)) {
    odd.add('a line in the header block that is no header field');
    if (!/^[!-9;-~]+[ \t]+$/.test(name)) return;
  }
  const value = trimBlanks(text.slice(colon + 1));
  block.lines.push({ key: name.trim().toLowerCase(), value, folded: false, start, end });
}

function withoutLineBreak(line: Buffer): Buffer {
  let end = line.length;
  if (line[end - 1] === 0x0a) {
    end--;
    if (line[end - 1] === 0x0d) end--;
  }
  return line.subarray(0, end);
}

/** A `value; name=value` header field (RFC 2045 5.1). */
export interface Parameters {
  /** Lower case. */
  value: string;
  params: Map<string, string>;
  /** Names given twice, comments, RFC 2231 forms of names that matter: read differently by programs. */
  oddities: string[];
}

export function parseParameters(field: string): Parameters {
  const pieces = splitOutsideQuotes(field.slice(0, 8 * 1024));
  const params = new Map<string, string>();
  const oddities: string[] = [];
  const value = (pieces.shift() ?? '').trim().toLowerCase();
  if (pieces.concat(value).some((piece) => /\(/.test(piece.replace(/"(?:[^"\\]|\\.)*"/g, '')))) {
    oddities.push('a comment in a MIME header');
  }
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    if (equals < 0) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    if (STRICT.test(name) && !PLAIN_VALUE.test(piece.slice(equals + 1))) {
      oddities.push(`the parameter ${name} is written in a way that programs read differently`);
    }
    if (/^(?:boundary|charset)\*/.test(name)) oddities.push(`an encoded ${name.split('*')[0]} parameter`);
    if (params.has(name)) oddities.push(`the parameter ${name} twice`);
    else params.set(name, unquote(piece.slice(equals + 1).trim()));
  }
  return { value: value.replace(/\(.*$/, '').trim(), params, oddities };
}

/** Parameters that decide what is shown. */
const STRICT = /^(?:boundary|charset|format|delsp|start)$/;
/** A token, or a quoted string without escapes and without blanks at its ends. */
const PLAIN_VALUE = /^[ \t]*(?:[^\s"\\();<>,]+|"[^\s"\\](?:[^"\\]*[^\s"\\])?")[ \t]*$/;

function splitOutsideQuotes(field: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let quoted = false;
  for (let i = 0; i < field.length; i++) {
    const char = field[i] ?? '';
    if (quoted && char === '\\') {
      piece += char + (field[++i] ?? '');
      continue;
    }
    if (char === '"') quoted = !quoted;
    if (char === ';' && !quoted) {
      pieces.push(piece);
      piece = '';
    } else piece += char;
  }
  return [...pieces, piece];
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  const close = /^"((?:[^"\\]|\\.)*)"?/.exec(value);
  return (close?.[1] ?? '').replace(/\\(.)/g, '$1');
}
