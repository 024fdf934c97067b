import { mkdtempSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

let database: Database;

beforeEach(async () => {
  database = new SqliteDatabase(join(mkdtempSync(join(tmpdir(), 'presend-db-')), 'presend.db'));
  await database.migrate();
  // What migrations put there is not what these tests count.
  await database.db.deleteFrom('settings').execute();
});
afterEach(() => database.close());

const put = (key: string) =>
  database.transact((trx) => trx.insertInto('settings').values({ key, value: key }).execute());
const keys = async () =>
  (await database.db.selectFrom('settings').select('key').orderBy('key').execute()).map((r) => r.key);

describe('transact', () => {
  test('work of one turn of the loop shares one transaction', async () => {
    const seen: number[] = [];
    const txn = (trx: Parameters<Parameters<typeof database.transact>[0]>[0]) =>
      sql<{ n: number }>`select count(*) as n from settings`
        .execute(trx)
        .then(({ rows }) => seen.push(rows[0].n));
    let reachedAfterCommit = false;
    const first = put('a').then(() => (reachedAfterCommit = true));
    // Runs in the same transaction as `put('a')`: it sees the row before anybody was told it is durable.
    await database.transact(async (trx) => {
      await txn(trx);
      expect(reachedAfterCommit).toBe(false);
    });
    await first;
    expect(seen).toEqual([1]);
  });

  test("work that throws takes back its own changes and nobody else's", async () => {
    const results = await Promise.allSettled([
      put('a'),
      database.transact(async (trx) => {
        await trx.insertInto('settings').values({ key: 'b', value: '' }).execute();
        throw new Error('no');
      }),
      put('c'),
    ]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await keys()).toEqual(['a', 'c']);
  });

  test('a statement that fails is reported to its caller alone', async () => {
    await put('a');
    const results = await Promise.allSettled([put('a'), put('b')]);
    expect(results.map((r) => r.status)).toEqual(['rejected', 'fulfilled']);
  });

  test('a full disk fails the commit, keeps nothing, and the next commit works again', async () => {
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.db);
    await sql`pragma max_page_count = ${sql.raw(String(rows[0].page_count))}`.execute(database.db);
    const big = 'x'.repeat(2_000_000);
    const insert = (key: string) =>
      database.transact((trx) => trx.insertInto('settings').values({ key, value: big }).execute());
    await expect(insert('big')).rejects.toThrow(/full/);
    expect(await keys()).toEqual([]);
    await sql`pragma max_page_count = 1000000`.execute(database.db);
    await insert('big');
    expect(await keys()).toEqual(['big']);
  });

  test('work that reads before it writes survives a write of another process in between', async () => {
    const { rows } = await sql<{ file: string }>`pragma database_list`.execute(database.db);
    const other = new SqliteDatabase(rows[0].file);
    const increment = (of: Database) =>
      of.transact(async (trx) => {
        const row = await trx
          .selectFrom('settings')
          .select('value')
          .where('key', '=', 'n')
          .executeTakeFirst();
        const value = String(Number(row?.value ?? 0) + 1);
        await trx
          .insertInto('settings')
          .values({ key: 'n', value })
          .onConflict((c) => c.column('key').doUpdateSet({ value }))
          .execute();
      });
    for (let i = 0; i < 50; i++) await Promise.all([increment(database), increment(other)]);
    const row = await database.db.selectFrom('settings').select('value').executeTakeFirstOrThrow();
    expect(row.value).toBe('100');
    await other.close();
  });

  test('a change waits for another process without blocking the event loop, and fails in the end', async () => {
    const { rows } = await sql<{ file: string }>`pragma database_list`.execute(database.db);
    const waiting = new SqliteDatabase(rows[0].file, { lockWaitMs: 300 });
    const other = new SqliteDatabase(rows[0].file);
    await sql`begin immediate`.execute(other.db);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await expect(
      waiting.transact((trx) => trx.insertInto('settings').values({ key: 'a', value: '' }).execute()),
    ).rejects.toThrow(/locked/);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
    const later = put('b');
    await sql`rollback`.execute(other.db);
    await later;
    expect(await keys()).toEqual(['b']);
    await waiting.close();
    await other.close();
  });

  test('close waits for work that is queued', async () => {
    const pending = put('a');
    await database.close();
    await expect(pending).resolves.toBeDefined();
    const { rows } = await sql<{ file: string }>`pragma database_list`
      .execute(database.db)
      .catch(() => ({ rows: [] }));
    expect(rows).toEqual([]);
    database = new SqliteDatabase(':memory:');
  });
});

test.skipIf(process.platform !== 'linux')(
  'a database that nobody asked anything of is closed too',
  async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'presend-db-')), 'unused.db');
    const open = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path);
        } catch {
          return false;
        }
      }).length;
    const unused = new SqliteDatabase(path);
    expect(open()).toBeGreaterThan(0);
    await unused.close();
    expect(open()).toBe(0);
  },
);
