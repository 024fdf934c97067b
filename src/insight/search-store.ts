import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { engineOf } from '../store/engine.ts';
import type { Schema } from '../store/schema.ts';
import type { TextOf } from './draft-text-store.ts';
import { ftsQuery, tsQuery } from './search-query.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom' | 'getExecutor'>;

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
  // Reviewers' edits of one message come after one another.
  const most = limit * 2;
  const found = matching(db, words, most);
  if (found === null) return [];
  const rows = await db
    .selectFrom('draft_texts')
    .select(['draft_texts.message_id', 'draft_texts.revision'])
    .where(found)
    .orderBy('draft_texts.id', 'desc')
    .limit(most)
    .execute();
  const newest = new Map<string, TextOf>();
  for (const row of rows) if (!newest.has(row.message_id)) newest.set(row.message_id, row);
  return [...newest.values()].slice(0, limit);
}

/** As `searchMessages`, as a subquery of message ids for another query's `where … in`; null = nothing to look for. */
export function matchingMessages(db: Reader, words: string) {
  const found = matching(db, words);
  return found && db.selectFrom('draft_texts').select('draft_texts.message_id').where(found);
}

/**
 * What `draft_texts` must be like: by SQLite's FTS5 index, or by PostgreSQL's tsvector. null = nothing to look for
 *
 * @param most that many of the newest are enough: FTS5 reads its list from that end and stops
 */
function matching(db: Reader, words: string, most?: number): Expression<SqlBool> | null {
  if (engineOf(db) === 'postgres') {
    const query = tsQuery(words);
    return query === null ? null : sql<SqlBool>`draft_texts.words @@ cast(${query} as tsquery)`;
  }
  const query = ftsQuery(words);
  if (query === null) return null;
  const newest = most === undefined ? sql`` : sql`order by rowid desc limit ${most}`;
  return sql<SqlBool>`draft_texts.id in (select rowid from draft_texts_fts where draft_texts_fts match ${query} ${newest})`;
}
