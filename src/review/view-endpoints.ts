import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Account, type Endpoint, READ, REVIEW, endpoint } from '../http/endpoint.ts';
import { DOUBTS } from '../judge/stop-names.ts';
import { newId } from '../message/id.ts';
import { viewerOf } from './asked.ts';
import type { ReviewDesk } from './desk.ts';
import { readQueueQuery, viewQuerySchema } from './queue-query.ts';
import { queueCount } from './queue-store.ts';
import { byEngineId } from './queue-where-store.ts';
import { type ViewRow, deleteView, saveView, viewById, viewsFor } from './view-store.ts';
import type { QueueQuery, SavedView } from './web-types.ts';

const viewBody = z.strictObject({
  name: z.string().trim().min(1, 'must not be empty').max(80, 'must be at most 80 characters'),
  query: viewQuerySchema,
  shared: z.boolean(),
});

/** Each is counted whenever the list is shown. */
const MOST_VIEWS = 30;

const BUILT_IN: { id: string; name: string; query: QueueQuery }[] = [
  { id: 'held', name: 'All held', query: {} },
  { id: 'mine', name: 'Mine', query: { assigned: 'me' } },
  { id: 'unassigned', name: 'Unassigned', query: { assigned: 'none' } },
  { id: 'due', name: 'Due soon', query: { due: 'amber', sort: 'due' } },
  { id: 'doubts', name: 'Doubts', query: { reason: DOUBTS.join(',') } },
  { id: 'snoozed', name: 'Snoozed', query: { snoozed: 'only' } },
  { id: 'escalated', name: 'Escalated', query: { state: 'escalating,escalated' } },
  { id: 'uncertain', name: 'Uncertain', query: { state: 'uncertain' } },
  { id: 'scheduled', name: 'Scheduled', query: { state: 'scheduled' } },
];

/** Named filters of the queue with how much each finds now. */
export function viewEndpoints(desk: ReviewDesk): Endpoint[] {
  const { database, now } = desk;

  const counted = async (account: Account, view: Omit<SavedView, 'count' | 'more'>): Promise<SavedView> => {
    const viewer = viewerOf(desk, account);
    const found = await queueCount(
      viewer.db,
      await byEngineId(viewer.db, readQueueQuery(viewQuerySchema.parse(view.query), viewer)),
      viewer.now,
    );
    return { ...view, ...found };
  };
  const saved = (account: Account, row: ViewRow): Promise<SavedView> =>
    counted(account, {
      id: row.id,
      name: row.name,
      query: JSON.parse(row.query) as QueueQuery,
      builtin: false,
      shared: row.shared === 1,
      mine: row.owner_id === account.id,
    });
  /** @throws ApiError for a view that is not there or somebody else's */
  const own = async (account: Account, id: string | undefined): Promise<ViewRow> => {
    if (BUILT_IN.some((one) => one.id === id)) {
      throw new ApiError('invalid', 'A built-in view cannot be changed; save it under a name of your own.');
    }
    const row = await viewById(database.db, id ?? '');
    const seen = row && (row.shared === 1 || row.owner_id === account.id);
    if (!seen) throw new ApiError('not_found', 'There is no such view.');
    if (row.owner_id !== account.id && account.role !== 'admin') {
      throw new ApiError('forbidden', 'This view is somebody else\u2019s; save it under a name of your own.');
    }
    return row;
  };
  /** A filter that could not be shown is not saved. */
  const checked = (account: Account, query: z.output<typeof viewQuerySchema>): string => {
    readQueueQuery(query, viewerOf(desk, account));
    return JSON.stringify(query);
  };

  return [
    endpoint('get', '/views', {
      access: READ,
      handle: async ({ account }) => {
        const views: SavedView[] = [];
        const fixed = { builtin: true, shared: true, mine: false };
        for (const one of BUILT_IN) views.push(await counted(account, { ...one, ...fixed }));
        for (const row of await viewsFor(database.db, account.id)) views.push(await saved(account, row));
        return views;
      },
    }),
    endpoint('post', '/views', {
      access: REVIEW,
      body: viewBody,
      handle: async ({ account, body }) => {
        const mine = (await viewsFor(database.db, account.id)).filter((one) => one.owner_id === account.id);
        if (mine.length >= MOST_VIEWS) {
          throw new ApiError('conflict', `You have ${MOST_VIEWS} views already; delete one first.`);
        }
        const at = now();
        const row: ViewRow = {
          id: newId(at),
          owner_id: account.id,
          name: body.name,
          query: checked(account, body.query),
          shared: body.shared ? 1 : 0,
          created_at: at,
          updated_at: at,
        };
        await database.transact((trx) => saveView(trx, row, account));
        return saved(account, row);
      },
    }),
    endpoint('patch', '/views/:id', {
      access: REVIEW,
      body: viewBody.partial(),
      handle: async ({ account, params, body }) => {
        const before = await own(account, params['id']);
        const row: ViewRow = {
          ...before,
          name: body.name ?? before.name,
          query: body.query ? checked(account, body.query) : before.query,
          shared: body.shared === undefined ? before.shared : body.shared ? 1 : 0,
          updated_at: now(),
        };
        await database.transact((trx) => saveView(trx, row, account));
        return saved(account, row);
      },
    }),
    endpoint('delete', '/views/:id', {
      access: REVIEW,
      handle: async ({ account, params }) => {
        const row = await own(account, params['id']);
        await database.transact((trx) => deleteView(trx, row, { actor: account.actor, at: now() }));
      },
    }),
  ];
}
