import { MAX_VALUES } from '../intake/json-body.ts';
import { UnreadableEventError } from './errors.ts';

export interface Keep {
  /** Bytes kept of a string that stands under one of these names. */
  named: { names: ReadonlySet<string>; bytes: number };
  /** Bytes kept of any other. */
  bytes: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const BLANK = 0x20;

/**
 * The same JSON with its long strings cut short, before any of it becomes text: files that lie in it as base64 would be kept in
 * memory twice more, until the garbage is collected, for nobody. A string is cut at a blank, which is part of no escape and of
 * no character; without one nothing is left of it.
 *
 * @param body JSON as UTF-8; of anything else what comes back is as little JSON
 * @throws UnreadableEventError for more strings than any event has, or one without an end
 */
export function shortenJson(body: Buffer, keep: Keep): Buffer {
  const pieces: Buffer[] = [];
  let taken = 0;
  let name = '';
  let strings = 0;
  for (let start = body.indexOf(QUOTE); start >= 0; ) {
    const end = endOfString(body, start);
    if (end < 0) throw new UnreadableEventError('the body is not JSON');
    // A value has one name at most.
    if (++strings > 2 * MAX_VALUES) {
      throw new UnreadableEventError(`the body has more than ${MAX_VALUES} values`);
    }
    const most = keep.named.names.has(name) ? keep.named.bytes : keep.bytes;
    if (end - start - 1 > most) {
      const blank = body.lastIndexOf(BLANK, start + most);
      pieces.push(body.subarray(taken, Math.max(blank, start + 1)));
      taken = end;
    }
    let next = end + 1;
    while (body[next] === BLANK) next += 1;
    name = body[next] === COLON ? body.toString('latin1', start + 1, Math.min(end, start + 100)) : '';
    start = body.indexOf(QUOTE, end + 1);
  }
  if (pieces.length === 0) return body;
  pieces.push(body.subarray(taken));
  return Buffer.concat(pieces);
}

/** Where the string that begins at `start` ends; -1 = nowhere. */
function endOfString(body: Buffer, start: number): number {
  let end = body.indexOf(QUOTE, start + 1);
  while (end >= 0 && isEscaped(body, end)) end = body.indexOf(QUOTE, end + 1);
  return end;
}

/** An odd number of backslashes stands before it. */
function isEscaped(body: Buffer, at: number): boolean {
  let before = at - 1;
  while (body[before] === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}
