import { mkdtempSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { recordAudit } from '../../src/store/audit.ts';
import type { Trx } from '../../src/store/database.ts';
import { later } from '../../src/store/later.ts';
import { PostgresDatabase } from '../../src/store/postgres/database.ts';
import { together } from '../../src/store/together.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { PostgresServer } from '../support/postgres.ts';

/** What one gate asks of PostgreSQL, in how many journeys, and what becomes of it where a statement fails. */
let server: PostgresServer;
let database: PostgresDatabase;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.stop());

beforeEach(async () => {
  const opened = new PostgresDatabase(
    await server.database(),
    mkdtempSync(join(tmpdir(), 'presend-postgres-')),
  );
  onTestFinished(() => opened.close());
  await opened.migrate();
  // What migrations put there is not what these tests count.
  await opened.transact((trx) => trx.deleteFrom('settings').execute());
  database = opened;
}, 30_000);

const put = (trx: Trx, key: string) => trx.insertInto('settings').values({ key, value: key }).execute();
const keys = async () =>
  (await database.db.selectFrom('settings').select('key').orderBy('key').execute())
    .map(({ key }) => key)
    .filter((key) => key.length === 1);
const noted = (trx: Trx, at: number) =>
  recordAudit(trx, { at, actor: 'test', subject: { type: 'user', id: 'u1' }, action: 'noted' });

/** Counts writes to the server from now on. */
function writes(): () => number {
  const spies = (['_write', '_writev'] as const).map((name) => vi.spyOn(Socket.prototype, name));
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()));
  const toServer = (socket: unknown) => (socket as Socket).remotePort === server.port;
  return () => spies.flatMap((spy) => spy.mock.contexts).filter(toServer).length;
}

test('reads that are asked for in one turn of the loop are one journey, on one connection', async () => {
  await keys();
  const sent = writes();
  const asked = await together(
    Array.from({ length: 10 }, () =>
      sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.db),
    ),
  );
  expect(new Set(asked.flatMap(({ rows }) => rows.map(({ pid }) => pid))).size).toBe(1);
  expect(sent()).toBe(1);
});

test('a change that writes and is noted is three journeys: begin and write, the end of the log, the rest', async () => {
  await database.transact((trx) => put(trx, 'a'), { concurrent: true });
  const sent = writes();
  await database.transact(
    async (trx) => {
      await later(trx, put(trx, 'b'));
      await later(trx, put(trx, 'c'));
      await noted(trx, 1);
    },
    { concurrent: true },
  );
  expect(sent()).toBeLessThanOrEqual(3);
  expect(await keys()).toEqual(['a', 'b', 'c']);
});

test.each([
  true,
  false,
])('a change that fails takes back its own and nobody else’s (concurrent: %s)', async (concurrent) => {
  let runs = 0;
  const results = await Promise.allSettled([
    database.transact((trx) => put(trx, 'a'), { concurrent }),
    database.transact(
      async (trx) => {
        runs += 1;
        await put(trx, 'b');
        await noted(trx, 1);
        throw new Error('no');
      },
      { concurrent },
    ),
    database.transact((trx) => put(trx, 'a'), { concurrent }),
    database.transact(
      async (trx) => {
        await put(trx, 'c');
        await noted(trx, 2);
      },
      { concurrent },
    ),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { message: 'no' } });
  expect(results[2]).toMatchObject({ reason: { code: '23505' } });
  expect(await keys()).toEqual(['a', 'c']);
  const entries = await database.db.selectFrom('audit').select('at').where('action', '=', 'noted').execute();
  expect(entries).toEqual([{ at: 2 }]);
  // Without savepoints at first, and then once more with them.
  expect(runs).toBe(concurrent ? 2 : 1);
});

test('a change whose statement failed is not told that it is durable, even when it goes on', async () => {
  await database.transact((trx) => put(trx, 'a'));
  const goesOn = database.transact(async (trx) => {
    await put(trx, 'b');
    await put(trx, 'a').catch(() => {});
  });
  await expect(goesOn).rejects.toThrow('ROLLBACK');
  expect(await keys()).toEqual(['a']);
});

test('a statement that was not waited for fails its change when it fails, and says why', async () => {
  await database.transact((trx) => put(trx, 'a'));
  const unwaited = database.transact(async (trx) => {
    await later(trx, put(trx, 'a'));
    await put(trx, 'b');
  });
  await expect(unwaited).rejects.toMatchObject({ code: '23505' });
  const atTheEnd = database.transact(async (trx) => {
    await noted(trx, 1);
    await later(trx, put(trx, 'a'));
  });
  await expect(atTheEnd).rejects.toMatchObject({ code: '23505' });
  expect(await keys()).toEqual(['a']);
  // The connection is as good as before.
  await database.transact((trx) => put(trx, 'c'));
  expect(await keys()).toEqual(['a', 'c']);
});

