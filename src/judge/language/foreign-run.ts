import { rememberSentences } from './remember.ts';
import { looksEnglish } from './vocabulary.ts';

/**
 * Of so many words in lower case one after another, so many that are not English are another language. In the project's own 3,300
 * labelled mails no six words have more than three; German, French and Spanish sentences of six words have four and more.
 */
const WINDOW = 6;
const FOREIGN_WORDS = 4;
/** Letters of a script that writes no blanks between words: more than a name. */
const UNSPACED_LETTERS = 8;
/** Words of another alphabet one after another, of which some are no names. */
const OTHER_ALPHABET_WORDS = 3;

const UNSPACED =
  /(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー][\p{P}\s\p{N}\p{M}]*)+/gu;
const OTHER_ALPHABET = /(?:(?!\p{Script=Latin})\p{L}[\p{L}\p{M}]*[^\p{L}\n]{0,4})+/gu;

/**
 * A stretch in the text that is not English, however short beside the rest: within a paragraph or a sentence; null when there is
 * none. Names, greetings and words borrowed one by one are never enough. No detector is asked, so that it costs little.
 *
 * @param text folded, or else words with marks count as no English
 */
export function foreignRun(text: string): string | null {
  return text
    .split(/\n\s*\n/)
    .reduce<string | null>((found, paragraph) => found ?? latinRun(paragraph), null);
}

/** As `foreignRun`, for other scripts than Latin, of which folding makes Latin letters where it can. `text` is as shown. */
export function foreignScriptRun(text: string): string | null {
  if (/^[\0-\x7f]*$/.test(text)) return null;
  const shown = text.normalize('NFC').replace(/\p{Cf}/gu, '');
  for (const [run] of shown.matchAll(UNSPACED)) {
    if ((run.match(/\p{L}/gu)?.length ?? 0) >= UNSPACED_LETTERS) return sample(run);
  }
  for (const [run] of shown.matchAll(OTHER_ALPHABET)) {
    const words = run.match(/\p{L}[\p{L}\p{M}]+/gu) ?? [];
    // Names have capitals; a script without any has to say more.
    const cased = words.some((word) => word !== word.toLowerCase() || word !== word.toUpperCase());
    const ordinary = words.filter((word) => !/^\p{Lu}\P{Lu}/u.test(word)).length;
    if (words.length >= OTHER_ALPHABET_WORDS && (cased ? ordinary > 1 : words.length > OTHER_ALPHABET_WORDS))
      return sample(run);
  }
  return null;
}

const latinRun = rememberSentences((paragraph): string | null => {
  const words: { word: string; start: number; end: number }[] = [];
  for (const match of paragraph.matchAll(/[^\s]+/g)) {
    // A name, an address, a number, a word in disguise: nothing to tell a language by.
    const bare = /^[("'[]{0,3}(\p{Ll}[\p{L}\p{M}'-]+)[^\p{L}\p{N}]{0,6}$/u.exec(match[0])?.[1];
    if (bare === undefined) continue;
    words.push({ word: bare, start: match.index, end: match.index + match[0].length });
  }
  const foreign = words.map(({ word }) => !looksEnglish(word));
  let count = 0;
  for (const [at, one] of foreign.entries()) {
    count += (one ? 1 : 0) - (foreign[at - WINDOW] === true ? 1 : 0);
    if (count < FOREIGN_WORDS) continue;
    const first = foreign.indexOf(true, Math.max(0, at - WINDOW + 1));
    return sample(paragraph.slice(words[first]!.start, words[at]!.end));
  }
  return null;
});

function sample(run: string): string {
  return run.replace(/\s+/g, ' ').trim().slice(0, 60);
}
