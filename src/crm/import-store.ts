import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { chunks, type Row } from './revision-store.ts';

/** Look-ups for many rows at once. */

async function inChunks<T>(
  values: Iterable<string | null | undefined>,
  load: (some: string[]) => Promise<T[]>,
): Promise<T[]> {
  const distinct = [...new Set(values)].filter((value) => value !== null && value !== undefined);
  const found: T[] = [];
  for (const some of chunks(distinct, 500)) found.push(...(await load([...some])));
  return found;
}

/** Companies with one of the ids, domains or name keys. */
export async function companiesBy(
  db: Kysely<Schema>,
  column: 'id' | 'domain' | 'name_key',
  values: Iterable<string | null | undefined>,
): Promise<Row<'companies'>[]> {
  return await inChunks(values, (some) =>
    db.selectFrom('companies').selectAll().where(column, 'in', some).orderBy('id').execute(),
  );
}

export async function prospectsBy(
  db: Kysely<Schema>,
  column: 'id' | 'address_key',
  values: Iterable<string | null | undefined>,
): Promise<Row<'prospects'>[]> {
  return await inChunks(values, (some) =>
    db.selectFrom('prospects').selectAll().where(column, 'in', some).execute(),
  );
}

export async function suppressionsBy(
  db: Kysely<Schema>,
  values: Iterable<string>,
): Promise<Row<'suppressions'>[]> {
  return await inChunks(values, (some) =>
    db
      .selectFrom('suppressions')
      .selectAll()
      .where('value', 'in', some)
      .where('kind', 'in', ['address', 'domain'])
      .execute(),
  );
}

/** Commitments of the prospects, and the general ones. */
export async function commitmentsBy(
  db: Kysely<Schema>,
  prospectIds: Iterable<string | null>,
): Promise<Row<'commitments'>[]> {
  const own = await inChunks(prospectIds, (some) =>
    db.selectFrom('commitments').selectAll().where('prospect_id', 'in', some).execute(),
  );
  const general = await db.selectFrom('commitments').selectAll().where('prospect_id', 'is', null).execute();
  return [...own, ...general];
}

export async function peersBy(db: Kysely<Schema>, nameKeys: Iterable<string>): Promise<Row<'peers'>[]> {
  return await inChunks(nameKeys, (some) =>
    db.selectFrom('peers').selectAll().where('name_key', 'in', some).execute(),
  );
}

export async function threadsBy(db: Kysely<Schema>, ids: Iterable<string>): Promise<Row<'threads'>[]> {
  return await inChunks(ids, (some) =>
    db.selectFrom('threads').selectAll().where('id', 'in', some).execute(),
  );
}

/** Marks records as confirmed by an import that found them unchanged, so that they do not grow stale. */
export async function confirmRecords(
  db: Kysely<Schema>,
  table: 'companies' | 'prospects',
  ids: readonly string[],
  at: number,
): Promise<void> {
  for (const some of chunks(ids, 500)) {
    await db
      .updateTable(table)
      .set({ updated_at: at })
      .where('id', 'in', [...some])
      .where('updated_at', '<', at)
      .execute();
  }
}
