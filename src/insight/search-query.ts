/** Terms of a search, as typed: words, addresses, ids, and phrases in double quotes. */
function termsOf(words: string): { text: string; phrase: boolean }[] {
  return [...words.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, phrase, word]) => ({ text: phrase ?? word ?? '', phrase: phrase !== undefined }))
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
    .slice(0, MAX_TERMS);
}

/** More terms than anybody types; each costs a look-up. */
const MAX_TERMS = 32;

/** Shorter beginnings of words match half of all mail. */
const MIN_PREFIX = 3;

/**
 * The search in FTS5's language (https://sqlite.org/fts5.html#full_text_query_syntax): every term must be found, words by
 * their beginning, what holds punctuation (addresses, ids) and what stands in quotes as a run of words.
 *
 * @returns null when there is nothing to look for
 */
export function ftsQuery(words: string): string | null {
  const terms = termsOf(words).map(({ text, phrase }) => {
    // SQLite reads a query up to its first NUL.
    const quoted = `"${text.replaceAll(/["\0]/g, ' ')}"`;
    return phrase || (/[\p{L}\p{N}]*$/u.exec(text)?.[0].length ?? 0) < MIN_PREFIX ? quoted : `${quoted}*`;
  });
  return terms.length === 0 ? null : terms.join(' AND ');
}
