import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { secretPath } from '../../src/config/gate-secret.ts';
import { suppressionsHolding } from '../../src/crm/suppression-store.ts';
import { keysCheck } from '../../src/doctor/keys.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { erase } from '../../src/privacy/erase.ts';
import { recordAudit } from '../../src/store/audit.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { temporaryFolder } from '../crm/open.ts';
import { stateOf } from '../doctor/run.ts';

const HENRIKE = 'henrike.saalfeld@kestrelwharf.example';
const ENTRY = { at: 1, actor: 'test', subject: { type: 'engine', id: 'e' }, action: 'changed' };

/** The built command. */
function presend(dataDir: string, ...args: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(PROJECT_ROOT, 'dist/main.js'), '--data', dataDir, ...args],
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

async function withDatabase<T>(dataDir: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = new SqliteDatabase(join(dataDir, 'presend.db'));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** A data folder with two entries, and one person erased. */
async function dataFolder(): Promise<string> {
  const dataDir = temporaryFolder();
  await withDatabase(dataDir, async (database) => {
    await database.migrate();
    await database.transact((trx) => recordAudit(trx, ENTRY));
    const options = { database, dataDir, now: Date.now, fingerprint: fingerprints, pause: async () => {} };
    await erase(options, HENRIKE, { actor: 'cli:op', reason: 'request 117' });
  });
  return dataDir;
}

const keys = (dataDir: string): Promise<string> =>
  withDatabase(dataDir, (database) => stateOf(keysCheck(database, dataDir)));

test('a lost key of the audit log is replaced only when asked for, and the break stays in sight', async () => {
  const dataDir = await dataFolder();
  const why = ['--yes', '--reason', 'no backup of it'];
  expect(await keys(dataDir)).toBe('ok');
  const key = secretPath(dataDir, 'audit');
  rmSync(key);
  expect(await keys(dataDir)).toBe('failed');

  // No command makes a new one by itself, not even one that only reads.
  expect(await presend(dataDir, 'audit', 'verify')).toMatchObject({
    code: 1,
    said: expect.stringMatching(/audit\.key is missing, .* "presend keys replace audit"/),
  });
  const asked = await presend(dataDir, 'keys', 'replace', 'audit');
  expect(asked).toMatchObject({
    code: 0,
    said: expect.stringMatching(/is lost: proof .*\nNothing was changed/),
  });
  expect(existsSync(key)).toBe(false);

  expect(await presend(dataDir, 'keys', 'replace', 'audit', ...why)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/goes on under a new key\. 2 entries before it count as they were found\./),
  });
  expect(await keys(dataDir)).toBe('ok');
  expect(await presend(dataDir, 'audit', 'verify')).toMatchObject({
    code: 0,
    said: expect.stringMatching(
      /^At entry 3 the log goes on under a new key, .* the 2 entries before .*\n3 entries looked at\. The log is whole\./,
    ),
  });
  expect(await presend(dataDir, 'keys', 'replace', 'audit', ...why)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/fits the log: nothing is lost/),
  });
}, 90_000);

test('a key of the erased that is lost or damaged is replaced only when asked for, and they are forgotten', async () => {
  const dataDir = await dataFolder();
  const key = secretPath(dataDir, 'erased');
  const holding = (): Promise<unknown[]> =>
    withDatabase(dataDir, ({ db }) => suppressionsHolding(db, HENRIKE));
  expect(await holding()).toHaveLength(1);
  writeFileSync(key, 'half a key');
  expect(await keys(dataDir)).toBe('failed');
  rmSync(key);
  expect(await keys(dataDir)).toBe('failed');
  expect(await presend(dataDir, 'keys', 'replace', 'erased')).toMatchObject({
    code: 0,
    said: expect.stringMatching(/is lost: who the 1 erased person is\. .*\nNothing was changed/),
  });
  await expect(holding()).rejects.toThrow(/erased\.key is missing/);
  expect(
    await presend(dataDir, 'keys', 'replace', 'erased', '--yes', '--reason', 'no backup of it'),
  ).toMatchObject({ code: 0, said: expect.stringMatching(/1 erased person is forgotten\./) });
  expect(await keys(dataDir)).toBe('ok');
  expect(await holding()).toEqual([]);
  const told = await withDatabase(dataDir, ({ db }) =>
    db.selectFrom('audit').select('detail').where('action', '=', 'key_replaced').executeTakeFirstOrThrow(),
  );
  expect(JSON.parse(told.detail)).toEqual({ forgotten: 1, reason: 'no backup of it' });
}, 90_000);
