import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import { killSwitchSchema } from '../../src/kill-switch/config.ts';
import { monitorStates } from '../../src/kill-switch/monitor-store.ts';
import { monitorsNow } from '../../src/kill-switch/monitors-now.ts';
import { newestSwitchEntry, reset, switchHistory } from '../../src/kill-switch/switch-store.ts';
import { addLabel } from '../../src/review/label-store.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { sendTo } from '../support/gate.ts';

const PATIENCE = { timeout: 20_000 };
const VERSION = 'scripted@1';
/** As the child has it. */
const config = killSwitchSchema.parse({ false_positives: { labels: 5, prospects: 40 } });

interface Child {
  process: ChildProcess;
  smtp: number;
  http: number;
  kill(): Promise<void>;
}

/** A real gate in a process of its own. */
async function startChild(folder: string): Promise<Child> {
  const process_ = spawn(
    process.execPath,
    [join(import.meta.dirname, 'gate-child.mjs'), folder, join(PROJECT_ROOT, 'config/rubric.yaml')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void process_.kill('SIGKILL'));
  const [line] = (await once(createInterface(process_.stdout), 'line')) as [string];
  return {
    process: process_,
    ...(JSON.parse(line) as { smtp: number; http: number }),
    kill: async () => {
      const gone = once(process_, 'exit');
      process_.kill('SIGKILL');
      await gone;
    },
  };
}

/** A data folder with an engine and prospects that every rule lets pass. */
async function folderWith(prospects: number): Promise<{ folder: string; database: Database }> {
  expect(existsSync(join(PROJECT_ROOT, 'dist/app.js')), 'run npm test, which builds first').toBe(true);
  const folder = mkdtempSync(join(tmpdir(), 'presend-killed-'));
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  onTestFinished(() => database.close());
  await database.migrate();
  const by = { actor: 'test', at: Date.now() };
  await database.transact(async (trx) => {
    await addEngine(
      trx,
      { name: 'engine', senderDomains: ['sender.example'], loopbackWithoutAuth: true },
      { actor: 'test', now: by.at },
    );
    for (let i = 0; i < prospects; i += 1) {
      const company = await createCompany(
        trx,
        {
          name: `Company ${i}`,
          headcount: 300,
          funding_stage: 'series_b',
          funding_amount_usd: 20_000_000,
          funding_confidence: 'high',
        },
        by,
      );
      await createProspect(
        trx,
        { address: addressOf(i), company_id: company.id, recipient_role: 'vp_eng' },
        by,
      );
    }
  });
  return { folder, database };
}

const addressOf = (i: number): string => `vp@c${i}.example`;

const mail = (i: number, text: string) => ({
  to: addressOf(i),
  subject: `To ${i}`,
  text: `Hello ${i}, ${text}`,
});

const readyz = async ({ http }: Child) =>
  (await (await fetch(`http://127.0.0.1:${http}/readyz`)).json()) as {
    judge: string;
    adapter: { mode: string };
    kill_switch: { mode: string; reason: string; monitors: { monitor: string; state: string }[] };
  };

test('a gate that a monitor has tripped comes back from kill -9 in the same mode, with the same windows and states', async () => {
  const { folder, database } = await folderWith(24);
  const { db } = database;
  const first = await startChild(folder);
  for (let i = 0; i < 18; i += 1) {
    const text = i % 3 === 2 ? 'please block this one.' : 'would a call be useful?';
    expect(await sendTo(first.smtp, mail(i, text))).toMatch(i % 3 === 2 ? /Held/ : /Relaying/);
  }
  const held = await db
    .selectFrom('deliveries')
    .select('id')
    .where('state', '=', 'held')
    .orderBy('id')
    .execute();
  expect(held).toHaveLength(6);
  await database.transact(async (trx) => {
    for (const [i, { id }] of held.entries()) {
      const right = i < 1 ? 'wrong' : 'right';
      await addLabel(trx, { deliveryId: id, at: Date.now(), actor: 'kim', right, act: 'label' });
    }
  });
  // Five malformed answers of 23: over the limit of 1 % beyond doubt.
  for (let i = 18; i < 23; i += 1) await sendTo(first.smtp, mail(i, 'this one is broken.'));
  await expect.poll(async () => (await newestSwitchEntry(db))?.mode, PATIENCE).toBe('shadow');
  expect((await readyz(first)).kill_switch).toMatchObject({
    mode: 'shadow',
    reason: 'Failed calls over the limit',
  });

  await first.kill();
  const entry = (await newestSwitchEntry(db))!;
  expect(entry).toMatchObject({ actor: 'monitor:failures', mode: 'shadow' });
  expect(entry.condition).toContain('5 of the last 23 questions');
  const now = Date.now();
  const before = await monitorsNow({ db, config, version: VERSION, now });
  const states = (await monitorStates(db)).map(({ monitor, state, since }) => ({ monitor, state, since }));
  const value = (name: string) => before.monitors.find(({ monitor }) => monitor === name);
  // The windows are not empty: six stops are labelled, one wrong beside the twelve that went.
  expect(value('false_positives')).toMatchObject({ counted: 6, value: 1 / 13, state: 'ok' });
  expect(value('failures')).toMatchObject({ counted: 23, state: 'over' });

  const second = await startChild(folder);
  const ready = await readyz(second);
  expect(ready).toMatchObject({ judge: 'rules', adapter: { mode: 'shadow' } });
  // It looks again, many times: what it says is the same and is told no second time.
  await expect
    .poll(async () => Math.min(...(await monitorStates(db)).map(({ at }) => at)), PATIENCE)
    .toBeGreaterThan(now);
  const after = await monitorsNow({ db, config, version: VERSION, now });
  expect(after).toEqual(before);
  expect((await monitorStates(db)).map(({ monitor, state, since }) => ({ monitor, state, since }))).toEqual(
    states,
  );
  expect((await readyz(second)).kill_switch.monitors).toMatchObject([{ monitor: 'failures', state: 'over' }]);
  expect(await switchHistory(db)).toEqual([entry]);
  const warned = await db
    .selectFrom('audit')
    .select('id')
    .where('subject_type', '=', 'monitor')
    .where('action', '=', 'warned')
    .execute();
  expect(warned).toHaveLength(1);
  // In shadow it holds nothing, and counts on.
  expect(await sendTo(second.smtp, mail(23, 'please block this one.'))).toMatch(/Relaying/);

  // Only a person arms it, and then the windows are empty, after another kill too.
  await database.transact((trx) => reset(trx, { by: 'kim', reason: 'the model is mended', at: Date.now() }));
  await second.kill();
  const third = await startChild(folder);
  expect(await readyz(third)).toMatchObject({ judge: 'rules and adapter', kill_switch: { mode: 'active' } });
  const anew = await monitorsNow({ db, config, version: VERSION, now: Date.now() });
  expect(anew.monitors.find(({ monitor }) => monitor === 'failures')).toMatchObject({ counted: 0 });
  expect(anew.monitors.find(({ monitor }) => monitor === 'false_positives')).toMatchObject({ counted: 0 });
  await third.kill();
}, 120_000);

test('a gate killed amid many calls has lost none that a verdict or an answer rests on', async () => {
  const count = 60;
  const { folder, database } = await folderWith(count);
  const { db } = database;
  const child = await startChild(folder);
  let answered = 0;
  const killAfter = 25;
  let enough = (): void => {};
  const manyAnswered = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const sends = Array.from({ length: count }, async (_, i) => {
    const reply = await sendTo(child.smtp, mail(i, 'would a call be useful?'));
    if (/Relaying/.test(reply)) answered += 1;
    if (answered >= killAfter) enough();
  }).map((one) => one.catch(() => undefined));
  await manyAnswered;
  await child.kill();
  await Promise.all(sends);

  const calls = () =>
    db
      .selectFrom('adapter_calls')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('result', '=', 'ok')
      .executeTakeFirstOrThrow();
  const verdicts = await db
    .selectFrom('verdicts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('adapter', 'is not', null)
    .executeTakeFirstOrThrow();
  const kept = (await calls()).count;
  expect(answered).toBeGreaterThanOrEqual(killAfter);
  expect(kept).toBeGreaterThanOrEqual(verdicts.count);
  expect(verdicts.count).toBeGreaterThanOrEqual(answered);

  // Nothing accepted is lost either: the rest is judged, and each question to the adapter counts.
  const again = await startChild(folder);
  await expect
    .poll(
      async () =>
        (await db.selectFrom('messages').select('id').where('judged_at', 'is', null).execute()).length,
      PATIENCE,
    )
    .toBe(0);
  const accepted = (await db.selectFrom('messages').select('id').execute()).length;
  expect((await calls()).count).toBeGreaterThanOrEqual(accepted);
  await again.kill();
}, 120_000);
