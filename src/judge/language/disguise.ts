import { isCompanyWord } from './known-companies.ts';
import { isEnglishWord } from './vocabulary.ts';

/** A text as a person reads it who sees through the spelling. */
export interface Undisguised {
  text: string;
  /** What was written so that a program does not read it, as it stood; each once. */
  disguised: string[];
  /** How many words that is. */
  count: number;
}

/** Notes what was undone, and how many words it holds. */
type Told = (shown: string, words?: number) => void;

/** Whether a lower-case word is one, given the names and words of the record. */
export type IsWord = (word: string) => boolean;

const LEET: Readonly<Record<string, readonly string[]>> = {
  '0': ['o'],
  '1': ['i', 'l'],
  '3': ['e'],
  '4': ['a'],
  '5': ['s'],
  '6': ['g', 'b'],
  '7': ['t', 'l'],
  '8': ['b'],
  '9': ['g'],
  '@': ['a'],
  $: ['s'],
  '!': ['i', 'l'],
  '|': ['l', 'i'],
  '+': ['t'],
  '(': ['c'],
  '€': ['e'],
  '£': ['l'],
};
const MOST_READINGS = 64;
const DIGIT_OF: Readonly<Record<string, string>> = {
  O: '0',
  o: '0',
  Q: '0',
  D: '0',
  l: '1',
  I: '1',
  i: '1',
  '|': '1',
  S: '5',
  Z: '2',
  z: '2',
  B: '8',
};

