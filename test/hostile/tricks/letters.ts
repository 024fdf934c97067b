import type { Random } from '../../../src/evaluate/random.ts';
import { type TextTrick, pick } from './trick.ts';

/** Tricks on single letters: the eye sees the word, a program sees others or more. */

const between = (text: string, what: (random: Random) => string, random: Random): string =>
  text.replace(/(?<=[\p{L}\p{N}])(?=[\p{L}\p{N}])/gu, () => what(random));

const swapped =
  (table: Readonly<Record<string, string>>) =>
  (text: string): string =>
    Array.from(text, (char) => table[char] ?? char).join('');

const pairs = (from: string, to: string): Record<string, string> => {
  const targets = Array.from(to);
  return Object.fromEntries(Array.from(from, (char, index) => [char, targets[index] ?? char]));
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const CAPITALS = LETTERS.toUpperCase();
const DIGITS = '0123456789';

/** The alphabet of a block of mathematical letters, which begin at `at` with the capitals. */
function alphabet(at: number, digits?: number): Record<string, string> {
  const table: Record<string, string> = {};
  for (const [index, char] of Array.from(CAPITALS + LETTERS).entries())
    table[char] = String.fromCodePoint(at + index);
  if (digits !== undefined) {
    for (const [index, char] of Array.from(DIGITS).entries())
      table[char] = String.fromCodePoint(digits + index);
  }
  return table;
}

const LEET = pairs('aeiostbgl', '43105789|');
const SYMBOLS = pairs('aisceAISCE', '@!$(€@!$(€');
const DIGIT_LETTERS = pairs('015', 'OlS');

/** A word keeps its first and last letter, so that it stays readable; `some` of the others change. */
function leet(text: string, table: Readonly<Record<string, string>>, random: Random, share: number): string {
  return text.replace(/[A-Za-z]{3,}/g, (word) => {
    const inner = Array.from(word.slice(1), (char) => (random() < share ? (table[char] ?? char) : char)).join(
      '',
    );
    if (word[0] + inner !== word) return word[0] + inner;
    // At least one, where there is one to change.
    const at = Array.from(word).findIndex((char, index) => index > 0 && table[char] !== undefined);
    return at < 0 ? word : word.slice(0, at) + table[word[at]] + word.slice(at + 1);
  });
}

export const LETTER_TRICKS: TextTrick[] = [
  {
    name: 'zero-width',
    text: (text, random) =>
      between(text, (r) => pick(['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff'], r), random),
  },
  {
    name: 'bidi controls',
    text: (text, random) =>
      between(text, (r) => pick(['\u200e', '\u200f', '\u202a\u202c', '\u2066\u2069', '\u061c'], r), random),
  },
  { name: 'bidi override', text: (text) => `\u202e${Array.from(text).reverse().join('')}\u202c` },
  {
    name: 'bidi isolate override',
    text: (text) => `\u2068\u202e${Array.from(text).reverse().join('')}\u202c\u2069`,
  },
  {
    name: 'tag characters',
    text: (text, random) =>
      between(text, (r) => String.fromCodePoint(0xe0061 + Math.floor(r() * 26)), random),
  },
  { name: 'variation selectors', text: (text, random) => between(text, () => '\ufe0f', random) },
  {
    name: 'fillers',
    text: (text, random) =>
      between(text, (r) => pick(['\u115f', '\u3164', '\u034f', '\u180e', '\u17b4'], r), random),
  },
  { name: 'cyrillic', text: swapped(pairs('acehijopsxyABCEHIJKMOPSTXY', 'асеһіјорѕхуАВСЕНІЈКМОРЅТХУ')) },
  { name: 'greek', text: swapped(pairs('aivouABEZHIKMNOPTYX', 'αιvοuΑΒΕΖΗΙΚΜΝΟΡΤΥΧ')) },
  { name: 'cherokee and lisu', text: swapped(pairs('ADEGHIJKLMPRSTWZ', 'ᎪᎠᎬꓖᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᎳᏃ')) },
  { name: 'small capitals', text: swapped(pairs('abcdefghijklmnoprstuvwyz', 'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ')) },
  { name: 'mathematical', text: swapped(alphabet(0x1d400, 0x1d7ce)) },
  { name: 'mathematical script', text: swapped(alphabet(0x1d4d0)) },
  { name: 'mathematical sans', text: swapped(alphabet(0x1d5d4, 0x1d7ec)) },
  {
    name: 'full-width',
    text: swapped(
      pairs(
        CAPITALS + LETTERS + DIGITS + '$',
        Array.from(CAPITALS + LETTERS + DIGITS + '$', (c) =>
          String.fromCodePoint(c.charCodeAt(0) + 0xfee0),
        ).join(''),
      ),
    ),
  },
  {
    name: 'circled',
    text: swapped(
      pairs(
        LETTERS + CAPITALS,
        Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x24d0 + i)).join('') +
          Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x24b6 + i)).join(''),
      ),
    ),
  },
  {
    name: 'squared',
    text: (text) =>
      swapped(
        pairs(CAPITALS, Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x1f130 + i)).join('')),
      )(text.toUpperCase()),
  },
  {
    name: 'regional indicators',
    text: (text) =>
      swapped(
        pairs(CAPITALS, Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x1f1e6 + i)).join('')),
      )(text.toUpperCase()),
  },
  {
    name: 'combining marks',
    text: (text, random) =>
      text.replace(
        /\p{L}/gu,
        (char) => char + pick(['\u0301', '\u0336', '\u0323', '\u0334', '\u0489'], random),
      ),
  },
  { name: 'enclosing marks', text: (text) => text.replace(/[\p{L}\p{N}]/gu, '$&\u20dd') },
  { name: 'accents', text: swapped(pairs('aeiouncsyAEIOUNCS', 'áèîõüñçšýÀÉÎÕÜÑÇŠ')) },
  { name: 'strokes and hooks', text: swapped(pairs('bdhiklotuz', 'ƀđħɨƙłøŧʉƶ')) },
  { name: 'soft hyphens', text: (text, random) => between(text, () => '\u00ad', random) },
  { name: 'leetspeak', text: (text, random) => leet(text, LEET, random, 0.4) },
  { name: 'leetspeak throughout', text: (text, random) => leet(text, LEET, random, 1) },
  { name: 'symbols for letters', text: (text, random) => leet(text, SYMBOLS, random, 0.5) },
  {
    name: 'letters for digits',
    text: (text) => text.replace(/\d+/g, (digits) => swapped(DIGIT_LETTERS)(digits)),
  },
  {
    name: 'doubled letters',
    text: (text, random) =>
      text.replace(/[a-z]{3,}/g, (word) => {
        const at = 1 + Math.floor(random() * (word.length - 1));
        return word.slice(0, at) + word[at].repeat(4) + word.slice(at + 1);
      }),
  },
];
