import type { Kysely } from 'kysely';
import { PostgresAdapter } from 'kysely';

/** Which engine a connection speaks to, for the few statements that the two word differently. */
export function engineOf(db: Pick<Kysely<never>, 'getExecutor'>): 'sqlite' | 'postgres' {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}
