import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditTable, Schema } from '../store/schema.ts';

type Reader = Kysely<Schema>;
/** An entry as it is shown: without what chains it. */
export type AuditRow = Pick<Selectable<AuditTable>, (typeof SHOWN)[number]>;

const SHOWN = ['id', 'at', 'actor', 'subject_type', 'subject_id', 'action', 'detail'] as const;

/** What is asked of the audit log; null = whatever. */
export interface AuditFilter {
  /** Part of it. */
  actor: string | null;
  subject: string | null;
  type: string | null;
  actions: readonly string[];
  from: number | null;
  to: number | null;
  /** All must stand somewhere in the entry. */
  words: readonly string[];
}

/** Entries looked at in one query, so that no filter keeps mail waiting for long. */
const WINDOW = 20_000;

/**
 * Reads the log backwards in windows of bounded length, each a query of its own: any filter is as slow as its answers are
 * rare, but never at once.
 *
 * @param before only entries with a smaller id
 * @param most matching entries of one window; the next goes on after the last of them
 * @yields the matching entries of each window, newest first, with the id the next window ends before; null after the last
 */
export async function* auditWindows(
  db: Reader,
  filter: AuditFilter,
  before: number | null,
  most = WINDOW,
): AsyncGenerator<{ rows: AuditRow[]; next: number | null }> {
  const lowest = filter.from === null ? 0 : await firstIdAt(db, filter.from);
  const newest = filter.to === null ? Number.MAX_SAFE_INTEGER : await firstIdAt(db, filter.to);
  let upper = Math.min(before ?? Number.MAX_SAFE_INTEGER, newest, ((await lastId(db)) ?? 0) + 1);
  // An index finds all of one subject's.
  const step = filter.subject === null ? WINDOW : Number.MAX_SAFE_INTEGER;
  for (;;) {
    const lower = Math.max(lowest, upper - step);
    const rows = await select(db, filter)
      .where('id', '<', upper)
      .where('id', '>=', lower)
      .orderBy('id', 'desc')
      .limit(most)
      .execute();
    const full = rows.length === most;
    const ended = !full && lower <= Math.max(lowest, 1);
    upper = full ? rows.at(-1)!.id : lower;
    yield { rows, next: ended ? null : upper };
    if (ended) return;
  }
}

function select(db: Reader, { actor, subject, type, actions, words, from, to }: AuditFilter) {
  let query = db.selectFrom('audit').select(SHOWN);
  if (subject !== null) query = query.where('subject_id', '=', subject);
  if (type !== null) query = query.where('subject_type', '=', type);
  if (actions.length > 0) query = query.where('action', 'in', [...actions]);
  if (from !== null) query = query.where('at', '>=', from);
  if (to !== null) query = query.where('at', '<', to);
  if (actor !== null) query = query.where(contains(sql`actor`, actor));
  for (const word of words) {
    query = query.where(contains(sql`actor || ' ' || subject_id || ' ' || action || ' ' || detail`, word));
  }
  return query;
}

function contains(expression: ReturnType<typeof sql>, text: string) {
  const like = `%${text.toLowerCase().replace(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql<boolean>`lower(${expression}) like ${like} escape '\\'`;
}

async function lastId(db: Reader): Promise<number | null> {
  const row = await db.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? null;
}

/** The smallest id recorded at `time` or later, by halving: ids and times grow together, and times have no index. */
async function firstIdAt(db: Reader, time: number): Promise<number> {
  let low = 1;
  let high = ((await lastId(db)) ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = await timeOf(db, middle);
    if (at === null || at >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** When the entry with that id, or the first after it, was recorded. */
export async function timeOf(db: Reader, id: number): Promise<number | null> {
  const row = await db
    .selectFrom('audit')
    .select('at')
    .where('id', '>=', id)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Actors, actions and kinds of subjects of the newest entries, for filter menus. */
export async function recentValues(
  db: Reader,
): Promise<{ actors: string[]; actions: string[]; types: string[] }> {
  const rows = await db
    .selectFrom(
      db
        .selectFrom('audit')
        .select(['actor', 'action', 'subject_type'])
        .orderBy('id', 'desc')
        .limit(5_000)
        .as('recent'),
    )
    .selectAll()
    .distinct()
    .execute();
  const unique = (values: string[]): string[] => [...new Set(values)].toSorted();
  return {
    actors: unique(rows.map(({ actor }) => actor)).slice(0, 200),
    actions: unique(rows.map(({ action }) => action)),
    types: unique(rows.map(({ subject_type }) => subject_type)),
  };
}
