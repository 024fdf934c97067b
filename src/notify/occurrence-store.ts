import { type Kysely, sql } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { Topic } from './topics.ts';

/** Audit entries read at once: bounds a round after a long downtime. */
const BATCH = 500;
/** A flood of one cause that goes on is told of again after this long. */
const FLOOD_MS = 6 * 3_600_000;
/** What was held for one cause within this time counts together. */
const FLOOD_WINDOW_MS = 3_600_000;

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

interface NewOccurrence {
  key: string;
  topic: Topic;
  delivery_id: string | null;
  at: number;
  note: string | null;
}

const CURSOR = 'notify_audit_id';

/**
 * Reads on in the audit log, where every change stands in its own transaction, and stores what people may want to hear of.
 * Ids must be committed in their order, as one writer does (SQLite); PostgreSQL would need the cursor to stay behind open
 * transactions.
 *
 * @returns whether there is more to read, and whether mail was held
 */
export async function collectFromAudit(trx: Trx): Promise<{ more: boolean; held: boolean }> {
  const read = await readUpTo(trx);
  const entries = await trx
    .selectFrom('audit')
    .select(['id', 'at', 'actor', 'subject_type', 'subject_id', 'action', 'detail'])
    .where('id', '>', read)
    .orderBy('id')
    .limit(BATCH)
    .execute();
  const last = entries.at(-1);
  if (!last) return { more: false, held: false };
  const found = entries.flatMap((entry) => occurrenceOf(entry) ?? []);
  const mail = await mailAmong(
    trx,
    found.flatMap(({ delivery_id }) => delivery_id ?? []),
  );
  // The gate's own mails must never be the cause of more of them.
  const told = found.filter(({ delivery_id }) => delivery_id === null || mail.has(delivery_id));
  await insertAll(trx, told);
  await trx
    .updateTable('settings')
    .set({ value: String(last.id) })
    .where('key', '=', CURSOR)
    .execute();
  return { more: entries.length === BATCH, held: told.some(({ topic }) => topic === 'held') };
}

