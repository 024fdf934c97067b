import { isPlace } from './places.ts';
import { rememberSentences, rememberTexts } from './remember.ts';
import { type Piece, splitWords, type Word } from './sentences.ts';
import { stem } from './stem.ts';
import { COMMON_WEIGHT, isFunctionWord, wordWeight } from './word-weight.ts';

/**
 * Matters a company keeps to itself, as families of words: a paraphrase shares the matter when it does not
 * share the words ("pay rises" and "compensation").
 */
const MATTERS: [matter: string, words: string][] = [
  [
    'pay',
    'pay paid payroll salary salaries compensation wage wages remuneration bonus bonuses raises rises comp',
  ],
  [
    'jobs',
    'layoff layoffs redundancy redundancies downsizing downsize restructuring restructure restructured reorg reorganisation reorganization cutbacks cuts cut cutting reduction reductions headcount freeze',
  ],
  [
    'retention',
    'retention retain attrition turnover resignations resign resigning quitting departures departing leaving poaching poached',
  ],
  [
    'sale',
    'sell sale selling sold acquisition acquire acquired acquirer merger merge takeover buyout exit divest buyer',
  ],
  [
    'leadership',
    'replace replacing replaced replacement leadership succession successor transition ousted oust firing stepping departure',
  ],
  [
    'money',
    'budget budgets freeze frozen spend spending cash runway burn cost-cutting savings austerity overspend overspent',
  ],
  ['raising', 'fundraise fundraising raising round investors bridge ipo listing flotation'],
  [
    'law',
    'lawsuit litigation sued suing legal dispute investigation probe settlement fine regulator subpoena',
  ],
  ['ownership', 'ownership equity shares shareholder shareholders stake stakes cap-table divorce options'],
  ['rivals', 'competitor competitors rival rivals competing switching incumbent'],
  ['price', 'pricing price prices discount discounts negotiation negotiations negotiating negotiate rates'],
  ['breach', 'breach breached incident outage hack hacked ransomware leak leaked vulnerability'],
  [
    'health',
    'illness ill sick surgery medical cancer bereavement maternity paternity sabbatical burnout burned',
  ],
  [
    'trouble',
    'crisis struggling underperforming underperformance failing failure missed conflict friction morale unhappy dissatisfied frustrated pressure',
  ],
  [
    'closing',
    'closing closure close shutting shutdown sunset sunsetting discontinue wind-down relocate relocating relocation',
  ],
];
const MATTER_OF = new Map(
  MATTERS.flatMap(([matter, words]) =>
    words.split(' ').map((word): [string, string] => [stem(word), matter]),
  ),
);

