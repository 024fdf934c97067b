import type { NameList } from './name-list.ts';
import { isPlace } from './places.ts';
import { rememberSentences } from './remember.ts';
import { splitSentences } from './sentences.ts';
import { isEnglishWord, looksEnglish } from './vocabulary.ts';
import { isFunctionWord } from './word-weight.ts';

/**
 * Which words get a capital where the text itself does not tell: the names of the list alone, words that are not English too, or
 * the word behind such a one as well ("Larkspur Hotels", where nobody can tell that from "Larkspur hired").
 */
const CAPITALS = ['names', 'names_and_unknown', 'phrases'] as const;
type Capitals = (typeof CAPITALS)[number];

/** A text whose letter case tells no names. */
export interface CaseReadings {
  /** The text as it would usually be written, in each way that differs from it; empty where its case is as usual. */
  texts: string[];
  /** Words with capitals inside that no brand has, as they stand; each once. */
  odd: string[];
}

/** As many words tell how a sentence is written. */
const TELLING_WORDS = 4;
/** Words in capitals one after another: more than an abbreviation or a heading of a name. */
const SHOUTED = /(?<![\p{L}\p{N}])\p{Lu}{2,}(?:[^\p{L}\n]+\p{Lu}+){2,}(?![\p{L}\p{N}])/gu;
const WORD = /\p{L}[\p{L}\p{M}']*/gu;
const DAY =
  /^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|april|june|july|august|september|october|november|december)$/;
/** Posts, departments and places that are always written so; "it" and "us" are words first. */
const INITIALS =
  /^(?:c[efotimprd]os?|cisos?|chro|[se]?vps?|mds?|fds?|gms?|hr|qa|ipos?|spac|nda|sla|uk|eu|usa|uae|vpns?|ai|b2[bc])$/;
/** "may" and "march" are words too. */
const MONTH_PLACE =
  /(?:\b(?:in|since|by|until|till|from|of|before|after|early|late|mid|this|next|last)|\d)[ -]$/;

/**
 * Rules tell names by their capitals, which mean nothing in a sentence that is shouted, in lower case, with a capital on each word
 * or at random. Gives the text with the capitals of such sentences put as they usually stand, and with names of the list that are
 * written in lower case anywhere.
 *
 * @param text folded
 */
export function caseReadings(text: string, names: NameList): CaseReadings {
  const odd = new Set<string>();
  const stretches = caselessStretches(text, odd);
  const texts = new Set<string>();
  const between = [...stretches, { start: text.length }].map(({ start }, at) =>
    names.restore(text.slice(stretches[at - 1]?.end ?? 0, start)),
  );
  for (const capitals of stretches.length === 0 ? CAPITALS.slice(0, 1) : CAPITALS) {
    const put = stretches.map(
      ({ start, end }, at) => `${between[at]}${written(text, start, end, capitals, names)}`,
    );
    texts.add(`${put.join('')}${between.at(-1)}`);
  }
  texts.delete(text);
  return { texts: [...texts], odd: [...odd] };
}

interface Stretch {
  start: number;
  end: number;
}

function caselessStretches(text: string, odd: Set<string>): Stretch[] {
  const stretches: Stretch[] = [];
  for (const sentence of splitSentences(text)) {
    const found = caseless(sentence.text);
    for (const word of found.odd) odd.add(word);
    for (const { start, end } of found.stretches)
      stretches.push({ start: sentence.start + start, end: sentence.start + end });
  }
  return stretches;
}

/** Where the case of a sentence tells nothing, and its words with capitals inside. */
const caseless = rememberSentences((sentence): { stretches: readonly Stretch[]; odd: readonly string[] } => {
  const words = sentence.match(WORD) ?? [];
  const odd = words.filter(isOdd);
  if (odd.length > 0 || isLowered(words) || isTitle(words))
    return { stretches: [{ start: 0, end: sentence.length }], odd };
  const shouted = Array.from(sentence.matchAll(SHOUTED), ({ index, 0: run }) => ({
    start: index,
    end: index + run.length,
  }));
  return { stretches: shouted, odd };
});

/** "rAiSEd", but not "HubSpot", "eBay", "CTOs" or "McKinsey". */
function isOdd(word: string): boolean {
  if (!/\p{L}\p{Lu}/u.test(word) || !/\p{Ll}/u.test(word)) return false;
  if (/^(?:\p{Lu}\p{Ll}+){2,}$|^\p{Ll}{1,2}\p{Lu}\p{Ll}+$|^\p{Lu}{2,}'?s$|^\p{Lu}'\p{Lu}/u.test(word))
    return /^(?:\p{Lu}\p{Ll}){2,}\p{Lu}?$/u.test(word) && isEnglishWord(word.toLowerCase());
  return isEnglishWord(word.toLowerCase().replace(/'\p{L}{1,2}$/u, ''));
}

function isLowered(words: readonly string[]): boolean {
  return words.length >= TELLING_WORDS && words.every((word) => !/\p{Lu}/u.test(word) || word.length === 1);
}

/** Each word with a capital, also those that have none in a heading. */
function isTitle(words: readonly string[]): boolean {
  const long = words.filter((word) => word.length > 3);
  return (
    words.length > TELLING_WORDS &&
    long.length > 2 &&
    long.every((word) => /^\p{Lu}/u.test(word)) &&
    words
      .slice(1)
      .some((word) => /^\p{Lu}/u.test(word) && word.length > 1 && isFunctionWord(word.toLowerCase()))
  );
}

/** `text.slice(start, end)` with its capitals where they usually stand. */
function written(text: string, start: number, end: number, capitals: Capitals, names: NameList): string {
  const stretch = text.slice(start, end);
  const plain = names.restore(stretch.toLowerCase(), { everyday: true });
  let extend = false;
  let behind = 0;
  const result = plain.replace(/[\p{L}\p{N}]+(?:[&.'+-][\p{L}\p{N}]+)*/gu, (word, at: number) => {
    const adjacent = extend && plain.slice(behind, at) === ' ';
    behind = at + word.length;
    extend = false;
    if (/\p{Lu}/u.test(word)) {
      extend = true;
      return word;
    }
    const before = plain.slice(Math.max(0, at - 12), at);
    const told = ordinaryCapital(word, before);
    if (told !== null) return told;
    const unknown = capitals !== 'names' && /^\p{L}{3,}/u.test(word) && !looksEnglish(word);
    if (unknown || isPlace(word)) {
      extend = true;
      return capital(word);
    }
    return capitals === 'phrases' && adjacent && !isFunctionWord(word) && /^\p{L}{4,}/u.test(word)
      ? capital(word)
      : word;
  });
  return /^\P{L}*$/u.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start)) ||
    /[.!?]\s*$/.test(text.slice(Math.max(0, start - 4), start))
    ? result.replace(/\p{L}/u, (letter) => letter.toUpperCase())
    : result;
}

/** A capital that no name needs to be known for; null for none. `word` is in lower case. */
function ordinaryCapital(word: string, before: string): string | null {
  if (/^i(?:'|$)/.test(word)) return capital(word);
  if (DAY.test(word) || (/^(?:may|march)$/.test(word) && MONTH_PLACE.test(before))) return capital(word);
  if (/^[a-k]$/.test(word) && /\bseries[ -]$/i.test(before)) return word.toUpperCase();
  return INITIALS.test(word) ? word.toUpperCase().replace(/S$/, 's') : null;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
