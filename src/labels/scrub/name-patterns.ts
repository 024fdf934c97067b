import { LEGAL_FORMS, nameKey } from '../../crm/names.ts';
import { isPlainWord } from '../../judge/language/not-names.ts';
import { wordWeight } from '../../judge/language/word-weight.ts';
import { fold } from '../../message/fold.ts';

/** Between two words of a name: blanks, a quoted line's mark, dots and dashes, or nothing ("ruth.kessler", "RuthKessler"). */
const BETWEEN = String.raw`[\s>.,_+*'|\\-]{0,6}`;
/** A word broken over two lines. */
const BROKEN = String.raw`(?:[-=]\n[>\s]{0,4})?`;
const NOT_IN_A_WORD = String.raw`(?<![\p{L}\p{M}])`;
const NO_LETTER = String.raw`(?![\p{L}\p{M}])`;
/** "Ltd." and the like go with the name; two at most ("Pty Ltd"). */
const ANY_CASE = LEGAL_FORMS.replace(/[a-z]/gu, (letter) => `[${letter}${letter.toUpperCase()}]`);
const LEGAL_END = String.raw`(?:,?[ \t]+(?:${ANY_CASE})\b\.?){0,2}`;
/** Scripts that put no blank between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

const TITLES = new Set('dr mr mrs ms miss mx prof sir dame jr sr ii iii iv phd md mba esq'.split(' '));
const PARTICLES = new Set('van von der den de du da di dos la le el al bin ibn ben st mac mc o y'.split(' '));
/** Names that are words: these count as names only where they are capitalised. */
const ALSO_WORDS = new Set(
  `will mark bill grant rich hope faith joy grace dawn rose art may june april august summer jack pat sue drew chase frank
  ray rob don gene guy dean earl king page price wood woods stone young long short brown black white green gray grey best
  good church field fields hill lake ford banks cook baker taylor carter cash case close day love power powers penny
  robin sage sky star sunny victor miles major max angel bee bob buck chip cliff dale dot duke ernest gay glen heath iris
  ivy jade jewel josh lance lee loud mars mason melody mercy mike nick olive pearl peg penn pepper piper porter reed rusty
  sandy skip sonny sterling teddy tom trip tucker violet wade ward wells west worth north south east`
    .split(/\s+/u)
    .filter(Boolean),
);
/** First words of company names that say nothing about which company it is. */
const GENERIC = new Set(
  `the a an new first general global international national united american european african digital data cloud smart blue
  green red black white north south east west northern southern eastern western central pacific atlantic open next one pro
  tech software systems network networks media health medical bio capital financial finance bank group partners studio labs
  innovative advanced applied modern premier prime direct active future social mobile great royal city urban company firm`
    .split(/\s+/u)
    .filter(Boolean),
);

/** How a name is found in folded text. */
export interface NamePattern {
  pattern: RegExp;
  /** It is everyday language as well, and a name only where it begins with a capital. */
  capitalised: boolean;
}

/** Where a text holds the name. */
export function* namesIn(
  text: string,
  { pattern, capitalised }: NamePattern,
): Generator<{ start: number; end: number }> {
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (!capitalised || /^\P{Ll}/u.test(found)) yield { start: index, end: index + found.length };
  }
}

/** Words of a name that stand for it alone; titles and particles do not. */
export function nameWords(name: string): string[] {
  return name
    .split(/[\s,]+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((word) => word !== '' && !TITLES.has(word.toLowerCase().replace(/\./gu, '')));
}

/** The whole name in the ways people write it: in order, turned round, joined, with an initial for either end. */
export function fullNamePatterns(name: string): NamePattern[] {
  const words = nameWords(name);
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined || words.length < 2) return [];
  const [a, z] = [spelt(first), spelt(last)];
  const middle = words
    .slice(1, -1)
    .map((word) => `(?:(?:${spelt(word)}|${initial(word)}\\.?)${BETWEEN})?`)
    .join('');
  const after = words
    .slice(1, -1)
    .map((word) => `(?:${BETWEEN}(?:${spelt(word)}|${initial(word)}\\.?)${NO_LETTER})?`)
    .join('');
  const whole = [`${a}${BETWEEN}(?:${middle}|(?:[a-z]\\.?${BETWEEN})?)${z}`, `${z}${BETWEEN}${a}${after}`];
  // "a price" is not A. Price.
  const doubtful = [first, last].some(isWordToo);
  const [as, zs] = doubtful ? [asName(first), asName(last)] : [[a], [z]];
  const short = [
    ...zs.map((end) => `${initial(first, doubtful)}${BETWEEN}${end}`),
    ...as.map((start) => `${start}[\\s._-]{0,2}${initial(last, doubtful)}\\.?`),
  ];
  return [any(bounded(whole, name)), any(bounded(short, name, doubtful ? 'gu' : 'giu'))];
}

