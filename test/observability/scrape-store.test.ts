import { expect, test } from 'vitest';
import { addEngine } from '../../src/intake/engine-store.ts';
import { newId } from '../../src/message/id.ts';
import { DELIVERY_STATES, type DeliveryState, FINAL_STATES } from '../../src/message/disposition.ts';
import { countByState, heldNow, oldestDue, unjudgedNow } from '../../src/observability/scrape-store.ts';
import {
  heldSince,
  labelsAfter,
  settlementsAfter,
  tailEnds,
} from '../../src/observability/settlement-store.ts';
import { newDelivery } from '../../src/queue/new-delivery.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import type { Database } from '../../src/store/database.ts';
import { NOW, openDatabase } from '../crm/open.ts';
import { plansOf } from '../support/query-plans.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const REASONS = ['adapter', 'thread_leak', 'unknown_recipient', null];

interface Row {
  state: DeliveryState;
  reason: string | null;
  created: number;
  due: number | null;
}

/** Deliveries drawn at random, and messages of which some have no verdict. */
async function fill(database: Database, count: number): Promise<Row[]> {
  const random = randomFrom(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const rows: Row[] = [];
  await database.transact(async (trx) => {
    const { id: engineId } = await addEngine(
      trx,
      { name: 'engine', senderDomains: ['sender.example'] },
      { actor: 'test', now: NOW },
    );
    for (let i = 0; i < count; i += 1) {
      const id = newId(NOW);
      const created = NOW - Math.floor(random() * 12 * DAY);
      const state = random() < 0.4 ? 'held' : pick(DELIVERY_STATES);
      const waits = ['relaying', 'escalating', 'deferred', 'scheduled'].includes(state);
      const row: Row = {
        state,
        reason: state === 'held' ? pick(REASONS) : null,
        created,
        due: waits ? NOW + Math.floor((random() - 0.5) * DAY) : null,
      };
      rows.push(row);
      await trx
        .insertInto('messages')
        .values({
          id,
          engine_id: engineId,
          envelope_from: 'ann@sender.example',
          params: '{}',
          message_id: null,
          subject: null,
          size: 1,
          received_at: created,
          origin: '{}',
          dedupe_key: null,
          scheduled_at: null,
          judged_at: state === 'received' ? null : created,
          answered_early: 0,
          lease_until: null,
          lease_token: 0,
          judge_attempts: 0,
          in_adapter_line: i % 2,
        })
        .execute();
      await trx
        .insertInto('deliveries')
        .values({
          ...newDelivery({
            id: `${id}-1`,
            messageId: id,
            engineId,
            recipient: `p${i}@prospect.example`,
            internal: false,
            now: created,
          }),
          state,
          hold_reason: row.reason,
          next_attempt_at: row.due,
        })
        .execute();
    }
  });
  return rows;
}

test('what a scrape counts is what counting one by one gives', async () => {
  const database = await openDatabase();
  const rows = await fill(database, 600);
  const { db } = database;

  const expected = new Map<string, number>();
  for (const { state, created } of rows) {
    if (state === 'held' || (FINAL_STATES.includes(state) && created <= NOW - DAY)) continue;
    expected.set(state, (expected.get(state) ?? 0) + 1);
  }
  const states = await countByState(db, NOW - DAY);
  expect(new Map(states.map(({ state, count }) => [state, count]))).toEqual(expected);

  const held = await heldNow(db, NOW);
  const holds = rows.filter(({ state }) => state === 'held');
  for (const reason of REASONS) {
    expect(held.byReason.get(reason ?? 'none')).toBe(holds.filter((one) => one.reason === reason).length);
  }
  const ages = [HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, Number.POSITIVE_INFINITY];
  expect([...held.byAge.values()]).toEqual(
    ages.map(
      (end, i) =>
        holds.filter(({ created }) => NOW - created < end && NOW - created >= (ages[i - 1] ?? 0)).length,
    ),
  );
  expect([...held.byAge.values()].reduce((sum, count) => sum + count, 0)).toBe(holds.length);
  expect(held.oldest).toBe(Math.min(...holds.map(({ created }) => created)));
  const due = rows.flatMap((one) => (one.due !== null && one.due <= NOW ? one.due : []));
  expect(await oldestDue(db, NOW)).toBe(Math.min(...due));

  const waiting = rows.flatMap(({ state, created }, i) =>
    state === 'received' ? { line: i % 2, created } : [],
  );
  expect(await unjudgedNow(db)).toEqual({
    judge: waiting.filter(({ line }) => line === 0).length,
    adapter: waiting.filter(({ line }) => line === 1).length,
    oldest: Math.min(...waiting.map(({ created }) => created)),
  });
});

test('an empty gate has nothing held, due or waiting', async () => {
  const { db } = await openDatabase();
  expect(await countByState(db, NOW)).toEqual([]);
  const held = await heldNow(db, NOW);
  expect(held.byReason.size).toBe(0);
  expect(held.oldest).toBeNull();
  expect(await oldestDue(db, NOW)).toBeNull();
  expect(await unjudgedNow(db)).toEqual({ judge: 0, adapter: 0, oldest: null });
});

test('a scrape and the tail of the audit log walk indexes alone: no table is scanned', async () => {
  const database = await openDatabase();
  await fill(database, 40);
  const plans = await plansOf(database, async (db) => {
    await countByState(db, NOW - DAY);
    await heldNow(db, NOW);
    await oldestDue(db, NOW);
    await unjudgedNow(db);
    await settlementsAfter(db, 3, 500);
    await heldSince(db, '01M8DKGEGJ17346BYBDQM6GMT5-1', 900);
    await labelsAfter(db, 3, 500);
    await tailEnds(db);
  });
  expect(plans.length).toBeGreaterThan(12);
  if (database.engine === 'postgres') {
    expect(plans.filter(({ steps }) => steps.some((step) => step.includes('SCAN')))).toEqual([]);
    return;
  }
  const fine =
    /^SCAN \w+ USING (COVERING )?INDEX (messages_unjudged|messages_in_adapter_line)$|^USE TEMP B-TREE FOR ORDER BY$|^SEARCH .*USING (COVERING )?INDEX|^SEARCH \w+ USING INTEGER PRIMARY KEY/;
  const poor = plans.flatMap(({ sql, steps }) =>
    steps
      // A partial index holds nothing but what is counted; the end of a table is read backwards by its primary key.
      .filter(
        (step) =>
          !fine.test(step) && !/^select "id" from "(audit|labels)" order by "id" desc limit \?$/.test(sql),
      )
      .map((step) => `${step}: ${sql}`),
  );
  expect(plans.find(({ sql }) => sql.includes('group by "hold_reason"'))?.steps).toEqual([
    expect.stringContaining('COVERING INDEX deliveries_held'),
  ]);
  expect(poor).toEqual([]);
  const counted = plans.filter(({ sql }) => sql.includes('count(*)'));
  expect(counted.length).toBeGreaterThan(8);
});
