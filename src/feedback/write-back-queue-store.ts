import { withoutSecrets } from '../config/known-secrets.ts';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { WriteBackTable } from '../store/front-schema.ts';
import type { Schema } from '../store/schema.ts';

export type WriteBack = Selectable<WriteBackTable>;

/** Pending rows whose time has come, oldest first. */
export async function dueWriteBacks(db: Kysely<Schema>, now: number, limit: number): Promise<WriteBack[]> {
  return await db
    .selectFrom('write_backs')
    .selectAll()
    .where('state', '=', 'pending')
    .where((where) => where.or([where('next_attempt_at', 'is', null), where('next_attempt_at', '<=', now)]))
    .orderBy('next_attempt_at')
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Saves how an attempt ended. A row that was put in line anew meanwhile stays in line. */
export async function settleWriteBack(
  trx: Trx,
  row: WriteBack,
  after: Pick<WriteBack, 'state' | 'attempts' | 'next_attempt_at' | 'finished_at' | 'error'>,
): Promise<void> {
  await trx
    .updateTable('write_backs')
    .set({ ...after, error: after.error && withoutSecrets(after.error) })
    .where('id', '=', row.id)
    .where('state', '=', 'pending')
    .where('created_at', '=', row.created_at)
    .execute();
}

export async function listWriteBacks(
  db: Kysely<Schema>,
  states: readonly WriteBack['state'][],
  limit: number,
): Promise<WriteBack[]> {
  return await db
    .selectFrom('write_backs')
    .selectAll()
    .where('state', 'in', [...states])
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** How many rows are in each state. */
export async function countWriteBacks(db: Kysely<Schema>): Promise<Record<WriteBack['state'], number>> {
  const rows = await db
    .selectFrom('write_backs')
    .select(['state', (where) => where.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  const counts = { pending: 0, done: 0, failed: 0 };
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}

/**
 * Puts failed rows back in line, with all their tries.
 *
 * @param ids null = every failed one
 * @returns how many
 */
export async function retryWriteBacks(trx: Trx, ids: readonly number[] | null, now: number): Promise<number> {
  const query = trx
    .updateTable('write_backs')
    .set({ state: 'pending', attempts: 0, next_attempt_at: now, finished_at: null })
    .where('state', '=', 'failed');
  const { numUpdatedRows } = await (ids === null
    ? query
    : query.where('id', 'in', [...ids])
  ).executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Addresses that a row stands for, as they are spelled in the mirror; providers compare spellings. */
export async function addressesOf(
  db: Kysely<Schema>,
  { kind, value }: Pick<WriteBack, 'kind' | 'value'>,
): Promise<string[]> {
  const query = db.selectFrom('prospects').select('address').orderBy('address_key');
  const literal = value.replace(/[\\%_]/g, '\\$&');
  const rows = await (kind === 'address'
    ? query.where('address_key', '=', value)
    : query.where((where) =>
        where.or([
          sql<boolean>`address_key like ${`%@${literal}`} escape '\\'`,
          sql<boolean>`address_key like ${`%.${literal}`} escape '\\'`,
        ]),
      )
  ).execute();
  const spelled = rows.map(({ address }) => address.trim().toLowerCase());
  return [...new Set(kind === 'address' ? [value, ...spelled] : spelled)];
}
