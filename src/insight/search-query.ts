import { searchWords } from './search-words.ts';

/** One term of a search. */
interface Term {
  text: string;
  /** Its last word may go on. */
  prefix: boolean;
}

/** More terms than anybody types; each costs a look-up. */
const MAX_TERMS = 32;

/** Shorter beginnings of words match half of all mail. */
const MIN_PREFIX = 3;

/**
 * Terms of a search, as typed: words, addresses, ids, and phrases in double quotes. Every one must be found, words by their
 * beginning, what holds punctuation (addresses, ids) and what stands in quotes as a run of words.
 */
function termsOf(words: string): Term[] {
  return [...words.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, phrase, word]): Term => {
      const text = phrase ?? word ?? '';
      const end = /[\p{L}\p{N}]*$/u.exec(text)?.[0].length ?? 0;
      return { text, prefix: phrase === undefined && end >= MIN_PREFIX };
    })
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
    .slice(0, MAX_TERMS);
}

/**
 * The search in FTS5's language (https://sqlite.org/fts5.html#full_text_query_syntax).
 *
 * @returns null when there is nothing to look for
 */
export function ftsQuery(words: string): string | null {
  const terms = termsOf(words).map(({ text, prefix }) => {
    // SQLite reads a query up to its first NUL.
    const quoted = `"${text.replaceAll(/["\0]/g, ' ')}"`;
    return prefix ? `${quoted}*` : quoted;
  });
  return terms.length === 0 ? null : terms.join(' AND ');
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
