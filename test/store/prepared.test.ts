import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { prepared } from '../../src/store/prepared.ts';
import { openDatabaseOf } from '../support/store.ts';

let database: Database;

beforeEach(async () => {
  database = await openDatabaseOf(mkdtempSync(join(tmpdir(), 'presend-prepared-')));
  onTestFinished(() => database.close());
  await database.transact((trx) =>
    trx
      .insertInto('settings')
      .values(['a', 'b', 'c'].map((key) => ({ key, value: `value of ${key}` })))
      .execute(),
  );
});

describe('a prepared query', () => {
  test('is built once, and runs with each call’s own values', async () => {
    let built = 0;
    const valueOf = prepared((db, { key }: { key: string }) => {
      built += 1;
      return db.selectFrom('settings').select('value').where('key', '=', key);
    });
    expect(await valueOf(database.db, { key: 'a' })).toEqual([{ value: 'value of a' }]);
    expect(await valueOf(database.db, { key: 'c' })).toEqual([{ value: 'value of c' }]);
    expect(await valueOf(database.db, { key: 'x' })).toEqual([]);
    expect(built).toBe(1);
  });

  test('puts each value where it was put, whatever the order and however often', async () => {
    const both = prepared((db, { low, high }: { high: string; low: string }) =>
      db
        .selectFrom('settings')
        .select('key')
        .where('key', '>=', low)
        .where('key', '<', high)
        .where('key', '!=', 'b')
        .where((where) => where.or([where('key', '>', low), where('key', '=', low)]))
        .orderBy('key'),
    );
    expect(await both(database.db, { high: 'd', low: 'a' })).toEqual([{ key: 'a' }, { key: 'c' }]);
    expect(await both(database.db, { low: 'b', high: 'd' })).toEqual([{ key: 'c' }]);
  });

  test('takes lists of any length', async () => {
    const among = prepared((db, { keys, not }: { keys: string[]; not: string }) =>
      db.selectFrom('settings').select('key').where('key', 'in', keys).where('key', '!=', not).orderBy('key'),
    );
    const found = async (keys: string[]) =>
      (await among(database.db, { keys, not: 'b' })).map(({ key }) => key);
    expect(await found(['a'])).toEqual(['a']);
    expect(await found(['c', 'b', 'a'])).toEqual(['a', 'c']);
    expect(await found([])).toEqual([]);
    expect(await found(['x', 'c'])).toEqual(['c']);
  });

  test('leaves alone what is undefined, and writes null as null', async () => {
    const change = prepared(
      (db, { of, ...changes }: { of: string; kind?: 'domain' | undefined; reason?: string | null }) =>
        db.updateTable('suppressions').set(changes).where('value', '=', of),
    );
    const row = { kind: 'address', value: 'a.example', channel: 'email', reason: 'asked' } as const;
    const now = () => database.db.selectFrom('suppressions').selectAll().executeTakeFirstOrThrow();
    await database.transact(async (trx) => {
      await trx
        .insertInto('suppressions')
        .values({ ...row, source: 'test', created_at: 1 })
        .execute();
      await change(trx, { of: 'a.example', kind: 'domain' });
    });
    expect(await now()).toMatchObject({ kind: 'domain', reason: 'asked' });
    await database.transact((trx) => change(trx, { of: 'a.example', kind: undefined, reason: null }));
    expect(await now()).toMatchObject({ kind: 'domain', reason: null });
    await database.transact((trx) => change(trx, { of: 'a.example', reason: 'asked again' }));
    expect(await now()).toMatchObject({ kind: 'domain', reason: 'asked again' });
  });

  test('rejects as the database does, and runs in the transaction it is given', async () => {
    const add = prepared((db, row: { key: string; value: string }) => db.insertInto('settings').values(row));
    await expect(database.transact((trx) => add(trx, { key: 'a', value: 'again' }))).rejects.toThrow(
      /unique/i,
    );
    const undone = database.transact(async (trx) => {
      await add(trx, { key: 'd', value: 'not for long' });
      throw new Error('taken back');
    });
    await expect(undone).rejects.toThrow('taken back');
    const keys = await database.db
      .selectFrom('settings')
      .select('key')
      .where('key', 'in', ['a', 'd'])
      .execute();
    expect(keys).toEqual([{ key: 'a' }]);
  });
});
