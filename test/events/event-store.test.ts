import { describe, expect, test } from 'vitest';
import { listEvents, pendingEvents, pruneEvents, replayEvents } from '../../src/events/event-log-store.ts';
import { claimEvents, settleEvent } from '../../src/events/event-queue-store.ts';
import { recordProviderEvent } from '../../src/events/event-store.ts';
import type { Trx } from '../../src/store/database.ts';
import { plansOf } from '../support/query-plans.ts';
import { onPostgres } from '../support/store.ts';
import { HELD, REJECTED, RELAYED, RELEASED, type Stage, stage } from './setup.ts';

const DAY_MS = 86_400_000;
const URL = 'https://engine.example/';

const finish = (gate: Stage, state: 'given_up' | 'delivered', ...ids: (string | null)[]) =>
  gate.database.transact((trx) =>
    trx
      .updateTable('events')
      .set({ state, next_attempt_at: null, finished_at: gate.now(), attempts: 3 })
      .where('id', 'in', ids as string[])
      .execute(),
  );

const replay = (gate: Stage, which: Parameters<typeof replayEvents>[1]) =>
  gate.database.transact((trx) => replayEvents(trx, which, { actor: 'cli:ann', now: gate.now() }));

describe('recording', () => {
  test('an engine without a webhook gets no events, nor do the mails of the gate itself', async () => {
    const mute = await stage(null);
    expect(await mute.happen(await mute.deliver(), HELD)).toBeNull();
    const gate = await stage(URL);
    expect(await gate.happen(await gate.deliver({ kind: 'reminder' }), HELD)).toBeNull();
    expect([...(await mute.states()), ...(await gate.states())]).toEqual([]);
    const provider = {
      deliveryId: null,
      provider: 'resend',
      body: '{}',
      contentType: 'application/json',
    } as const;
    const passOn = (of: Stage) =>
      of.database.transact((trx) =>
        recordProviderEvent(trx, { ...provider, engineId: of.engine.id, now: of.now() }),
      );
    expect(await passOn(mute)).toBeNull();
    expect(await passOn(gate)).toMatch(/^evt_/);
  });

  test("the upstream's id of a relayed mail is told", async () => {
    const gate = await stage(URL);
    const delivery = await gate.deliver();
    await gate.happen(delivery, HELD);
    await gate.happen(delivery, RELEASED);
    await gate.database.transact(async (trx) => {
      for (const [upstream_id, outcome] of [
        [null, 'temporary'],
        ['re_123', 'delivered'],
      ] as const) {
        await trx
          .insertInto('attempts')
          .values({
            delivery_id: delivery,
            kind: 'relay',
            upstream: 'resend',
            started_at: 1,
            handover_at: 1,
            finished_at: 1,
            outcome,
            response: null,
            upstream_id,
          })
          .execute();
      }
    });
    const id = await gate.happen(delivery, RELAYED);
    const { body } = await gate.database.db
      .selectFrom('events')
      .select('body')
      .where('id', '=', id!)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(body)).toMatchObject({
      type: 'delivery.relayed',
      data: { id: 'm1', delivery_id: 'm1-1', message_id_header: '<m1@a.example>', provider_id: 're_123' },
    });
  });

  test('what another process records with an earlier time still comes after', async () => {
    const gate = await stage(URL);
    const delivery = await gate.deliver();
    gate.advance(5_000);
    const first = await gate.happen(delivery, HELD);
    gate.advance(-4_000);
    const second = await gate.happen(delivery, RELEASED);
    expect(second! > first!).toBe(true);
  });

  test('claiming, recording and settling search indexes and scan no table', async () => {
    const gate = await stage(URL);
    const delivery = await gate.deliver();
    await gate.happen(delivery, HELD);
    const plans = await plansOf(gate.database, async (db) => {
      const trx = db as unknown as Trx;
      const options = { now: gate.now(), leaseMs: 1000, limit: 8, failing: new Set<string>() };
      const [event] = await claimEvents(trx, { ...options, inFlight: new Set() });
      const attempt = { at: 1, status: 500, error: null, durationMs: 1 };
      await settleEvent(trx, event, attempt, { state: 'delivered' });
      await recordProviderEvent(trx, {
        engineId: gate.engine.id,
        deliveryId: delivery,
        provider: 'resend',
        body: '{}',
        contentType: 'application/json',
        now: gate.now(),
      });
      await pruneEvents(trx, gate.now() + DAY_MS);
    });
    expect(plans.length).toBeGreaterThan(6);
    expect(plans.filter(({ steps }) => /\bSCAN\b/.test(steps.join())).map(({ sql }) => sql)).toEqual([]);
    const claim = plans.find(({ sql }) => sql.includes('earlier'))?.steps.join('\n');
    if (onPostgres) {
      expect(claim).toContain('events_pending');
      return;
    }
    // The index first: the oldest due events are found without sorting all of them.
    expect(claim).toMatch(/^SEARCH e USING INDEX events_pending/);
    expect(claim).not.toMatch(/TEMP B-TREE/);
  });
});

