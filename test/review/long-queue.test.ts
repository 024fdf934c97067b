import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { CauseList } from '../../src/review/cause-list.ts';
import { queuePage } from '../../src/review/queue.ts';
import { queueCount } from '../../src/review/queue-store.ts';
import { queueQuerySchema, readQueueQuery } from '../../src/review/queue-query.ts';
import type { QueuePage, QueueQuery } from '../../src/review/web-types.ts';
import type { Database } from '../../src/store/database.ts';
import { addHeldMail } from '../support/held-mail.ts';
import { plansOf } from '../support/query-plans.ts';
import { onPostgres, openDatabaseOf } from '../support/store.ts';

const NOW = Date.parse('2026-03-01T09:00:00Z');
/** Held by one engine for one reason, and beside them two for another, of another engine and the newest. */
const MANY = 2_200;

const { review } = configSchema.parse({});
let folder = '';
let database: Database;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'presend-long-queue-'));
  database = await openDatabaseOf(folder);
  await database.migrate();
  const all = Array.from({ length: MANY + 2 }, (_, i) => ({
    id: `m${String(i).padStart(6, '0')}`,
    engine: i < MANY ? 'busy' : 'rare',
    recipient: `p${i}@x.example`,
    reason: i < MANY ? 'stale_record' : 'thread_leak',
    at: NOW - (MANY + 2 - i) * 1_000,
    expires: NOW + 86_400_000 * 14 + (i % 7),
  }));
  await addHeldMail(database, ['busy', 'rare', 'idle'], all);
  await database.transact(async (trx) => {
    await trx
      .insertInto('review_states')
      .values([
        { delivery_id: 'm000007-1', assigned_id: 'u1', assigned_name: 'Ann' },
        {
          delivery_id: 'm000008-1',
          snoozed_until: NOW + 60_000,
          snoozed_at: NOW - 60_000,
          snoozed_version: 1,
        },
      ])
      .execute();
  });
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function page(query: QueueQuery, db = database.db): Promise<QueuePage> {
  const viewer = { db, review, me: 'u1', now: NOW };
  const filter = readQueueQuery(queueQuerySchema.parse(query), viewer);
  return queuePage(viewer, filter, { sort: query.sort ?? 'oldest', cursor: undefined, limit: 50 });
}

describe('what is held by cause', () => {
  test('is read once for all who ask while that takes long, and then kept for twenty times as long', async () => {
    let clock = 0;
    // Each look at the clock is a long time after the one before.
    const list = new CauseList({ db: database.db, now: () => NOW, clock: () => (clock += 30) });
    const [first, second] = await Promise.all([list.list('u1'), list.list('u2')]);
    expect(first).toMatchObject([{ key: 'stale_record', count: MANY, opened: 0, needed: 10 }]);
    expect(second).toEqual(first);
    const settled = database.db.updateTable('deliveries').where('id', '=', 'm000009-1');
    await settled.set({ state: 'rejected' }).execute();
    expect(await list.list('u1')).toMatchObject([{ count: MANY }]);
    clock += 20 * 90;
    expect(await list.list('u1')).toMatchObject([{ count: MANY - 1 }]);
    await settled.set({ state: 'held' }).execute();
  });

  test('is read each time where that is quick', async () => {
    const list = new CauseList({ db: database.db, now: () => NOW, clock: () => 0 });
    expect(await list.list('u1')).toMatchObject([{ count: MANY }]);
    const settled = database.db.updateTable('deliveries').where('id', '=', 'm000009-1');
    await settled.set({ state: 'rejected' }).execute();
    expect(await list.list('u1')).toMatchObject([{ count: MANY - 1 }]);
    await settled.set({ state: 'held' }).execute();
  });
});

