import { type Kysely, sql } from 'kysely';
import { UserError } from '../config/user-error.ts';
import { flushAudit, recordAudit } from './audit.ts';
import type { Database, Trx } from './database.ts';
import { engineOf } from './engine.ts';
import type { Schema } from './schema.ts';

/** Settings that say something of this store itself, and are left out when it is copied. */
export const ABOUT_THE_STORE = ['store_moved', 'store_copy'] as const;
const [MOVED, COPY] = ABOUT_THE_STORE;

/** A store that nothing is written to any more, because its gate moves or has moved elsewhere. */
export interface Moved {
  state: 'moving' | 'moved';
  /** Where to, as it may be shown. */
  to: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** The last pass of the copying belongs to it: what that pass has copied cannot have changed since. */
  pass: string;
  /** The gate's id: its other stores are known by it. */
  gate: string;
}

/** A copy of another store: not finished, nobody may work on it. */
export interface CopyNote {
  state: 'copying' | 'complete';
  from: string;
  at: number;
  gate: string;
  /** `ahead`, or that of the source's mark. */
  pass: string;
  /** Where the pass goes on; null = at its beginning. */
  cursor: CopyCursor | null;
  /** References between tables that PostgreSQL does not check while it is copied, as it wants to be told them again. */
  references: { table: string; name: string; definition: string }[];
}

/** Up to where a pass has come: in this table, by this step, after this key. */
export interface CopyCursor {
  table: string;
  step: 'clear' | 'fill';
  after: (string | number)[] | null;
}

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

async function read<T>(db: Reader, key: string): Promise<T | null> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.value) as T);
}

async function write(trx: Trx, key: string, value: Moved | CopyNote | null): Promise<void> {
  if (value === null) return void (await trx.deleteFrom('settings').where('key', '=', key).execute());
  const text = JSON.stringify(value);
  await trx
    .insertInto('settings')
    .values({ key, value: text })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
    .execute();
}

/** @returns null for a store that is worked on */
export const readMoved = (db: Reader): Promise<Moved | null> => read<Moved>(db, MOVED);

/** @returns null for a store that nobody copied to */
export const readCopyNote = (db: Reader): Promise<CopyNote | null> => read<CopyNote>(db, COPY);

export const writeCopyNote = (trx: Trx, note: CopyNote): Promise<void> => write(trx, COPY, note);

/** Says that what began by `closeStore` is done. */
export const writeMoved = (trx: Trx, moved: Moved): Promise<void> => write(trx, MOVED, moved);

/**
 * From this commit on the database itself refuses every change, whoever makes it: another gate that is still connected, an older
 * presend that knows nothing of the mark. Nothing is accepted and no attempt is begun any more.
 *
 * @param tables all but settings are closed
 */
export async function closeStore(
  trx: Trx,
  moved: Moved,
  { tables, actor }: { tables: readonly string[]; actor: string },
): Promise<void> {
  await recordAudit(trx, {
    at: moved.at,
    actor,
    subject: { type: 'gate', id: 'store' },
    action: 'moving',
    detail: { to: moved.to },
  });
  await flushAudit(trx);
  await write(trx, MOVED, moved);
  const why = `the gate of this database was moved to ${moved.to}`;
  if (engineOf(trx) === 'postgres') {
    await sql`create or replace function presend_moved() returns trigger language plpgsql as ${sql.lit(`begin raise exception using message = ${quoted(why)}; end`)}`.execute(
      trx,
    );
    for (const table of closed(tables))
      await sql`create or replace trigger presend_moved before insert or update or delete or truncate on ${sql.table(table)}
        for each statement execute function presend_moved()`.execute(trx);
    return;
  }
  for (const table of closed(tables)) {
    for (const change of CHANGES)
      await sql`create trigger if not exists ${sql.id(`presend_moved_${change}_${table}`)} before ${sql.raw(change)} on ${sql.table(table)}
        begin select raise(abort, ${sql.lit(why)}); end`.execute(trx);
  }
}

/** Takes `closeStore` back: changes are possible again, and no mark is left. */
export async function openAgain(trx: Trx, tables: readonly string[]): Promise<void> {
  for (const table of closed(tables)) {
    if (engineOf(trx) === 'postgres') {
      await sql`drop trigger if exists presend_moved on ${sql.table(table)}`.execute(trx);
      continue;
    }
    for (const change of CHANGES)
      await sql`drop trigger if exists ${sql.id(`presend_moved_${change}_${table}`)}`.execute(trx);
  }
  if (engineOf(trx) === 'postgres') await sql`drop function if exists presend_moved()`.execute(trx);
  await write(trx, MOVED, null);
}

const CHANGES = ['insert', 'update', 'delete'] as const;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const closed = (tables: readonly string[]): string[] => tables.filter((table) => table !== 'settings');

/**
 * Before a gate or a command works on a store.
 *
 * @throws UserError when its gate was moved elsewhere, or it is a copy that is not finished
 */
export async function requireNotMoved(database: Database): Promise<void> {
  // A database of nobody yet has no settings.
  if ((await database.schemaState()).applied.length === 0) return;
  const moved = await readMoved(database.db);
  if (moved?.state === 'moved')
    throw new UserError(
      `this gate was moved to ${moved.to} on ${time(moved.at)}; write that as store into the configuration. The way back is told by: presend store reopen --help`,
    );
  if (moved)
    throw new UserError(
      `this gate is being moved to ${moved.to} since ${time(moved.at)}; bring that to its end with presend store copy, or take it back with presend store reopen`,
    );
  const note = await readCopyNote(database.db);
  if (note?.state === 'copying')
    throw new UserError(
      `this is a copy of ${note.from} that is not finished; bring it to its end with presend store copy, or go on with ${note.from}`,
    );
}

/** To the minute, in UTC. */
export const time = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
