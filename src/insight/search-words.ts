/** As SQLite's unicode61 tokenizer reads words (https://sqlite.org/fts5.html#unicode61_tokenizer), for an index that has none of its own. */
const WORD = /[\p{L}\p{N}\p{Co}]+/gu;
const MARKS = /\p{Mn}+/gu;

/** A lexeme of a tsvector has fewer than 2 KiB; no word that anybody looks for is longer than this. */
export const MAX_WORD = 200;

/** PostgreSQL counts positions up to here (https://www.postgresql.org/docs/current/textsearch-limitations.html) … */
const MAX_POSITION = 16_383;

/** … keeps so many of one word … */
const MAX_POSITIONS = 255;

/** … and 1 MiB in all, in bytes; what comes later is found by no word. */
const MAX_BYTES = 900_000;

/** The words of a text as they are compared: without accents, in lower case. */
export function searchWords(text: string): string[] {
  return (text.normalize('NFD').replaceAll(MARKS, '').toLowerCase().match(WORD) ?? []).map((word) =>
    word.slice(0, MAX_WORD),
  );
}

/**
 * Texts as a PostgreSQL tsvector (https://www.postgresql.org/docs/current/datatype-textsearch.html). No phrase runs from one text
 * into the next.
 *
 * @returns its text form, at most about 1 MB
 */
export function tsvector(texts: readonly string[]): string {
  const positions = new Map<string, number[]>();
  let position = 0;
  let bytes = 0;
  for (const text of texts) {
    for (const word of searchWords(text)) {
      position += 1;
      let at = positions.get(word);
      if (at === undefined) {
        bytes += Buffer.byteLength(word) + 8;
        if (bytes > MAX_BYTES) break;
        at = [];
        positions.set(word, at);
      }
      if (at.length >= MAX_POSITIONS || position > MAX_POSITION) continue;
      at.push(position);
      bytes += 2;
    }
    position += 2;
  }
  return [...positions]
    .map(([word, at]) => (at.length > 0 ? `'${word}':${at.join()}` : `'${word}'`))
    .join(' ');
}