/** Each telling word of a person's name by itself. */
export function nameWordPatterns(name: string): NamePattern[] {
  const words = nameWords(name).filter((word) => word.length > 1 && !PARTICLES.has(word.toLowerCase()));
  return words.map((word) => ({ pattern: bounded([spelt(word)], word), capitalised: isWordToo(word) }));
}

/** A company's name with or without its legal form, in one word or several. */
export function companyPatterns(name: string): NamePattern[] {
  const words = companyWords(name);
  if (words.length === 0) return [];
  // "the next step" is not Next Step Ltd.
  const pattern = bounded([words.map(spelt).join(BETWEEN) + LEGAL_END], name);
  return [{ pattern, capitalised: words.every(isWordToo) }];
}

/** The first word of a longer company name, where it tells one company from another; as a name, capitalised. */
export function companyWordPatterns(name: string): NamePattern[] {
  const [first, second] = companyWords(name);
  const telling = first !== undefined && second !== undefined && first.length > 3 && !GENERIC.has(first);
  return telling ? [{ pattern: bounded([spelt(first)], first), capitalised: true }] : [];
}

/** The name that a domain stands for: "harbourlane" of harbourlane.example. */
export function domainWordPatterns(domain: string): NamePattern[] {
  const word = domain.slice(0, domain.indexOf('.'));
  return word.length < 4 || GENERIC.has(word)
    ? []
    : [{ pattern: bounded([spelt(word)], word), capitalised: true }];
}

function companyWords(name: string): string[] {
  const key = nameKey(name);
  const words = key.split(' ').filter(Boolean);
  return words.length > 0 ? words : nameWords(name);
}

/** A word of everyday language, which is a name only where it is written as one. */
function isWordToo(word: string): boolean {
  const plain = word.toLowerCase();
  if (UNSPACED.test(word)) return false;
  return (
    plain.length < 3 ||
    ALSO_WORDS.has(plain) ||
    GENERIC.has(plain) ||
    isPlainWord(plain) ||
    wordWeight(plain) < 1
  );
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();

/** As names are written: "Price", "PRICE" and as it stands in the record ("McCall"). */
const asName = (word: string): string[] =>
  [...new Set([capitalised(word), word.toUpperCase(), word])]
    .filter((one) => one !== one.toLowerCase())
    .map(spelt);

const any = (pattern: RegExp): NamePattern => ({ pattern, capitalised: false });

function bounded(ways: readonly string[], name: string, flags = 'giu'): RegExp {
  const pattern = `(?:${ways.join('|')})`;
  return new RegExp(UNSPACED.test(name) ? pattern : NOT_IN_A_WORD + pattern + NO_LETTER, flags);
}

function initial(word: string, asWritten = false): string {
  const letter = folded(word).charAt(0);
  return escaped(asWritten ? letter.toUpperCase() : letter);
}

const folded = (word: string): string => fold(word.normalize('NFC')).text;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');

/** German and Nordic letters as people write them without a keyboard for them. */
const SPELLED_OUT: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', ø: 'oe', å: 'aa', æ: 'ae' };

/** One word of a name, as folded text may spell it. */
function spelt(word: string): string {
  const letters = Array.from(word.normalize('NFC'), (letter) => {
    const out = SPELLED_OUT[letter.toLowerCase()];
    const plain = Array.from(folded(letter), one).join('');
    return out === undefined ? plain : `(?:${plain}|${out}|${out.toUpperCase()})`;
  });
  return (
    letters
      .join(word.length > 3 ? BROKEN : '')
      // The other way round: "Mueller" for a Müller.
      .replace(/([aouAOU])((?:\(\?:\[-=\]\\n\[>\\s\]\{0,4\}\)\?)?)([eE])/gu, '$1(?:$2$3)?')
  );
}

const one = (letter: string): string =>
  /[\p{L}\p{N}]/u.test(letter) ? escaped(letter) : String.raw`[\s'.&_+-]{0,3}`;