/** Hints that the writer knows of something ("given the …", "if a sale is on the table"). */
const HINTS =
  /^with (?:the|your|all|so|that)\b|\b(?:given (?:the|your|that|how)|in light of|considering (?:the|your|that)|with (?:the|your|all the) [\w' -]{0,40}\b(?:coming|gone|lost|over|ending|closing|leaving|ahead|pending|looming|underway|going on|happening|in play|planned)|if [\w' -]{0,50}\b(?:on the table|under review|in play|on the horizon|on the cards|coming|changing|being considered|planned|happening|goes through|goes ahead)|i see (?:that )?(?:you|your)(?:'re| are)?|i (?:know|hear|heard|understand|gather|realise|realize|noticed) (?:that )?(?:the|you|your|there|things|it|about)|we (?:know|hear|understand|gather) (?:that )?(?:the|you|your|there)|noting|knowing|aware (?:of|that)|word is|rumou?r|while you (?:\w+ )?(?:resolve|sort|navigate|work through|deal|manage|handle|face|weigh)|as you (?:\w+ )?(?:resolve|sort|navigate|work through|deal|manage|handle|face|weigh|prepare)|you(?:'re| are) (?:dealing|facing|navigating|going through|under|weighing|considering|planning|about)|ahead of (?:the|your|any)|before (?:the|any) (?:transition|change|sale|cuts?|freeze|announcement|move)|thanks for (?:mentioning|sharing|raising|flagging|telling)|you mentioned|sorry to hear|understandable (?:given|with)|especially (?:with|given|now)|during (?:the|this|your)|amid|until (?:the|this|that) [\w' -]{0,30}(?:resolved|settles?|over|lifts?|ends))\b/i;

/** Plays through a matter that nobody has told the recipient's side of the thread. */
const SPECULATES =
  /\bif [\w' -]{0,50}\b(?:on the table|under review|in play|on the horizon|on the cards|being considered|in the works|goes through|goes ahead|is coming|are coming|falls through)\b|\bbefore (?:the|any) (?:transition|change|sale|cuts?|freeze|announcement|handover|deal)\b|\bwhatever (?:happens|comes) (?:with|of)\b/i;

/** What a sentence of the draft shares with a foreign text. */
export interface Overlap {
  score: number;
  /** Shared words of weight: rare words, figures, names. */
  telling: number;
  /** Words in a row that stand in both, content or not. */
  run: number;
  /** From the first to the last shared word of the sentence. */
  place: Piece;
  /** The sentence hints at knowing: worth up to about one shared word. */
  hint: number;
}

interface Item {
  weight: number;
  name: boolean;
}

/** A foreign text made ready for comparing. */
export interface ForeignIndex {
  items: Map<string, Item>;
  matters: Set<string>;
  /** Made when first asked for: most foreign texts share nothing with a draft. */
  pairs: () => ReadonlySet<string>;
  grams: () => ReadonlySet<string>;
}

/** A sentence of the draft made ready: it is compared with every foreign text. */
interface Prepared {
  /** Offsets are into the sentence. */
  words: readonly Word[];
  /** Of each word; null where its sense is another one. */
  keys: readonly (string | null)[];
  pairs: () => ReadonlySet<string>;
}

const prepared = new WeakMap<Piece, Prepared>();

function prepare(text: string, sentence: Piece): Prepared {
  let ready = prepared.get(sentence);
  if (!ready) {
    ready = standsAlone(text, sentence)
      ? prepareAlone(sentence.text)
      : prepareIn(text, sentence.start, sentence.end);
    prepared.set(sentence, ready);
  }
  return ready;
}

const prepareAlone = rememberSentences((sentence) => prepareIn(sentence, 0, sentence.length));

function prepareIn(text: string, start: number, end: number): Prepared {
  const words = splitWords(text, start, end);
  return {
    words: words.map((word) => ({ ...word, start: word.start - start, end: word.end - start })),
    keys: words.map((word) => (isOtherSense(word, text) ? null : keyOf(word, text))),
    pairs: once(() => pairsOf(words, text)),
  };
}

/** Nothing around the sentence can be of a figure in it, nor tell a sense of its last word. */
function standsAlone(text: string, { start, end, text: sentence }: Piece): boolean {
  return !/\S/.test(text.charAt(start - 1) + text.charAt(end)) && !/close$/i.test(sentence);
}

function once<T>(compute: () => T): () => T {
  let value: { it: T } | undefined;
  return () => (value ??= { it: compute() }).it;
}

const GRAM = 5;
const NAME_PAIR = 0.8;

/** Words of `own` (what the recipient may be told) count for nothing. */
export function indexForeign(
  text: string,
  own: ReadonlySet<string>,
  ownGrams: ReadonlySet<string>,
  only: ReadonlySet<string> | null = null,
): ForeignIndex {
  const words = splitWords(text);
  const items = new Map<string, Item>();
  const matters = new Set<string>();
  for (const word of words) {
    const key = keyOf(word, text);
    if (own.has(key) || (only !== null && !only.has(key) && !MATTER_OF.has(key))) continue;
    const name = isName(word, text);
    const weight = weightOf(word, text, name);
    const known = items.get(key);
    if (weight > 0 && (known === undefined || known.weight < weight)) items.set(key, { weight, name });
    const matter = MATTER_OF.get(key);
    if (matter !== undefined) matters.add(matter);
  }
  return {
    items,
    matters,
    pairs: once(() => pairsOf(words, text)),
    grams: once(() => new Set([...gramsOf(words)].filter((gram) => !ownGrams.has(gram)))),
  };
}

/** Keys of all words of a draft, for `indexForeign`'s `only`: what the draft does not say need not be weighed. */
export function draftKeys(text: string, sentences: readonly Piece[]): Set<string> {
  return new Set(sentences.flatMap((one) => prepare(text, one).keys.filter((key) => key !== null)));
}

/** Keys of all words of a text, for `indexForeign`'s `own`. */
export const ownKeys: (text: string) => ReadonlySet<string> = rememberTexts(
  (text) => new Set(splitWords(text).map((word) => keyOf(word, text))),
);

export const ownGrams: (text: string) => ReadonlySet<string> = rememberTexts((text) =>
  gramsOf(splitWords(text)),
);

/** Compares one sentence; null when nothing is shared. `text` is the whole draft that holds it. */
export function overlapOf(text: string, sentence: Piece, foreign: ForeignIndex): Overlap | null {
  const { words, keys, pairs: ownPairs } = prepare(text, sentence);
  const shared = new Map<string, number>();
  const matters = new Set<string>();
  const hits: Word[] = [];
  let telling = 0;
  for (const [i, word] of words.entries()) {
    const key = keys[i] ?? null;
    if (key === null) continue;
    const item = foreign.items.get(key);
    const matter = MATTER_OF.get(key);
    if (item === undefined) {
      if (matter !== undefined && foreign.matters.has(matter) && !matters.has(matter)) {
        matters.add(matter);
        hits.push(word);
      }
      continue;
    }
    hits.push(word);
    if (shared.has(key)) continue;
    const plain = item.name && !/^\p{Lu}/u.test(word.text) ? Math.min(item.weight, 1) : item.weight;
    shared.set(key, plain);
    if (plain >= 1) telling += 1;
    if (matter !== undefined) matters.delete(matter);
  }
  const first = hits[0];
  const last = hits.at(-1);
  if (first === undefined || last === undefined) return null;
  const covered = new Set([...shared.keys()].flatMap((key) => MATTER_OF.get(key) ?? []));
  const paraphrased = [...matters].filter((matter) => !covered.has(matter)).length;
  const pairs = [...ownPairs()]
    .filter((pair) => foreign.pairs().has(pair))
    .map((pair) => pair.split(' ').flatMap((key) => foreign.items.get(key) ?? []))
    .filter((items) => items.length > 0)
    .map((items) => (items.some((item) => item.name) ? NAME_PAIR : 0.4))
    .sort((one, two) => two - one)
    .slice(0, 3);
  const run = longestRun(words, foreign.grams());
  return {
    score:
      sumOf([...shared.values()]) +
      paraphrased * 0.9 +
      sumOf(pairs) +
      (run >= GRAM ? (run - GRAM) * 0.4 + 1 : 0),
    // A name with its neighbour ("the Meridian contract") is one more thing shared than the name.
    telling: telling + paraphrased + (pairs[0] === NAME_PAIR ? 1 : 0),
    run,
    place: {
      start: sentence.start + first.start,
      end: sentence.start + last.end,
      text: sentence.text.slice(first.start, last.end),
    },
    hint:
      matters.size + covered.size > 0 && SPECULATES.test(sentence.text)
        ? 1.2
        : HINTS.test(sentence.text)
          ? 0.9
          : 0,
  };
}

/** "close to the office" closes nothing. */
function isOtherSense(word: Word, text: string): boolean {
  return (
    word.lower === 'close' && /^\s+(?:to|by|together|at hand)\b/.test(text.slice(word.end, word.end + 12))
  );
}

/** A figure keeps its unit: "20%" and "$20" are different facts. */
function keyOf(word: Word, text: string): string {
  if (!/\d/.test(word.text)) return stem(word.lower);
  const after = text.slice(word.end, word.end + 1) === '%' ? '%' : '';
  const before = /[$£€]/.exec(text.slice(Math.max(0, word.start - 1), word.start))?.[0] ?? '';
  return `${before}${word.lower}${after}`;
}

function weightOf(word: Word, text: string, name: boolean): number {
  if (/\d/.test(word.text)) {
    const key = keyOf(word, text);
    if (/[%$£€]|\d[km]\b|\d{3,}/i.test(key) && !/^20[1-3]\d$/.test(key)) return 1.5;
    return /^(?:q[1-4]|h[12]|20[1-3]\d|\d{2})$/i.test(key) ? 0.5 : 0;
  }
  const weight = wordWeight(word.lower);
  // A town is named for many reasons, a person or a client rarely by chance.
  if (name && isPlace(word.text)) return 1;
  return name && weight > 0 ? 1.6 : weight;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Capitalised inside a sentence and no ordinary word: a person, a product, a company. */
function isName(word: Word, text: string): boolean {
  if (!/^\p{Lu}\p{Ll}/u.test(word.text) || wordWeight(word.lower) <= COMMON_WEIGHT) return false;
  return word.start > 0 && !/[.!?\n:]\s*$/.test(text.slice(Math.max(0, word.start - 3), word.start));
}

/** Neighbouring content words, function words skipped. */
function pairsOf(words: readonly Word[], text: string): Set<string> {
  const keys = words.filter((word) => !isFunctionWord(word.lower)).map((word) => keyOf(word, text));
  return new Set(keys.slice(1).map((key, at) => `${keys[at]} ${key}`));
}

function gramsOf(words: readonly Word[]): Set<string> {
  const grams = new Set<string>();
  for (let at = 0; at + GRAM <= words.length; at += 1) grams.add(gram(words, at));
  return grams;
}

function gram(words: readonly Word[], at: number): string {
  return words
    .slice(at, at + GRAM)
    .map((word) => word.lower)
    .join(' ');
}

function longestRun(words: readonly Word[], grams: ReadonlySet<string>): number {
  let longest = 0;
  let current = 0;
  for (let at = 0; at + GRAM <= words.length; at += 1) {
    current = grams.has(gram(words, at)) ? current + 1 : 0;
    if (current > 0) longest = Math.max(longest, current + GRAM - 1);
  }
  return longest;
}
