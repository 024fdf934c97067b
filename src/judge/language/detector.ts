import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { eld } from 'eld/small';

/** What eld's detector is made by, which its package keeps to itself: it exports detectors that are loaded already. */
interface Maker {
  createEld: () => { instance: typeof eld; loadData: (data: Frequencies) => void };
}

/** n-grams by language, as eld's own modules hold them. */
interface Frequencies {
  type: string;
  /** ISO 639-1 codes by number. */
  languages: Record<number, string>;
  /** By n-gram: how much it speaks for a language, by the language's number. */
  ngrams: Record<string, Record<number, number> | undefined>;
}

let loaded: typeof eld | undefined;

/**
 * eld's language detector with its small set of n-grams (github.com/nitotm/efficient-language-detector-js), loaded when first
 * asked. Its own module is one literal of 81,000 objects that takes V8 a second, 67 MB to compile and 60 MB to hold; the same file
 * read as text, with each n-gram's figures read when it is met, takes a tenth of that.
 */
export function languageDetector(): typeof eld {
  loaded ??= load();
  return loaded;
}

function load(): typeof eld {
  const entry = new URL(import.meta.resolve('eld/small'));
  const maker = fileURLToPath(new URL('../languageDetector.js', entry));
  const { createEld } = createRequire(import.meta.url)(maker) as Maker;
  const { instance, loadData } = createEld();
  loadData(readFrequencies(readFileSync(new URL('../ngrams/small.js', entry), 'utf8')));
  return instance;
}

const HEAD = /ngramsData\s*=\s*\{type:'(\w+)',languages:\{([^}]*)\}/;
const LANGUAGE = /(\d+):'(\w+)'/g;
/** Keys are quoted where JavaScript needs it. */
const NGRAM = /(?:'((?:[^'\\]|\\.)*)'|([^\s{},:']+)):\{([\d:,]+)\}/g;

/**
 * Reads eld's module of n-grams without running it.
 *
 * @throws Error for a file of another form
 */
export function readFrequencies(module: string): Frequencies {
  const [head = '', type, codes = ''] = HEAD.exec(module) ?? [];
  if (type === undefined) throw new Error('the n-grams of eld are not in the form that presend reads');
  const figures = new Map<string, string>();
  for (const [, quoted, plain, said = ''] of module
    .slice(module.indexOf(head) + head.length)
    .matchAll(NGRAM)) {
    figures.set(quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '', said);
  }
  return {
    type,
    languages: Object.fromEntries([...codes.matchAll(LANGUAGE)].map(([, number, code]) => [number, code])),
    ngrams: new Proxy<Frequencies['ngrams']>(
      {},
      { get: (_, ngram) => (typeof ngram === 'string' ? figuresOf(figures.get(ngram)) : undefined) },
    ),
  };
}

/** `2:40,11:7` */
function figuresOf(said: string | undefined): Record<number, number> | undefined {
  if (said === undefined) return undefined;
  return Object.fromEntries(said.split(',').map((one) => one.split(':').map(Number) as [number, number]));
}