describe('a list of more than is counted', () => {
  test('says that there is more, and still offers what is rare and newest', async () => {
    const found = await page({});
    expect(found.items).toHaveLength(50);
    expect(found).toMatchObject({ total: 1_000, total_more: true });
    expect(found.facets).toEqual({
      reasons: [
        { key: 'stale_record', label: 'stale_record', count: 100, more: true },
        { key: 'thread_leak', label: 'thread_leak', count: 2 },
      ],
      engines: [
        { key: 'busy', label: 'busy', count: 100, more: true },
        { key: 'rare', label: 'rare', count: 2 },
      ],
      assigned: [
        { key: 'none', label: 'Nobody', count: 100, more: true },
        { key: 'u1', label: 'Ann', count: 1 },
      ],
    });
  });

  test('counts each menu under the other two', async () => {
    const found = await page({ reason: 'thread_leak' });
    expect(found).toMatchObject({ total: 2 });
    expect(found.total_more).toBeUndefined();
    expect(found.facets.engines).toEqual([{ key: 'rare', label: 'rare', count: 2 }]);
    expect(found.facets.assigned).toEqual([{ key: 'none', label: 'Nobody', count: 2 }]);
    expect(found.facets.reasons).toHaveLength(2);
    expect((await page({ assigned: 'me' })).facets.reasons).toEqual([
      { key: 'stale_record', label: 'stale_record', count: 1 },
    ]);
  });

  test('counts exactly what is not more than that', async () => {
    const viewer = { me: 'u1', now: NOW };
    const count = (query: QueueQuery, most: number) =>
      queueCount(database.db, readQueueQuery(queueQuerySchema.parse(query), viewer), NOW, most);
    expect(await count({}, MANY + 1)).toEqual({ count: MANY + 1 });
    expect(await count({}, MANY)).toEqual({ count: MANY, more: true });
    expect(await count({ snoozed: '1' }, 3_000)).toEqual({ count: MANY + 2 });
    expect(await count({ snoozed: 'only' }, 3_000)).toEqual({ count: 1 });
    expect(await count({ assigned: 'u1' }, 3_000)).toEqual({ count: 1 });
  });

  // PostgreSQL chooses by its statistics.
  test.skipIf(onPostgres).each<[string, QueueQuery, string]>([
    ['all', {}, 'deliveries_by_state (state=?)'],
    ['of one reason', { reason: 'thread_leak' }, 'deliveries_held_by_reason (<expr>=? AND hold_reason=?)'],
    ['of one engine', { engine: 'rare' }, 'deliveries_held_by_engine (<expr>=? AND engine_id=?)'],
    [
      'of one reason and engine',
      { reason: 'thread_leak', engine: 'busy' },
      'deliveries_held_by_both (<expr>=? AND hold_reason=? AND engine_id=?)',
    ],
    ['all by due time', { sort: 'due' }, 'deliveries_held_by_due (<expr>=?)'],
    [
      'of one reason by due time',
      { reason: 'stale_record', sort: 'due' },
      'deliveries_held_by_reason_and_due (<expr>=? AND hold_reason=?)',
    ],
    [
      'of one engine by due time',
      { engine: 'busy', sort: 'due' },
      'deliveries_held_by_engine_and_due (<expr>=? AND engine_id=?)',
    ],
    [
      'of one reason and engine by due time',
      { reason: 'stale_record', engine: 'busy', sort: 'due' },
      'deliveries_held_by_both_and_due (<expr>=? AND hold_reason=? AND engine_id=?)',
    ],
    ['of one person', { assigned: 'me' }, 'sqlite_autoindex_deliveries_1 (id=?)'],
    ['of one person and reason', { assigned: 'me', reason: 'x' }, 'sqlite_autoindex_deliveries_1 (id=?)'],
    ['snoozed', { snoozed: 'only' }, 'sqlite_autoindex_deliveries_1 (id=?)'],
  ])('is read from where its rows are: %s', async (_what, query, index) => {
    const plans = await plansOf(database, (db) => page(query, db));
    // The rows, and what they are counted by; what counts all that is held stops early.
    const [rows] = plans.filter(({ sql }) => sql.includes('"m"."subject"'));
    expect(rows?.steps).toContain(`SEARCH d USING INDEX ${index}`);
    expect(rows?.steps).not.toContain('USE TEMP B-TREE FOR GROUP BY');
    if (query.sort === 'due') expect(rows?.steps).not.toContain('USE TEMP B-TREE FOR ORDER BY');
    const counts = plans.filter(({ sql }) => sql.includes('count(*)') && sql.includes('"deliveries"'));
    expect(counts).not.toEqual([]);
    for (const { sql } of counts) expect(sql).toMatch(/ limit \?\) as "first"/);
  });

  test.skipIf(onPostgres)(
    'has its menus from what came first, and not from what is of one reason',
    async () => {
      const plans = await plansOf(database, (db) => page({ reason: 'thread_leak' }, db));
      const [groups] = plans.filter(({ sql }) => sql.includes('as "first" group by'));
      expect(groups?.steps).toContain('SEARCH d USING INDEX deliveries_by_state (state=?)');
    },
  );
});
