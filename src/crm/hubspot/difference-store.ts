import { type Kysely, sql } from 'kysely';
import type { Trx } from '../../store/database.ts';
import type { DifferenceKind } from '../../store/hubspot-schema.ts';
import type { Schema } from '../../store/schema.ts';
import { chunks } from '../revision-store.ts';
import type { NewDifference } from './page-plan.ts';
import type { SyncDifference } from './web-types.ts';

export async function addDifferences(
  trx: Trx,
  runId: string,
  differences: readonly NewDifference[],
): Promise<void> {
  for (const some of chunks(differences, 100)) {
    await trx
      .insertInto('hubspot_differences')
      .values(some.map((one) => ({ ...one, run_id: runId })))
      .execute();
  }
}

export interface DifferenceFilter {
  kind: DifferenceKind | null;
  /** Part of a record's label; '' = all. */
  search: string;
  /** Id of the last one of the page before. */
  after: number;
  limit: number;
}

/** Differences of a run in the order they were found. */
export async function listDifferences(
  db: Kysely<Schema>,
  runId: string,
  { kind, search, after, limit }: DifferenceFilter,
): Promise<SyncDifference[]> {
  let query = db
    .selectFrom('hubspot_differences')
    .selectAll()
    .where('run_id', '=', runId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit);
  if (kind !== null) query = query.where('kind', '=', kind);
  if (search !== '') {
    const like = `%${search.toLowerCase().replace(/[\\%_]/gu, '\\$&')}%`;
    query = query.where(sql<boolean>`lower(label) like ${like} escape '\\'`);
  }
  const rows = await query.execute();
  return rows.map(({ run_id: _run, ...row }) => ({
    ...row,
    mine: parsed(row.mine),
    theirs: parsed(row.theirs),
  }));
}

/** Number of differences of each kind. */
export async function countDifferences(
  db: Kysely<Schema>,
  runId: string,
): Promise<Partial<Record<DifferenceKind, number>>> {
  const rows = await db
    .selectFrom('hubspot_differences')
    .select(['kind', (eb) => eb.fn.countAll<number>().as('count')])
    .where('run_id', '=', runId)
    .groupBy('kind')
    .execute();
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

const parsed = (json: string | null): unknown => (json === null ? null : (JSON.parse(json) as unknown));
