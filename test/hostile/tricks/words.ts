import type { Random } from '../../../src/evaluate/random.ts';
import type { TextTrick } from './trick.ts';

/** Tricks on words: they are cut, spaced out or said in another way. */

const spaced = (text: string, letter: string, word: string): string =>
  text
    .split(/\s+/)
    .map((one) => Array.from(one).join(letter))
    .join(word);

/** Puts `cut` into each word of five letters or more, somewhere inside. */
const cutWords = (text: string, cut: string, random: Random): string =>
  text.replace(/\p{L}{5,}/gu, (word) => {
    const at = 2 + Math.floor(random() * (word.length - 3));
    return word.slice(0, at) + cut + word.slice(at);
  });

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** A whole number below a thousand in words. */
function inWords(value: number): string {
  if (value < 20) return ONES[value];
  if (value < 100) return TENS[Math.floor(value / 10)] + (value % 10 === 0 ? '' : `-${ONES[value % 10]}`);
  const rest = value % 100;
  return `${ONES[Math.floor(value / 100)]} hundred${rest === 0 ? '' : ` and ${inWords(rest)}`}`;
}

const SCALES: Record<string, string> = { k: 'thousand', m: 'million', b: 'billion', bn: 'billion' };
const CURRENCIES: Record<string, string> = { $: 'dollars', '€': 'euros', '£': 'pounds' };

function numberWords(text: string): string {
  return text
    .replace(
      /([$€£])\s?(\d{1,3})(?:\.(\d))?\s?(k|m|bn?|million|billion|thousand)?\b/gi,
      (_, sign: string, whole: string, tenth: string | undefined, scale: string | undefined) => {
        const words = [
          inWords(Number(whole)),
          ...(tenth === undefined ? [] : ['point', ONES[Number(tenth)]]),
        ];
        if (scale !== undefined) words.push(SCALES[scale.toLowerCase()] ?? scale);
        return [...words, CURRENCIES[sign]].join(' ');
      },
    )
    .replace(/\b\d{1,3}\b/g, (digits) => inWords(Number(digits)));
}

export const WORD_TRICKS: TextTrick[] = [
  { name: 'letters apart', text: (text) => spaced(text, ' ', '   ') },
  { name: 'letters apart, words too', text: (text) => spaced(text, ' ', ' ') },
  { name: 'letters apart by thin spaces', text: (text) => spaced(text, '\u2009', ' ') },
  { name: 'letters apart by hair spaces', text: (text) => spaced(text, '\u200a', '\u2003') },
  { name: 'dots between letters', text: (text) => spaced(text, '.', ' ') },
  { name: 'dashes between letters', text: (text) => spaced(text, '-', ' ') },
  { name: 'underscores between letters', text: (text) => spaced(text, '_', ' ') },
  { name: 'stars between letters', text: (text) => spaced(text, '*', ' ') },
  { name: 'hyphens in words', text: (text, random) => cutWords(text, '-', random) },
  { name: 'dots in words', text: (text, random) => cutWords(text, '.', random) },
  { name: 'middle dots in words', text: (text, random) => cutWords(text, '·', random) },
  { name: 'underscores in words', text: (text, random) => cutWords(text, '_', random) },
  { name: 'slashes in words', text: (text, random) => cutWords(text, '/', random) },
  { name: 'apostrophes in words', text: (text, random) => cutWords(text, "'", random) },
  { name: 'brackets in words', text: (text, random) => cutWords(text, '()', random) },
  { name: 'spaces in words', text: (text, random) => cutWords(text, ' ', random) },
  { name: 'thin spaces in words', text: (text, random) => cutWords(text, '\u2009', random) },
  { name: 'line breaks in words', text: (text, random) => cutWords(text, '-\n', random) },
  { name: 'bare line breaks in words', text: (text, random) => cutWords(text, '\n', random) },
  { name: 'a letter a line', text: (text) => spaced(text, '\n', '\n\n') },
  { name: 'words run together', text: (text) => text.replace(/ /g, '') },
  { name: 'words joined by underscores', text: (text) => text.replace(/ /g, '_') },
  { name: 'words joined by dots', text: (text) => text.replace(/ /g, '.') },
  {
    name: 'capitals at random',
    text: (text, random) =>
      Array.from(text, (char) => (random() < 0.5 ? char.toUpperCase() : char.toLowerCase())).join(''),
  },
  { name: 'shouted', text: (text) => text.toUpperCase() },
  { name: 'lower case', text: (text) => text.toLowerCase() },
  {
    name: 'a capital on each word',
    text: (text) => text.replace(/(?<![\p{L}'’])\p{L}/gu, (letter) => letter.toUpperCase()),
  },
  { name: 'number words', text: numberWords },
  { name: 'quoted', text: (text) => text.replace(/^/gm, '> ') },
];
