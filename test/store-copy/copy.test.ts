import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gateSecret } from '../../src/config/gate-secret.ts';
import { searchMessages } from '../../src/insight/search-store.ts';
import { verifyAudit } from '../../src/store/audit-verify-store.ts';
import { recordAudit } from '../../src/store/audit.ts';
import { readCopyNote, readMoved, requireNotMoved } from '../../src/store/moved-store.ts';
import { tablesOf } from '../../src/store-copy/tables-store.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { copied, folderWithAllKinds, NOW, on, postgresAt, sqliteOf, startServer } from './stores.ts';

let server: PostgresServer;
let newStore: () => Promise<string>;
beforeAll(async () => {
  ({ server, newStore } = await startServer());
});
afterAll(() => server.stop());

test('A gate with data of every kind is moved to PostgreSQL and back, and every table is the same', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  const blob = randomBytes(40_000);
  await on(sqliteOf(folder), async ({ db }) => {
    await db.updateTable('bodies').set({ raw: blob }).execute();
    // What the two engines could tell differently: a double, an emoji, the largest whole number.
    await db
      .updateTable('verdicts')
      .set({ latency_ms: 0.1 + 0.2, rationale: 'größer 🚀\u0301' })
      .execute();
    await db.updateTable('companies').set({ funding_amount_usd: Number.MAX_SAFE_INTEGER }).execute();
  });

  const there = await copied(sqliteOf(folder), postgresAt(url, folder));
  expect(there).toMatchObject({ finished: true });
  expect(Object.values(there.tables!).every(({ rows }) => rows > 0)).toBe(true);
  await on(postgresAt(url, folder), async (database) => {
    await requireNotMoved(database);
    const { db } = database;
    const report = await verifyAudit(db, { key: gateSecret(folder, 'audit') });
    expect(report).toMatchObject({ fault_count: 0, entries: there.tables!['audit'].rows + 1 });
    // References are checked again.
    await expect(db.deleteFrom('messages').execute()).rejects.toThrow(/foreign key/);
    // Bytes and numbers are what they were.
    expect((await db.selectFrom('bodies').select('raw').executeTakeFirstOrThrow()).raw).toEqual(blob);
    const company = await db.selectFrom('companies').select('funding_amount_usd').executeTakeFirstOrThrow();
    expect(company.funding_amount_usd).toBe(Number.MAX_SAFE_INTEGER);
  });

  const back = await copied(postgresAt(url, folder), sqliteOf(folder));
  expect(back.finished).toBe(true);
  // What was moved tells of it: nothing else differs.
  const differs = Object.keys(there.tables!).filter(
    (name) => there.tables![name]?.sha256 !== back.tables![name]?.sha256,
  );
  expect(differs).toEqual(['audit', 'settings']);
  expect(back.tables!['audit'].rows).toBe(there.tables!['audit'].rows + 2);
  await on(sqliteOf(folder), async (database) => {
    await requireNotMoved(database);
    const report = await verifyAudit(database.db, { key: gateSecret(folder, 'audit') });
    expect(report.fault_count).toBe(0);
    const orphans = await sql`select * from pragma_foreign_key_check`.execute(database.db);
    expect(orphans.rows).toEqual([]);
  });
  await on(postgresAt(url, folder), async (database) => {
    await expect(requireNotMoved(database)).rejects.toThrow(/was moved to .*presend\.db on 2026-11-27 12:00/);
  });
});

test('Words are found in the copy as in what was copied, there and back', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  const found = (store: ReturnType<typeof sqliteOf> | ReturnType<typeof postgresAt>) =>
    on(
      store,
      async ({ db }) => (await searchMessages(db, 'robots held@prospect.example', { limit: 10 })).length,
    );
  const here = await found(sqliteOf(folder));
  expect(here).toBeGreaterThan(0);
  await copied(sqliteOf(folder), postgresAt(url, folder));
  expect(await found(postgresAt(url, folder))).toBe(here);
  await copied(postgresAt(url, folder), sqliteOf(folder));
  expect(await found(sqliteOf(folder))).toBe(here);
});

test('Ids of deleted rows are not given again after a move', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  const peer = {
    name: 'Globex',
    name_key: 'globex',
    city: null,
    industry: null,
    city_key: null,
    industry_key: null,
  };
  const addPeer = (store: ReturnType<typeof sqliteOf> | ReturnType<typeof postgresAt>) =>
    on(store, async ({ db }) => {
      const { id } = await db.insertInto('peers').values(peer).returning('id').executeTakeFirstOrThrow();
      await db.deleteFrom('peers').where('id', '=', id).execute();
      return id;
    });
  const first = await addPeer(sqliteOf(folder));
  await copied(sqliteOf(folder), postgresAt(url, folder));
  expect(await addPeer(postgresAt(url, folder))).toBe(first + 1);
  await copied(postgresAt(url, folder), sqliteOf(folder));
  expect(await addPeer(sqliteOf(folder))).toBe(first + 2);
});

