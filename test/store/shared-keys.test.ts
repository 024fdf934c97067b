import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/app/open-database.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { recordAudit } from '../../src/store/audit.ts';
import { openStore } from '../../src/store/open.ts';
import { noteReplacedKey } from '../../src/store/shared-keys-store.ts';
import { configOf, newFolder } from '../doctor/run.ts';
import { PostgresServer } from '../support/postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

/** Opens the database as a gate does, writes an entry of its own, and lets go. */
async function startOn(store: string, folder: string): Promise<void> {
  const { database, unlock } = await openDatabase(
    { ...configOf(folder), store },
    { log: createLogger('silent'), now: Date.now },
  );
  await database.transact((trx) =>
    recordAudit(trx, { at: 1, actor: 'test', subject: { type: 'gate', id: 'x' }, action: 'started' }),
  );
  await database.close();
  unlock();
}

/** As an operator copies them. */
const copyKeys = (from: string, to: string): void =>
  cpSync(join(from, 'secrets'), join(to, 'secrets'), { recursive: true });

const idIn = (folder: string): string => readFileSync(join(folder, 'gate-id'), 'utf8');

test('A second gate on a database needs the keys of the first, is told which to copy from where, and takes over its id', async () => {
  const store = await server.database();
  const [first, second] = [newFolder(), newFolder()];
  await startOn(store, first);
  await expect(startOn(store, second)).rejects.toThrow(
    `in ${second} they are not: secrets/audit.key, secrets/erased.key, secrets/derive.key, secrets/link.key missing. Copy them from ${first} on `,
  );
  copyKeys(first, second);
  await startOn(store, second);

  expect(idIn(second)).toBe(idIn(first));

  writeFileSync(join(second, 'secrets/link.key'), Buffer.alloc(32, 7));
  writeFileSync(join(second, 'gate-id'), 'another\n');
  rmSync(join(second, 'secrets/derive.key'));
  await expect(startOn(store, second)).rejects.toThrow(
    'secrets/derive.key missing; secrets/link.key, gate-id not the same',
  );
});

test('Gates that start at the same moment on an empty database do not both keep keys of their own', async () => {
  const store = await server.database();
  const folders = [newFolder(), newFolder(), newFolder()];
  const started = await Promise.allSettled(folders.map((folder) => startOn(store, folder)));
  expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const winner = folders[started.findIndex(({ status }) => status === 'fulfilled')];
  for (const folder of folders) {
    if (folder !== winner) {
      copyKeys(winner, folder);
      rmSync(join(folder, 'gate-id'), { force: true });
    }
    await startOn(store, folder);
  }
});

test('A key that was replaced in one folder is missed in the others until it is copied there', async () => {
  const store = await server.database();
  const [first, second] = [newFolder(), newFolder()];
  await startOn(store, first);
  copyKeys(first, second);
  writeFileSync(join(first, 'secrets/erased.key'), Buffer.alloc(32, 9));
  // As `presend keys replace` opens it: the folder's keys are not compared.
  const database = openStore({ store, source: null, data_dir: first });
  await database.transact((trx) => noteReplacedKey(trx, first));
  await database.close();
  await startOn(store, first);
  await expect(startOn(store, second)).rejects.toThrow('secrets/erased.key not the same');
});
