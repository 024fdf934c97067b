import { type Kysely, sql } from 'kysely';
import type { DeliveryState } from '../message/disposition.ts';
import type { Decision } from '../message/types.ts';
import type { Schema } from '../store/schema.ts';
import { type Cursor, type QueueFilter, type QueueSort, isChosen, isMenuUsed } from './queue-query.ts';
import { after, cursorOf, inOrder, isAfter } from './queue-order.ts';
import { searched } from './queue-search-store.ts';
import { asleep, chosen, filtered, mail } from './queue-where-store.ts';

type Db = Kysely<Schema>;

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

/** Where in a list a page is. */
export interface Place {
  now: number;
  sort: QueueSort;
  after: Cursor | null;
  limit: number;
}

/** A page of a list, and what is counted for it. */
interface Listed {
  /** One more than the page's limit where there is another page. */
  rows: QueueRow[];
  /** Counts under all of the filter but reason, engine and assignment, so that each menu can count under the other two. */
  groups: QueueGroup[];
  /** Whether that is all; otherwise it is some `COUNTED` of it. */
  complete: boolean;
}

/** The page of a filter without words. */
export async function readQueue(db: Db, filter: QueueFilter, place: Place): Promise<Listed> {
  const groups = await queueGroups(db, filter, place.now);
  const complete = groups.reduce((sum, { count }) => sum + count, 0) <= COUNTED;
  return { groups, complete, rows: await queueRows(db, filter, place) };
}

/** As `readQueue`, for a filter with words: what is found for the counts is used for the rows as well. */
export async function searchQueue(
  db: Db,
  filter: QueueFilter,
  { now, sort, after: place, limit }: Place,
): Promise<Listed> {
  const counted = { now, sort, after: null, menus: false, most: COUNTED + 1 };
  const found = await searched(db, filter, counted);
  const complete = found.length <= COUNTED;
  // What was found for the counts is the whole list, or its beginning.
  const all =
    complete || (place === null && !isMenuUsed(filter))
      ? found.filter((one) => isChosen(one, filter))
      : await searched(db, filter, { now, sort, after: place, menus: true, most: limit + 1 });
  const ids = all
    .filter((one) => place === null || isAfter(cursorOf(one, filter, sort), place, sort))
    .slice(0, limit + 1)
    .map(({ id }) => id);
  const rows = new Map((await rowsOf(db, ids, now)).map((row) => [row.id, row]));
  return {
    groups: found.map((one) => ({ ...one, count: 1 })),
    complete,
    rows: ids.flatMap((id) => rows.get(id) ?? []),
  };
}

function queueRows(
  db: Db,
  filter: QueueFilter,
  { now, sort, after: place, limit }: Place,
): Promise<QueueRow[]> {
  let query = chosen(db, filter, { now, sort })
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .select([...ROW])
    .select(sql<number>`${asleep(now)}`.as('asleep'));
  if (place) query = query.where(after(place, filter, sort));
  return query
    .orderBy(inOrder(filter, sort))
    .limit(limit + 1)
    .execute();
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

/** Deliveries counted by what the filter menus choose. */
export interface QueueGroup {
  reason: string | null;
  engine_id: string;
  engine: string;
  assigned_id: string | null;
  assigned_name: string | null;
  count: number;
}

/** Counting stops here: what a page says beside its rows must cost no more when more is held. */
export const COUNTED = 1_000;

/**
 * Of a long list only what came first: an index by reason would begin with a thousand of one, and each other choice of
 * the menus would have to be looked for.
 */
function queueGroups(db: Db, filter: QueueFilter, now: number): Promise<QueueGroup[]> {
  const first = filtered(db, filter, { now })
    .select(['d.hold_reason', 'd.engine_id', 'e.name', 's.assigned_id', 's.assigned_name'])
    .$if(isWholeState(filter), (list) => list.orderBy('d.created_at'))
    .limit(COUNTED + 1)
    .as('first');
  return db
    .selectFrom(first)
    .select(({ fn }) => [
      'hold_reason as reason',
      'engine_id',
      fn.max('name').as('engine'),
      'assigned_id',
      fn.max('assigned_name').as('assigned_name'),
      fn.countAll<number>().as('count'),
    ])
    .groupBy(['hold_reason', 'engine_id', 'assigned_id'])
    .execute();
}

/** Whether a list, but for its menus, is all that is in one state: other lists are short, and sorted for nothing. */
function isWholeState({ states, snoozed, dueBefore, company, cause }: QueueFilter): boolean {
  return (
    states?.length === 1 && snoozed !== 'only' && dueBefore === null && company === null && cause === null
  );
}

/** How much was found; with `more`, that much and more. */
export interface Count {
  count: number;
  more?: true;
}

/** How many deliveries a whole filter finds. */
export async function queueCount(
  db: Db,
  filter: QueueFilter,
  now: number,
  most: number = COUNTED,
): Promise<Count> {
  const count = await countUpTo(db, filter, now, most + 1);
  return count > most ? { count: most, more: true } : { count };
}

async function countUpTo(db: Db, filter: QueueFilter, now: number, most: number): Promise<number> {
  if (filter.words.length > 0) {
    return (await searched(db, filter, { now, sort: 'oldest', after: null, menus: true, most })).length;
  }
  const first = chosen(db, filter, { now }).select('d.id').limit(most).as('first');
  const { count } = await db
    .selectFrom(first)
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
