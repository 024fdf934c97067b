import type { Kysely } from 'kysely';
import type { Config } from '../config/config.ts';
import type { Schema } from '../store/schema.ts';
import { type Approval, approvalsOf } from './approval-store.ts';
import { causeOf } from './cause.ts';
import { floodsAmong } from './cause-store.ts';
import { FOUR_EYES, needsFourEyes } from './four-eyes.ts';
import { stopsFound } from './four-eyes-store.ts';
import { longMenus } from './menu-store.ts';
import { openedBy } from './note-store.ts';
import {
  DUE_MS,
  type QueueFilter,
  type QueueSort,
  fitsEngine,
  fitsPerson,
  fitsReason,
  isChosen,
  isMenuUsed,
  readCursor,
  writeCursor,
} from './queue-query.ts';
import { cursorOf } from './queue-order.ts';
import {
  type QueueGroup,
  type QueueRow,
  COUNTED,
  type Count,
  newestAuditId,
  queueCount,
  readQueue,
  rowExtras,
  rowsOf,
  searchQueue,
} from './queue-store.ts';
import { byEngineId } from './queue-where-store.ts';
import type { DueTone, Facet, QueueItem, QueuePage } from './web-types.ts';

/** For whom a list is made, and when. */
export interface Viewer {
  db: Kysely<Schema>;
  review: Config['review'];
  /** The asking account's id. */
  me: string;
  now: number;
}

/** One page of the queue, its filter menus and where the live stream goes on from it. */
export async function queuePage(
  viewer: Viewer,
  asked: QueueFilter,
  page: { sort: QueueSort; cursor: string | undefined; limit: number },
): Promise<QueuePage> {
  const { db, now } = viewer;
  const filter = await byEngineId(db, asked);
  const after = page.cursor === undefined ? null : readCursor(page.cursor);
  // Before the rows: a change in between is told twice rather than not at all.
  const live = await newestAuditId(db);
  const place = { now, sort: page.sort, after, limit: page.limit };
  const { groups, complete, rows } =
    filter.words.length > 0 ? await searchQueue(db, filter, place) : await readQueue(db, filter, place);
  const shown = rows.slice(0, page.limit);
  const last = rows.length > page.limit ? shown.at(-1) : undefined;
  return {
    items: await items(viewer, shown),
    next: last ? writeCursor(cursorOf(last, filter, page.sort)) : null,
    ...(complete ? countsOf(groups, filter) : await longCounts(viewer, filter, groups)),
    live_id: live,
    at: now,
  };
}

/** The item of one delivery, as lists show it; undefined for an unknown one. */
export async function queueItem(viewer: Viewer, id: string): Promise<QueueItem | undefined> {
  const [item] = await items(viewer, await rowsOf(viewer.db, [id], viewer.now));
  return item;
}

async function items(viewer: Viewer, rows: QueueRow[]): Promise<QueueItem[]> {
  const { db, me } = viewer;
  const ids = rows.map((row) => row.id);
  const { comments, heldAt } = await rowExtras(db, ids);
  const opened = await openedBy(db, me, ids);
  const approvals = await approvalsOf(db, ids);
  const found = await stopsFound(db, viewer.review.four_eyes.length === 0 ? [] : ids);
  const floods = await floodsAmong(
    db,
    rows.filter(({ state }) => state === 'held'),
  );
  return rows.map((row) =>
    itemOf(viewer, row, {
      comments: comments.get(row.id) ?? 0,
      heldAt: heldAt.get(row.id) ?? null,
      opened: opened.has(row.id),
      approvals: approvals.filter((one) => one.delivery_id === row.id),
      found: found.get(row.id) ?? [],
      flood: floods.get(row.hold_reason ?? '')?.has(row.template_key ?? '') ?? false,
    }),
  );
}

function itemOf(
  { review, now }: Viewer,
  row: QueueRow,
  more: {
    comments: number;
    heldAt: number | null;
    opened: boolean;
    approvals: Approval[];
    found: string[];
    flood: boolean;
  },
): QueueItem {
  const held = row.state === 'held';
  const waits = held || row.state === 'escalated';
  return {
    id: row.id,
    message_id: row.message_id,
    engine: row.engine,
    recipient: row.recipient,
    recipient_name: row.recipient_name,
    prospect_id: row.prospect_id,
    company: row.company_id === null ? null : { id: row.company_id, name: row.company ?? '' },
    subject: row.subject,
    state: row.state,
    decision: row.decision,
    reason: row.hold_reason,
    rationale: row.note,
    received_at: row.received_at,
    held_at: held ? more.heldAt : null,
    due_at: held ? row.expires_at : null,
    due: held ? toneOf(row.expires_at, now) : 'ok',
    assigned: row.assigned_id === null ? null : { id: row.assigned_id, name: row.assigned_name ?? '' },
    snoozed_until: row.asleep ? row.snoozed_until : null,
    opened: more.opened,
    comments: more.comments,
    approvals:
      waits && needsFourEyes(row, more.found, review)
        ? {
            given: more.approvals.map((one) => ({ id: one.person_id, name: one.person_name })),
            needed: Math.max(0, FOUR_EYES - more.approvals.length),
          }
        : null,
    cause: held ? causeOf(more.flood ? row : { ...row, template_key: null }) : null,
    undo_until: row.undo_until !== null && row.undo_until > now ? row.undo_until : null,
    version: row.lease_token,
  };
}

function toneOf(due: number | null, now: number): DueTone {
  if (due === null) return 'ok';
  if (due - now <= DUE_MS.red) return 'red';
  return due - now <= DUE_MS.amber ? 'amber' : 'ok';
}

/** As `countsOf`, where what is found is too much to be counted. */
async function longCounts(
  { db, now }: Viewer,
  filter: QueueFilter,
  some: QueueGroup[],
): Promise<Pick<QueuePage, 'total' | 'total_more' | 'facets'>> {
  const { count, more }: Count = isMenuUsed(filter)
    ? await queueCount(db, filter, now)
    : { count: COUNTED, more: true };
  return { total: count, ...(more && { total_more: more }), facets: await longMenus(db, filter, now, some) };
}

/** The total under the whole filter, and the choices of each menu under the rest of it. */
function countsOf(groups: QueueGroup[], filter: QueueFilter): Pick<QueuePage, 'total' | 'facets'> {
  const byReason = (one: QueueGroup): boolean => fitsReason(one, filter);
  const byEngine = (one: QueueGroup): boolean => fitsEngine(one, filter);
  const byPerson = (one: QueueGroup): boolean => fitsPerson(one, filter);
  const facet = (
    fits: (one: QueueGroup) => boolean,
    keyed: (one: QueueGroup) => [key: string, label: string],
  ): Facet[] => {
    const counts = new Map<string, Facet>();
    for (const one of groups.filter(fits)) {
      const [key, label] = keyed(one);
      const known = counts.get(key) ?? { key, label, count: 0 };
      counts.set(key, { ...known, count: known.count + one.count });
    }
    return [...counts.values()].toSorted((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  };
  return {
    total: groups.filter((one) => isChosen(one, filter)).reduce((sum, one) => sum + one.count, 0),
    facets: {
      reasons: facet(
        (one) => one.reason !== null && byEngine(one) && byPerson(one),
        ({ reason }) => [reason ?? '', reason ?? ''],
      ),
      engines: facet(
        (one) => byReason(one) && byPerson(one),
        (one) => [one.engine, one.engine],
      ),
      assigned: facet(
        (one) => byReason(one) && byEngine(one),
        (one) => [one.assigned_id ?? 'none', one.assigned_name ?? 'Nobody'],
      ),
    },
  };
}
