import { CONFUSABLE, LOOKALIKE, PUNCTUATION } from './confusables.ts';
import type { Span } from './types.ts';

/**
 * Text folded for matching, with a map back to what is shown: zero-width and bidi controls removed,
 * compatibility forms and confusables mapped to plain letters, white space collapsed, typographic
 * quotes and dashes made ASCII. Case is kept.
 */
export interface FoldedText {
  /** The shown text. */
  shown: string;
  /** What rules match on. */
  text: string;
  /** `map[i]` is the offset in `shown` of the character that made `text[i]`; length `text.length + 1`. */
  map: Int32Array;
}

/** One character of the shown text on its way through the fold. `text` may be empty (removed). */
interface Unit {
  text: string;
  /** Offset in the shown text, and the shown length it stands for. */
  at: number;
  length: number;
}

// Not seen: format controls (zero width, bidi, tags, soft hyphen), variation selectors, and letters
// that are blank by definition (Hangul fillers, Khmer inherent vowels, Mongolian separators).
const INVISIBLE = /^(?:\p{Cf}|\p{Variation_Selector}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0)$/u;
// Includes U+FEFF, which is invisible and tested first.
const SPACE = /^[\s\u2800\u0085]$/u;
const LINE_BREAK = /^[\n\r\v\f\u0085\u2028\u2029]$/u;
const MARK = /^\p{M}$/u;
const LATIN = /^\p{Script=Latin}/u;
/** A mark on one of these is no accent that tells words apart in English. */
const DECORATED = /^[\p{Script=Latin}\p{N}\p{Sc}]/u;
const LETTER = /^\p{L}/u;
const WORD = /^[\p{L}\p{N}\p{M}]/u;
const REGIONAL = /^\p{Regional_Indicator}$/u;
const SEPARATOR = /^[ .\-_*|/,~+:;·•'"]$/u;
const ASCII_PLAIN = /^[!-&(-_a-~]$/;

/**
 * Folds shown text for matching. Time and space are linear in `shown`. Never throws; lone surrogates
 * are kept as they are.
 */
export function fold(shown: string): FoldedText {
  return foldPlain(shown) ?? foldAny(shown);
}

/** As `fold`, for any text. */
export function foldAny(shown: string): FoldedText {
  const units = foldCharacters(shown);
  spellFlags(units);
  mapConfusables(units);
  joinSplitLetters(units);
  return assemble(shown, units);
}

/**
 * The place in the shown text of `folded.text.slice(start, end)`, as evidence. Never empty for a
 * non-empty range, even inside one character that folds to several (`…` to `...`).
 */
export function spanOf(part: Span['part'], folded: FoldedText, start: number, end: number): Span {
  const { map, shown } = folded;
  const last = map.length - 1;
  const from = Math.min(Math.max(start, 0), last);
  let to = Math.min(Math.max(end, from), last);
  const shownStart = map[from] ?? shown.length;
  if (end > start) while (to < last && (map[to] ?? 0) <= shownStart) to++;
  const shownEnd = Math.max(map[to] ?? shown.length, shownStart);
  return { part, start: shownStart, end: shownEnd, text: shown.slice(shownStart, shownEnd) };
}

/** What `foldPlain` makes of a UTF-16 code unit: another text, or one of these. */
const SAME = 0;
const BLANK = 1;
const BREAK = 2;
/** Its text hangs on what is around it, or it is more than one code unit. */
const ANY = 3;
const table = Array.from({ length: 0x2100 }, (_, code) => plainFold(code));

function plainFold(code: number): string | number {
  const char = String.fromCharCode(code);
  if (INVISIBLE.test(char)) return '';
  if (SPACE.test(char)) return LINE_BREAK.test(char) ? BREAK : BLANK;
  const text = foldCharacter(char, true);
  if (MARK.test(char) || scriptOf(text) === 'confusable' || (text.length > 1 && LETTER.test(text)))
    return ANY;
  return text === char ? SAME : text;
}

/** Three letters, each behind the same mark or blank, as in every word whose letters stand apart. What is no ASCII may be a letter. */
const SPLIT_LETTERS = /([ .\-_*|/,~+:;·•'"])[A-Za-z\u0080-\uffff](?:\1[A-Za-z\u0080-\uffff]){2}/;

/**
 * As `foldAny`, for text of which each character's fold hangs on nothing around it: Latin letters, figures, punctuation, white
 * space and invisible ones, without letters standing apart. Null for other text. Most mail is so, and this takes a fraction of
 * the time.
 */
function foldPlain(shown: string): FoldedText | null {
  /** What changes: its place in `shown`, its length there, and its text. */
  const changes: Unit[] = [];
  let length = shown.length;
  for (let at = 0; at < shown.length; at++) {
    const folded = table[shown.charCodeAt(at)] ?? ANY;
    if (folded === SAME) continue;
    if (folded === ANY) return null;
    const run = typeof folded === 'string' ? { text: folded, at, length: 1 } : whiteSpaceFrom(shown, at);
    if (run === null) continue;
    changes.push(run);
    length += run.text.length - run.length;
    at += run.length - 1;
  }
  const map = new Int32Array(length + 1);
  let text = '';
  let done = 0;
  const copy = (to: number): void => {
    for (let k = done, place = text.length; k < to; k++) map[place++] = k;
    text += shown.slice(done, to);
  };
  for (const change of changes) {
    copy(change.at);
    map.fill(change.at, text.length, text.length + change.text.length);
    text += change.text;
    done = change.at + change.length;
  }
  copy(shown.length);
  map[length] = shown.length;
  return SPLIT_LETTERS.test(text) ? null : { shown, text, map };
}

/** The run of white space at `at`; null for what is folded to itself: one blank or line feed with something shown behind it. */
function whiteSpaceFrom(shown: string, at: number): Unit | null {
  const next = table[shown.charCodeAt(at + 1)];
  const char = shown.charAt(at);
  const alone = next === SAME || (typeof next === 'string' && next !== '');
  return alone && (char === ' ' || char === '\n') ? null : whiteSpaceRun(shown, at);
}

/** Pass 1: each character by itself. Runs of white space become one unit. */
function foldCharacters(shown: string): Unit[] {
  const units: Unit[] = [];
  // Whether a mark here is decoration: stacked on a Latin letter, or on what is no letter at all.
  let decorates = true;
  for (let at = 0; at < shown.length; ) {
    const char = String.fromCodePoint(shown.codePointAt(at) ?? 0);
    if (SPACE.test(char) && !INVISIBLE.test(char)) {
      const run = whiteSpaceRun(shown, at);
      units.push(run);
      at += run.length;
      decorates = true;
      continue;
    }
    const text = foldCharacter(char, decorates);
    if (text !== '' && !MARK.test(char)) decorates = DECORATED.test(text) || !LETTER.test(text);
    units.push({ text, at, length: char.length });
    at += char.length;
  }
  return units;
}

function foldCharacter(char: string, decorates: boolean): string {
  if (ASCII_PLAIN.test(char)) return char;
  const plain = PUNCTUATION.get(char) ?? LOOKALIKE.get(char);
  if (plain !== undefined) return plain;
  if (INVISIBLE.test(char)) return '';
  if (MARK.test(char)) return decorates ? '' : char;
  const code = char.codePointAt(0) ?? 0;
  // Negative circled and squared capitals have no compatibility mapping.
  if (code >= 0x1f150 && code <= 0x1f169) return String.fromCharCode(0x41 + code - 0x1f150);
  if (code >= 0x1f170 && code <= 0x1f189) return String.fromCharCode(0x41 + code - 0x1f170);
  const decomposed = char.normalize('NFKD');
  if (LATIN.test(decomposed)) {
    return Array.from(decomposed.replace(/\p{M}+/gu, ''), (c) => LOOKALIKE.get(c) ?? c).join('');
  }
  // Everything else keeps its accents (Cyrillic й is a letter of its own). Spacing forms of marks
  // decompose to a space and a mark, which would split a word.
  const composed = char.normalize('NFKC');
  if (composed.startsWith(' ')) return char;
  return Array.from(composed, (c) => PUNCTUATION.get(c) ?? LOOKALIKE.get(c) ?? c).join('');
}

/** White space from `at`: one space, or a newline, or a blank line, whatever was shown. */
function whiteSpaceRun(shown: string, at: number): Unit {
  let end = at;
  let breaks = 0;
  while (end < shown.length) {
    const char = shown[end] ?? '';
    if (LINE_BREAK.test(char)) {
      if (!(char === '\n' && shown[end - 1] === '\r' && end > at)) breaks++;
    } else if (!SPACE.test(char) && !(end > at && INVISIBLE.test(char))) break;
    end++;
  }
  return { text: breaks === 0 ? ' ' : breaks === 1 ? '\n' : '\n\n', at, length: end - at };
}

/** Regional indicators are shown as a flag in pairs, and as letters in longer rows: then all of them are meant as letters. */
function spellFlags(units: Unit[]): void {
  let row = 0;
  const spelt = units.some(({ text }) => {
    row = REGIONAL.test(text) ? row + 1 : 0;
    return row > 2;
  });
  if (!spelt) return;
  for (const unit of units) {
    if (REGIONAL.test(unit.text))
      unit.text = String.fromCharCode(0x41 + (unit.text.codePointAt(0) ?? 0) - 0x1f1e6);
  }
}

/**
 * Pass 2: look-alikes of other scripts. A word that has a Latin letter is mapped. A word made only of
 * look-alikes is mapped if its line is otherwise Latin: real Russian or Greek lines have letters that
 * look like nothing Latin, and stay themselves so that the language is recognised.
 */
function mapConfusables(units: Unit[]): void {
  let lineStart = 0;
  for (let i = 0; i <= units.length; i++) {
    if (i < units.length && !units[i]?.text.startsWith('\n')) continue;
    mapLine(units.slice(lineStart, i));
    lineStart = i + 1;
  }
}

function mapLine(line: Unit[]): void {
  const words: Unit[][] = [];
  let word: Unit[] = [];
  let lineIsLatin = false;
  let lineIsForeign = false;
  let hasConfusable = false;
  for (const unit of line) {
    if (unit.text === '') continue;
    if (!WORD.test(unit.text)) {
      if (word.length > 0) words.push(word);
      word = [];
      continue;
    }
    word.push(unit);
    const kind = scriptOf(unit.text);
    if (kind === 'latin') lineIsLatin = true;
    if (kind === 'foreign') lineIsForeign = true;
    if (kind === 'confusable') hasConfusable = true;
  }
  if (!hasConfusable) return;
  if (word.length > 0) words.push(word);
  for (const letters of words) {
    const kinds = letters.map((unit) => scriptOf(unit.text));
    const mixed = kinds.includes('latin');
    if (!mixed && (lineIsForeign || !lineIsLatin || kinds.includes('foreign'))) continue;
    for (const unit of letters) unit.text = CONFUSABLE.get(unit.text) ?? unit.text;
  }
}

function scriptOf(text: string): 'latin' | 'confusable' | 'foreign' | 'none' {
  if (CONFUSABLE.has(text)) return 'confusable';
  if (LATIN.test(text)) return 'latin';
  return LETTER.test(text) ? 'foreign' : 'none';
}

/**
 * Pass 3: "o f f s h o r e" and "o.f.f.s.h.o.r.e" read as one word. Four or more single letters with
 * the same separator between them; a wider gap ends the word, so "i n d i a   t e a m" stays two.
 */
function joinSplitLetters(units: Unit[]): void {
  const seen = units.filter((unit) => unit.text !== '');
  const letterAt = (i: number) => {
    const text = seen[i]?.text;
    return text !== undefined && text.length <= 2 && LETTER.test(text);
  };
  const wordAt = (i: number) => WORD.test(seen[i]?.text ?? '');
  for (let i = 0; i < seen.length; ) {
    const gap = seen[i + 1];
    if (!letterAt(i) || wordAt(i - 1) || gap === undefined || !SEPARATOR.test(gap.text)) {
      i++;
      continue;
    }
    let letters = 1;
    let end = i;
    while (sameSeparator(gap, seen[end + 1]) && letterAt(end + 2) && !wordAt(end + 3)) {
      letters++;
      end += 2;
    }
    if (letters >= 4) for (let k = i + 1; k < end; k += 2) (seen[k] as Unit).text = '';
    i = Math.max(end, i + 1);
  }
}

function sameSeparator(a: Unit, b: Unit | undefined): boolean {
  return b !== undefined && a.text === b.text && a.length === b.length;
}

function assemble(shown: string, units: readonly Unit[]): FoldedText {
  let text = '';
  const length = units.reduce((sum, unit) => sum + unit.text.length, 0);
  const map = new Int32Array(length + 1);
  for (const unit of units) {
    for (let k = 0; k < unit.text.length; k++) map[text.length + k] = unit.at;
    text += unit.text;
  }
  map[length] = shown.length;
  return { shown, text, map };
}
