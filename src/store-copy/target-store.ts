import { sql } from 'kysely';
import type { Database, Trx } from '../store/database.ts';
import { engineOf } from '../store/engine.ts';
import type { CopyNote } from '../store/moved-store.ts';
import type { Table } from './tables-store.ts';

/**
 * Lets rows go in and out in any order: a table at a time, and what changed meanwhile by taking it out first. In PostgreSQL the
 * references are taken away, for only a superuser may switch their checks off; in SQLite this connection does not look at them.
 *
 * @returns the references as they are to be told again, in PostgreSQL
 */
export async function dropReferences(trx: Trx): Promise<CopyNote['references']> {
  if (engineOf(trx) === 'sqlite') return [];
  const { rows } = await sql<CopyNote['references'][number]>`
    select cl.relname as "table", co.conname as name, pg_get_constraintdef(co.oid) as definition
    from pg_constraint co join pg_class cl on cl.oid = co.conrelid
    where co.contype = 'f' and co.connamespace = current_schema()::regnamespace order by 1, 2`.execute(trx);
  for (const { table, name } of rows)
    await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`.execute(trx);
  return rows;
}

/** @param references as `dropReferences` told them; each is checked by PostgreSQL over all rows */
export async function addReferences(trx: Trx, references: CopyNote['references']): Promise<void> {
  if (references.length > 0) await sql`set local statement_timeout = 0`.execute(trx);
  for (const { table, name, definition } of references)
    await sql`alter table ${sql.table(table)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`.execute(
      trx,
    );
}

/** Outside of a transaction: inside of one SQLite does not hear it. */
export async function checkReferences(database: Database, on: boolean): Promise<void> {
  if (database.engine === 'sqlite')
    await sql`pragma foreign_keys = ${sql.raw(on ? 'on' : 'off')}`.execute(database.db);
}

/** @returns tables of SQLite whose rows name others that are not there */
export async function orphans(database: Database): Promise<string[]> {
  if (database.engine === 'postgres') return [];
  const { rows } = await sql<{
    table: string;
  }>`select distinct "table" from pragma_foreign_key_check`.execute(database.db);
  return rows.map(({ table }) => table);
}

/** The last number that the engine gave in a table; ids of deleted rows are not given a second time. */
export async function lastNumber(db: Trx | Database['db'], table: Table): Promise<number> {
  if (table.counted === null) return 0;
  const { rows } =
    engineOf(db) === 'sqlite'
      ? await sql<{
          last: number;
        }>`select seq as last from sqlite_sequence where name = ${table.name}`.execute(db)
      : await sql<{
          last: number;
        }>`select coalesce(pg_sequence_last_value(pg_get_serial_sequence(${table.name}, ${table.counted})::regclass), 0) as last`.execute(
          db,
        );
  return rows[0]?.last ?? 0;
}

/** @param last as `lastNumber` of the source said: the next one is higher, and higher than every id that is there */
export async function goOnAfter(trx: Trx, table: Table, last: number): Promise<void> {
  if (table.counted === null) return;
  const column = sql.ref(table.counted);
  const { rows } = await sql<{
    last: number | null;
  }>`select max(${column}) as last from ${sql.table(table.name)}`.execute(trx);
  const number = Math.max(last, rows[0]?.last ?? 0);
  if (number <= 0) return;
  if (engineOf(trx) === 'postgres') {
    await sql`select setval(pg_get_serial_sequence(${table.name}, ${table.counted})::regclass, ${number}::bigint)`.execute(
      trx,
    );
    return;
  }
  await sql`delete from sqlite_sequence where name = ${table.name}`.execute(trx);
  await sql`insert into sqlite_sequence (name, seq) values (${table.name}, ${number})`.execute(trx);
}

/**
 * Who else is connected to a PostgreSQL database as a presend, e.g. `presend 0.1.0 on 10.0.0.7`.
 *
 * @param database with one connection, which is not told
 */
export async function otherGates(database: Database): Promise<string[]> {
  if (database.engine === 'sqlite') return [];
  // Name and address of another role's session can be null; its application's name is for everybody to see.
  const { rows } = await sql<{ who: string }>`
    select distinct application_name || coalesce(' on ' || host(client_addr), '') as who from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name like 'presend %'`.execute(
    database.db,
  );
  return rows.map(({ who }) => who);
}
