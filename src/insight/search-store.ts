import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { engineOf } from '../store/engine.ts';
import type { Schema } from '../store/schema.ts';
import type { TextOf } from './draft-text-store.ts';
import { newestWith } from './search-newest-store.ts';
import { ftsQuery, tsQuery } from './search-query.ts';
import { wordsBeginning } from './search-terms-store.ts';

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
  const { query, frequent } = await queryOf(db, words);
  if (query === null) return [];
  const newest = new Map<string, TextOf>();
  // Of a message that reviewers edited several texts may match.
  const most = limit * 2;
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const part = { before, most };
    const rows =
      (frequent ? await newestWith(db, words, part) : null) ??
      (await db
        .selectFrom('draft_texts')
        .select(['draft_texts.id', 'draft_texts.message_id', 'draft_texts.revision'])
        .where('draft_texts.id', '<', before)
        .where(matching(db, query, part))
        .orderBy('draft_texts.id', 'desc')
        .limit(most)
        .execute());
    for (const { message_id, revision } of rows) {
      if (!newest.has(message_id)) newest.set(message_id, { message_id, revision });
    }
    const last = rows.at(-1);
    if (newest.size >= limit || rows.length < most || !last) return [...newest.values()].slice(0, limit);
    before = last.id;
  }
}

interface Query {
  /** In the language of the database's index; null = nothing to look for. */
  query: string | null;
  /** SQLite's index would read long lists before it tells the first match. */
  frequent: boolean;
}

async function queryOf(db: Reader, words: string): Promise<Query> {
  if (engineOf(db) === 'postgres') return { query: tsQuery(words), frequent: false };
  const { known, frequent } = await wordsBeginning(db, words);
  return { query: ftsQuery(words, known), frequent };
}

/** What `draft_texts` must be like: by PostgreSQL's tsvector, or by SQLite's FTS5 index, which is read from its newest end. */
function matching(
  db: Reader,
  query: string,
  { before, most }: { before: number; most: number },
): Expression<SqlBool> {
  if (engineOf(db) === 'postgres') return matchingWords(query);
  return sql<SqlBool>`draft_texts.id in (select rowid from draft_texts_fts
    where draft_texts_fts match ${query} and rowid < ${before} order by rowid desc limit ${most})`;
}

function matchingWords(query: string): Expression<SqlBool> {
  return sql<SqlBool>`draft_texts.words @@ cast(${query} as tsquery)`;
}

/**
 * Looks for words in the texts of some messages.
 *
 * @param among their ids
 * @returns for each of the words what such a message must be like for one of its texts to hold it, by `messageId`
 */
export type TextSearch = (among: Expression<unknown>, messageId: string) => Promise<Expression<SqlBool>[]>;

const NEVER = sql<SqlBool>`1 = 0`;

/** As `searchMessages`, for a list that has more than texts to be searched and is looked at piece by piece. */
export async function textSearch(db: Reader, words: readonly string[]): Promise<TextSearch> {
  const queries: (string | null)[] = [];
  for (const word of words) queries.push((await queryOf(db, word)).query);
  if (engineOf(db) === 'postgres') {
    return async (_among, messageId) =>
      queries.map((query) =>
        query === null
          ? NEVER
          : sql<SqlBool>`exists (select 1 from draft_texts
              where draft_texts.message_id = ${sql.ref(messageId)} and ${matchingWords(query)})`,
      );
  }
  return async (among, messageId) => {
    const texts = await db
      .selectFrom('draft_texts')
      .select('id')
      .where(sql<SqlBool>`message_id in ${among}`)
      .execute();
    const runs = JSON.stringify(runsOf(texts.map(({ id }) => id)));
    const found: Expression<SqlBool>[] = [];
    for (const query of queries) {
      if (query === null) {
        found.push(NEVER);
        continue;
      }
      const { rows } = await sql<{ id: number }>`select f.rowid as id from json_each(${runs}) as run
        cross join draft_texts_fts as f
        where f.draft_texts_fts match ${query} and f.rowid between run.value ->> 0 and run.value ->> 1`.execute(
        db,
      );
      const ids = JSON.stringify(rows.map(({ id }) => id));
      found.push(
        sql<SqlBool>`${sql.ref(messageId)} in (select message_id from draft_texts where id in (select value from json_each(${ids})))`,
      );
    }
    return found;
  };
}

/** Reading on in FTS5's list costs less than a new search up to so many texts. */
const NEAR = 32;

/** Ids as few runs from a first to a last one, in which some others may lie. */
function runsOf(ids: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && id - run[1] <= NEAR) run[1] = id;
    else runs.push([id, id]);
  }
  return runs;
}
