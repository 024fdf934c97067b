import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { diskTrouble } from '../../src/store/disk-trouble.ts';
import { outlast } from '../../src/store/outlast.ts';
import { Storage } from '../../src/store/storage.ts';

const failing = (code: string): Error => Object.assign(new Error('no'), { code });

test.each([
  ['SQLITE_FULL', 'full'],
  ['ENOSPC', 'full'],
  ['SQLITE_IOERR_FSYNC', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_READONLY', 'read_only'],
  ['EROFS', 'read_only'],
  ['SQLITE_READONLY_DBMOVED', 'replaced'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
])('%s is trouble of the disk: %s', (code, kind) => {
  expect(diskTrouble(failing(code))).toMatchObject({ kind, code, mend: expect.stringMatching(/\.$/) });
});

test.each([
  'SQLITE_BUSY',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CORRUPT_VTAB',
  'ECONNRESET',
  'toString',
])('%s is none', (code) => {
  expect(diskTrouble(failing(code))).toBeNull();
});

describe('storage', () => {
  const setUp = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'presend-storage-'));
    const database = new SqliteDatabase(join(folder, 'presend.db'));
    await database.migrate();
    onTestFinished(() => database.close());
    const lines: Record<string, unknown>[] = [];
    const told: (string | null)[] = [];
    const world = { free: 1_000, now: 1_000_000 };
    const storage = new Storage({
      disk: database.disk,
      folder,
      minFreeBytes: 500,
      now: () => world.now,
      log: createLogger('info', { destination: { write: (line) => void lines.push(JSON.parse(line)) } }),
      onChange: (kind) => told.push(kind),
      freeBytes: async () => world.free,
    });
    return { database, storage, world, lines, told };
  };

  test('refuses mail below the reserve, says so once a minute, and takes it again above', async () => {
    const { storage, world, lines, told } = await setUp();
    await storage.measure();
    expect(() => storage.requireRoom()).not.toThrow();
    world.free = 499;
    await storage.measure();
    expect(() => storage.requireRoom()).toThrow(/storage\.min_free_mb/);
    expect(storage.unready()).toMatchObject({ kind: 'no_room', since: 1_000_000 });
    world.now += 59_000;
    await storage.measure();
    expect(lines).toHaveLength(1);
    world.now += 2_000;
    await storage.measure();
    expect(lines).toHaveLength(2);
    expect(storage.unready()?.since).toBe(1_000_000);
    world.free = 501;
    await storage.measure();
    expect(() => storage.requireRoom()).not.toThrow();
    expect(lines.at(-1)).toMatchObject({ storage: 'well', seconds: 61 });
    expect(told).toEqual(['no_room', null]);
  });

  test('tells what a commit met, and is well only after a change that reached the disk', async () => {
    const { database, storage, told } = await setUp();
    const put = (key: string) =>
      database.transact((trx) => trx.insertInto('settings').values({ key, value: '' }).execute());
    const meets = (code: string) =>
      database.transact(async () => {
        throw failing(code);
      });
    database.disk.failed(failing('SQLITE_FULL'));
    expect(storage.unready()).toMatchObject({
      kind: 'full',
      why: 'the disk of the data folder is full (SQLITE_FULL)',
    });
    // A look that changes nothing says nothing of the disk.
    await database.transact((trx) => trx.selectFrom('settings').selectAll().execute());
    expect(storage.unready()).not.toBeNull();
    await put('a');
    expect(storage.unready()).toBeNull();

    // After damage nothing is changed until every page was looked at; here all of them are well.
    await expect(meets('SQLITE_CORRUPT')).rejects.toThrow('no');
    await expect(put('b')).rejects.toMatchObject({ code: 'SQLITE_CORRUPT' });
    await expect
      .poll(
        () =>
          put('c').then(
            () => 'stored',
            () => 'refused',
          ),
        { timeout: 20_000 },
      )
      .toBe('stored');
    expect(told).toEqual(['full', null, 'damaged', 'io', null]);
  });
});

describe('what outlasts trouble of the disk', () => {
  const never = new AbortController().signal;

  test('is tried until the disk takes it', async () => {
    let tries = 0;
    const change = async () => {
      tries += 1;
      if (tries < 3) throw failing('SQLITE_FULL');
      return 'stored';
    };
    expect(await outlast(change, never)).toBe('stored');
    expect(tries).toBe(3);
  });

  test('throws what is no trouble of the disk at once, and all of it when the gate stops', async () => {
    let tries = 0;
    const change = (code: string) => async () => {
      tries += 1;
      throw failing(code);
    };
    await expect(outlast(change('SQLITE_CONSTRAINT'), never)).rejects.toThrow('no');
    expect(tries).toBe(1);
    tries = 0;
    await expect(outlast(change('SQLITE_IOERR_READ'), never, 2)).rejects.toThrow('no');
    expect(tries).toBe(2);
    const ending = new AbortController();
    const waiting = outlast(change('SQLITE_FULL'), ending.signal);
    ending.abort();
    await expect(waiting).rejects.toThrow('no');
  });
});
