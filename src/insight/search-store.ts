import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { engineOf } from '../store/engine.ts';
import type { Schema } from '../store/schema.ts';
import type { TextOf } from './draft-text-store.ts';
import { textMatch } from './search-match.ts';
import { amongTexts, newestTexts } from './search-texts-store.ts';
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
  const { query, listed } = await queryOf(db, words);
  if (query === null) return [];
  const newest = new Map<string, TextOf>();
  // Of a message that reviewers edited several texts may match.
  const most = limit * 2;
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const part = { before, most };
    const rows =
      (listed ? await newestTexts(db, words, part) : null) ??
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
  /** FTS5 makes the list of a beginning before it tells the first match, from all texts and for each run of ids anew. */
  listed: boolean;
}

async function queryOf(db: Reader, words: string): Promise<Query> {
  if (engineOf(db) === 'postgres') return { query: tsQuery(words), listed: false };
  const { known, listed } = await wordsBeginning(db, words);
  return { query: ftsQuery(words, known), listed };
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
  if (engineOf(db) === 'postgres') {
    const queries = words.map(tsQuery);
    return async (_among, messageId) =>
      queries.map((query) =>
        query === null
          ? NEVER
          : sql<SqlBool>`exists (select 1 from draft_texts
              where draft_texts.message_id = ${sql.ref(messageId)} and ${matchingWords(query)})`,
      );
  }
  const finders: ((ids: number[]) => Promise<number[]>)[] = [];
  for (const word of words) finders.push(await finderOf(db, word));
  return async (among, messageId) => {
    const texts = await db
      .selectFrom('draft_texts')
      .select('id')
      .where(sql<SqlBool>`message_id in ${among}`)
      .execute();
    const holds: Expression<SqlBool>[] = [];
    for (const find of finders) {
      const ids = JSON.stringify(await find(texts.map(({ id }) => id)));
      holds.push(
        sql<SqlBool>`${sql.ref(messageId)} in (select message_id from draft_texts where id in (select value from json_each(${ids})))`,
      );
    }
    return holds;
  };
}

/** What finds the texts that have a word among some of SQLite's. */
async function finderOf(db: Reader, word: string): Promise<(ids: number[]) => Promise<number[]>> {
  const { query, listed } = await queryOf(db, word);
  if (query === null) return async () => [];
  if (!listed) return (ids) => indexed(db, query, runsOf(ids));
  const matches = textMatch(word);
  return async (ids) => {
    const { found, uncertain } =
      matches === null ? { found: [], uncertain: ids } : await amongTexts(db, ids, matches);
    return [...found, ...(await inOneRun(db, query, uncertain))];
  };
}

async function inOneRun(db: Reader, query: string, ids: readonly number[]): Promise<number[]> {
  const sorted = ids.toSorted((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const wanted = new Set(ids);
  return (await indexed(db, query, [[first, last]])).filter((id) => wanted.has(id));
}

/** The texts of these runs that FTS5 finds. */
async function indexed(db: Reader, query: string, runs: readonly Run[]): Promise<number[]> {
  const { rows } = await sql<{
    id: number;
  }>`select f.rowid as id from json_each(${JSON.stringify(runs)}) as run
    cross join draft_texts_fts as f
    where f.draft_texts_fts match ${query} and f.rowid between run.value ->> 0 and run.value ->> 1`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** Reading on in FTS5's list costs less than a new search up to so many texts. */
const NEAR = 32;

type Run = [first: number, last: number];

/** Ids as few runs from a first to a last one, in which some others may lie. */
function runsOf(ids: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && id - run[1] <= NEAR) run[1] = id;
    else runs.push([id, id]);
  }
  return runs;
}
