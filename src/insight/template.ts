import type { ProspectSnapshot } from '../crm/prospect.ts';
import { fingerprintWords } from '../judge/language/fingerprint.ts';
import { properNames } from '../judge/language/names.ts';
import { wordWeight } from '../judge/language/word-weight.ts';

/** What a slot is written as; no word of `fingerprintWords`. */
const SLOT = '_';

/** Fewer words beside the slots than this are no template: half of all short mails would share it. */
const MIN_WORDS = 6;

/**
 * Addresses, targets of links, and anything with a digit in it, currency and unit included. What may be long begins at the start
 * of its run only: looked for from every letter of a long word, it would take the square of its length.
 */
const VARIABLE =
  /\bhttps?:\/\/\S+|\bwww\.\S+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[$€£¥]|(?<!\p{L}))\p{L}*\p{N}[\p{L}\p{N}.,:/%+-]*|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b/giu;

/** What the record says of a prospect that a template would fill in. */
export type TemplateRecord = Pick<
  ProspectSnapshot,
  'name' | 'company' | 'city' | 'country' | 'industry' | 'title'
>;

/**
 * The words of a text with what differs between prospects taken out: the recipient's name, company and place as the record has
 * them, other names, addresses, links, numbers and days. Slots next to each other, or joined by "and", are one.
 *
 * @returns null for a text with too few words beside its slots
 */
export function templateOf(text: string, records: readonly TemplateRecord[]): string | null {
  const out: string[] = [];
  let at = 0;
  for (const { start, end } of slotsOf(text, records)) {
    if (end <= at) continue;
    if (start > at) out.push(...fingerprintWords(text.slice(at, start)));
    addSlot(out);
    at = Math.max(at, end);
  }
  out.push(...fingerprintWords(text.slice(at)));
  return out.filter((word) => word !== SLOT).length < MIN_WORDS ? null : out.join(' ');
}

function addSlot(out: string[]): void {
  const joined = out.at(-1) === 'and' && out.at(-2) === SLOT;
  if (joined) out.pop();
  if (out.at(-1) !== SLOT) out.push(SLOT);
}

interface Range {
  start: number;
  end: number;
}

function slotsOf(text: string, records: readonly TemplateRecord[]): Range[] {
  const variable = Array.from(text.matchAll(VARIABLE), ({ 0: found, index }) => ({
    start: index,
    end: index + found.length,
  }));
  return [...properNames(text), ...variable, ...saidIn(text, records)].toSorted(
    (a, b) => a.start - b.start || b.end - a.end,
  );
}

/** Words that phrases begin with, by the word that comes next. */
interface Phrases {
  next: Map<string, Phrases>;
  /** The way here is a whole phrase. */
  whole: boolean;
}

/**
 * Where the text says what the records say, word for word; case and accents do not matter. A mail to many has many records that say
 * the same: all are looked for at once, so that the work is the text's words and the records' words, not their product.
 *
 * @returns at each word no more than one range, that of the longest phrase which begins there
 */
export function saidIn(text: string, records: readonly TemplateRecord[]): Range[] {
  const phrases = phrasesIn(records);
  if (phrases.next.size === 0) return [];
  const words = Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu), ({ 0: word, index }) => ({
    word: fingerprintWords(word)[0] ?? '',
    start: index,
    end: index + word.length,
  }));
  const found: Range[] = [];
  for (const [first, { start }] of words.entries()) {
    let at: Phrases | undefined = phrases;
    let longest: number | null = null;
    for (let i = first; i < words.length; i += 1) {
      const { word, end } = words[i]!;
      at = at.next.get(word);
      if (at === undefined) break;
      if (at.whole) longest = end;
    }
    if (longest !== null) found.push({ start, end: longest });
  }
  return found;
}

function phrasesIn(records: readonly TemplateRecord[]): Phrases {
  const all: Phrases = { next: new Map(), whole: false };
  for (const record of records) {
    for (const phrase of phrasesOf(record)) {
      let at = all;
      for (const word of phrase) {
        let next = at.next.get(word);
        if (next === undefined) at.next.set(word, (next = { next: new Map(), whole: false }));
        at = next;
      }
      // The empty phrase would be everywhere.
      at.whole = at !== all;
    }
  }
  return all;
}

/** A company also without its legal form, and by a first word that is no everyday one; a person by each name. */
function phrasesOf({ name, company, city, country, industry, title }: TemplateRecord): string[][] {
  const names = fingerprintWords(name ?? '').filter((word) => word.length > 1);
  const companyWords = fingerprintWords(company ?? '');
  const [first] = companyWords;
  return [
    ...names.map((word) => [word]),
    companyWords,
    companyWords.length > 1 ? companyWords.slice(0, -1) : [],
    first !== undefined && first.length > 3 && wordWeight(first) === 1 ? [first] : [],
    ...[city, country, industry, title].map((value) => fingerprintWords(value ?? '')),
  ];
}
