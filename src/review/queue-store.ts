import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { matchingMessages } from '../insight/search-store.ts';
import type { DeliveryState } from '../message/disposition.ts';
import type { Decision } from '../message/types.ts';
import type { Schema } from '../store/schema.ts';
import { readCause } from './cause.ts';
import { floodingTemplates } from './cause-store.ts';
import type { Cursor, QueueFilter, QueueSort } from './queue-query.ts';

type Db = Kysely<Schema>;

/** What a hold without an expiry sorts as. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** One listed delivery, as stored. */
export interface QueueRow {
  id: string;
  message_id: string;
  engine_id: string;
  engine: string;
  recipient: string;
  recipient_name: string | null;
  prospect_id: string | null;
  company_id: string | null;
  company: string | null;
  subject: string | null;
  state: DeliveryState;
  decision: Decision | null;
  hold_reason: string | null;
  note: string | null;
  received_at: number;
  expires_at: number | null;
  undo_until: number | null;
  body_revision: number;
  lease_token: number;
  /** Of its present text; null = too little text to tell. */
  template_key: string | null;
  assigned_id: string | null;
  assigned_name: string | null;
  snoozed_until: number | null;
  /** 1 while the snooze counts. */
  asleep: number;
}

/** Engines' mail with who it goes to and what people noted about it. */
function mail(db: Db) {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('engines as e', 'e.id', 'd.engine_id')
    .leftJoin('prospects as p', 'p.id', 'd.prospect_id')
    .leftJoin('companies as c', 'c.id', 'p.company_id')
    .leftJoin('review_states as s', 's.delivery_id', 'd.id')
    .leftJoin('draft_texts as t', (join) =>
      join.onRef('t.message_id', '=', 'd.message_id').onRef('t.revision', '=', 'd.body_revision'),
    )
    .where('d.kind', '=', 'mail');
}

/** A snooze counts until its time, unless the delivery changed or the prospect wrote since. */
function asleep(now: number): Expression<SqlBool> {
  return sql<SqlBool>`(coalesce(s.snoozed_until, 0) > ${now} and s.snoozed_version = d.lease_token
    and d.state = 'held' and not exists (select 1 from thread_messages w where w.prospect_id = d.prospect_id
    and w.direction = 'in' and w.at > s.snoozed_at))`;
}

/** Everything of a filter but what the filter menus choose: reason, engine and assignment. */
function filtered(db: Db, filter: QueueFilter, now: number) {
  let query = mail(db);
  if (filter.states) query = query.where('d.state', 'in', filter.states);
  if (filter.snoozed === 'hide') query = query.where((eb) => eb.not(asleep(now)));
  if (filter.snoozed === 'only') query = query.where(asleep(now));
  if (filter.dueBefore !== null) query = query.where('d.expires_at', '<=', filter.dueBefore);
  if (filter.cause !== null) query = query.where(ofCause(db, filter.cause));
  if (filter.company !== null) query = query.where('p.company_id', '=', filter.company);
  for (const word of filter.words) query = query.where(holds(db, word));
  return query;
}

/** Held for one cause (`GET /queue/causes`). */
function ofCause(db: Db, cause: string): Expression<SqlBool> {
  const key = readCause(cause);
  if (key === null) return sql<SqlBool>`1 = 0`;
  switch (key.kind) {
    case 'rule':
      return sql<SqlBool>`(d.hold_reason = ${key.reason} and d.engine_id = ${key.engineId}
        and (t.template_key is null or t.template_key not in ${floodingTemplates(db, key.reason)}))`;
    case 'template':
      return sql<SqlBool>`(d.hold_reason = ${key.reason} and t.template_key = ${key.template})`;
    case 'stale_record':
    case 'adapter_unavailable':
      return sql<SqlBool>`d.hold_reason = ${key.kind}`;
  }
}

