import { remember } from './remember.ts';

const VOWEL = /[aeiouy]/;

/** Endings in order; the first that leaves a stem of at least `keep` letters with a vowel is cut. */
const ENDINGS: [ending: string, by: string, keep: number][] = [
  ['isations', 'is', 3],
  ['izations', 'is', 3],
  ['isation', 'is', 3],
  ['ization', 'is', 3],
  ['ations', 'at', 3],
  ['ation', 'at', 3],
  ['itions', 'it', 3],
  ['ition', 'it', 3],
  ['ments', '', 4],
  ['ment', '', 4],
  ['nesses', '', 4],
  ['ness', '', 4],
  ['ingly', '', 4],
  ['edly', '', 4],
  ['ions', '', 4],
  ['ion', '', 4],
  ['ities', '', 4],
  ['ity', '', 4],
  ['ables', '', 4],
  ['able', '', 4],
  ['ings', '', 3],
  ['ing', '', 3],
  ['ises', 'is', 3],
  ['izes', 'is', 3],
  ['ised', 'is', 3],
  ['ized', 'is', 3],
  ['ise', 'is', 4],
  ['ize', 'is', 4],
  ['ives', '', 4],
  ['ive', '', 4],
  ['ated', 'at', 3],
  ['ates', 'at', 3],
  ['ate', 'at', 3],
  ['ors', '', 4],
  ['or', '', 4],
  ['ers', '', 4],
  ['er', '', 4],
  ['ies', 'y', 2],
  ['ied', 'y', 2],
  ['ed', '', 3],
  ['ly', '', 4],
  ['als', '', 4],
  ['al', '', 4],
  ['sses', 'ss', 2],
  ['es', '', 3],
  ['s', '', 3],
];

/** By their last letter: most words end in another one. */
const ENDINGS_BY_LETTER = new Map(
  ENDINGS.map(([ending]) => {
    const letter = ending.slice(-1);
    return [letter, ENDINGS.filter(([other]) => other.endsWith(letter))];
  }),
);

/** Irregular forms whose endings do not show the relation. */
const IRREGULAR: Record<string, string> = {
  sold: 'sell',
  sale: 'sell',
  sales: 'sales',
  bought: 'buy',
  paid: 'pay',
  cut: 'cut',
  cuts: 'cut',
  cutting: 'cut',
  lost: 'lose',
  losing: 'lose',
  left: 'leave',
  leaving: 'leave',
  chose: 'choose',
  froze: 'freeze',
  frozen: 'freeze',
  freezing: 'freeze',
  rose: 'rise',
  rises: 'rise',
  rising: 'rise',
  grew: 'grow',
  built: 'build',
  people: 'people',
  analyses: 'analysis',
  acquisition: 'acquir',
  acquisitions: 'acquir',
  retention: 'retain',
  competitor: 'competit',
  competitors: 'competit',
  engineer: 'engin',
  engineers: 'engin',
  engineered: 'engin',
  agreed: 'agre',
};

/**
 * A light suffix stripper (after Porter, "An algorithm for suffix stripping", 1980) for comparing words,
 * not for showing: "migrating", "migration" and "migrates" give one stem. Expects lower case.
 */
export const stem: (word: string) => string = remember(stemOf);

/** As `stem`, for a word that is not likely to come again. */
export function stemOf(word: string): string {
  const plain = word.includes("'") ? word.replace(/'s?$/, '').replaceAll("'", '') : word;
  if (Object.hasOwn(IRREGULAR, plain)) return IRREGULAR[plain] ?? plain;
  if (/.{4}ships?$/.test(plain)) return stem(plain.replace(/ships?$/, ''));
  if (plain.length <= 3 || /\d/.test(plain)) return plain;
  if (plain.endsWith('ss') || plain.endsWith('us') || plain.endsWith('is')) return plain;
  for (const [ending, by, keep] of ENDINGS_BY_LETTER.get(plain.slice(-1)) ?? []) {
    if (!plain.endsWith(ending)) continue;
    const base = plain.slice(0, plain.length - ending.length) + by;
    if (base.length < keep || !VOWEL.test(base)) continue;
    return tidy(base);
  }
  return tidy(plain);
}

/** Doubled end consonants and a silent e differ between inflections only. */
function tidy(base: string): string {
  const single = base.replace(/([bdfgmnprt])\1$/, '$1');
  const bare = single.length > 3 ? single.replace(/e$/, '') : single;
  return bare.length > 2 ? bare.replace(/([^aeiou])i$/, '$1y').replace(/iz$/, 'is') : bare;
}
