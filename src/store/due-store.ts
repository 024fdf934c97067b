import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * Whether an attempt for a delivery is on its way, at once or later; for queries of `deliveries` that ask for `next_attempt_at`
 * besides. Written as in the index `deliveries_due`, or neither SQLite nor PostgreSQL takes that.
 */
export const onItsWay: RawBuilder<SqlBool> = sql`(case when state in ('relaying','escalating','deferred','scheduled') then 1 end) = 1`;
