import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import SQLite from 'better-sqlite3';
import { Kysely, type Migration, Migrator, SqliteDialect, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { listBackups } from '../../src/backup/list.ts';
import { bringUpToDate } from '../../src/backup/up-to-date.ts';
import { createProgram } from '../../src/cli/program.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { migrateDatabase } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import type { Schema } from '../../src/store/schema.ts';
import { startGate } from '../support/gate.ts';
import { COVERED, fillAsOf } from './migration-cases.ts';

const LEVELS = Object.keys(migrations);
const NEWEST = LEVELS[LEVELS.length - 1];
const BUILT = join(import.meta.dirname, '../../dist/store/database.js');
const CHILD = join(import.meta.dirname, 'migrate-child.mjs');
const run = promisify(execFile);

/** A data folder whose database is as that level left it, with data. @returns the folder */
async function dataAsOf(level: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-level-'));
  const raw = new SQLite(join(folder, 'presend.db'));
  raw.pragma('journal_mode = WAL');
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: raw }) });
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateTo(
    level,
  );
  expect(error).toBeUndefined();
  fillAsOf(raw, level);
  await db.destroy();
  return folder;
}

type Rows = Record<string, Record<string, unknown>[]>;

/** Rows of each table, in the columns that are asked for (default: all it has). */
function contentOf(path: string, columns?: Record<string, string[]>): Rows {
  const raw = new SQLite(path, { readonly: true });
  try {
    const names = raw
      .prepare<[], string>(
        "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite%' and name not like 'kysely%'",
      )
      .pluck()
      .all();
    return Object.fromEntries(
      names
        .filter((name) => columns === undefined || name in columns)
        .map((name) => {
          const asked = columns?.[name]?.map((column) => `"${column}"`).join(', ') ?? '*';
          return [name, raw.prepare<[], Record<string, unknown>>(`select ${asked} from "${name}"`).all()];
        }),
    );
  } finally {
    raw.close();
  }
}

const withoutNulls = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

const columnsOf = (rows: Rows): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(rows).flatMap(([name, [first]]) => (first ? [[name, Object.keys(first)]] : [])),
  );

test('every migration has rows to try it with, and every table of that level gets some', async () => {
  expect([...COVERED]).toEqual(LEVELS);
  const folder = await dataAsOf(NEWEST);
  const empty = Object.entries(contentOf(join(folder, 'presend.db'))).filter(([, rows]) => rows.length === 0);
  expect(empty.map(([name]) => name)).toEqual([]);
});

describe.each(LEVELS)('a database as %s left it', (level) => {
  test('keeps every row and goes on with its mail under the newest presend', async () => {
    const folder = await dataAsOf(level);
    const path = join(folder, 'presend.db');
    const before = contentOf(path);

    const database = new SqliteDatabase(path);
    const applied = await database.migrate();
    await database.close();
    expect(applied).toEqual(LEVELS.slice(LEVELS.indexOf(level) + 1));
    const after = contentOf(path, columnsOf(before));
    for (const [table, rows] of Object.entries(before)) {
      if (rows.length === 0) continue;
      // The version that ran the migrations, and the chain of the audit log, leave rows and values of their own.
      if (table === 'settings' || table === 'audit')
        expect(after[table]).toEqual(
          expect.arrayContaining(rows.map((row) => expect.objectContaining(withoutNulls(row)))),
        );
      else expect(after[table], table).toEqual(rows);
    }

    const gate = await startGate({ dataDir: folder, keepEngines: true });
    const state = (all: { id: string; state: string }[], id: string) =>
      all.find((one) => one.id === id)?.state;
    await gate.until(
      (all) => state(all, 'd-waiting') === 'relayed' && state(all, 'd-deferred') === 'relayed',
      'what waited for the judge and what was put off are relayed',
    );
    await gate.app.review.release('d-held', { actor: 'ann' });
    await gate.app.review.confirm('d-unclear', { actor: 'ann' });
    const settled = await gate.until((all) => state(all, 'd-held') === 'relayed', 'the held mail is relayed');
    expect(state(settled, 'd-unclear')).toBe('relayed');
    expect(readdirSync(join(folder, 'outbox')).filter((name) => name.endsWith('.eml'))).toHaveLength(3);
  });
});

test('a start that changes the schema makes a backup first, and the next start makes none', async () => {
  const folder = await dataAsOf('0007-settings');
  const gate = await startGate({ dataDir: folder, keepEngines: true });
  await gate.app.stop();
  const [backup, ...more] = await listBackups(join(folder, 'before-update'));
  expect(more).toEqual([]);
  expect(backup.manifest).toMatchObject({ reason: 'before_update', gate_running: true });
  expect(backup.manifest.migrations.at(-1)).toBe('0007-settings');
  expect(backup.manifest.tables).toMatchObject({ messages: 4, kill_switch: 1 });
  const again = await startGate({ dataDir: folder, keepEngines: true });
  await again.app.stop();
  expect(await listBackups(join(folder, 'before-update'))).toHaveLength(1);
});

test('a start whose backup fails, whatever the reason, goes on without one', async () => {
  const folder = await dataAsOf('0007-settings');
  writeFileSync(join(folder, 'before-update'), 'no folder');
  const gate = await startGate({ dataDir: folder, keepEngines: true });
  expect((await gate.app.database.schemaState()).pending).toEqual([]);
  await gate.app.stop();
});

