import { isWrittenAlike, termsOf } from './search-query.ts';
import { MAX_WORD, searchWords } from './search-words.ts';

/** A run of words, of which the last may go on. */
interface Run {
  words: string[];
  prefix: boolean;
}

/**
 * Whether all terms of a search are found in a text that has several fields, as FTS5 would say.
 *
 * @returns null where that is not certain, since the text holds what FTS5 may read otherwise
 */
export type TextMatch = (fields: readonly string[]) => boolean | null;

/** @returns null where it is not certain how FTS5 reads the search itself */
export function textMatch(words: string): TextMatch | null {
  const terms = termsOf(words);
  if (terms.length === 0 || !terms.every(({ text }) => isWrittenAlike(text))) return null;
  const runs = terms.map(({ text, prefix }): Run => ({ words: searchWords(text), prefix }));
  // Of a longer word `searchWords` has only the beginning.
  if (runs.some((run) => run.words.some((word) => word.length >= MAX_WORD))) return null;
  return (fields) => {
    if (!fields.every((field) => isWrittenAlike(field) && !field.includes('\0'))) return null;
    const read = fields.map(searchWords);
    return runs.every((run) => read.some((field) => isIn(field, run)));
  };
}

function isIn(field: readonly string[], { words, prefix }: Run): boolean {
  const last = words.length - 1;
  return field.some((_, at) =>
    words.every((word, i) => {
      const found = field[at + i];
      return prefix && i === last ? (found?.startsWith(word) ?? false) : found === word;
    }),
  );
}