/** A word anywhere in what is known of a delivery. */
function holds(db: Db, word: string): Expression<SqlBool> {
  const like = `%${word.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const columns = ['d.recipient', 'p.name', 'c.name', 'd.note', 'd.hold_reason', 'e.name', 'd.id'].map(
    (column) => sql<SqlBool>`lower(coalesce(${sql.ref(column)}, '')) like ${like} escape '\\'`,
  );
  // Texts and headers, by the beginnings of words.
  const texts = matchingMessages(db, word);
  return sql<SqlBool>`(${sql.join(columns, sql` or `)}
    or exists (select 1 from messages m where m.id = d.message_id and (lower(coalesce(m.subject, '')) like ${like} escape '\\'
      or lower(coalesce(m.message_id, '')) like ${like} escape '\\' or lower(m.envelope_from) like ${like} escape '\\'))
    ${texts ? sql`or d.message_id in ${texts}` : sql``}
    or exists (select 1 from verdicts v where v.delivery_id = d.id and lower(v.rationale) like ${like} escape '\\'))`;
}

/** One page of rows, one more than `limit` where there is another page. */
export function queueRows(
  db: Db,
  filter: QueueFilter,
  page: { now: number; sort: QueueSort; after: Cursor | null; limit: number },
): Promise<QueueRow[]> {
  const { now, sort, after, limit } = page;
  let query = chosen(filtered(db, filter, now), filter)
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .select([...ROW])
    .select(sql<number>`${asleep(now)}`.as('asleep'));
  // Ids begin with the time of acceptance. In one state there is an index by time; over all, the ids' own.
  const by =
    sort === 'due'
      ? sql`coalesce(d.expires_at, ${sql.lit(NEVER)})`
      : filter.states?.length === 1
        ? sql.ref('d.created_at')
        : sql.ref('d.id');
  const direction = sort === 'newest' ? sql`desc` : sql`asc`;
  if (after) {
    const past = sort === 'newest' ? sql`<` : sql`>`;
    query = query.where(sql<SqlBool>`(${by}, d.id) ${past} (${after[0]}, ${after[1]})`);
  }
  return query
    .orderBy(sql`${by} ${direction}, d.id ${direction}`)
    .limit(limit + 1)
    .execute();
}

/** The sort value of a row, for a cursor. */
export function sortValue(row: QueueRow, filter: QueueFilter, sort: QueueSort): number | string {
  if (sort === 'due') return row.expires_at ?? NEVER;
  return filter.states?.length === 1 ? row.received_at : row.id;
}

const ROW = [
  'd.id',
  'd.message_id',
  'd.engine_id',
  'e.name as engine',
  'd.recipient',
  'p.name as recipient_name',
  'd.prospect_id',
  'c.id as company_id',
  'c.name as company',
  'm.subject',
  'd.state',
  'd.decision',
  'd.hold_reason',
  'd.note',
  'd.created_at as received_at',
  'd.expires_at',
  'd.undo_until',
  'd.body_revision',
  'd.lease_token',
  't.template_key',
  's.assigned_id',
  's.assigned_name',
  's.snoozed_until',
] as const;

/** The rows of these deliveries, in no order. */
export function rowsOf(db: Db, ids: readonly string[], now: number): Promise<QueueRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return mail(db)
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .where('d.id', 'in', [...ids])
    .select([...ROW])
    .select(sql<number>`${asleep(now)}`.as('asleep'))
    .execute();
}

function chosen<Q extends ReturnType<typeof filtered>>(query: Q, filter: QueueFilter): Q {
  let narrowed = query as ReturnType<typeof filtered>;
  const { reasons, engine, assigned } = filter;
  if (reasons.length > 0) narrowed = narrowed.where('d.hold_reason', 'in', reasons);
  if (engine !== null) {
    narrowed = narrowed.where((eb) => eb.or([eb('e.name', '=', engine), eb('e.id', '=', engine)]));
  }
  if (assigned === 'nobody') narrowed = narrowed.where('s.assigned_id', 'is', null);
  else if (assigned !== null) narrowed = narrowed.where('s.assigned_id', '=', assigned.id);
  return narrowed as Q;
}

/** Deliveries counted by what the filter menus choose. */
export interface QueueGroup {
  reason: string | null;
  engine_id: string;
  engine: string;
  assigned_id: string | null;
  assigned_name: string | null;
  count: number;
}

/** Counts under all of the filter but reason, engine and assignment, so that each menu can count under the other two. */
export function queueGroups(db: Db, filter: QueueFilter, now: number): Promise<QueueGroup[]> {
  return filtered(db, filter, now)
    .select(({ fn }) => [
      'd.hold_reason as reason',
      'd.engine_id',
      fn.max('e.name').as('engine'),
      's.assigned_id',
      fn.max('s.assigned_name').as('assigned_name'),
      fn.countAll<number>().as('count'),
    ])
    .groupBy(['d.hold_reason', 'd.engine_id', 's.assigned_id'])
    .execute();
}

/** How many deliveries a whole filter finds. */
export async function queueCount(db: Db, filter: QueueFilter, now: number): Promise<number> {
  const { count } = await chosen(filtered(db, filter, now), filter)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** What a page shows beside the rows, for these deliveries. */
export async function rowExtras(
  db: Db,
  ids: readonly string[],
): Promise<{ comments: Map<string, number>; heldAt: Map<string, number> }> {
  if (ids.length === 0) return { comments: new Map(), heldAt: new Map() };
  const comments = await db
    .selectFrom('review_comments')
    .select(({ fn }) => ['delivery_id', fn.countAll<number>().as('count')])
    .where('delivery_id', 'in', [...ids])
    .groupBy('delivery_id')
    .execute();
  const held = await db
    .selectFrom('audit')
    .select(({ fn }) => ['subject_id', fn.max('at').as('at')])
    .where('subject_id', 'in', [...ids])
    .where('action', 'in', ['judged', 'hold', 'undo'])
    .groupBy('subject_id')
    .execute();
  return {
    comments: new Map(comments.map((row) => [row.delivery_id, row.count])),
    heldAt: new Map(held.map((row) => [row.subject_id, row.at])),
  };
}

/** Id of the newest audit entry; 0 before the first. */
export async function newestAuditId(db: Db): Promise<number> {
  const row = await db.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? 0;
}