describe('replaying', () => {
  test('takes what was given up, by delivery or by engine and time; delivered ones only when asked', async () => {
    const gate = await stage(URL);
    const other = await gate.addEngine('other', URL);
    const [one, two] = [await gate.deliver(), await gate.deliver()];
    const old = await gate.happen(two, HELD);
    gate.advance(2 * DAY_MS);
    const held = await gate.happen(one, HELD);
    const released = await gate.happen(one, RELEASED);
    const foreign = await gate.happen(await gate.deliver({ engine: other }), HELD);
    const rest = async (): Promise<void> => {
      await finish(gate, 'given_up', held, old, foreign);
      await finish(gate, 'delivered', released);
    };
    const since = gate.now() - DAY_MS;

    await rest();
    expect(await replay(gate, { delivery: one, all: false })).toEqual([held]);
    expect((await listEvents(gate.database.db, { state: 'pending' })).map(({ id }) => id)).toEqual([held]);
    await rest();
    expect(await replay(gate, { delivery: one, all: true })).toEqual([held, released]);
    await rest();
    expect(await replay(gate, { engineId: gate.engine.id, since, all: false })).toEqual([held]);
    await rest();
    expect(await replay(gate, { engineId: gate.engine.id, since: 0, all: true })).toEqual([
      old,
      held,
      released,
    ]);
    await rest();
    expect(await replay(gate, { id: released! })).toEqual([released]);
    expect((await gate.states()).find(({ id }) => id === released)).toMatchObject({
      state: 'pending',
      attempts: 0,
    });
    const audited = await gate.database.db
      .selectFrom('audit')
      .select(['actor', 'action'])
      .where('subject_id', '=', released!)
      .execute();
    expect(audited.at(-1)).toEqual({ actor: 'cli:ann', action: 'replayed' });
  });

  test('an unknown event and an engine without a webhook are told, and nothing is changed', async () => {
    const gate = await stage(URL);
    await expect(replay(gate, { id: 'evt_none' })).rejects.toThrow(/there is no event "evt_none"/);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    await finish(gate, 'given_up', id);
    await gate.setWebhook(gate.engine, null);
    await expect(replay(gate, { id })).rejects.toThrow(/engine engine has no webhook to replay to/);
    expect((await gate.states())[0].state).toBe('given_up');
  });
});

describe('the log', () => {
  test('is listed newest first, by engine, state and delivery', async () => {
    const gate = await stage(URL);
    const other = await gate.addEngine('other', URL);
    const delivery = await gate.deliver();
    const held = await gate.happen(delivery, HELD);
    const rejected = await gate.happen(delivery, REJECTED);
    const foreign = await gate.happen(await gate.deliver({ engine: other }), HELD);
    await finish(gate, 'delivered', held);
    const ids = async (filter: Parameters<typeof listEvents>[1]) =>
      (await listEvents(gate.database.db, filter)).map(({ id }) => id);
    expect(await ids({})).toEqual([foreign, rejected, held]);
    expect(await ids({ engine: 'other' })).toEqual([foreign]);
    expect(await ids({ delivery, state: 'pending' })).toEqual([rejected]);
    expect(await ids({ limit: 1 })).toEqual([foreign]);
    expect(await pendingEvents(gate.database.db)).toMatchObject({ count: 2 });
  });

  test('is pruned of what ended long ago, attempts too; what is pending or was replayed stays', async () => {
    const gate = await stage(URL);
    const [a, b, c] = [await gate.deliver(), await gate.deliver(), await gate.deliver()];
    const [gone, pending, replayed] = [
      await gate.happen(a, HELD),
      await gate.happen(b, HELD),
      await gate.happen(c, HELD),
    ];
    await gate.database.transact((trx) =>
      trx
        .insertInto('event_attempts')
        .values({ event_id: gone!, at: 1, status: 200, error: null, duration_ms: 1 })
        .execute(),
    );
    await finish(gate, 'delivered', gone);
    gate.advance(40 * DAY_MS);
    await finish(gate, 'delivered', replayed);
    const fresh = await gate.happen(await gate.deliver(), HELD);
    await finish(gate, 'delivered', fresh);
    const prune = () => gate.database.transact((trx) => pruneEvents(trx, gate.now() - 30 * DAY_MS));
    expect(await prune()).toBe(1);
    expect(await prune()).toBe(0);
    expect((await gate.states()).map(({ id }) => id)).toEqual([pending, replayed, fresh]);
    expect(await gate.database.db.selectFrom('event_attempts').selectAll().execute()).toEqual([]);
  });
});
