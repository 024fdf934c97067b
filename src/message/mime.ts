import type { ParseLimits } from './limits.ts';
import { parseHeaderBlock, parseParameters } from './mime-headers.ts';
import type { HeaderBlock, HeaderLine } from './mime-headers.ts';

/**
 * One MIME entity as byte ranges of the raw message. mailparser gives no byte positions and settles
 * every ambiguity silently; this second, small reader finds both, and `parse.ts` holds a message whose
 * structure the two read differently. `edit.ts` uses the positions to leave all other bytes alone.
 */
export interface MimePart {
  header: HeaderBlock;
  /** First byte of the header block, first byte of the body, end of the body (line break excluded). */
  start: number;
  bodyStart: number;
  bodyEnd: number;
  /** Lower case, `text/plain` where none is given. */
  contentType: string;
  params: Map<string, string>;
  /** Lower case, `7bit` where none is given. */
  encoding: string;
  disposition: string | null;
  children: MimePart[];
  /** For a multipart: the boundary, its opening delimiter lines' starts, and the closing one's or null. */
  boundary: string | null;
  delimiters: number[];
  closing: { start: number; end: number } | null;
  depth: number;
}

export interface MimeScan {
  root: MimePart;
  /** What is beyond the limits, or null. */
  tooComplex: string | null;
}

/** Reads the structure without decoding anything. Never throws; work is bounded by the limits. */
export function scanMime(raw: Buffer, limits: ParseLimits): MimeScan {
  const scan: MimeScan = { root: readPart(raw, 0, raw.length, 0, null, limits), tooComplex: null };
  let count = 1;
  // An explicit list, not recursion: the nesting is the sender's choice.
  const open = [scan.root];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part.header.tooLong) scan.tooComplex = 'header block too long';
    if (!part.contentType.startsWith('multipart/') || part.boundary === null) continue;
    if (part.depth >= limits.nesting) {
      scan.tooComplex = `multiparts nested deeper than ${limits.nesting}`;
      continue;
    }
    const ranges = findDelimiters(raw, part, limits.parts);
    count += ranges.length;
    if (count > limits.parts) {
      scan.tooComplex = `more than ${limits.parts} parts`;
      break;
    }
    for (const [start, end] of ranges) {
      const child = readPart(raw, start, end, part.depth + 1, part, limits);
      part.children.push(child);
      open.push(child);
    }
  }
  return scan;
}

/** The entities without children, in order of appearance. */
export function leavesOf(root: MimePart): MimePart[] {
  return entitiesOf(root).filter((part) => part.children.length === 0);
}

/** All entities, parents before children. */
export function entitiesOf(root: MimePart): MimePart[] {
  const all: MimePart[] = [];
  const open = [root];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    all.push(part);
    for (const child of part.children.toReversed()) open.push(child);
  }
  return all;
}

/** The value of the first header line with that lower-case name, unfolded. */
export function headerOf(part: MimePart, key: string): string | null {
  return part.header.lines.find((line) => line.key === key)?.value ?? null;
}

export function headersOf(part: MimePart, key: string): HeaderLine[] {
  return part.header.lines.filter((line) => line.key === key);
}

function readPart(
  raw: Buffer,
  start: number,
  end: number,
  depth: number,
  parent: MimePart | null,
  limits: ParseLimits,
): MimePart {
  const header = parseHeaderBlock(raw, start, end, limits);
  const value = (key: string) => header.lines.find((line) => line.key === key)?.value ?? null;
  const fallback = parent?.contentType === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const type = parseParameters(value('content-type') ?? fallback);
  const disposition = value('content-disposition');
  const multipart = type.value.startsWith('multipart/');
  const boundary = type.params.get('boundary')?.trimEnd();
  return {
    header,
    start,
    bodyStart: header.end,
    bodyEnd: end,
    contentType: type.value || fallback,
    params: type.params,
    encoding: (value('content-transfer-encoding') ?? '7bit').trim().toLowerCase() || '7bit',
    disposition: disposition === null ? null : parseParameters(disposition).value,
    children: [],
    boundary: multipart && boundary ? boundary : null,
    delimiters: [],
    closing: null,
    depth,
  };
}

/** Finds the multipart's delimiter lines (RFC 2046 5.1.1) and gives the byte range of each child. */
function findDelimiters(raw: Buffer, part: MimePart, maxParts: number): [number, number][] {
  const needle = Buffer.from(`--${part.boundary}`, 'utf8');
  const ranges: [number, number][] = [];
  let childStart: number | null = null;
  let at = raw.indexOf(needle, part.bodyStart);
  for (; at >= 0 && at < part.bodyEnd; at = raw.indexOf(needle, at + 1)) {
    if (at > part.bodyStart && raw[at - 1] !== 0x0a) continue;
    const line = delimiterLine(raw, at + needle.length, part.bodyEnd);
    if (line === null) continue;
    if (childStart !== null) ranges.push([childStart, beforeLineBreak(raw, childStart, at)]);
    if (line.closes) {
      part.closing = { start: at, end: line.end };
      return ranges;
    }
    part.delimiters.push(at);
    childStart = line.end;
    if (ranges.length > maxParts) return ranges;
  }
  if (childStart !== null) ranges.push([childStart, part.bodyEnd]);
  return ranges;
}

/** What follows the boundary on its line must be `--`, blanks or nothing. */
function delimiterLine(raw: Buffer, from: number, limit: number): { closes: boolean; end: number } | null {
  let at = from;
  const closes = raw[at] === 0x2d && raw[at + 1] === 0x2d;
  if (closes) at += 2;
  while (at < limit && (raw[at] === 0x20 || raw[at] === 0x09)) at++;
  if (at >= limit) return { closes, end: limit };
  if (raw[at] === 0x0d && raw[at + 1] === 0x0a) return { closes, end: at + 2 };
  return raw[at] === 0x0a ? { closes, end: at + 1 } : null;
}

/** The line break before a delimiter belongs to the delimiter. */
function beforeLineBreak(raw: Buffer, start: number, delimiter: number): number {
  let end = delimiter;
  if (end > start && raw[end - 1] === 0x0a) end--;
  if (end > start && raw[end - 1] === 0x0d && end < delimiter) end--;
  return end;
}
