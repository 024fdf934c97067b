import { type Expression, type SqlBool, sql } from 'kysely';

/** Held, by the indexes of what is held for a reason or of an engine; in the words of migration 0018. */
export function heldByMenu(delivery: string): Expression<SqlBool> {
  return sql<SqlBool>`(case when ${sql.ref(`${delivery}.state`)} = 'held' then 1 end) = 1`;
}
