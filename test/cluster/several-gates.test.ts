import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProspect } from '../../src/crm/store.ts';
import { addSuppression } from '../../src/crm/suppression-store.ts';
import { changeEngine, requireEngine } from '../../src/intake/engine-store.ts';
import { Presence } from '../../src/review/presence.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { PostgresServer } from '../support/postgres.ts';

/** Several gates in this process on one PostgreSQL database. That they survive being killed is shown by cluster.test.ts. */
let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.stop());

/** How soon an edit on one gate must hold on all. */
const SOON_MS = 1_000;

/** @returns gates with the keys of the first, and a folder each */
async function gates(count: number, config: Parameters<typeof startGate>[0] = {}): Promise<TestGate[]> {
  const store = await server.database();
  const started: TestGate[] = [];
  for (let i = 0; i < count; i += 1) {
    const dataDir = mkdtempSync(join(tmpdir(), 'presend-several-'));
    const [first] = started;
    if (first)
      for (const name of ['secrets', 'gate-id'])
        cpSync(join(first.dataDir, name), join(dataDir, name), { recursive: true });
    started.push(
      await startGate({ ...config, dataDir, keepEngines: i > 0, config: { ...config.config, store } }),
    );
  }
  return started;
}

async function within<T>(ms: number, look: () => Promise<T> | T, wanted: (seen: T) => boolean): Promise<T> {
  const until = performance.now() + ms;
  for (;;) {
    const seen = await look();
    if (wanted(seen) || performance.now() > until) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('one of them leads, and another when it has stopped', async () => {
  const [a, b, c] = await gates(3);
  const leading = () => [a, b, c].map((gate) => gate.app.database.peers.leads());
  expect(leading()).toEqual([true, false, false]);
  await a.app.stop();
  const after = await within(5_000, leading, (seen) => seen.includes(true));
  expect(after.filter((leads) => leads)).toHaveLength(1);
  expect(after[0]).toBe(false);
});

test('whoever gets a mail tells its client what became of it, whichever gate judges it', async () => {
  const all = await gates(2, { config: { answer: { wait_ms: 20_000 } } });
  const told = await Promise.all(
    Array.from({ length: 12 }, (_, i) => all[i % 2].send({ to: `stranger-${i}@nowhere.example` })),
  );
  for (const reply of told) expect(reply).toMatch(/^250 2\.0\.0 Held for review as /);
  expect(await all[0].deliveries()).toHaveLength(12);
});

test('the same mail that comes to two gates at once is one mail', async () => {
  const all = await gates(3);
  const raw = `From: ann@sender.example\r\nTo: x@nowhere.example\r\nMessage-ID: <one@sender.example>\r\nSubject: Hello\r\n\r\nWords.\r\n`;
  const replies = await Promise.all(all.map((gate) => gate.send({ to: 'x@nowhere.example', raw })));
  const ids = replies.map((reply) => /as (\S+)/.exec(reply)?.[1]);
  expect(new Set(ids).size).toBe(1);
  expect(await all[0].deliveries()).toHaveLength(1);
});

test('a hold that two reviewers release at once on two gates is released once', async () => {
  const [a, b] = await gates(2);
  for (let i = 0; i < 5; i += 1) await a.send({ to: `stranger-${i}@nowhere.example` });
  const held = await a.until((all) => all.every(({ state }) => state === 'held') && all.length === 5, 'held');
  for (const { id } of held) {
    const settled = await Promise.allSettled(
      [a, b].map(({ app }) => app.review.release(id, { actor: 'ann' })),
    );
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(refused).toHaveLength(1);
  }
  await b.until((all) => all.every(({ state }) => state === 'relayed'), 'relayed');
  const released = await a.app.database.db
    .selectFrom('audit')
    .select('subject_id')
    .where('action', '=', 'release')
    .execute();
  expect(released).toHaveLength(5);
  const attempts = await a.app.database.db.selectFrom('attempts').select('delivery_id').execute();
  expect(attempts).toHaveLength(5);
});

test('who looks at a mail is known on every gate', async () => {
  const [a, b] = await gates(2);
  const heard: unknown[] = [];
  b.app.database.peers.onSaid('presence', (message) => heard.push(message));
  const presence = new Presence({ now: Date.now, onChange: () => {}, peers: a.app.database.peers });
  const theirs = new Presence({ now: Date.now, onChange: () => {}, peers: b.app.database.peers });
  presence.see('d1', { id: 'u1', name: 'Ann' });
  expect(
    await within(
      SOON_MS,
      () => theirs.peopleAt('d1'),
      (people) => people.length > 0,
    ),
  ).toEqual([{ id: 'u1', name: 'Ann' }]);
  presence.leave('d1', { id: 'u1', name: 'Ann' });
  expect(
    await within(
      SOON_MS,
      () => theirs.peopleAt('d1'),
      (people) => people.length === 0,
    ),
  ).toEqual([]);
  expect(heard).toHaveLength(2);
  presence.stop();
  theirs.stop();
});

test('an opt-out, a stopped engine and another rubric hold on every gate within a second', async () => {
  const [a, b] = await gates(2);
  const { database } = a.app;
  const by = { actor: 'test', at: Date.now() };
  await database.transact(async (trx) => {
    await createProspect(trx, { address: 'pat@prospect.example', recipient_role: 'vp_eng' }, by);
    await addSuppression(
      trx,
      { kind: 'address', value: 'pat@prospect.example', channel: 'email', reason: null, source: 'test' },
      by,
    );
  });
  expect(await b.send({ to: 'pat@prospect.example' }).catch((error: Error) => error.message)).toMatch(
    /550 5\.7\.1 Suppressed: opt_out/,
  );

  const { id } = await requireEngine(database.db, 'engine');
  await database.transact((trx) =>
    changeEngine(trx, id, { mode: 'stopped' }, { actor: 'test', now: Date.now() }),
  );
  await b.send({ to: 'stranger@nowhere.example' });
  expect((await b.deliveries()).map(({ hold_reason }) => hold_reason)).toEqual(['opt_out', 'engine_stopped']);

  const rubric = readFileSync(join(PROJECT_ROOT, 'config/rubric.yaml'), 'utf8');
  writeFileSync(
    join(a.dataDir, 'rubric.yaml'),
    rubric.replace('generic_peers: enforce', 'generic_peers: off'),
  );
  const path = join(b.dataDir, 'rubric.yaml');
  const theirs = await within(
    SOON_MS,
    () => (existsSync(path) ? readFileSync(path, 'utf8') : ''),
    (text) => text !== '',
  );
  expect(theirs).toContain('generic_peers: off');
});
