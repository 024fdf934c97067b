import { searchWords } from './search-words.ts';

/** One term of a search. */
export interface Term {
  text: string;
  /** Its last word may go on. */
  prefix: boolean;
}

/** More terms than anybody types; each costs a look-up. */
const MAX_TERMS = 32;

/** Shorter beginnings of words match half of all mail. */
const MIN_PREFIX = 3;

/**
 * Latin letters, and signs and pictures that stand between words, as far as FTS5's Unicode (6.1) has them: it takes for a letter what it
 * does not know (test/insight/search-matches.test.ts tries all of it).
 */
const WRITTEN_ALIKE =
  /^[\0-\u{b4}\u{b6}-\u{17e}\u{2000}-\u{2064}\u{20a0}-\u{20b9}\u{2190}-\u{22ff}\u{1f442}-\u{1f4f7}\u{1f600}-\u{1f640}\u{1f680}-\u{1f6c5}]*$/u;

/** Whether FTS5's tokenizer and `searchWords` are sure to read the words of a text alike. */
export const isWrittenAlike = (text: string): boolean => WRITTEN_ALIKE.test(text);

/**
 * Terms of a search, as typed: words, addresses, ids, and phrases in double quotes. Every one must be found, words by their
 * beginning, what holds punctuation (addresses, ids) and what stands in quotes as a run of words.
 */
export function termsOf(words: string): Term[] {
  return [...words.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, phrase, word]): Term => {
      const text = phrase ?? word ?? '';
      return { text, prefix: phrase === undefined && lastWord(text).length >= MIN_PREFIX };
    })
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
    .slice(0, MAX_TERMS);
}

function lastWord(text: string): string {
  return /[\p{L}\p{N}]*$/u.exec(text)?.[0] ?? '';
}

/** The word that a term's last one begins, as FTS5's index writes it; null = that is not certain, or it does not go on. */
function beginningOf({ text, prefix }: Term): string | null {
  return prefix && isWrittenAlike(text) ? (searchWords(text).at(-1) ?? null) : null;
}

/** The beginnings of words in a search, as FTS5's index writes them; null = of one of them that is not certain. */
export function beginningsOf(words: string): Set<string | null> {
  const terms = termsOf(words).filter(({ prefix }) => prefix);
  return new Set(terms.map(beginningOf));
}

/**
 * The search in FTS5's language (https://sqlite.org/fts5.html#full_text_query_syntax).
 *
 * @param known all words of the index by what they begin with. FTS5 reads a whole word's list only as far as it is asked to, but
 *   makes that of a beginning from all that begins so
 * @returns null when there is nothing to look for
 */
export function ftsQuery(
  words: string,
  known: ReadonlyMap<string, readonly string[]> = new Map(),
): string | null {
  const terms = termsOf(words).map((term) => {
    const { text, prefix } = term;
    const whole = known.get(beginningOf(term) ?? '');
    if (!whole) return prefix ? `${quoted(text)}*` : quoted(text);
    const before = text.slice(0, text.length - lastWord(text).length);
    return `(${whole.map((word) => quoted(before + word)).join(' OR ')})`;
  });
  return terms.length === 0 ? null : terms.join(' AND ');
}

/** SQLite reads a query up to its first NUL. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\0]/g, ' ')}"`;
}

/**
 * The search as a PostgreSQL tsquery (https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY).
 *
 * @returns null when there is nothing to look for
 */
export function tsQuery(words: string): string | null {
  const terms = termsOf(words).flatMap(({ text, prefix }) => {
    const run = searchWords(text).map((word) => `'${word}'`);
    return run.length === 0 ? [] : [`(${run.join(' <-> ')}${prefix ? ':*' : ''})`];
  });
  return terms.length === 0 ? null : terms.join(' & ');
}
