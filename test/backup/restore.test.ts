import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { makeBackup } from '../../src/backup/make.ts';
import { MANIFEST } from '../../src/backup/manifest.ts';
import { finishRestore } from '../../src/backup/reconcile-store.ts';
import { findBackup, restoreBackup } from '../../src/backup/restore.ts';
import { exchange, finishExchange } from '../../src/backup/swap.ts';
import { createProgram } from '../../src/cli/program.ts';
import { DELIVERY_STATES, type DeliveryState, FINAL_STATES } from '../../src/message/disposition.ts';
import { newDelivery } from '../../src/queue/new-delivery.ts';
import { readRestoreState } from '../../src/queue/restore-store.ts';
import { claimDeliveries } from '../../src/queue/store.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { lockDataFolder } from '../../src/store/gate-lock.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { dataFolder } from './load.ts';

const temporary = (): string => mkdtempSync(join(tmpdir(), 'presend-restore-'));
const THEN = Date.UTC(2026, 4, 4, 9);
const LATER = THEN + 3_600_000;

/** A data folder with one delivery in each state, named for it; of those that go back somewhere, one for each way. */
async function everyState(): Promise<string> {
  const folder = await dataFolder();
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  await database.transact(async (trx) => {
    const { id: engine_id } = await trx.selectFrom('engines').select('id').executeTakeFirstOrThrow();
    const add = async (
      id: string,
      state: DeliveryState,
      returns_to: 'relaying' | 'escalating' | null = null,
    ) => {
      const judged_at = state === 'received' ? null : THEN;
      await trx
        .insertInto('messages')
        .values({
          id,
          engine_id,
          envelope_from: 'ann@sender.example',
          params: '{}',
          message_id: `<${id}@sender.example>`,
          subject: 'Capacity',
          size: 10,
          received_at: THEN,
          origin: '{}',
          dedupe_key: null,
          scheduled_at: null,
          judged_at,
          answered_early: 0,
          lease_until: null,
          lease_token: 0,
          judge_attempts: 0,
        })
        .execute();
      const due = ['relaying', 'escalating', 'deferred', 'scheduled'].includes(state) ? THEN : null;
      await trx
        .insertInto('deliveries')
        .values({
          ...newDelivery({
            id,
            messageId: id,
            engineId: engine_id,
            recipient: `${id}@prospect.example`,
            internal: false,
            now: THEN,
          }),
          state,
          returns_to,
          judged_at,
          next_attempt_at: due,
          note: 'as it was',
          expires_at: state === 'held' ? THEN + 1 : null,
        })
        .execute();
    };
    for (const state of DELIVERY_STATES) {
      if (state === 'deferred' || state === 'uncertain') {
        await add(`${state}-relaying`, state, 'relaying');
        await add(`${state}-escalating`, state, 'escalating');
      } else await add(state, state);
    }
    await trx
      .insertInto('attempts')
      .values({
        delivery_id: 'relaying',
        kind: 'relay',
        upstream: 'resend',
        started_at: THEN,
        handover_at: THEN,
        finished_at: null,
        outcome: null,
        response: null,
        idempotency_key: 'key',
        idempotent_until: LATER + 86_400_000,
      })
      .execute();
  });
  await database.close();
  return folder;
}

const backupOf = async (dataDir: string, now = () => THEN) =>
  makeBackup({ dataDir, folder: temporary(), reason: 'asked', now });

const restore = async (
  path: string,
  dataDir: string,
  options: Partial<Parameters<typeof restoreBackup>[0]> = {},
) =>
  restoreBackup({
    backup: await findBackup(path),
    dataDir,
    opening: null,
    force: false,
    trustNothingSent: false,
    actor: 'ann',
    now: () => LATER,
    holdMs: 86_400_000,
    ...options,
  });

