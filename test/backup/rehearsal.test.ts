import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeBackup } from '../../src/backup/make.ts';
import { finishRestore } from '../../src/backup/reconcile-store.ts';
import { findBackup, restoreBackup } from '../../src/backup/restore.ts';
import { configSchema } from '../../src/config/config.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { commentsOf } from '../../src/review/delivery-view-store.ts';
import { Review } from '../../src/review/review.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { dataFolder, GateChild, headerOf, prospect, submit, until } from './load.ts';

const DIST = join(import.meta.dirname, '../../dist/app.js');
const RUBRIC = join(import.meta.dirname, '../../config/rubric.yaml');

/** What a reviewer does beside a gate, as the command line does it. */
async function beside<T>(
  folder: string,
  work: (database: Database, review: Review) => Promise<T>,
): Promise<T> {
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  const rubric = loadRubric(RUBRIC);
  const config = {
    ...configSchema.parse({ delivery: { undo_seconds: 0 } }),
    hostname: 'gate.test',
    source: null,
  };
  const review = new Review({ database, config, rubric: () => rubric, now: Date.now });
  try {
    return await work(database, review);
  } finally {
    await database.close();
  }
}

const states = (folder: string) =>
  beside(folder, ({ db }) =>
    db
      .selectFrom('deliveries')
      .innerJoin('messages', 'messages.id', 'deliveries.message_id')
      .select(['deliveries.id', 'state', 'hold_reason', 'recipient', 'messages.message_id as header'])
      .where('kind', '=', 'mail')
      .orderBy('deliveries.id')
      .execute(),
  );

test('a backup under load, restored elsewhere after more mail and a kill, loses nothing of before it and sends nothing twice', async () => {
  expect(existsSync(DIST), 'run npm test, which builds first').toBe(true);
  const upstream = await SmtpUpstream.start();
  onTestFinished(() => upstream.close());
  // By the recipient: the gate's own reports to the sender hold the header as well.
  const arrived = (number: number) =>
    upstream.received.filter(({ to }) => to.includes(prospect(number))).length;

  const first = await dataFolder({ ballastMb: 48 });
  const gate = await GateChild.start(first, upstream.port);
  onTestFinished(() => gate.kill());

  // The provider takes nothing for now, so that much is on its way when the backup is made.
  upstream.script = { rcpt: { reply: '451 4.7.1 later' } };
  const accepted = new Set<number>();
  let next = 0;
  let running = true;
  const client = async (): Promise<void> => {
    while (running && next < 70) {
      const number = next++;
      if (await submit(gate.port, number)) accepted.add(number);
    }
  };
  const load = [client(), client(), client(), client()];
  await until(() => accepted.size >= 20, 'some mail is accepted');

  const backups = mkdtempSync(join(tmpdir(), 'presend-backups-'));
  const before = new Set(accepted);
  const made = await makeBackup({ dataDir: first, folder: backups, reason: 'asked', now: Date.now });
  expect(made.manifest.gate_running).toBe(true);

  // After it: the provider takes mail again, more comes in, a reviewer lets one go, and all of that is lost with the gate.
  upstream.script = {};
  await until(() => accepted.size >= before.size + 15, 'more mail is accepted after the backup');
  const [held] = (await states(first)).filter(
    ({ state, header }) => state === 'held' && [...before].some((number) => headerOf(number) === header),
  );
  await beside(first, (_, review) => review.release(held.id, { actor: 'ann' }));
  const numberOf = (header: string | null) => Number(/mail-(\d+)@/.exec(header ?? '')?.[1]);
  await until(() => arrived(numberOf(held.header)) === 1, 'the released mail has arrived');
  await until(() => upstream.received.length >= 15, 'what was on its way arrives');
  running = false;
  await gate.kill();
  await Promise.all(load);
  await upstream.cutAll();
  const sentByFirst = new Set([...accepted].filter((number) => arrived(number) > 0));

  const second = join(mkdtempSync(join(tmpdir(), 'presend-restored-')), 'data');
  const { reconciled } = await restoreBackup({
    backup: await findBackup(backups),
    dataDir: second,
    opening: null,
    force: false,
    trustNothingSent: false,
    actor: 'ann',
    now: Date.now,
    holdMs: 86_400_000,
  });
  expect(reconciled?.stopped).toEqual(['engine']);
  expect(reconciled?.uncertain).toBeGreaterThan(0);
  expect(reconciled?.held).toBeGreaterThan(0);
  const again = await GateChild.start(second, upstream.port);
  onTestFinished(() => again.kill());

  // Everything that was accepted before the backup is there, and nothing moves by itself.
  await until(
    async () => (await states(second)).every(({ state }) => state !== 'received'),
    'what was not judged is judged',
  );
  const restored = await states(second);
  for (const number of before) expect(restored.map(({ header }) => header)).toContain(headerOf(number));
  expect(await submit(again.port, 100)).toBe(true);
  const stopped = (await states(second)).find(({ recipient }) => recipient === prospect(100));
  expect(stopped).toMatchObject({ state: 'held', hold_reason: 'engine_stopped' });
  const done = await beside(second, (database) =>
    database.transact((trx) => finishRestore(trx, { actor: 'ann', now: Date.now() })),
  );
  expect(done).toMatchObject({ started: ['engine'], unjudged: 0 });
  // The courier is at work again: a new mail arrives, and of the old ones none has.
  expect(await submit(again.port, 101)).toBe(true);
  await until(() => arrived(101) === 1, 'a new mail arrives');
  expect(new Set([...accepted].filter((number) => arrived(number) > 0))).toEqual(sentByFirst);

  // A person settles what waits, by what the provider has.
  const comments = await beside(second, ({ db }) => commentsOf(db, held.id));
  expect(comments.map(({ text }) => text).join()).toMatch(/Somebody may have settled it since/);
  await beside(second, async (_, review) => {
    for (const { id, state, hold_reason, header } of await states(second)) {
      const there = arrived(numberOf(header)) > 0;
      if (state === 'uncertain') await review[there ? 'confirm' : 'resend'](id, { actor: 'ann' });
      if (hold_reason === 'restored') await review[there ? 'reject' : 'release'](id, { actor: 'ann' });
    }
  });
  await until(
    async () =>
      (await states(second)).every(({ state }) =>
        ['relayed', 'held', 'suppressed', 'rejected'].includes(state),
      ),
    'all of it is settled',
  );
  const wrong: string[] = [];
  for (const number of before) {
    // Every fifth is held: those wait for a reviewer, but for the one that was let go.
    const wanted = number % 5 === 0 ? (headerOf(number) === held.header ? 1 : 0) : 1;
    if (arrived(number) !== wanted)
      wrong.push(`${headerOf(number)} arrived ${arrived(number)} times instead of ${wanted}`);
  }
  for (const number of [...accepted, 100, 101])
    if (arrived(number) > 1) wrong.push(`${headerOf(number)} went out twice`);
  expect(wrong).toEqual([]);
  // Nobody who asked for no mail got any.
  expect(upstream.received.flatMap(({ to }) => to).filter((to) => /9@/.test(to))).toEqual([]);
}, 120_000);
