import { COMMON_OPENERS, isPlainWord } from './not-names.ts';

/** A name in a text; `start` and `end` are offsets into that text. */
export interface NameHit {
  name: string;
  start: number;
  end: number;
}

/** "Inc." and its kin end a name, full stop included. */
const COMPANY_SUFFIX =
  /^(?:inc|incorporated|corp|corporation|co|ltd|limited|llc|llp|plc|gmbh|ag|sa|sas|sarl|bv|nv|ab|oy|as|aps|pty|srl|spa)\.?$/i;
const CAPITALISED = /^(?:\p{Lu}|\p{N}+\p{Lu}|\p{Ll}{1,2}\p{Lu})[\p{L}\p{N}.&'+-]*$/u;
/** May stand inside a name when capitalised words surround them ("Bank of Ireland", "Marks & Spencer"). */
const JOINERS = new Set(['of', '&', 'de', 'du', 'von', 'van', 'der', '+']);

/**
 * Candidates for names of organisations: runs of capitalised words, company suffixes and dotted brand
 * names ("Booking.com") included. Greeting words, months, roles and ordinary sentence openers are left
 * out. Products, people and places still pass: the peer table or the rule decides what a name is.
 */
export function properNames(text: string): NameHit[] {
  const hits: NameHit[] = [];
  let run: Word[] = [];
  const close = () => {
    const hit = nameOf(run);
    if (hit !== null) hits.push(hit);
    run = [];
  };
  let previousEnd = -1;
  for (const word of words(text)) {
    const gap = previousEnd < 0 ? '' : text.slice(previousEnd, word.start);
    previousEnd = word.rawEnd;
    const last = run.at(-1);
    if (last !== undefined && (gap !== ' ' || last.stops)) close();
    const joins = run.length > 0 && JOINERS.has(word.text);
    const isName =
      joins || (!/^[a-z]+$/.test(word.text) && (CAPITALISED.test(word.text) || isBrandDomain(word.text)));
    if (isName) run.push(word);
    else close();
  }
  close();
  return hits;
}

interface Word extends NameHit {
  text: string;
  rawEnd: number;
  /** Punctuation or a possessive follows: the next word is not of this name. */
  stops: boolean;
  opensSentence: boolean;
}

function* words(text: string): Generator<Word> {
  let opens = true;
  for (const match of text.matchAll(/[\p{L}\p{N}&+][\p{L}\p{N}.&'’+-]*/gu)) {
    const raw = match[0];
    const start = match.index;
    const before = text.slice(Math.max(0, start - 2), start);
    const opensSentence = opens || /[\n:•*\u2014]\s?$/.test(before);
    // Most words are but letters, and need none of what follows.
    const isPlain = /^[A-Za-z]+$/.test(raw);
    let shown = isPlain ? raw : raw.replace(/['’]s$/i, '').replace(/[.'’-]+$/, '');
    const possessive = !isPlain && /['’]s$/i.test(raw);
    if (raw.endsWith('.') && COMPANY_SUFFIX.test(raw)) shown = raw;
    yield {
      text: shown,
      name: shown,
      start,
      end: start + shown.length,
      rawEnd: start + raw.length,
      stops: possessive || raw.endsWith('.') || COMPANY_SUFFIX.test(shown),
      opensSentence,
    };
    const behind = start + raw.length;
    opens =
      (!isPlain && /[.!?]$/.test(raw)) ||
      (text.charAt(behind) !== ' ' && /^["')\]]*[.!?]/.test(text.slice(behind, behind + 3)));
  }
}

function isBrandDomain(word: string): boolean {
  return /^[\p{L}\p{N}-]{2,}\.(?:com|io|ai|co|dev|app|tech)$/iu.test(word);
}

function nameOf(run: Word[]): NameHit | null {
  let from = 0;
  let to = run.length;
  while (from < to && isLeadIn(run[from]!, run[from + 1])) from += 1;
  while (to > from && (JOINERS.has(run[to - 1]!.text) || isPlainWord(run[to - 1]!.text))) to -= 1;
  const first = run[from];
  const last = run[to - 1];
  if (first === undefined || last === undefined || to <= from) return null;
  const words = run.slice(from, to);
  if (words.length === 1 && !standsAlone(first)) return null;
  return { name: joined(words), start: first.start, end: last.end };
}

/** "Hi Acme Ltd", "Like Monzo": the first word belongs to the sentence, not to the name. "Company X" is one. */
function isLeadIn(word: Word, next: Word | undefined): boolean {
  if (JOINERS.has(word.text)) return true;
  if (next?.text.length === 1 && !isPlainWord(word.text)) return false;
  return isPlainWord(word.text) || (word.opensSentence && COMMON_OPENERS.has(word.text.toLowerCase()));
}

function standsAlone(word: Word): boolean {
  if (COMPANY_SUFFIX.test(word.text)) return false;
  if (word.text.length < 2) return false;
  return !(word.opensSentence && COMMON_OPENERS.has(word.text.toLowerCase()));
}

function joined(words: Word[]): string {
  return words.map((word) => word.text).join(' ');
}
