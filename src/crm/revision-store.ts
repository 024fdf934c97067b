import type { Insertable, Kysely, Selectable } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Trx } from '../store/database.ts';
import { prepared } from '../store/prepared.ts';
import type { RevisionTable, Schema } from '../store/schema.ts';
import type { Change } from './records.ts';
import { countedId } from './record-id.ts';

/** Tables whose every change leaves a revision. */
const TRACKED = [
  'companies',
  'prospects',
  'suppressions',
  'commitments',
  'peers',
  'threads',
  'thread_messages',
] as const;
export type TrackedTable = (typeof TRACKED)[number];
export type Row<T extends TrackedTable> = Selectable<Schema[T]>;
export type NewRow<T extends TrackedTable> = Insertable<Schema[T]>;
export type Revision = Selectable<RevisionTable>;

type AnyRow = Record<string, unknown>;

/** Rows of several tables through one code path: the only place where table types are dropped. */
// oxlint-disable-next-line typescript/no-explicit-any
type Untyped = Kysely<any>;

function untyped(db: Kysely<Schema>): Untyped {
  return db;
}

const byId = (table: TrackedTable) =>
  prepared((db, { id }: { id: string | number }) =>
    (db as Untyped).selectFrom(table).selectAll().where('id', '=', id),
  );

const rowById = Object.fromEntries(TRACKED.map((table) => [table, byId(table)])) as Record<
  TrackedTable,
  ReturnType<typeof byId>
>;

export async function getRow<T extends TrackedTable>(
  db: Kysely<Schema>,
  table: T,
  id: string | number,
): Promise<Row<T> | undefined> {
  const [row] = (await rowById[table](db, { id: idOf(table, id) })) as Row<T>[];
  return row;
}

/** Inserts a row with its revision and returns it as stored, with its id. */
export async function insertRow<T extends TrackedTable>(
  trx: Trx,
  table: T,
  row: NewRow<T>,
  change: Change,
): Promise<Row<T>> {
  const stored: unknown = await untyped(trx)
    .insertInto(table)
    .values(row)
    .returningAll()
    .executeTakeFirstOrThrow();
  await addRevisions(trx, [revision(table, null, stored as AnyRow, change)]);
  return stored as Row<T>;
}

/** Inserts rows that bring their ids, in as few statements as possible. */
export async function insertRows<T extends TrackedTable>(
  trx: Trx,
  table: T,
  rows: readonly NewRow<T>[],
  change: Change,
): Promise<void> {
  for (const some of chunks(rows, 200)) {
    await untyped(trx).insertInto(table).values(some).execute();
    await addRevisions(
      trx,
      some.map((row) => revision(table, null, row as AnyRow, change)),
    );
  }
}

/**
 * Writes the fields of `patch` that differ from `before`. Without a difference nothing is written, not
 * even a revision. `updated_at` follows `change.at` unless the patch names it.
 */
export async function updateRow<T extends TrackedTable>(
  trx: Trx,
  table: T,
  before: Row<T>,
  patch: Partial<Row<T>>,
  change: Change,
  reverts?: number,
): Promise<Row<T>> {
  const old = before as AnyRow;
  const wanted = Object.entries(patch).filter(
    ([field, value]) => value !== undefined && old[field] !== value,
  );
  if (!wanted.some(([field]) => field !== 'updated_at')) return before;
  const changed: AnyRow = Object.fromEntries(wanted);
  if ('updated_at' in old && !('updated_at' in patch)) changed['updated_at'] = change.at;
  const after = { ...old, ...changed };
  await untyped(trx).updateTable<string>(table).set(changed).where('id', '=', old['id']).execute();
  await addRevisions(trx, [{ ...revision(table, old, after, change), reverts: reverts ?? null }]);
  return after as unknown as Row<T>;
}

export async function deleteRow<T extends TrackedTable>(
  trx: Trx,
  table: T,
  before: Row<T>,
  change: Change,
  reverts?: number,
): Promise<void> {
  const old = before as AnyRow;
  await untyped(trx).deleteFrom<string>(table).where('id', '=', old['id']).execute();
  await addRevisions(trx, [{ ...revision(table, old, null, change), reverts: reverts ?? null }]);
}

