import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../src/cli/program.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { postgresChecks, serverFinding } from '../../src/doctor/postgres.ts';
import { keysCheck } from '../../src/doctor/keys.ts';
import { serverFacts } from '../../src/doctor/postgres-store.ts';
import { secretPath } from '../../src/config/gate-secret.ts';
import { recordAudit } from '../../src/store/audit.ts';
import { PostgresDatabase } from '../../src/store/postgres/database.ts';
import { PostgresServer } from '../support/postgres.ts';
import { findings, newFolder } from './run.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start({ durable: true });
});
afterAll(() => server.stop());

/** Runs work on a database of its own. */
async function opened<T>(url: string, work: (database: PostgresDatabase, folder: string) => Promise<T>) {
  const folder = newFolder();
  const database = new PostgresDatabase(url, folder);
  try {
    return await work(database, folder);
  } finally {
    await database.close();
  }
}

describe('The doctor says of a PostgreSQL server', () => {
  test('that it is well, and how large the database is', async () => {
    await opened(await server.database(), async (database) => {
      await database.migrate();
      const found = await findings(...postgresChecks(database, database.url));
      expect(found.map(({ state }) => state)).toEqual(['ok', 'ok']);
      expect(found[0].says).toMatch(/^PostgreSQL 15\.\d+.*, [\d.]+ MB\.$/);
    });
  });

  test('that it is no database of presend before a gate has started on it', async () => {
    await opened(await server.database(), async (database) => {
      const found = await findings(...postgresChecks(database, database.url));
      expect(found.map(({ state }) => state)).toEqual(['ok', 'failed']);
    });
  });

  test('that it does not answer, where it stands and what to look at', async () => {
    await opened('postgres://presend@127.0.0.1:1/none', async (database) => {
      const [found] = await findings(
        ...postgresChecks(database, 'postgres://presend:secret@127.0.0.1:1/none'),
      );
      expect(found.state).toBe('failed');
      expect(found.says).toMatch(/postgres:\/\/presend@127\.0\.0\.1:1\/none does not answer/);
      expect(JSON.stringify(found)).not.toContain('secret');
    });
  });

  test('that it may lose mail, where a real server runs without fsync', async () => {
    const unsafe = await PostgresServer.start({ durable: false });
    try {
      await opened(await unsafe.database(), async ({ db }) => {
        const facts = await serverFacts(db);
        expect(serverFinding(facts, facts.now)).toMatchObject({
          state: 'failed',
          says: 'fsync is off: mail that was accepted may be lost when the server crashes.',
        });
      });
    } finally {
      await unsafe.stop();
    }
  });

  test('that clocks are apart, that it is too old, a standby, or of an encoding that loses text', async () => {
    const facts = await opened(await server.database(), ({ db }) => serverFacts(db));
    expect(serverFinding(facts, facts.now + 3_000)).toMatchObject({
      state: 'warning',
      says: "Its clock and this machine's are 3.0 s apart.",
    });
    expect(serverFinding(facts, facts.now - 1_000).state).toBe('ok');
    const wrong = [{ number: 140_012 }, { standby: 1 }, { encoding: 'LATIN1' }, { synchronous: 'off' }];
    for (const one of wrong) expect(serverFinding({ ...facts, ...one }, facts.now).state).toBe('failed');
  });
});

test('A lost key is told of a database in PostgreSQL too', async () => {
  const url = await server.database();
  await opened(url, async (database, folder) => {
    await database.migrate();
    await database.transact((trx) =>
      recordAudit(trx, { at: 1, actor: 't', subject: { type: 'gate', id: 'x' }, action: 'y' }),
    );
    rmSync(secretPath(folder, 'audit'));
    const again = new PostgresDatabase(url, folder);
    const found = await findings(...postgresChecks(again, url), keysCheck(again, folder));
    expect(found.map(({ state }) => state)).toEqual(['ok', 'ok', 'failed']);
    await again.close();
  });
});

test('presend backup makes nothing of a database in PostgreSQL and says what does; restore too', async () => {
  const folder = newFolder();
  const config = join(folder, 'presend.yaml');
  writeFileSync(
    config,
    `store: postgres://presend:secret@127.0.0.1:1/none\nrubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\n`,
  );
  const presend = (...args: string[]) =>
    createProgram().parseAsync(['--config', config, '--data', folder, ...args], { from: 'user' });
  await expect(presend('backup', join(folder, 'copies'))).rejects.toThrow(
    /Nothing was made\. .*pg_dump .* postgres:\/\/presend@127\.0\.0\.1:1\/none/,
  );
  await expect(presend('restore', folder)).rejects.toThrow(/pg_restore, then run presend restore --dump-of/);
});