/** Is there anything to collect? Costs no transaction. */
export async function hasNewEntries(db: Reader): Promise<boolean> {
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('id', '>', await readUpTo(db))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function readUpTo(db: Reader): Promise<number> {
  const { value } = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', CURSOR)
    .executeTakeFirstOrThrow();
  return Number(value);
}

function occurrenceOf(entry: {
  id: number;
  at: number;
  actor: string;
  subject_type: string;
  subject_id: string;
  action: string;
  detail: string;
}): NewOccurrence | null {
  const { at, subject_type, subject_id, action } = entry;
  const base = { key: `audit:${entry.id}`, at };
  if (subject_type === 'kill_switch') {
    const { reason, condition, brand_damage } = JSON.parse(entry.detail) as {
      reason?: string;
      condition?: string;
      brand_damage?: number;
    };
    // The report tells of it, with the mail.
    if (brand_damage !== undefined) return null;
    const why = [reason, condition].filter(Boolean).join('; ');
    const note = `The kill switch was ${action} by ${entry.actor}${why === '' ? '' : `: ${why}`}`;
    return { ...base, topic: 'kill_switch', delivery_id: null, note };
  }
  if (subject_type === 'monitor') {
    // What trips is told by the switch itself.
    const { says, title, after } = JSON.parse(entry.detail) as {
      says: string;
      title: string;
      after: { state: string };
    };
    if (action !== 'warned' || after.state === 'over') return null;
    return { ...base, topic: 'judge_warning', delivery_id: null, note: `${title}: ${says}` };
  }
  if (subject_type === 'spot_check') {
    // Whoever draws one by hand may not be the one who answers: told as well.
    return action === 'drawn' ? { ...base, topic: 'spot_check', delivery_id: null, note: subject_id } : null;
  }
  if (subject_type === 'engine') {
    const detail = JSON.parse(entry.detail) as { mode?: unknown; after?: { mode?: unknown } | null };
    if (action === 'added' || (detail.mode ?? detail.after?.mode) !== 'stopped') return null;
    return { ...base, topic: 'kill_switch', delivery_id: null, note: subject_id };
  }
  if (subject_type !== 'delivery') return null;
  const detail = JSON.parse(entry.detail) as Record<string, unknown>;
  if (action === 'brand_damage') {
    const note = `Brand damage was reported by ${entry.actor} (kill switch ${text(detail['kill_switch'])}): ${text(detail['traced'])}`;
    return { ...base, topic: 'kill_switch', delivery_id: subject_id, note };
  }
  const [from, to] = [detail['from'], detail['to']];
  const about = (topic: Topic): NewOccurrence => ({ ...base, topic, delivery_id: subject_id, note: null });
  // Whoever took a release back knows that it is held again.
  if (to === 'held' && from !== 'held' && action !== 'undo') return about('held');
  if (to === 'uncertain' && from !== 'uncertain') return about('uncertain');
  return action === 'expire' && from === 'held' ? about('expired') : null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

async function mailAmong(trx: Trx, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await trx
    .selectFrom('deliveries')
    .select('id')
    .where('id', 'in', ids)
    .where('kind', '=', 'mail')
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Holds that expire until `until` and were not told of yet. */
export async function collectDueSoon(
  trx: Trx,
  { now, until }: { now: number; until: number },
): Promise<void> {
  const rows = await trx
    .selectFrom('deliveries as d')
    .leftJoin('notify_occurrences as o', (join) =>
      // An undone release starts its time anew, and is told of anew.
      join.on('o.key', '=', sql<string>`'due:' || ${sql.ref('d.id')} || ':' || ${sql.ref('d.expires_at')}`),
    )
    .select(['d.id', 'd.expires_at'])
    .where('d.state', '=', 'held')
    .where('d.kind', '=', 'mail')
    .where('d.expires_at', '<=', until)
    .where('o.id', 'is', null)
    .orderBy('d.expires_at')
    .limit(BATCH)
    .execute();
  await insertAll(
    trx,
    rows.map(({ id, expires_at }) => ({
      key: `due:${id}:${expires_at}`,
      topic: 'due_soon',
      delivery_id: id,
      at: now,
      note: null,
    })),
  );
}

/** Causes that much mail was held for lately. */
export async function collectFloods(trx: Trx, { now, flood }: { now: number; flood: number }): Promise<void> {
  const rows = await trx
    .selectFrom('notify_occurrences as o')
    .innerJoin('deliveries as d', 'd.id', 'o.delivery_id')
    .select(['d.hold_reason', (eb) => eb.fn.count<number>('d.id').distinct().as('count')])
    .where('o.topic', '=', 'held')
    .where('o.at', '>', now - FLOOD_WINDOW_MS)
    .where('d.state', '=', 'held')
    .groupBy('d.hold_reason')
    .having((eb) => eb.fn.count('d.id').distinct(), '>=', flood)
    .execute();
  for (const { hold_reason } of rows) {
    const reason = hold_reason ?? '';
    const known = await trx
      .selectFrom('notify_occurrences')
      .select('id')
      .where('topic', '=', 'flood')
      .where('note', '=', reason)
      .where('at', '>', now - FLOOD_MS)
      .executeTakeFirst();
    if (known) continue;
    await insertAll(trx, [
      { key: `flood:${reason}:${now}`, topic: 'flood', delivery_id: null, at: now, note: reason },
    ]);
  }
}

async function insertAll(trx: Trx, rows: NewOccurrence[]): Promise<void> {
  if (rows.length === 0) return;
  await trx
    .insertInto('notify_occurrences')
    .values(rows)
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}

/** Forgets what everybody has been told of long ago. */
export async function forgetOccurrences(trx: Trx, before: number): Promise<void> {
  await trx.deleteFrom('notify_occurrences').where('at', '<', before).execute();
}
