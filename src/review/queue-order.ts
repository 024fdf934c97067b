import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Cursor, QueueFilter, QueueSort } from './queue-query.ts';

/** What a hold without an expiry sorts as. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** The order of a list of `deliveries as d`. */
export function inOrder(filter: QueueFilter, sort: QueueSort): RawBuilder<unknown> {
  const direction = sort === 'newest' ? sql`desc` : sql`asc`;
  return sql`${sortedBy(filter, sort)} ${direction}, d.id ${direction}`;
}

/** What comes after a place in that order. */
export function after(place: Cursor, filter: QueueFilter, sort: QueueSort): Expression<SqlBool> {
  return compared(place, filter, sort, sort === 'newest' ? '<' : '>');
}

/** What comes up to a place in that order, and at it. */
export function upTo(place: Cursor, filter: QueueFilter, sort: QueueSort): Expression<SqlBool> {
  return compared(place, filter, sort, sort === 'newest' ? '>=' : '<=');
}

function compared(
  [value, id]: Cursor,
  filter: QueueFilter,
  sort: QueueSort,
  is: '<' | '>' | '<=' | '>=',
): Expression<SqlBool> {
  const by = sortedBy(filter, sort);
  // SQLite looks up no expression of an index by a row of values.
  return sql<SqlBool>`(${by} ${sql.raw(is.startsWith('<') ? '<=' : '>=')} ${value}
    and (${by}, d.id) ${sql.raw(is)} (${value}, ${id}))`;
}

/** Ids begin with the time of acceptance. In one state there is an index by time; over all, the ids' own. */
function sortedBy({ states }: QueueFilter, sort: QueueSort): RawBuilder<unknown> {
  // In the words of migration 0020.
  if (sort === 'due') return sql`coalesce(d.expires_at, ${sql.lit(NEVER)})`;
  return states?.length === 1 ? sql.ref('d.created_at') : sql.ref('d.id');
}

interface Sorted {
  id: string;
  expires_at: number | null;
  received_at: number;
}

/** Where a delivery is in that order. */
export function cursorOf(row: Sorted, filter: QueueFilter, sort: QueueSort): Cursor {
  if (sort === 'due') return [row.expires_at ?? NEVER, row.id];
  return [filter.states?.length === 1 ? row.received_at : row.id, row.id];
}

/** Whether a place in that order comes after another, as the database has it. */
export function isAfter([value, id]: Cursor, [otherValue, otherId]: Cursor, sort: QueueSort): boolean {
  if (value === otherValue && id === otherId) return false;
  const later = value === otherValue ? id > otherId : value > otherValue;
  return later !== (sort === 'newest');
}
