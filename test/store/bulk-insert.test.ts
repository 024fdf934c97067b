import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { bulkInsert } from '../../src/store/bulk-insert.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Inserts a row with so many bytes, and holds it in no way. */
async function insert(database: Database, key: string, bytes: number): Promise<WeakRef<Buffer>> {
  const value = Buffer.alloc(bytes, 'x');
  await database.transact((trx) =>
    // SQLite's columns take any type; what matters is an object that can be waited for to be gone.
    bulkInsert(trx, 'settings', [{ key, value: value as unknown as string }]),
  );
  return new WeakRef(value);
}

it('holds nothing of what was inserted', async () => {
  const database = new SqliteDatabase(':memory:');
  onTestFinished(() => database.close());
  await database.migrate();
  const rows = [await insert(database, 'first', 1_000_000), await insert(database, 'second', 1_000_000)];
  // Kysely's compiler holds what it compiled last until it compiles again.
  const stored = await database.db
    .selectFrom('settings')
    .select('key')
    .where('key', 'in', ['first', 'second'])
    .execute();
  expect(stored).toHaveLength(2);
  const held = (): number => rows.filter((row) => row.deref() !== undefined).length;
  for (let round = 0; round < 100 && held() > 0; round += 1) {
    await settled();
    collect();
  }
  expect(held()).toBe(0);
});
