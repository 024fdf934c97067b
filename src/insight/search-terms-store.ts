import { type Kysely, sql } from 'kysely';
import { breathe } from '../off-loop/breathe.ts';
import type { Schema } from '../store/schema.ts';
import { beginningsOf } from './search-query.ts';

/** A beginning that more words have is left to FTS5: looking them up would take longer than making their list. */
const MOST_WORDS = 512;

/** After every word that begins so. */
const LAST = '\u{10ffff}';

/** The beginnings of words in a search, and what SQLite's index has of them. */
export interface Beginnings {
  /** All words that begin so, for `ftsQuery`; without beginnings that no word has. */
  known: Map<string, string[]>;
  /** Whether FTS5 has to make the list of one: more words than are looked up begin so, or it is not certain which do. */
  listed: boolean;
}

/** Looks up the words that begin as the words of a search do. */
export async function wordsBeginning(
  db: Pick<Kysely<Schema>, 'getExecutor'>,
  words: string,
): Promise<Beginnings> {
  const known = new Map<string, string[]>();
  let listed = false;
  for (const beginning of beginningsOf(words)) {
    const found = beginning === null ? null : await beginningWith(db, beginning);
    await breathe();
    if (beginning === null || found === null) listed = true;
    else if (found.length > 0) known.set(beginning, found);
  }
  return { known, listed };
}

/**
 * Each step of the recursion looks up the next word in the index, and passes all the places of the one before.
 *
 * @returns null for more than are looked up
 */
async function beginningWith(
  db: Pick<Kysely<Schema>, 'getExecutor'>,
  beginning: string,
): Promise<string[] | null> {
  const { rows } = await sql<{ term: string }>`with recursive found (term) as (
      select (select term from draft_texts_terms where term >= ${beginning} limit 1)
      union all
      select (select term from draft_texts_terms where term >= found.term || char(1) limit 1) from found
      where found.term < ${beginning + LAST})
    select term from found where term < ${beginning + LAST} limit ${MOST_WORDS + 1}`.execute(db);
  return rows.length > MOST_WORDS ? null : rows.map(({ term }) => term);
}
