import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { requireNotMoved } from '../../src/store/moved-store.ts';
import { copied, folderWithAllKinds, on, postgresAt, sqliteOf, startServer } from '../store-copy/stores.ts';
import type { PostgresServer } from '../support/postgres.ts';

let server: PostgresServer;
let newStore: () => Promise<string>;
beforeAll(async () => {
  ({ server, newStore } = await startServer());
});
afterAll(() => server.stop());

test('After a dump was put back, what was on its way is uncertain, what was held says so, and engines are stopped', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  await copied(sqliteOf(folder), postgresAt(url, folder));
  const config = join(folder, 'presend.yaml');
  writeFileSync(config, `store: ${url}\nrubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\n`);
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const presend = (...args: string[]) =>
    createProgram().parseAsync(['--config', config, '--data', folder, ...args, '--json'], { from: 'user' });
  try {
    await presend('restore', '--dump-of', '2026-11-01T12:00');
    expect(JSON.parse(String(said.mock.calls.at(-1)?.[0]))).toMatchObject({
      at: '2026-11-01T12:00:00.000Z',
      reconciled: { uncertain: 2, held: 1, unjudged: 1, stopped: ['engine'] },
    });
    await on(postgresAt(url, folder), async (database) => {
      await requireNotMoved(database);
      const { state } = await database.db
        .selectFrom('deliveries')
        .select('state')
        .where('id', '=', 'd-deferred')
        .executeTakeFirstOrThrow();
      expect(state).toBe('uncertain');
    });
    await presend('restore', '--done');
    expect(JSON.parse(String(said.mock.calls.at(-1)?.[0]))).toMatchObject({ started: ['engine'] });
  } finally {
    said.mockRestore();
  }
});
