import { rememberTexts } from './remember.ts';

/**
 * Sentences, clauses and words of a folded text. All offsets are UTF-16 code units into the text that
 * was passed in, so that `spanOf` can map them back to what the recipient sees.
 */

/** A stretch of a text; `text` is `source.slice(start, end)`. */
export interface Piece {
  start: number;
  end: number;
  text: string;
}

/** A word with its lower-case form. Apostrophes and inner hyphens belong to it ("don't", "pre-seed"). */
export interface Word extends Piece {
  lower: string;
}

/** A part of a sentence that says one thing; what governs a claim is looked for in its own clause first. */
export interface Clause extends Piece {
  /** Place in the sentence, 0 first. */
  index: number;
}

export interface Sentence extends Piece {
  /** Ends in a question mark. */
  readonly question: boolean;
  /** Its clauses in order; together they cover the sentence except separators. */
  readonly clauses: readonly Clause[];
}

/** Shorter lines are not wrapped prose: a greeting, a heading, a line of a list. */
const WRAPPED_LINE = 45;

const ABBREVIATION =
  /(?:^|[\s("'])(?:e\.g|i\.e|mr|mrs|ms|dr|prof|vs|approx|ca|cf|est|no|st|jr|sr|fig|dept|ref)\.$/i;
/** These may end a sentence; they do when a usual first word of a sentence follows. */
const MAYBE_ABBREVIATION =
  /(?:^|[\s("'])(?:inc|ltd|corp|co|llc|plc|gmbh|etc|a\.m|p\.m|u\.s|u\.k|e\.u|[a-z]|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$/i;
const FIRST_WORD =
  /^(?:a|an|and|any|are|as|at|best|but|can|could|do|does|for|given|happy|have|he|hi|how|i|i'd|i'll|i'm|i've|if|in|is|it|it's|let|no|not|on|one|our|please|regards|she|so|thanks|that|the|their|there|these|they|this|to|we|we'd|we'll|we're|we've|what|when|where|while|who|why|with|worth|would|yes|you|your)\b/i;

/** True when the full stop at `at` ends a sentence. */
function stopEnds(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 12), at + 1);
  if (ABBREVIATION.test(before)) return false;
  // "1. First point": a number that opens its line is a list marker.
  if (/(?:^|\n)\s*\d{1,2}\.$/.test(before)) return false;
  if (MAYBE_ABBREVIATION.test(before)) {
    const next = text.slice(at + 1, at + 24).trimStart();
    return next === '' || text.startsWith('\n', at + 1) || (/^[A-Z]/.test(next) && FIRST_WORD.test(next));
  }
  return true;
}

/** True when the line break at `at` ends a sentence rather than wrapping one. */
function breakEnds(text: string, at: number): boolean {
  const rest = text.slice(at + 1);
  if (/^[ \t]*(?:\r?\n|$)/.test(rest)) return true;
  if (/^[ \t]*(?:[-*+>|]|\d{1,2}[.)])[ \t]/.test(rest)) return true;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return at - lineStart < WRAPPED_LINE;
}

/**
 * No prose sentence is longer. Matching a sentence may cost the square of its length, so a text without
 * stops is cut here, between words.
 */
const LONGEST = 800;

/** What may end a sentence. */
const STOP = /[\n.!?…\u2029]/g;

/** Splits a text into sentences. Blank lines, list items and short lines end a sentence too. */
export const splitSentences: (text: string) => readonly Sentence[] = rememberTexts((text) => {
  const sentences: Sentence[] = [];
  let start = 0;
  const finish = (end: number): void => {
    const sentence = trimmed(text, start, end);
    start = end;
    if (sentence !== null) sentences.push(new SplitSentence(sentence));
  };
  for (let at = 0; at < text.length; at += 1) {
    if (at - start < LONGEST) {
      STOP.lastIndex = at;
      at = Math.min(STOP.exec(text)?.index ?? text.length, start + LONGEST);
      if (at >= text.length) break;
    }
    const char = text.charAt(at);
    if (char === '\u2029' || (char === '\n' && breakEnds(text, at))) {
      finish(at + 1);
    } else if (at - start >= LONGEST && (char === ' ' || at - start >= 2 * LONGEST)) {
      finish(at);
    } else if (char === '.' || char === '!' || char === '?' || char === '…') {
      let end = at + 1;
      while (end < text.length && /[.!?…"')\]]/.test(text.charAt(end))) end += 1;
      const spaceFollows = end === text.length || /\s/.test(text.charAt(end));
      if (spaceFollows && (char !== '.' || end > at + 1 || stopEnds(text, at))) finish(end);
      at = end - 1;
    }
  }
  finish(text.length);
  return sentences;
});

/** Few rules ask for clauses, and of few sentences. */
class SplitSentence implements Sentence {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly question: boolean;
  #clauses: Clause[] | undefined;

  constructor({ start, end, text }: Piece) {
    this.start = start;
    this.end = end;
    this.text = text;
    this.question = /\?["')\]]*$/.test(text);
  }

  get clauses(): readonly Clause[] {
    this.#clauses ??= splitClauses(this.text).map((clause) => ({ ...clause, ...shift(clause, this.start) }));
    return this.#clauses;
  }
}

/** The same sentence `by` characters further on. */
export function movedSentence(sentence: Sentence, by: number): Sentence {
  return by === 0 ? sentence : new SplitSentence({ ...shift(sentence, by), text: sentence.text });
}

function shift({ start, end }: Pick<Piece, 'start' | 'end'>, by: number): Pick<Piece, 'start' | 'end'> {
  return { start: start + by, end: end + by };
}

/**
 * Separators: semicolon, colon, dash, bracket; a conjunction that contrasts or gives a reason; a comma
 * before a conjunction or a relative pronoun; "and"/"so" before a new subject. Bare commas do not separate:
 * "From what we can tell, you raised" is one clause.
 */
const CLAUSE_BREAK = new RegExp(
  [
    String.raw`\s*[;()\[\]]\s*`,
    String.raw`:\s+`,
    String.raw`\s+-{1,3}\s+|--+`,
    String.raw`,?\s+(?=(?:but|although|though|whereas|however|because|yet|unless|except)\b)`,
    String.raw`,\s+(?=(?:and|or|so|while|which|who|since|as|where)\b)`,
    String.raw`\s+(?=(?:and|so|while)\s+(?:i|we|you|he|she|they|it|our|your|the|this|that|there)(?:'\w+)?\s)`,
  ].join('|'),
  'gi',
);

/** Clauses of `text[start, end)`, which is one sentence. */
export function splitClauses(text: string, start = 0, end = text.length): Clause[] {
  const clauses: Clause[] = [];
  const add = (from: number, to: number): void => {
    const piece = trimmed(text, from, to);
    if (piece !== null) clauses.push({ ...piece, index: clauses.length });
  };
  let from = start;
  for (const match of text.slice(start, end).matchAll(CLAUSE_BREAK)) {
    add(from, start + match.index);
    from = start + match.index + match[0].length;
  }
  add(from, end);
  return clauses;
}

const WORD = /[\p{L}\p{N}]+(?:['&./-][\p{L}\p{N}]+)*/gu;

/** The words of `text[start, end)` with offsets into `text`. */
export function splitWords(text: string, start = 0, end = text.length): Word[] {
  return Array.from(text.slice(start, end).matchAll(WORD), (match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
    text: match[0],
    lower: match[0].toLowerCase(),
  }));
}

/** The clause of `sentence` that holds offset `at`, or the last one before it. */
export function clauseAt(sentence: Sentence, at: number): Clause | undefined {
  return sentence.clauses.findLast((clause) => clause.start <= at) ?? sentence.clauses[0];
}

/** `text[from, to)` without white space around it; null when nothing is left. */
function trimmed(text: string, from: number, to: number): Piece | null {
  let start = from;
  let end = to;
  while (start < end && /\s/.test(text.charAt(start))) start += 1;
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return start === end ? null : { start, end, text: text.slice(start, end) };
}
