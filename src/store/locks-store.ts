import { type Kysely, sql } from 'kysely';
import { engineOf } from './engine.ts';
import type { Schema } from './schema.ts';

type Executor = Pick<Kysely<Schema>, 'getExecutor' | 'executeQuery'>;

interface Lockable<Q> {
  forUpdate(of?: never): Q & { skipLocked(): Q };
}

/**
 * Rows as they are now, and as nobody else changes them before this transaction ends. On SQLite they are that anyway.
 *
 * @param of the table, where the query joins others
 */
export function locked<Q extends Lockable<Q>>(db: Executor, query: Q, of?: string): Q {
  return engineOf(db) === 'postgres' ? query.forUpdate(of as never) : query;
}

/**
 * As `locked`, without those that another gate has in hand: a claim takes what is free and waits for nobody.
 *
 * @param of the table, where the query joins others
 */
export function unclaimed<Q extends Lockable<Q>>(db: Executor, query: Q, of?: string): Q {
  return engineOf(db) === 'postgres' ? query.forUpdate(of as never).skipLocked() : query;
}

/**
 * Waits until no other transaction holds one of these names, and holds them to its end: for what has no row yet, such as the mail
 * of a Message-ID. Always in the same order, so that two never wait for each other here.
 */
export async function lockNames(db: Executor, names: readonly string[]): Promise<void> {
  if (engineOf(db) === 'sqlite' || names.length === 0) return;
  await sql`select pg_advisory_xact_lock(key) from (
    select distinct hashtextextended(name, 0) as key from unnest(${[...names]}::text[]) as name order by 1) as keys`.execute(
    db,
  );
}