/** Rows of these ids, by id. */
export async function getRows(
  db: Kysely<Schema>,
  table: TrackedTable,
  ids: readonly string[],
): Promise<Map<string, Row<TrackedTable>>> {
  const found = new Map<string, Row<TrackedTable>>();
  for (const some of chunks(ids, 500)) {
    const rows: unknown[] = await untyped(db)
      .selectFrom(table)
      .selectAll()
      .where(
        'id',
        'in',
        some.map((id) => idOf(table, id)),
      )
      .execute();
    for (const row of rows as Row<TrackedTable>[]) found.set(String(row.id), row);
  }
  return found;
}

/** Deletes rows that revisions say were new, in as few statements as possible. */
export async function deleteRows(
  trx: Trx,
  table: TrackedTable,
  rows: readonly { before: Row<TrackedTable>; reverts: number }[],
  change: Change,
): Promise<void> {
  for (const some of chunks(rows, 200)) {
    const ids = some.map(({ before }) => before.id);
    await untyped(trx).deleteFrom<string>(table).where('id', 'in', ids).execute();
    await addRevisions(
      trx,
      some.map(({ before, reverts }) => ({ ...revision(table, before, null, change), reverts })),
    );
  }
}

/** Inserts a row again that a revision says was there, with its old id. */
export async function restoreRow(
  trx: Trx,
  table: TrackedTable,
  row: AnyRow,
  change: Change,
  reverts: number,
): Promise<void> {
  await untyped(trx).insertInto(table).values(row).execute();
  await addRevisions(trx, [{ ...revision(table, null, row, change), reverts }]);
}

export async function getRevision(db: Kysely<Schema>, id: number): Promise<Revision> {
  const found = await db.selectFrom('revisions').selectAll().where('id', '=', id).executeTakeFirst();
  if (!found) throw new UserError(`there is no revision ${id}; \`presend crm history\` lists them`);
  return found;
}

/** Revisions of one import, newest first. */
export async function revisionsOfImport(db: Kysely<Schema>, importId: string): Promise<Revision[]> {
  return await db
    .selectFrom('revisions')
    .selectAll()
    .where('import_id', '=', importId)
    .orderBy('id', 'desc')
    .execute();
}

/** Revisions of one record, newest first. */
export async function history(
  db: Kysely<Schema>,
  table: TrackedTable,
  id: string | number,
  limit = 100,
): Promise<Revision[]> {
  return await db
    .selectFrom('revisions')
    .selectAll()
    .where('table_name', '=', table)
    .where('record_id', '=', String(id))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** @throws UserError when prospects still belong to one of the companies */
export async function refuseWithProspects(db: Kysely<Schema>, ...companyIds: string[]): Promise<void> {
  const user = await db
    .selectFrom('prospects')
    .select(['address', 'company_id'])
    .where('company_id', 'in', companyIds)
    .limit(1)
    .executeTakeFirst();
  if (user) throw new UserError(`company ${user.company_id} still has prospects, e.g. ${user.address}`);
}

function revision(
  table: TrackedTable,
  before: AnyRow | null,
  after: AnyRow | null,
  change: Change,
): Insertable<RevisionTable> {
  return {
    at: change.at,
    actor: change.actor,
    table_name: table,
    record_id: String((after ?? before)?.['id']),
    before: before && JSON.stringify(before),
    after: after && JSON.stringify(after),
    reverts: null,
    import_id: change.importId ?? null,
  };
}

async function addRevisions(trx: Trx, revisions: Insertable<RevisionTable>[]): Promise<void> {
  await trx.insertInto('revisions').values(revisions).execute();
}

const TEXT_IDS: ReadonlySet<TrackedTable> = new Set(['companies', 'prospects', 'threads']);

function idOf(table: TrackedTable, id: string | number): string | number {
  return TEXT_IDS.has(table) ? String(id) : countedId(id);
}

/** Parts of at most `size`: a statement's parameters are limited. */
export function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
