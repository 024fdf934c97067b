import { openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { databaseChecks, logFinding, schemaFinding, sqliteFinding } from '../../src/doctor/database.ts';
import { openDoctor } from '../../src/doctor/doctor.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { configOf, findings, folderWithDatabase, newFolder } from './run.ts';

const look = async (path: string, full: boolean) => {
  const database = new SqliteDatabase(path, { readonly: true });
  onTestFinished(() => database.close());
  const found = await findings(...databaseChecks(database, path, { full }));
  return new Map(found.map((one) => [one.id, one]));
};

describe('the doctor says of a database', () => {
  test('that all is well', async () => {
    const { path } = await folderWithDatabase();
    for (const full of [false, true]) {
      const found = await look(path, full);
      expect([...found].map(([id, { state }]) => `${id} ${state}`)).toEqual([
        'integrity ok',
        'schema ok',
        'wal ok',
        'sqlite ok',
      ]);
    }
  });

  test('that a page is damaged', async () => {
    const { path } = await folderWithDatabase();
    const database = new SqliteDatabase(path);
    // Not those of the schema, without which it cannot even be opened.
    const { rows } = await sql<{ rootpage: number }>`select rootpage from sqlite_schema
      where type = 'table' and name in ('labels', 'peers', 'mailbox_days')`.execute(database.db);
    await database.close();
    const file = openSync(path, 'r+');
    for (const { rootpage } of rows) writeSync(file, Buffer.alloc(64, 0xff), 0, 64, (rootpage - 1) * 4096);
    const { state, says, mend } = (await look(path, false)).get('integrity')!;
    expect(state).toBe('failed');
    expect(says).toMatch(/^It is damaged: /);
    expect(mend).toContain('restore a backup');
  });

  test('that rows name others that are not there, when it looks at everything', async () => {
    const { path } = await folderWithDatabase();
    const database = new SqliteDatabase(path);
    await sql`pragma foreign_keys = off`.execute(database.db);
    await database.transact((trx) =>
      trx
        .insertInto('bodies')
        .values({ message_id: 'nobody', revision: 0, raw: Buffer.from(''), created_at: 1, actor: 'engine' })
        .execute(),
    );
    await database.close();
    expect((await look(path, false)).get('integrity')!.state).toBe('ok');
    expect((await look(path, true)).get('integrity')).toMatchObject({
      state: 'failed',
      says: 'Rows of bodies name others that are not there.',
    });
  });

  test('that its schema is older, newer, or none of presend’s', () => {
    const names = Object.keys(migrations);
    expect(schemaFinding(names).state).toBe('ok');
    expect(schemaFinding(names.slice(0, -2))).toMatchObject({
      state: 'warning',
      says: /2 migrations/ as never,
    });
    expect(schemaFinding([...names, '9999-later'])).toMatchObject({ state: 'failed' });
    expect(schemaFinding([]).state).toBe('failed');
  });

  test('that its log has grown, and that SQLite is too old', () => {
    expect(logFinding(16e6).state).toBe('ok');
    expect(logFinding(500e6).state).toBe('warning');
    expect(['3.51.3', '3.53.0', '4.0.0'].map((version) => sqliteFinding(version).state)).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
    expect(['3.51.2', '3.50.9', '2.99.9'].map((version) => sqliteFinding(version).state)).toEqual([
      'failed',
      'failed',
      'failed',
    ]);
  });

  test('that there is none yet, or that the file is none, and goes on with the rest', async () => {
    const options = { full: false, network: false, adapter: { load: false }, now: Date.now() };
    const states = async (folder: string) => {
      const { checks, close } = await openDoctor(configOf(folder, { adapter: { mode: 'off' } }), options);
      const found = await findings(...checks);
      await close();
      return new Map(found.map(({ id, state }) => [id, state]));
    };
    const empty = newFolder();
    expect((await states(empty)).get('integrity')).toBe('warning');
    writeFileSync(
      join(empty, 'presend.db'),
      'this is no database, but it is as long as the head of one'.repeat(50),
    );
    const found = await states(empty);
    expect(found.get('integrity')).toBe('failed');
    expect(found.get('node')).toBe('ok');
  });
});