test('a change whose statement failed is taken back alone, though others were sent behind it', async () => {
  const results = await Promise.allSettled([
    database.transact((trx) => put(trx, 'a')),
    database.transact((trx) => together([put(trx, 'a'), later(trx, put(trx, 'b'))])),
    database.transact((trx) => put(trx, 'c')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { code: '23505' } });
  expect(await keys()).toEqual(['a', 'c']);
});

test('a change that does not get the lock is not made without it', async () => {
  const name = new URL(database.url).pathname.slice(1);
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await other.query('select pg_advisory_lock(7809639)');
  const change = database.transact((trx) => put(trx, 'a'));
  const refused = expect(change).rejects.toMatchObject({ code: '57014' });
  const cancel = `select pg_cancel_backend(pid) from pg_stat_activity where datname = '${name}' and wait_event = 'advisory'`;
  while ((await server.query(cancel)).length === 0) await new Promise((resolve) => setImmediate(resolve));
  await refused;
  await other.end();
  expect(await keys()).toEqual([]);
});

test('a connection that reads is opened anew when it was ended', async () => {
  await keys();
  const name = new URL(database.url).pathname.slice(1);
  await server.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  // What is under way fails; soon nothing does.
  for (let tries = 0; ; tries += 1) {
    const read = await keys().catch((error: unknown) => error);
    if (Array.isArray(read)) break;
    expect(tries).toBeLessThan(50);
  }
  await database.transact((trx) => put(trx, 'a')).catch(() => database.transact((trx) => put(trx, 'a')));
  expect(await keys()).toEqual(['a']);
});

test('a change whose connection the server ends while nothing is asked fails alone', async () => {
  const change = database.transact(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    const pid = rows[0]?.pid ?? 0;
    await server.query(`select pg_terminate_backend(${pid})`);
    const there = `select pid from pg_stat_activity where pid = ${pid}`;
    while ((await server.query(there)).length > 0) await new Promise((resolve) => setImmediate(resolve));
    // A journey more, by which time the gate has been told.
    await server.query(there);
    await put(trx, 'a');
  });
  await expect(change).rejects.toThrow();
  await database.transact((trx) => put(trx, 'b'));
  expect(await keys()).toEqual(['b']);
});

/** Statements for one mail to a known prospect, from its acceptance to its thread; what every commit and every poll asks left out. */
const STATEMENTS_A_MAIL = 76;
const MAILS = 10;

test('a mail does not ask more of PostgreSQL than it did', async () => {
  const gate = await startGate({ config: { store: await server.database() } });
  const people = Array.from({ length: MAILS + 1 }, (_, i) => `p${i}@prospects.example`);
  for (const address of people) await addProspect(gate, address);
  const before = await threads(gate.app.database);
  const sendTo = async (some: string[], all: number) => {
    for (const to of some) await gate.send({ to });
    await gate.until(
      (deliveries) => deliveries.length === all && deliveries.every(({ state }) => state === 'relayed'),
      'relayed',
    );
    while ((await threads(gate.app.database)) < before + all)
      await new Promise((resolve) => setImmediate(resolve));
  };
  await sendTo(people.slice(0, 1), 1);

  const spy = vi.spyOn(pg.Client.prototype, 'query');
  onTestFinished(() => spy.mockRestore());
  const asked = (from: number): string[] =>
    spy.mock.calls
      .slice(from)
      .map(([first]: unknown[]) => (typeof first === 'string' ? first : (first as { text: string }).text))
      .map((text) => text.replaceAll(/\$\d+(?:, \$\d+)*/g, '?'));
  // What this test itself asks, and the polls, each of which comes several times in it.
  await gate.deliveries();
  await threads(gate.app.database);
  while (spy.mock.calls.length < 300) await new Promise((resolve) => setImmediate(resolve));
  const polls = new Set(asked(0));

  const from = spy.mock.calls.length;
  await sendTo(people.slice(1), people.length);
  // Mail shares commits, claims and looks at the log, the more the busier the gate is.
  const shared =
    /^(?:begin|commit|rollback|release|savepoint|notify)|^insert into "settings"|"audit"|"labels"|"lease_until" is null/;
  const own = asked(from).filter((text) => !polls.has(text) && !shared.test(text));
  expect(own.length / MAILS).toBeGreaterThan(STATEMENTS_A_MAIL / 2);
  expect(own.length / MAILS).toBeLessThanOrEqual(STATEMENTS_A_MAIL);
}, 60_000);

async function threads({ db }: Pick<PostgresDatabase, 'db'>): Promise<number> {
  const { n } = await db
    .selectFrom('thread_messages')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}