test('What a gate does while it is copied ahead is in the finished copy: new, changed, exchanged and deleted rows', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  const ahead = await copied(sqliteOf(folder), postgresAt(url, folder), { ahead: true });
  expect(ahead).toMatchObject({ finished: false, tables: null });
  await on(sqliteOf(folder), async (database) => {
    // The gate goes on.
    await requireNotMoved(database);
    await database.transact(async (trx) => {
      await trx.updateTable('messages').set({ subject: 'Another' }).where('id', '=', 'held').execute();
      // Each has the unique name that the other had.
      for (const [id, name] of [
        ['p-held', '*'],
        ['p-waiting', 'held'],
        ['p-held', 'waiting'],
      ] as const)
        await trx
          .updateTable('prospects')
          .set({ address_key: `${name}@prospect.example` })
          .where('id', '=', id)
          .execute();
      await trx.deleteFrom('fingerprints').execute();
      await trx.deleteFrom('thread_messages').execute();
      await trx.deleteFrom('threads').execute();
      await recordAudit(trx, {
        at: NOW,
        actor: 'ann',
        subject: { type: 'engine', id: 'e1' },
        action: 'changed',
      });
    });
  });
  await on(postgresAt(url, folder), async (database) => {
    await expect(requireNotMoved(database)).rejects.toThrow(/not finished/);
  });
  const finished = await copied(sqliteOf(folder), postgresAt(url, folder));
  expect(finished.finished).toBe(true);
  expect(finished.tables!['threads'].rows).toBe(0);
  // Only what had changed was written again.
  expect(finished.changes.written).toBeLessThan(12);
  await on(postgresAt(url, folder), async ({ db }) => {
    const keys = await db
      .selectFrom('prospects')
      .select(['id', 'address_key'])
      .where('id', 'in', ['p-held', 'p-waiting'])
      .orderBy('id')
      .execute();
    expect(keys.map(({ address_key: key }) => key)).toEqual([
      'waiting@prospect.example',
      'held@prospect.example',
    ]);
  });
});

test('A row that somebody changed in the target is found, nothing is moved, and the next run mends it', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  const name = new URL(url).pathname.slice(1);
  await server.query(
    `create function change() returns trigger language plpgsql as 'begin new.note = ''x''; return new; end';
     create trigger change before insert on deliveries for each row when (new.id = 'd-held') execute function change()`,
    name,
  );
  await expect(copied(sqliteOf(folder), postgresAt(url, folder))).rejects.toThrow(
    /does not hold what .* does: deliveries \(rows differ\)/,
  );
  await server.query('drop trigger change on deliveries', name);
  await on(sqliteOf(folder), async ({ db }) => expect((await readMoved(db))?.state).toBe('moving'));
  await on(postgresAt(url, folder), async ({ db }) =>
    expect((await readCopyNote(db))?.state).toBe('copying'),
  );
  const again = await copied(sqliteOf(folder), postgresAt(url, folder));
  expect(again).toMatchObject({ finished: true, changes: { written: 1, removed: 1 } });
});

describe('Nothing is written any more where a gate was moved away from', () => {
  test.each(['sqlite', 'postgres'])('%s', async (engine) => {
    const folder = await folderWithAllKinds();
    const url = await newStore();
    await copied(sqliteOf(folder), postgresAt(url, folder));
    const left = engine === 'sqlite' ? () => sqliteOf(folder) : () => postgresAt(url, folder);
    if (engine === 'postgres') await copied(postgresAt(url, folder), sqliteOf(folder));
    await on(left(), async (database) => {
      const tables = await on({ ...sqliteOf(folder) }, ({ db }) => tablesOf(db));
      for (const { name } of tables.filter((table) => table.name !== 'settings'))
        await expect(database.db.deleteFrom(name).execute(), name).rejects.toThrow(/was moved to/);
      const accepted = database.transact((trx) =>
        trx.updateTable('deliveries').set({ attempts: 9 }).execute(),
      );
      await expect(accepted).rejects.toThrow(/was moved to/);
    });
  });
});

test('A database that holds data of another gate is not copied over', async () => {
  const [folder, other] = [await folderWithAllKinds(), await folderWithAllKinds()];
  const url = await newStore();
  await copied(sqliteOf(other), postgresAt(url, other));
  await expect(copied(sqliteOf(folder), postgresAt(url, folder))).rejects.toThrow(
    /holds a gate's data already/,
  );
  await expect(copied(sqliteOf(other), postgresAt(url, other))).rejects.toThrow(/was moved to .* already/);
  await on(sqliteOf(folder), ({ db }) => expect(readMoved(db)).resolves.toBeNull());
});

test('PostgreSQL is not left while somebody else is connected to it as a presend', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  await copied(sqliteOf(folder), postgresAt(url, folder));
  await on(postgresAt(url, folder), async (gate) => {
    await sql`select 1`.execute(gate.db);
    await expect(copied(postgresAt(url, folder), sqliteOf(folder))).rejects.toThrow(
      /others work on .*: presend \S+ on 127\.0\.0\.1; stop every gate/,
    );
  });
});
