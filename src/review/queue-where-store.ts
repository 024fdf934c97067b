import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { readCause } from './cause.ts';
import { floodingTemplates } from './cause-store.ts';
import { heldByMenu } from './held-store.ts';
import type { QueueFilter, QueueSort } from './queue-query.ts';

type Db = Kysely<Schema>;

/** Engines' mail with who it goes to and what people noted about it. */
export function mail(db: Db) {
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

/** Held, for what is found by something else: no index knows this. */
const heldAnyway = sql<SqlBool>`coalesce(d.state, '') = 'held'`;

/** A snooze counts until its time, unless the delivery changed or the prospect wrote since. */
export function asleep(now: number): Expression<SqlBool> {
  return sql<SqlBool>`(coalesce(s.snoozed_until, 0) > ${now} and s.snoozed_version = d.lease_token
    and ${heldAnyway} and not exists (select 1 from thread_messages w where w.prospect_id = d.prospect_id
    and w.direction = 'in' and w.at > s.snoozed_at))`;
}

/** When, and in which order if in one. */
interface Asked {
  now: number;
  sort?: QueueSort;
}

/** Everything of a filter but its words (`searched`) and what the filter menus choose: reason, engine and assignment. */
export function filtered(db: Db, filter: QueueFilter, asked: Asked) {
  return narrowed(db, { ...filter, reasons: [], engine: null, assigned: null }, asked);
}

function narrowed(db: Db, filter: QueueFilter, { now, sort }: Asked) {
  let query = mail(db);
  const states = ofStates(filter, sort);
  if (states) query = query.where(states);
  if (filter.snoozed === 'hide') query = query.where((eb) => eb.not(asleep(now)));
  if (filter.snoozed === 'only') {
    query = query.where('d.id', 'in', noted(db).where('snoozed_until', '>', now)).where(asleep(now));
  }
  if (filter.dueBefore !== null) query = query.where('d.expires_at', '<=', filter.dueBefore);
  if (filter.cause !== null) query = query.where(ofCause(db, filter.cause));
  if (filter.company !== null) query = query.where('p.company_id', '=', filter.company);
  return query;
}

const isPerson = (assigned: QueueFilter['assigned']): assigned is { id: string } =>
  assigned !== null && assigned !== 'nobody';

/**
 * The states of a filter, said so that the right index is taken: SQLite, which knows nothing of what is frequent, would else look at all
 * that is held for the few that a person took, or that are of one reason.
 *
 * @param filter without what the menus choose where that does not count
 */
function ofStates(
  { states, reasons, engine, assigned, snoozed }: QueueFilter,
  sort?: QueueSort,
): Expression<SqlBool> | null {
  const [state, ...others] = states ?? [];
  if (state === undefined) return null;
  if (others.length > 0 || state !== 'held') return sql<SqlBool>`d.state in (${sql.join(states ?? [])})`;
  if (snoozed === 'only' || isPerson(assigned)) return heldAnyway;
  if (engine !== null || reasons.length === 1 || sort === 'due') return heldByMenu('d');
  // A literal: an index of what is held alone is not taken for a parameter.
  return sql<SqlBool>`d.state = 'held'`;
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

/** A word anywhere in what is known of a delivery but its texts. */
export function names(word: string): Expression<SqlBool> {
  const like = `%${word.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const columns = ['d.recipient', 'p.name', 'c.name', 'd.note', 'd.hold_reason', 'e.name', 'd.id'].map(
    (column) => sql<SqlBool>`lower(coalesce(${sql.ref(column)}, '')) like ${like} escape '\\'`,
  );
  return sql<SqlBool>`(${sql.join(columns, sql` or `)}
    or exists (select 1 from messages m where m.id = d.message_id and (lower(coalesce(m.subject, '')) like ${like} escape '\\'
      or lower(coalesce(m.message_id, '')) like ${like} escape '\\' or lower(m.envelope_from) like ${like} escape '\\'))
    or exists (select 1 from verdicts v where v.delivery_id = d.id and lower(v.rationale) like ${like} escape '\\'))`;
}

/** What people noted something about: few among all that is held, so that it is read first. */
const noted = (db: Db) => db.selectFrom('review_states').select('delivery_id');

/** The filter with its engine by id, however it was named: only that has an index of what is held. */
export async function byEngineId(db: Db, filter: QueueFilter): Promise<QueueFilter> {
  const { engine } = filter;
  if (engine === null) return filter;
  const found = await db
    .selectFrom('engines')
    .select('id')
    .where((eb) => eb.or([eb('name', '=', engine), eb('id', '=', engine)]))
    .executeTakeFirst();
  return { ...filter, engine: found?.id ?? engine };
}

/** All of a filter but its words (`searched`); the engine is named by its id (`byEngineId`). */
export function chosen(db: Db, filter: QueueFilter, asked: Asked) {
  let query = narrowed(db, filter, asked);
  const { reasons, engine, assigned } = filter;
  if (reasons.length > 0) {
    const reason = isPerson(assigned) ? sql`coalesce(d.hold_reason, '')` : sql.ref('d.hold_reason');
    query = query.where(sql<SqlBool>`${reason} in (${sql.join(reasons)})`);
  }
  if (engine !== null) query = query.where('d.engine_id', '=', engine);
  if (assigned === 'nobody') query = query.where('s.assigned_id', 'is', null);
  else if (isPerson(assigned))
    query = query.where('d.id', 'in', noted(db).where('assigned_id', '=', assigned.id));
  return query;
}
