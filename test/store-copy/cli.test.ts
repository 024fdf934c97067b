import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { requireNotMoved } from '../../src/store/moved-store.ts';
import { addProspect, startGate } from '../support/gate.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { folderWithAllKinds, on, postgresAt, sqliteOf, startServer } from './stores.ts';

const run = promisify(execFile);

/** Each starts the command several times. */
vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
let newStore: () => Promise<string>;
beforeAll(async () => {
  ({ server, newStore } = await startServer());
});
afterAll(() => server.stop());

/** The built command on a data folder. */
async function presend(dataDir: string, args: string[], env: Record<string, string> = {}) {
  const command = [join(PROJECT_ROOT, 'dist/main.js'), '--data', dataDir, ...args];
  return run(process.execPath, command, { env: { ...process.env, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, signal: null, stdout, stderr }),
    (error: { code: number; signal: string | null; stdout: string; stderr: string }) => error,
  );
}

test('A gate that works is copied ahead only, and moved when it has stopped; the way back brings all of it along', async () => {
  const gate = await startGate();
  await addProspect(gate, 'ann@prospect.example');
  await gate.send({ to: 'ann@prospect.example' });
  await gate.until((all) => all.some(({ state }) => state === 'relayed'), 'a relayed mail');
  const { dataDir } = gate;
  const url = await newStore();

  const tooEarly = await presend(dataDir, ['store', 'copy', '--to', url]);
  expect(tooEarly).toMatchObject({ code: 1, stdout: '' });
  expect(tooEarly.stderr).toMatch(/a gate works on .*: stop it first, or copy .* --ahead/);
  const ahead = await presend(dataDir, ['store', 'copy', '--to', url, '--ahead']);
  expect(ahead.stderr).toMatch(/^copying [\d,]+ rows …\n$/);
  expect(ahead.stdout).toMatch(/Copied ahead\. Stop the gate/);
  await gate.send({ to: 'ann@prospect.example', subject: 'A second one' });
  await gate.until((all) => all.filter(({ state }) => state === 'relayed').length === 2, 'both relayed');
  const before = await gate.deliveries();
  await gate.app.stop();

  const moved = await presend(dataDir, ['store', 'copy', '--to', url, '--json']);
  expect(JSON.parse(moved.stdout)).toMatchObject({
    finished: true,
    tables: { deliveries: { rows: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
  });
  const left = await presend(dataDir, ['review', 'list']);
  expect(left.stderr).toMatch(/was moved to postgres:\/\/.*; write that as store into the configuration/);

  const config = join(dataDir, 'there.yaml');
  writeFileSync(config, `store: ${url}\nrubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\n`);
  const there = ['--config', config];
  const status = await presend(dataDir, [...there, 'store', 'status']);
  expect(status.stdout).toMatch(/It was copied from .*presend\.db on .*\nA gate may work on it\.\n$/);
  const back = await presend(dataDir, [...there, 'store', 'copy', '--from', 'postgres', '--to', 'sqlite']);
  expect(back.stdout).toMatch(/Both hold the same: .*\n.*\nNow write "store: sqlite" into/);
  await on(sqliteOf(dataDir), async ({ db }) => {
    expect(
      await db.selectFrom('deliveries').selectAll().orderBy('created_at').orderBy('id').execute(),
    ).toEqual(before);
  });
  const again = await startGate({ dataDir, keepEngines: true });
  await again.send({ to: 'ann@prospect.example', subject: 'A third one' });
  await again.until((all) => all.filter(({ state }) => state === 'relayed').length === 3, 'all relayed');
});

test('A copy that is killed at any commit goes on when it is run again, and no gate starts in between', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  const copy = ['store', 'copy', '--to', url, '--json'];
  let killed = 0;
  for (const commit of [1, 2, 9, 12]) {
    const { signal } = await presend(folder, copy, { PRESEND_FAIL_POINT: `commit-done:${commit}` });
    if (signal === null) break;
    killed += 1;
    await on(sqliteOf(folder), (database) =>
      expect(requireNotMoved(database)).rejects.toThrow(/is being moved to/),
    );
    // Killed before the copy was begun, the database is still nobody's.
    if (commit === 1) continue;
    await on(postgresAt(url, folder), (database) =>
      expect(requireNotMoved(database)).rejects.toThrow(/not finished/),
    );
  }
  expect(killed).toBe(4);
  const { stdout } = await presend(folder, copy);
  const { finished, written, tables } = JSON.parse(stdout) as {
    finished: boolean;
    written: number;
    tables: Record<string, { rows: number }>;
  };
  expect(finished).toBe(true);
  // What was copied before is not written a second time.
  expect(written).toBeLessThan(Object.values(tables).reduce((sum, { rows }) => sum + rows, 0));
  await on(postgresAt(url, folder), requireNotMoved);
});

test('A move is taken back while it is not finished; after it only by who says that nothing was sent', async () => {
  const folder = await folderWithAllKinds();
  const url = await newStore();
  await presend(folder, ['store', 'copy', '--to', url], { PRESEND_FAIL_POINT: 'commit-done:5' });
  const early = await presend(folder, ['store', 'reopen']);
  expect(early.stdout).toMatch(/A gate may work on .*presend\.db again\./);
  await on(sqliteOf(folder), requireNotMoved);

  expect((await presend(folder, ['store', 'copy', '--to', url])).code).toBe(0);
  const late = await presend(folder, ['store', 'reopen']);
  expect(late.stderr).toMatch(/may have sent mail from there; copy it back .*, or, .*--trust-nothing-sent/);
  await presend(folder, ['store', 'reopen', '--trust-nothing-sent']);
  await on(sqliteOf(folder), requireNotMoved);
});
