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
  return [...properNames(text), ...variable, ...said(text, records)].toSorted(
    (a, b) => a.start - b.start || b.end - a.end,
  );
}

/** Where the text says what the record says, word for word; case and accents do not matter. */
function said(text: string, records: readonly TemplateRecord[]): Range[] {
  const phrases = new Map<string, string[][]>();
  for (const phrase of records.flatMap(phrasesOf)) {
    const first = phrase[0];
    if (first !== undefined) phrases.set(first, [...(phrases.get(first) ?? []), phrase]);
  }
  if (phrases.size === 0) return [];
  const words = Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+/gu), ({ 0: word, index }) => ({
    word: fingerprintWords(word)[0] ?? '',
    start: index,
    end: index + word.length,
  }));
  return words.flatMap(({ word, start }, i) =>
    (phrases.get(word) ?? []).flatMap((phrase) => {
      const end = words[i + phrase.length - 1]?.end;
      return end !== undefined && phrase.every((one, j) => words[i + j]?.word === one)
        ? [{ start, end }]
        : [];
    }),
  );
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