test('a backup before an update counts even when older ones cannot be deleted', async () => {
  const folder = await dataAsOf('0007-settings');
  mkdirSync(join(folder, 'before-update/presend-20260101T000000Z/manifest.json'), { recursive: true });
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  const update = await bringUpToDate(database, folder, Date.now);
  await database.close();
  expect(update).toMatchObject({
    backup: { manifest: { reason: 'before_update' } },
    trouble: expect.stringMatching(/EISDIR/),
  });
});

test('a migration that fails leaves the database as it was, with those before it', async () => {
  const folder = await dataAsOf('0010-kill-switch');
  const path = join(folder, 'presend.db');
  const before = contentOf(path);
  const raw = new SQLite(path);
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: raw }) });
  const failing: Migration = {
    up: async (trx) => {
      await sql`create table half (id integer)`.execute(trx);
      await sql`update deliveries set state = 'relayed'`.execute(trx);
      await sql`insert into no_such_table values (1)`.execute(trx);
    },
  };
  await expect(migrateDatabase(raw, db, { ...migrations, '9999-fails': failing })).rejects.toThrow(
    /9999-fails failed.*no_such_table/,
  );
  await db.destroy();
  expect(contentOf(path)).toEqual(before);
  const again = new SQLite(path, { readonly: true });
  expect(again.prepare('select name from kysely_migration order by name').pluck().all().at(-1)).toBe(
    '0010-kill-switch',
  );
  expect(
    again
      .prepare("select count(*) from sqlite_master where name in ('half', 'deliveries_held')")
      .pluck()
      .get(),
  ).toBe(0);
  again.close();
});

test('two processes that bring one database up to date at once do it once', async () => {
  expect(existsSync(BUILT), 'run npm test, which builds first').toBe(true);
  const folder = await dataAsOf('0001-first');
  const migrate = () => run(process.execPath, [CHILD, join(folder, 'presend.db')]);
  const printed = await Promise.all([migrate(), migrate(), migrate()]);
  const applied = printed.map(({ stdout }) => (JSON.parse(stdout) as string[]).length);
  expect(applied.toSorted((a, b) => a - b)).toEqual([0, 0, LEVELS.length - 1]);
});

describe('a database that a newer presend has brought up to date', () => {
  async function newerData(): Promise<string> {
    const folder = await dataAsOf(NEWEST);
    const raw = new SQLite(join(folder, 'presend.db'));
    raw.exec("insert into kysely_migration values ('9001-from-the-future', '2027-01-01T00:00:00.000Z')");
    raw.exec("insert into settings values ('schema_made_by', '9.1.0')");
    raw.pragma('wal_checkpoint(truncate)');
    raw.close();
    return folder;
  }
  const hash = (folder: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, 'presend.db')))
      .digest('hex');

  test('is refused by the gate and by commands with a sentence, and left as it was', async () => {
    const folder = await newerData();
    const before = hash(folder);
    const says =
      /the database .*presend\.db was brought up to date by presend 9\.1\.0 \(9001-from-the-future\), which this one, \S+, does not know\. Nothing was changed\. Go on with that version/;
    await expect(startGate({ dataDir: folder, keepEngines: true })).rejects.toThrow(says);
    for (const args of [
      ['messages'],
      ['backup', join(folder, 'backups')],
      ['engine', 'list'],
      ['kill-switch', 'status'],
      ['restore', '--done'],
    ]) {
      const command = createProgram().parseAsync([...args, '--data', folder], { from: 'user' });
      await expect(command, args[0]).rejects.toThrow(says);
    }
    expect(hash(folder)).toBe(before);
    expect(existsSync(join(folder, 'before-update'))).toBe(false);
  });
});

test.each([
  'migration-between',
  'migration-inside',
])('a process killed at %s leaves the database as it was', async (point) => {
  expect(existsSync(BUILT), 'run npm test, which builds first').toBe(true);
  const folder = await dataAsOf('0007-settings');
  const path = join(folder, 'presend.db');
  const before = contentOf(path);
  const env = { ...process.env, PRESEND_FAIL_POINT: `${point}:2` };
  const signal = await run(process.execPath, [CHILD, path], { env }).then(
    () => null,
    (error: { signal: string }) => error.signal,
  );
  expect(signal).toBe('SIGKILL');
  expect(contentOf(path)).toEqual(before);
  const { stdout } = await run(process.execPath, [CHILD, path]);
  expect(JSON.parse(stdout)).toEqual(LEVELS.slice(LEVELS.indexOf('0007-settings') + 1));
});

test('a backup beside a gate of an older presend leaves its schema alone, and says with code 2 that it could not be noted', async () => {
  const folder = await dataAsOf('0010-kill-switch');
  const backups = join(folder, 'backups');
  await createProgram().parseAsync(['backup', backups, '--json', '--data', folder], { from: 'user' });
  expect(process.exitCode).toBe(2);
  process.exitCode = undefined;
  const [{ manifest }] = await listBackups(backups);
  expect(manifest.migrations.at(-1)).toBe('0010-kill-switch');
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  expect((await database.schemaState()).applied).toEqual(manifest.migrations);
  await database.close();
});
