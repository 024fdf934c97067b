import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { addEngine } from '../../src/intake/engine-store.ts';
import { LeaseLostError } from '../../src/queue/settle.ts';
import { claimFromAdapterLine, claimMessages, joinAdapterLine } from '../../src/queue/store.ts';
import type { Trx } from '../../src/store/database.ts';
import { plansOf } from '../support/query-plans.ts';
import { onPostgres, openDatabaseOf } from '../support/store.ts';

async function queueOf(count: number) {
  const database = await openDatabaseOf(mkdtempSync(join(tmpdir(), 'presend-line-')));
  onTestFinished(() => database.close());
  await database.transact(async (trx) => {
    const { id } = await addEngine(trx, { name: 'e', senderDomains: ['e.example'] }, { actor: 't', now: 0 });
    for (let i = 0; i < count; i += 1) {
      await trx
        .insertInto('messages')
        .values({
          id: `m${i}`,
          engine_id: id,
          envelope_from: '',
          params: '{}',
          message_id: null,
          subject: null,
          size: 1,
          received_at: i,
          origin: '{}',
          dedupe_key: null,
          scheduled_at: null,
          judged_at: null,
          answered_early: 0,
          lease_until: null,
          lease_token: 0,
          judge_attempts: 0,
        })
        .execute();
    }
  });
  const claim = () =>
    database.transact((trx) => claimMessages(trx, { now: 100, leaseMs: 50, limit: 10, inHand: [] }));
  const claimLine = (over: Partial<Parameters<typeof claimFromAdapterLine>[1]> = {}) =>
    database.transact((trx) =>
      claimFromAdapterLine(trx, {
        now: 100,
        leaseMs: 50,
        limit: 10,
        acceptedBefore: 1000,
        inHand: [],
        ...over,
      }),
    );
  return { database, claim, claimLine };
}

const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

test('mail in the adapter’s line is not claimed for the rules, and did not use up an attempt', async () => {
  const { database, claim, claimLine } = await queueOf(2);
  const [first] = await claim();
  await database.transact((trx) => joinAdapterLine(trx, first, false));
  expect(ids(await claim())).toEqual([]);
  expect(await claimLine()).toMatchObject([{ id: 'm0', judge_attempts: 1, adapter_failures: 0 }]);
});

test('the line goes by failures, then by age; who is at work on a message is not handed it again', async () => {
  const { database, claim, claimLine } = await queueOf(4);
  const rows = await claim();
  await database.transact(async (trx) => {
    for (const row of rows) await joinAdapterLine(trx, row, row.id === 'm0');
  });
  expect(ids(await claimLine({ acceptedBefore: 1, limit: 1 }))).toEqual(['m1']);
  expect(ids(await claimLine({ now: 100 }))).toEqual(['m2', 'm3', 'm0']);
  expect(ids(await claimLine({ now: 200, inHand: ['m0', 'm1', 'm2'] }))).toEqual(['m3']);
});

test('while the adapter cannot be asked, only what an enforced engine sent stays in line', async () => {
  const { database, claim, claimLine } = await queueOf(2);
  for (const row of await claim()) await database.transact((trx) => joinAdapterLine(trx, row, false));
  expect(ids(await claimLine({ acceptedBefore: -1 }))).toEqual([]);
  await database.transact((trx) => trx.updateTable('engines').set({ mode: 'observe' }).execute());
  expect(ids(await claimLine({ acceptedBefore: -1 }))).toEqual(['m0', 'm1']);
});

test('who lost the lease cannot put a message back', async () => {
  const { database, claim, claimLine } = await queueOf(1);
  const [stale] = await claim();
  await database.transact((trx) => joinAdapterLine(trx, stale, false));
  await claimLine();
  await expect(database.transact((trx) => joinAdapterLine(trx, stale, true))).rejects.toThrow(LeaseLostError);
});

test('both lines have an index of their own, so that a long one costs the other nothing', async () => {
  const { database } = await queueOf(0);
  const planOf = async (work: (trx: Trx) => Promise<unknown>): Promise<string> => {
    const [plan] = await plansOf(database, (db) => db.transaction().execute(work));
    return plan.steps.join('; ');
  };
  const options = { now: 100, leaseMs: 50, limit: 10, acceptedBefore: 1000, inHand: ['m1'] };
  expect(await planOf((trx) => claimMessages(trx, options))).toMatch(
    onPostgres ? /Index Scan using messages_unjudged/ : /INDEX messages_unjudged$/,
  );
  expect(await planOf((trx) => claimFromAdapterLine(trx, options))).toMatch(
    onPostgres ? /Index Scan using messages_in_adapter_line/ : /INDEX messages_in_adapter_line(?!.*B-TREE)/,
  );
});
