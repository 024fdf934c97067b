/**
 * Finds a span of the draft in the mail as a browser shows it. The draft's text and the text nodes of the page say the same
 * words with other white space, and the page may have more (labels of lists, hidden text), so the words are looked for, and of
 * several places the one whose surroundings are alike is taken.
 */

/** A stretch of one text node, in UTF-16 code units of its data. */
export interface Piece {
  node: number;
  start: number;
  end: number;
}

/** Text without white space and invisible characters, each kept character with where it came from. */
export interface Folded {
  text: string;
  node: number[];
  offset: number[];
  /** Of each text node. */
  lengths: number[];
}

/** White space, soft hyphens, zero-width characters, marks of writing direction. */
const INVISIBLE = /\s|\p{Default_Ignorable_Code_Point}|\p{Cf}/u;

export function foldTexts(texts: readonly string[]): Folded {
  let text = '';
  const node: number[] = [];
  const offset: number[] = [];
  for (const [index, data] of texts.entries()) {
    for (let at = 0; at < data.length; at++) {
      const unit = data.charAt(at);
      if (INVISIBLE.test(unit)) continue;
      const lower = unit.toLowerCase();
      // A few letters become two: kept as they are, so that one unit stays one unit.
      text += lower.length === 1 ? lower : unit;
      node.push(index);
      offset.push(at);
    }
  }
  return { text, node, offset, lengths: texts.map((data) => data.length) };
}

/** How much of the surroundings is compared, units. */
const CONTEXT = 60;
/** Shortest beginning or end of a span that is looked for by itself. */
const ANCHOR = 8;

/**
 * @param page the page's text nodes
 * @param draft the draft's text, folded as a single node
 * @param span offsets into the draft's text
 * @returns the pieces of text nodes that show the span, in order; empty when the page does not show it
 */
export function locate(page: Folded, draft: Folded, span: { start: number; end: number }): Piece[] {
  const from = lowerBound(draft.offset, span.start);
  const to = lowerBound(draft.offset, span.end);
  if (from >= to) return [];
  const range = findWhole(page, draft, from, to) ?? findEnds(page, draft, from, to);
  return range ? joined(page, pieces(page, range.start, range.end)) : [];
}

interface Range {
  start: number;
  end: number;
}

function findWhole(page: Folded, draft: Folded, from: number, to: number): Range | null {
  const at = bestPlace(page.text, draft.text, from, to);
  return at === null ? null : { start: at, end: at + (to - from) };
}

/** The page has something within the span that the draft has not: the longest beginning and end it does have are taken. */
function findEnds(page: Folded, draft: Folded, from: number, to: number): Range | null {
  const length = to - from;
  const head = longest(length, (size) => page.text.includes(draft.text.slice(from, from + size)));
  if (head < ANCHOR) return null;
  const start = bestPlace(page.text, draft.text, from, from + head);
  if (start === null) return null;
  // What is in between is not much longer than what was looked for, or it is another place.
  const rest = page.text.slice(start + head, start + 2 * length + CONTEXT);
  const tail = longest(length - head, (size) => rest.includes(draft.text.slice(to - size, to)));
  if (tail < ANCHOR) return { start, end: start + head };
  return { start, end: start + head + rest.indexOf(draft.text.slice(to - tail, to)) + tail };
}

/** The largest size up to `most` that fits, where every smaller one fits as well. */
function longest(most: number, fits: (size: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function bestPlace(page: string, draft: string, from: number, to: number): number | null {
  const needle = draft.slice(from, to);
  let best: number | null = null;
  let bestScore = -1;
  for (let at = page.indexOf(needle); at !== -1; at = page.indexOf(needle, at + 1)) {
    const near = 1 - Math.abs(at / page.length - from / draft.length);
    const score = alikeBefore(page, at, draft, from) + alikeAfter(page, at + needle.length, draft, to) + near;
    if (score > bestScore) {
      best = at;
      bestScore = score;
    }
  }
  return best;
}

function alikeBefore(a: string, atA: number, b: string, atB: number): number {
  let n = 0;
  while (n < CONTEXT && n < atA && n < atB && a[atA - 1 - n] === b[atB - 1 - n]) n++;
  return n;
}

function alikeAfter(a: string, atA: number, b: string, atB: number): number {
  let n = 0;
  while (n < CONTEXT && atA + n < a.length && atB + n < b.length && a[atA + n] === b[atB + n]) n++;
  return n;
}

function pieces({ node, offset }: Folded, start: number, end: number): Piece[] {
  const found: Piece[] = [];
  for (let i = start; i < end; i++) {
    const last = found.at(-1);
    const at = offset[i] ?? 0;
    if (last && last.node === node[i]) last.end = at + 1;
    else found.push({ node: node[i] ?? 0, start: at, end: at + 1 });
  }
  return found;
}

/** White space at the ends of neighbouring nodes belongs to the span as well. */
function joined({ lengths }: Folded, found: Piece[]): Piece[] {
  for (const [i, piece] of found.entries()) {
    const last = found[i - 1];
    if (!last) continue;
    last.end = lengths[last.node] ?? last.end;
    piece.start = 0;
  }
  return found;
}

/** First index whose value is not below `value`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
