import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { FINAL_STATES } from '../../src/message/disposition.ts';
import { idFloor } from '../../src/message/id.ts';
import { readRaw } from '../../src/queue/store.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { PostgresServer } from '../support/postgres.ts';

/** The statements of docs/SCALING.md, run as they stand there. */
const DOCUMENT = readFileSync(join(PROJECT_ROOT, 'docs/SCALING.md'), 'utf8');
const SEPTEMBER = Date.UTC(2026, 8, 15);

let server: PostgresServer;
let name: string;
let gate: TestGate;
beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.stop());

/** @param first words of the block's first line */
function block(first: string): string {
  const found = [...DOCUMENT.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql);
  const wanted = found.find((sql) => sql.startsWith(first));
  if (wanted === undefined) throw new Error(`the document has no statements that begin with "${first}"`);
  return wanted;
}

const query = (text: string) => server.query(text, name);

let old = 0;

/** A mail of September as presend would have left it. */
async function oldMail(state: string): Promise<string> {
  old += 1;
  const [id, delivery] = [`${idFloor(SEPTEMBER)}m${old}`, `${idFloor(SEPTEMBER)}d${old}`];
  const columns = `message_id, engine_id, recipient, address_key, internal, kind, state, body_revision, attempts, lease_token,
    judged_revision, created_at, updated_at`;
  await query(`
    insert into messages (id, engine_id, envelope_from, params, subject, size, received_at, origin, answered_early, lease_token,
      judge_attempts, judged_at)
    select '${id}', engine_id, envelope_from, params, 'Old', size, ${SEPTEMBER}, origin, 0, 0, 0, ${SEPTEMBER} from messages limit 1;
    insert into bodies (message_id, revision, raw, created_at, actor) values ('${id}', 0, 'text of ${id}', ${SEPTEMBER}, 'gate');
    insert into draft_texts (message_id, revision, subject, body, headers, addresses, words)
    select '${id}', 0, 'Old', 'text of ${id}', headers, addresses, words from draft_texts limit 1;
    insert into deliveries (id, ${columns})
    select '${delivery}', '${id}', engine_id, recipient, address_key, 0, 'mail', '${state}', 0, 0, 0, 0, ${SEPTEMBER}, ${SEPTEMBER}
    from deliveries limit 1`);
  return id;
}

test('a gate goes on on bodies that are partitioned by month under it, and a month is dropped but for what is open', async () => {
  const store = await server.database();
  name = new URL(store).pathname.slice(1);
  gate = await startGate({
    dataDir: mkdtempSync(join(tmpdir(), 'presend-partitions-')),
    config: { store },
  });
  await gate.send({ to: 'first@nowhere.example' });
  await gate.until((all) => all.length === 1 && all[0]?.state === 'held', 'a held mail');
  const [settled, held] = [await oldMail('relayed'), await oldMail('held')];

  await query(block('alter table messages   set'));
  await query(block('-- once'));
  await gate.send({ to: 'second@nowhere.example' });
  const all = await gate.until(
    (found) => found.filter(({ state }) => state === 'held').length === 3,
    'a mail accepted after the change',
  );
  await query(block('-- a new month'));
  await gate.send({ to: 'third@nowhere.example' });
  await gate.until((found) => found.filter(({ state }) => state === 'held').length === 4, 'one more');
  const entries = async (): Promise<number> =>
    Number((await query('select count(*) as n from audit'))[0]?.['n']);
  const before = await entries();
  const floor = await query(`select ulid_at(to_timestamp(${SEPTEMBER / 1_000})) as id`);
  expect(idFloor(SEPTEMBER).startsWith(String(floor[0]?.['id']))).toBe(true);

  const plan = await query(`explain select raw from bodies where message_id = '${held}' and revision = 0`);
  expect(JSON.stringify(plan)).toContain('bodies_2026_09');
  expect(JSON.stringify(plan)).not.toContain('bodies_2026_10');

  await query(block('-- drop a month'));
  const { db } = gate.app.database;
  await expect(readRaw(db, settled, 0)).rejects.toThrow('removed');
  expect((await readRaw(db, held, 0)).toString()).toBe(`text of ${held}`);
  for (const { message_id } of all.filter(({ created_at }) => created_at > SEPTEMBER)) {
    expect((await readRaw(db, message_id, 0)).toString()).toContain('a short call');
  }
  const texts = await query(
    `select message_id from draft_texts where message_id in ('${settled}', '${held}')`,
  );
  expect(texts).toEqual([{ message_id: held }]);
  expect(await entries()).toBeGreaterThanOrEqual(before);
  const orphans = await query(
    'select b.message_id from bodies b left join messages m on m.id = b.message_id where m.id is null',
  );
  expect(orphans).toEqual([]);
});

test('the document keeps what is not in a final state', () => {
  const list = FINAL_STATES.map((state) => `'${state}'`).join(', ');
  expect(block('-- drop a month')).toContain(`not in (${list})`);
});
