import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { TextOf } from './draft-text-store.ts';
import { ftsQuery } from './search-query.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/**
 * Searching the text of judged mail. The index is SQLite's FTS5, the one part that is not plain SQL: PostgreSQL will need its
 * own (a tsvector column, `@@`), behind the same functions.
 */
const matches = (query: string): Expression<SqlBool> => sql<SqlBool>`draft_texts_fts match ${query}`;

/**
 * Messages in which all of `words` are found, in any header, the shown text, or an envelope address; newest first. Words are
 * matched by their beginning, addresses and quoted phrases as a run.
 *
 * @returns at most `limit` messages, each with its newest matching revision
 */
export async function searchMessages(
  db: Reader,
  words: string,
  { limit }: { limit: number },
): Promise<TextOf[]> {
  const query = ftsQuery(words);
  return query === null ? [] : findTexts(db, query, limit);
}

/** As `searchMessages`, as a subquery of message ids for another query's `where … in`; null = nothing to look for. */
export function matchingMessages(db: Reader, words: string) {
  const query = ftsQuery(words);
  if (query === null) return null;
  return db
    .selectFrom('draft_texts')
    .select('draft_texts.message_id')
    .where('draft_texts.id', 'in', db.selectFrom('draft_texts_fts').select('rowid').where(matches(query)));
}

/** @param query in FTS5's language */
export async function findTexts(db: Reader, query: string, limit: number): Promise<TextOf[]> {
  const rows = await db
    .selectFrom('draft_texts_fts')
    .innerJoin('draft_texts', 'draft_texts.id', 'draft_texts_fts.rowid')
    .select(['draft_texts.message_id', 'draft_texts.revision'])
    .where(matches(query))
    .orderBy('draft_texts_fts.rowid', 'desc')
    // Reviewers' edits of one message come after one another.
    .limit(limit * 2)
    .execute();
  const newest = new Map<string, TextOf>();
  for (const row of rows) if (!newest.has(row.message_id)) newest.set(row.message_id, row);
  return [...newest.values()].slice(0, limit);
}