const SHORTENED = /^(\p{L}+)'(?:s|re|ve|ll|d|t|m|am|em)$/u;
const TOKEN = /[\p{L}\p{M}\p{N}@$!|+(€£]+/gu;
/** What may be put into a word without a person minding: blanks, line breaks and marks, but no sentence's end with a blank after it. */
const CUT = /^(?:[ \t\n\u2028\u2029]{1,4}|-[ \n]|[-_.·•*/\\'~^`=:;,|+#"]{1,2}|\(\)|\[\]|\{\}|<>)$/u;
const TIED = /^[-_·•*/~|]$/;
/** A word with what is left of another behind its apostrophe. */
const WORD = /[\p{L}\p{M}]+(?:'(?:s|re|ve|ll|d|t|m|am|em)(?![\p{L}\p{M}]))?/giu;
const LONGEST_WORD = 24;
/** As many single letters in a row are no initials. */
const SPELT_OUT = 5;
/** A longer word that is none may be several. */
const RUN_TOGETHER = 14;
/** … and a shorter one with a capital or a figure inside. */
const RUN_TOGETHER_MIXED = 7;
const LONGEST_RUN = 2_000;
const LONGEST_LABEL = 20;
/** A file, a tag or a compound may be named by so many words put together. */
const NAME_WORDS = 3;
/** "HelloFresh" is how a name is written. */
const BRAND = /^(?:\p{Lu}\p{Ll}{2,9}){2}$/u;
/** Always with a capital, so that the vocabulary, which is of lower-case words, has none of them. */
const HOLIDAYS = new Set(
  'christmas easter thanksgiving ramadan hanukkah diwali whitsun pentecost'.split(' '),
);
/** Three words or more with the same mark between them and no blank. */
const CHAINS = ['_', '.', '/', '+', '~', '|', '·', '*', ',', ';']
  .map((mark) => ({
    mark,
    chain: new RegExp(String.raw`(?<!\S)[^\s${mark}]+(?:([${mark}])[^\s${mark}]+){2,}`, 'gu'),
  }))
  .concat({ mark: '-', chain: /(?<!\S)[^\s-]+(?:(-)[^\s-]+){4,}/gu });

/**
 * Undoes leetspeak, letters for digits, stretched letters, words cut in pieces, letters standing apart and words run together, by one general test: what it puts together must be an English word, a word of the record or of a well-known company's name. Time is linear in `text`.
 *
 * @param text folded (`message/fold.ts`), which has undone what Unicode alone can tell
 */
export function undisguise(text: string, isRecordWord: IsWord = () => false): Undisguised {
  const isWord: IsWord = (word) => {
    if (isEnglishWord(word) || isRecordWord(word) || isCompanyWord(word) || HOLIDAYS.has(word)) return true;
    const short = word.includes("'") ? SHORTENED.exec(word) : null;
    return (
      short !== null &&
      (isEnglishWord(short[1]!) || isRecordWord(short[1]!) || isEnglishWord(word.replace("'", '')))
    );
  };
  const disguised = new Set<string>();
  let count = 0;
  const told: Told = (shown, words = 1) => {
    const sample = shown.trim().replace(/\s+/g, ' ').slice(0, 40);
    if (!disguised.has(sample)) count += words;
    disguised.add(sample);
  };
  const letters = joinLetters(text, isWord, told);
  const pieces = joinPieces(letters, isWord, told);
  const stretched = /([a-z])\1\1/i.test(pieces);
  let result = pieces.replace(TOKEN, (token, at: number, whole: string) => {
    if (!stretched && /^[A-Za-z]+$/.test(token)) return token;
    const end = at + token.length;
    const around = { before: whole[at - 1], after: whole.slice(end, end + UNIT_CHARS) };
    return plainToken(token, around, isWord, told);
  });
  // What the first time left as it was, it leaves again.
  if (pieces !== letters || result !== pieces) result = joinPieces(result, isWord, told);
  result = separateJoined(result, isWord, told);
  return { text: result, disguised: [...disguised], count };
}

const LETTER_BY_LETTER = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:[\p{L}\p{N}$€£%](?:[ \t\n\u2029]{1,6}|[-_.·•*/|~,+:;]{1,2}[ \t\n]{0,3})){${SPELT_OUT - 1},}[\p{L}\p{N}%](?![\p{L}\p{N}])`,
  'gu',
);

/** Letters one by one, whatever stands between: they are put together and cut into words again. */
function joinLetters(text: string, isWord: IsWord, told: Told): string {
  return text.replace(LETTER_BY_LETTER, (shown) => {
    const letters = shown.replace(/[^\p{L}\p{N}$€£%]/gu, '');
    if ((letters.match(/\p{L}/gu)?.length ?? 0) < SPELT_OUT) return shown;
    const words = segment(letters, isWord);
    if (words.split(' ').some((word) => word.length > 3 && isWord(word.toLowerCase())))
      told(shown, SPELT_OUT);
    return words;
  });
}

/** A row of letters and what stands between it and the next one. */
interface Token {
  word: string;
  start: number;
  end: number;
  lower: string;
  isWord: boolean;
  gap: 'blanks' | 'white_space' | 'tie' | 'marks' | 'other';
}

function tokensOf(text: string, isWord: IsWord): Token[] {
  const tokens: Token[] = [];
  for (const { 0: word, index: start } of text.matchAll(WORD)) {
    const last = tokens.at(-1);
    if (last !== undefined) last.gap = gapOf(text.slice(last.end, start));
    const lower = word.toLowerCase();
    tokens.push({ word, start, end: start + word.length, lower, isWord: isWord(lower), gap: 'other' });
  }
  return tokens;
}

function gapOf(gap: string): Token['gap'] {
  if (gap === ' ') return 'blanks';
  if (!CUT.test(gap)) return 'other';
  if (/^ +$/.test(gap)) return 'blanks';
  if (/\s/.test(gap)) return 'white_space';
  return TIED.test(gap) ? 'tie' : 'marks';
}

/** Puts the pieces of a word together where at least one of them is no word by itself. */
function joinPieces(text: string, isWord: IsWord, told: Told): string {
  const tokens = tokensOf(text, isWord);
  let result = '';
  let done = 0;
  for (let at = 0; at < tokens.length; at++) {
    const taken = longestJoin(tokens, at, isWord);
    const first = tokens[at]!;
    const last = tokens[at + taken - 1]!;
    if (taken === 1) continue;
    const pieces = tokens.slice(at, at + taken);
    result += text.slice(done, first.start) + pieces.map(({ word }) => word).join('');
    done = last.end;
    // "re-use" and "e-mail" are spelt either way.
    const hyphened =
      pieces.length === 2 && text.slice(first.end, last.start) === '-' && first.word.length < 5;
    if (!hyphened && pieces.some((piece) => !piece.isWord)) told(text.slice(first.start, last.end));
    at += taken - 1;
  }
  return result + text.slice(done);
}

function longestJoin(tokens: readonly Token[], at: number, isWord: IsWord): number {
  const first = tokens[at]!;
  let joined = first.lower;
  let best = 1;
  // "a_s" is a word; other short ones are as often initials or parts of a path.
  let spelt = joined.length === 1;
  let allWords = spelt || first.isWord;
  let common = allWords && joined.length > 2;
  let previous = first;
  for (let next = at + 1; next < tokens.length && next < at + 6; next++) {
    const { gap } = previous;
    if (gap === 'other') break;
    const piece = tokens[next]!;
    const { length } = piece.lower;
    joined += piece.lower;
    if (joined.length > LONGEST_WORD) break;
    allWords &&= length === 1 || piece.isWord;
    common &&= piece.isWord && length > 2;
    previous = piece;
    // "the Se-ries" is no "these": what is tied to the next piece belongs there.
    if (piece.gap === 'tie') continue;
    // Two words side by side are two words; "fun ding" is not, since nothing is a ding.
    if (gap === 'blanks' ? allWords : common) continue;
    spelt &&= length === 1 && (gap === 'tie' || gap === 'marks');
    if ((joined.length >= 4 || spelt) && isWord(joined)) best = next - at + 1;
  }
  return best;
}

function plainToken(
  token: string,
  { before, after }: { before: string | undefined; after: string },
  isWord: IsWord,
  told: Told,
): string {
  const money = /^[$€£]/.test(token) || /^[$€£]$/.test(before ?? '');
  const lower = token.toLowerCase();
  if (/\p{N}/u.test(token) || money) {
    const digits = asNumber(token, money ? 'money' : UNIT.test(after) ? 'time' : null);
    if (digits !== null) {
      if (digits !== token) told(token);
      return digits;
    }
  }
  if (/^\p{L}+$/u.test(lower)) {
    if (isWord(lower) || !/(\p{L})\1\1/u.test(lower)) return token;
    const shorter = [lower.replace(/(\p{L})\1{2,}/gu, '$1'), lower.replace(/(\p{L})\1{2,}/gu, '$1$1')].find(
      isWord,
    );
    if (shorter !== undefined) told(token);
    return shorter ?? token;
  }
  const { open, core, close } = withoutMarksAround(token);
  if (core.length < 2 || core.length > LONGEST_RUN || !/\p{L}/u.test(core) || /^\p{L}+$/u.test(core))
    return token;
  const read = leetReadings(lower).find(isWord) ?? leetReadings(core.toLowerCase()).find(isWord);
  if (read === undefined) {
    // A name may be written so; what is left of it is at least letters.
    return /\p{L}[^\p{L}]\p{L}/u.test(core) && core.length > 3
      ? open + leetReadings(core)[0]! + close
      : token;
  }
  // "B2B" and "24x7" are words of their own kind.
  if (core.length > 3) told(token);
  return /^\p{Lu}/u.test(core) ? read.charAt(0).toUpperCase() + read.slice(1) : read;
}

/** Marks at the ends of a token that may be letters or just marks. An expression would try each row of marks inside it again and again. */
function withoutMarksAround(token: string): { open: string; core: string; close: string } {
  const marks = '(+|!';
  let start = 0;
  let end = token.length;
  while (start < end && marks.includes(token.charAt(start))) start++;
  while (end > start && marks.includes(token.charAt(end - 1))) end--;
  return { open: token.slice(0, start), core: token.slice(start, end), close: token.slice(end) };
}

/** Behind a number of them. */
const UNIT = /^[ -](?:(?:calendar|working|business)[ -])?(?:minute|hour|day|week|month)s?(?!\p{L})/iu;
const UNIT_CHARS = 20;

/**
 * "$2O" is $20, "l5" is 15 and "4S days" are 45: what has a digit or stands for money, and of which every letter looks like a digit.
 *
 * @param counts what it is a number of, where that is told
 */
function asNumber(token: string, counts: 'money' | 'time' | null): string | null {
  const match = /^([$€£]?)([\dOoQDlIi|SZzB]+)(k|m|mm|mn|bn?|x|%|st|nd|rd|th|s|h|d|w|y)?$/i.exec(token);
  if (match === null) return null;
  const [, sign = '', digits = '', scale = ''] = match;
  // "B2B" and "S3" are names; only money and times are spelt with letters that merely resemble a digit.
  const looks =
    counts === 'time'
      ? /^(?:\d|[OoIl|](?=[OoIl|]*\d))[\dOoIl|SZB]*$/
      : /^(?:\d|[OoIl|](?=[OoIl|]*\d))[\dOoIl|]*$/;
  if (counts !== 'money' && !looks.test(digits)) return null;
  if (/^\d+$/.test(digits)) return token;
  return sign + Array.from(digits, (char) => DIGIT_OF[char] ?? char).join('') + scale;
}

function leetReadings(token: string): string[] {
  let readings = [''];
  for (const char of token) {
    const options = LEET[char] ?? [char];
    readings = readings.flatMap((one) => options.map((option) => one + option)).slice(0, MOST_READINGS);
  }
  return readings;
}

/** "you_raised_a_round" and "youraisedaround" as words. */
function separateJoined(text: string, isWord: IsWord, told: Told): string {
  let result = text;
  for (const { mark, chain } of CHAINS) {
    if (!result.includes(mark)) continue;
    result = result.replace(chain, (shown, joint: string) => {
      if (/@|:\/\/|www\./.test(shown)) return shown;
      const words = shown.split(joint);
      const bare = words.map((word) => word.toLowerCase().replace(/[^\p{L}']/gu, ''));
      const known = bare.filter(isWord).length;
      // Figures, single letters and marks between them are no words either way.
      if (known < 2 || known * 2 < bare.filter((word) => word.length > 1).length) return shown;
      if (known > NAME_WORDS) told(shown, known - NAME_WORDS);
      return words.join(' ');
    });
  }
  return result.replace(/(?<![\p{L}\p{N}@/:])[\p{L}\p{N}$€£'-]+(?![@/\p{L}\p{N}])/gu, (shown, at: number) => {
    // Parts of a host's name are shorter.
    if (result.charAt(at - 1) === '.' && shown.length < LONGEST_LABEL) return shown;
    if (shown.length < RUN_TOGETHER_MIXED || shown.length > LONGEST_RUN || isWord(shown.toLowerCase()))
      return shown;
    let known = 0;
    let unsure = false;
    const parts = shown.split('-').map((part) => {
      const least = /\p{Ll}\p{Lu}|\p{L}\d|\d\p{L}/u.test(part) ? RUN_TOGETHER_MIXED : RUN_TOGETHER;
      if (part.length < least || isWord(part.toLowerCase()) || /^\d+$/.test(part) || BRAND.test(part))
        return part;
      const words = segment(part, isWord).split(' ');
      const found = words.filter((word) => word.length > 1 && isWord(word.toLowerCase()));
      if (found.length < 2 || found.join('').length * 10 < part.length * 7) return part;
      // Another language's long word falls into crumbs; a sentence does not.
      const crumbs = words.filter((word) => word.length < 3 && !isWord(word.toLowerCase())).length;
      if (crumbs * 4 <= found.length) known += found.length;
      else unsure = true;
      return words.join(' ');
    });
    if (known === 0 && !unsure) return shown;
    if (known > NAME_WORDS) told(shown, known - NAME_WORDS);
    return parts.join('-');
  });
}

/**
 * Cuts a row of letters into the fewest words with the fewest letters left over (dynamic programming). Digits stay together, and
 * letters that belong to no word do.
 */
function segment(letters: string, isWord: IsWord): string {
  const length = letters.length;
  const cost = new Float64Array(length + 1).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(length + 1);
  const whole = new Uint8Array(length + 1);
  cost[0] = 0;
  for (let end = 1; end <= length; end++) {
    for (let start = Math.max(0, end - LONGEST_WORD); start < end; start++) {
      const piece = letters.slice(start, end);
      const isNumber = /^[$€£]?[\p{N}.,]+%?$/u.test(piece);
      const word =
        isNumber || ((piece.length > 2 || /^(?:[ai]|[a-z]{2})$/i.test(piece)) && isWord(piece.toLowerCase()));
      if (!word && piece.length > 1) continue;
      // Long words are likelier than the short ones they are made of.
      const price = word ? 1 + 3 / piece.length : 4;
      if (cost[start]! + price < cost[end]!) {
        cost[end] = cost[start]! + price;
        from[end] = start;
        whole[end] = word ? 1 : 0;
      }
    }
  }
  const pieces: { text: string; word: boolean }[] = [];
  for (let end = length; end > 0; end = from[end]!) {
    const piece = { text: letters.slice(from[end], end), word: whole[end] === 1 };
    const next = pieces.at(-1);
    if (next !== undefined && !next.word && !piece.word) next.text = piece.text + next.text;
    else pieces.push(piece);
  }
  return pieces
    .reverse()
    .map(({ text }) => text)
    .join(' ');
}
