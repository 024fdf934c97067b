import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { matchingMessages } from '../insight/search-store.ts';
import type { Schema } from '../store/schema.ts';
import { readCause } from './cause.ts';
import { floodingTemplates } from './cause-store.ts';
import type { QueueFilter } from './queue-query.ts';

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

/** A snooze counts until its time, unless the delivery changed or the prospect wrote since. */
export function asleep(now: number): Expression<SqlBool> {
  return sql<SqlBool>`(coalesce(s.snoozed_until, 0) > ${now} and s.snoozed_version = d.lease_token
    and d.state = 'held' and not exists (select 1 from thread_messages w where w.prospect_id = d.prospect_id
    and w.direction = 'in' and w.at > s.snoozed_at))`;
}

/** Everything of a filter but what the filter menus choose: reason, engine and assignment. */
export function filtered(db: Db, filter: QueueFilter, now: number) {
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

/** Narrows a query to what the filter menus choose. */
export function chosen<Q extends ReturnType<typeof filtered>>(query: Q, filter: QueueFilter): Q {
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