async function reading<T>(dataDir: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = new SqliteDatabase(join(dataDir, 'presend.db'));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

describe('after a restore', () => {
  let path: string;
  let dataDir: string;
  let restored: Awaited<ReturnType<typeof restore>>;
  beforeAll(async () => {
    ({ path } = await backupOf(await everyState()));
    dataDir = join(temporary(), 'data');
    restored = await restore(path, dataDir);
  });

  test('every state is one in which nothing goes out by itself', async () => {
    const rows = await reading(dataDir, ({ db }) =>
      db.selectFrom('deliveries').select(['id', 'state', 'returns_to']).orderBy('id').execute(),
    );
    const found = Object.fromEntries(rows.map(({ id, state, returns_to }) => [id, [state, returns_to]]));
    expect(found).toEqual({
      received: ['received', null],
      relaying: ['uncertain', 'relaying'],
      escalating: ['uncertain', 'escalating'],
      scheduled: ['uncertain', 'relaying'],
      'deferred-relaying': ['uncertain', 'relaying'],
      'deferred-escalating': ['uncertain', 'escalating'],
      'uncertain-relaying': ['uncertain', 'relaying'],
      'uncertain-escalating': ['uncertain', 'escalating'],
      held: ['held', null],
      escalated: ['escalated', null],
      ...Object.fromEntries(FINAL_STATES.map((state) => [state, [state, null]])),
    });
    expect(restored.reconciled).toEqual({
      uncertain: 7,
      held: 2,
      unjudged: 1,
      stopped: ['engine'],
      sessions: 0,
    });
    const due = await reading(dataDir, (database) =>
      database.transact((trx) =>
        claimDeliveries(trx, { now: LATER + 86_400_000, leaseMs: 1000, limit: 100, inHand: [] }),
      ),
    );
    expect(due).toEqual([]);
  });

  test('who settles a mail reads why, an act on what was seen before is refused, and its hold begins anew', async () => {
    await reading(dataDir, async ({ db }) => {
      const comments = await db
        .selectFrom('review_comments')
        .select(['delivery_id', 'text'])
        .orderBy('delivery_id')
        .execute();
      expect(comments.map(({ delivery_id }) => delivery_id)).toEqual(['escalated', 'held']);
      expect(comments[1]?.text).toMatch(
        /backup of 2026-05-04 09:00 UTC, in which this mail was held\. Somebody may have settled it since/,
      );
      const held = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('id', '=', 'held')
        .executeTakeFirstOrThrow();
      expect(held).toMatchObject({ note: 'as it was', expires_at: LATER + 86_400_000, lease_token: 1 });
      const gone = await db
        .selectFrom('deliveries')
        .select('note')
        .where('id', '=', 'scheduled')
        .executeTakeFirstOrThrow();
      expect(gone.note).toMatch(
        /it was scheduled in the backup of 2026-05-04 09:00 UTC .* may have been sent since/,
      );
      const audit = await db
        .selectFrom('audit')
        .select('subject_id')
        .where('action', '=', 'restored')
        .execute();
      expect(audit).toHaveLength(7 + 2 + 1);
    });
  });

  test('an attempt that was under way is lost, and its key repeats nothing', async () => {
    const attempt = await reading(dataDir, ({ db }) =>
      db.selectFrom('attempts').selectAll().executeTakeFirstOrThrow(),
    );
    expect(attempt).toMatchObject({ outcome: 'lost', finished_at: LATER, idempotent_until: null });
  });

  test('the engines go on in their modes when a person says that all is done, but for one that was changed meanwhile', async () => {
    const other = join(temporary(), 'data');
    await restore(path, other);
    await reading(other, async (database) => {
      const mode = async () =>
        (await database.db.selectFrom('engines').select('mode').executeTakeFirstOrThrow()).mode;
      expect(await mode()).toBe('stopped');
      expect(await readRestoreState(database.db)).toMatchObject({
        backup_at: THEN,
        may_be_sent_until: THEN,
        done_at: null,
      });
      const by = { actor: 'ann', now: LATER };
      expect(await database.transact((trx) => finishRestore(trx, by))).toEqual({
        started: ['engine'],
        uncertain: 7,
        unjudged: 1,
      });
      expect(await mode()).toBe('enforce');
      expect(await database.transact((trx) => finishRestore(trx, by))).toBeNull();
    });
  });
});

test('mail that was not judged is judged after the restore and held, also when the engines go on', async () => {
  const source = await startGate({ config: { adapter: { mode: 'off' } } });
  await addProspect(source, 'maria@prospect.example');
  await source.send({ to: 'maria@prospect.example' });
  await source.until(([one]) => one?.state === 'relayed', 'it is relayed');
  await source.app.stop();
  // As it was before it was judged.
  const raw = new SQLite(join(source.dataDir, 'presend.db'));
  raw.exec(
    "update messages set judged_at = null; delete from attempts; delete from verdicts; update deliveries set state = 'received', note = null, decision = null, judged_at = null, prospect_id = null",
  );
  raw.close();
  const { path } = await backupOf(source.dataDir, Date.now);
  const dataDir = join(temporary(), 'data');
  await restore(path, dataDir, { now: Date.now });
  await reading(dataDir, (database) =>
    database.transact((trx) => finishRestore(trx, { actor: 'ann', now: Date.now() })),
  );
  const gate = await startGate({ dataDir, keepEngines: true });
  const [held] = await gate.until(([one]) => one?.state === 'held', 'it is held');
  expect(held).toMatchObject({ decision: 'PASS', hold_reason: 'restored' });
  // What comes from now on goes on its way.
  await addProspect(gate, 'otto@prospect.example');
  await gate.send({ to: 'otto@prospect.example' });
  await gate.until(
    (all) => all.some(({ recipient, state }) => recipient.startsWith('otto') && state === 'relayed'),
    'new mail is relayed',
  );
});

describe('restore', () => {
  test('goes on where it stood when nothing was sent since, and refuses to believe it of a gate that was running', async () => {
    const source = await everyState();
    const { path } = await backupOf(source);
    const dataDir = join(temporary(), 'data');
    const { reconciled } = await restore(path, dataDir, { trustNothingSent: true });
    expect(reconciled).toBeNull();
    const states = await reading(dataDir, ({ db }) =>
      db.selectFrom('deliveries').select(['id', 'state']).execute(),
    );
    expect(states).toContainEqual({ id: 'relaying', state: 'relaying' });
    const unlock = lockDataFolder(source);
    const running = await backupOf(source);
    unlock();
    expect(running.manifest.gate_running).toBe(true);
    await expect(
      restore(running.path, join(temporary(), 'data'), { trustNothingSent: true }),
    ).rejects.toThrow(/a gate was running/);
  });

  test('refuses a folder with a running gate, and one with a database unless forced; then that is moved aside', async () => {
    const { path } = await backupOf(await dataFolder());
    const there = await everyState();
    mkdirSync(join(there, 'outbox'));
    writeFileSync(join(there, 'outbox/mail.eml'), 'captured');
    // What the root of a file system has.
    mkdirSync(join(there, 'lost+found'));
    writeFileSync(join(there, 'rubric.yaml'), 'rules: {}');
    const unlock = lockDataFolder(there);
    await expect(restore(path, there, { force: true })).rejects.toThrow(/another gate is already running/);
    unlock();
    const before = readFileSync(join(there, 'presend.db'));
    await expect(restore(path, there)).rejects.toThrow(/there is a database in .* already; --force/);
    expect(readFileSync(join(there, 'presend.db')).equals(before)).toBe(true);

    const { aside } = await restore(path, there, { force: true });
    expect(aside).toBe(join(there, 'before-restore-20260504T100000Z'));
    expect(await reading(there, ({ db }) => db.selectFrom('deliveries').select('id').execute())).toEqual([]);
    expect(
      await reading(aside ?? '', ({ db }) => db.selectFrom('deliveries').select('id').execute()),
    ).toHaveLength(17);
    // A file that the backup does not have would belong to another state; what is in no backup stays.
    expect(readdirSync(aside ?? '')).toContain('rubric.yaml');
    expect(
      readdirSync(there)
        .filter((name) => !name.includes('.lock'))
        .toSorted(),
    ).toEqual([
      'before-restore-20260504T100000Z',
      'gate-id',
      'lost+found',
      'outbox',
      'presend.db',
      'secrets',
    ]);
    expect(statSync(join(there, 'presend.db')).mode & 0o777).toBe(0o600);
  });

  test('changes nothing when the backup is not whole, damaged, of a newer presend, or none at all', async () => {
    const { path } = await backupOf(await dataFolder());
    const dataDir = await everyState();
    const untouched = () =>
      readdirSync(dataDir)
        .filter((name) => name !== 'gate.lock')
        .toSorted();
    const before = untouched();
    const { manifest } = await findBackup(path);
    const write = (changes: object) =>
      writeFileSync(join(path, MANIFEST), JSON.stringify({ ...manifest, ...changes }));
    const refused = (why: RegExp) => expect(restore(path, dataDir, { force: true })).rejects.toThrow(why);

    write({ migrations: [...manifest.migrations, '9001-from-the-future'], presend: '9.1.0' });
    await refused(/made by presend 9\.1\.0, whose database this one does not know \(9001-from-the-future\)/);
    write({ format: 2, presend: '9.1.0' });
    await refused(/by a newer presend \(9\.1\.0\)/);
    write({ files: { ...manifest.files, '../../etc/passwd': manifest.files['gate-id'] } });
    await refused(/damaged, or not a backup/);
    write({ tables: { ...manifest.tables, prospects: 7 } });
    await refused(/prospects has 120 rows instead of 7/);
    write({});
    writeFileSync(join(path, 'gate-id'), 'another');
    await refused(/damaged: gate-id is not as it was written/);
    rmSync(join(path, 'gate-id'));
    await refused(/not whole: gate-id is missing/);
    await expect(findBackup(temporary())).rejects.toThrow(/is no backup, and there is none in it/);
    await expect(findBackup('/nowhere')).rejects.toThrow('there is no /nowhere');
    expect(untouched()).toEqual(before);
  });

  test('takes the newest of a folder of backups', async () => {
    const source = await dataFolder();
    const folder = temporary();
    for (const at of [THEN, THEN + 5000, THEN - 5000]) {
      await makeBackup({ dataDir: source, folder, reason: 'asked', now: () => at });
    }
    expect((await findBackup(folder)).manifest.at).toBe(new Date(THEN + 5000).toISOString());
  });

  test('by the command line tells what to do next, and --done lets the engines go on', async () => {
    const { path } = await backupOf(await everyState());
    const dataDir = join(temporary(), 'data');
    const lines: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const presend = (...args: string[]) =>
      createProgram().parseAsync([...args, '--data', dataDir], { from: 'user' });
    try {
      await presend('restore', path);
      await presend('restore', '--done');
    } finally {
      spy.mockRestore();
    }
    const printed = lines.join('');
    expect(printed).toMatch(/7 deliveries on the way are uncertain/);
    expect(printed).toMatch(/Bring in the opt-outs since 2026-05-04T09:00:00\.000Z/);
    expect(printed).toMatch(/On again: engine\./);
    await expect(presend('restore', '--done')).rejects.toThrow('no restore waits for its end here');
    await expect(presend('restore')).rejects.toThrow(/name the backup/);
  });
});

describe('the exchange', () => {
  const plan = { aside: 'aside', staging: '.restoring', old: ['a', 'b', 'gone'], fresh: ['a', 'c'] };
  function folder(): string {
    const dataDir = temporary();
    for (const name of ['a', 'b', 'gone', 'stays']) writeFileSync(join(dataDir, name), `old ${name}`);
    mkdirSync(join(dataDir, '.restoring'));
    for (const name of ['a', 'c']) writeFileSync(join(dataDir, '.restoring', name), `fresh ${name}`);
    return dataDir;
  }
  const content = (dataDir: string) =>
    Object.fromEntries(
      readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(dataDir, name)).isFile() && !name.startsWith('gate.lock'))
        .toSorted()
        .map((name) => [name, readFileSync(join(dataDir, name), 'utf8')]),
    );
  const WANTED = {
    a: 'fresh a',
    'aside/a': 'old a',
    'aside/b': 'old b',
    'aside/gone': 'old gone',
    c: 'fresh c',
    stays: 'old stays',
  };

  test('puts all in place and the rest aside', async () => {
    const dataDir = folder();
    await exchange(dataDir, plan);
    expect(content(dataDir)).toEqual(WANTED);
  });

  test.each([
    0, 1, 2, 3, 4, 5,
  ])('cut short after %i of its five steps is brought to the same end by who opens the folder next', async (steps) => {
    const dataDir = folder();
    mkdirSync(join(dataDir, 'aside'));
    writeFileSync(join(dataDir, '.restore-in-progress.json'), JSON.stringify(plan));
    const moves: [string, string][] = [
      ...plan.old.map((name): [string, string] => [name, `aside/${name}`]),
      ...plan.fresh.map((name): [string, string] => [`.restoring/${name}`, name]),
    ];
    for (const [from, to] of moves.slice(0, steps)) renameSync(join(dataDir, from), join(dataDir, to));
    await finishExchange(dataDir, { locked: false });
    expect(content(dataDir)).toEqual(WANTED);
    expect(readdirSync(dataDir)).not.toContain('.restoring');
  });

  test('under way is no business of a command beside it', async () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, '.restore-in-progress.json'), JSON.stringify(plan));
    const unlock = lockDataFolder(dataDir);
    await expect(finishExchange(dataDir, { locked: false })).rejects.toThrow(
      /a restore into .* is under way/,
    );
    unlock();
  });
});
