import { describe, expect, test } from 'vitest';
import { addSuppression } from '../../src/crm/suppression-store.ts';
import { passedOnBody } from '../../src/feedback/pass-on.ts';
import { settleLearnt } from '../../src/feedback/settle-learnt.ts';
import { forgetProviderEvents } from '../../src/feedback/provider-event-store.ts';
import { queueWriteBacks } from '../../src/feedback/write-back-store.ts';
import type { Database } from '../../src/store/database.ts';
import { NOW, openDatabase } from '../crm/open.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { eventServer, passOnToTable } from './server.ts';
import { signed } from './sign.ts';

const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
const JANE = 'jane@prospect.example';

async function setup() {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
  const { database } = gate.app;
  return { upstream, gate, database, server: await eventServer(database) };
}

/** A mail that was handed over to the upstream; its attempt knows the upstream's id where one is given. */
async function relayed(gate: TestGate, upstreamId: string | null, to: string | string[] = JANE) {
  for (const address of [to].flat()) await addProspect(gate, address);
  await gate.send({ to, headers: { 'Message-ID': '<cap-1@sender.example>' } });
  const deliveries = await gate.until((ds) => ds.every((d) => d.state === 'relayed'), 'relayed');
  if (upstreamId !== null) await setUpstreamId(gate.app.database, upstreamId);
  return deliveries;
}

/** A mail whose answer was lost. */
async function uncertain(gate: TestGate, upstream: SmtpUpstream, mail: { subject?: string } = {}) {
  upstream.script = { end: { cut: true, times: 1 } };
  const known = (await gate.deliveries()).length;
  if (known === 0) await addProspect(gate, JANE);
  await gate.send({ to: JANE, ...mail });
  const deliveries = await gate.until((ds) => ds[known]?.state === 'uncertain', 'uncertain');
  return deliveries[known];
}

async function setUpstreamId(database: Database, upstreamId: string): Promise<void> {
  await database.transact((trx) => trx.updateTable('attempts').set({ upstream_id: upstreamId }).execute());
}

const upstreamIds = async (database: Database) =>
  (await database.db.selectFrom('attempts').select('upstream_id').execute()).map((a) => a.upstream_id);

const resend = (type: string, data: Record<string, unknown> = {}) => ({
  type,
  created_at: new Date().toISOString(),
  data: { email_id: 'up-1', to: [JANE], subject: 'Engineering capacity', ...data },
});
const bounce = (data: Record<string, unknown> = {}) =>
  resend('email.bounced', { bounce: { type: 'Permanent', message: '550 5.1.1 unknown' }, ...data });

/** Without those of the example CRM. */
const suppressions = (database: Database) =>
  database.db
    .selectFrom('suppressions')
    .select(['kind', 'value', 'channel', 'reason', 'source'])
    .where((eb) => eb.or([eb('value', 'like', '%prospect.example'), eb('value', 'like', '%sender.example')]))
    .execute();
const writeBacks = (database: Database) =>
  database.db.selectFrom('write_backs').select(['target', 'value', 'state']).orderBy('target').execute();
const passedOn = async (database: Database) =>
  (await database.db.selectFrom('events').select(['body', 'delivery_id']).orderBy('id').execute()).map(
    (e) => ({
      ...e,
      body: JSON.parse(e.body) as unknown,
    }),
  );
const noted = (database: Database) =>
  database.db.selectFrom('provider_events').selectAll().orderBy('received_at').execute();

describe('an event that ends it with an address', () => {
  test('suppresses the address at once, and mail held for it with it', async () => {
    const { gate, database, server, upstream } = await setup();
    await addProspect(gate, JANE, { company: { funding_confidence: 'low' } });
    await gate.send({ to: JANE, text: RUMOUR });
    await gate.until(([d]) => d?.state === 'held', 'held');

    const answer = await server.send('resend', bounce({ email_id: 'of another mail' }), { id: 'msg_1' });
    expect(answer.status).toBe(200);
    expect(await suppressions(database)).toEqual([
      {
        kind: 'address',
        value: JANE,
        channel: 'email',
        reason: 'hard bounce: 550 5.1.1 unknown',
        source: 'resend:msg_1',
      },
    ]);
    const [after] = await gate.until(([d]) => d?.state === 'suppressed', 'suppressed by judging again');
    expect(after).toMatchObject({ hold_reason: 'opt_out' });
    // The report to the engine is the only mail that may have left.
    expect(upstream.received.flatMap(({ to }) => to)).not.toContain(JANE);
    // Whether they are still waiting is up to the gate, which writes them back at once.
    expect((await writeBacks(database)).map(({ target, value }) => [target, value])).toEqual([
      ['hubspot', JANE],
      ['sendgrid', JANE],
    ]);
  });

  test.each([
    ['a complaint', { RecordType: 'SpamComplaint', ID: 1, Email: 'Jane+x@Prospect.example' }, 'all'],
    [
      'an unsubscribe',
      {
        RecordType: 'SubscriptionChange',
        Recipient: JANE,
        SuppressSending: true,
        SuppressionReason: 'ManualSuppression',
      },
      'email',
    ],
  ])('%s suppresses its channel, under the key of the address', async (_, payload, channel) => {
    const database = await openDatabase();
    const server = await eventServer(database);
    expect((await server.send('postmark', payload)).status).toBe(200);
    expect(await suppressions(database)).toMatchObject([{ value: JANE, channel }]);
  });

  test.each([
    'email.opened',
    'email.clicked',
    'email.delivery_delayed',
    'email.failed',
    'suppression.removed',
  ])('%s suppresses nothing', async (type) => {
    const database = await openDatabase();
    const server = await eventServer(database);
    expect((await server.send('resend', resend(type))).status).toBe(200);
    expect(await suppressions(database)).toEqual([]);
    expect(await writeBacks(database)).toEqual([]);
  });

  test('leaves a suppression that is there as it is, and never loosens one', async () => {
    const database = await openDatabase();
    const server = await eventServer(database);
    const before = {
      kind: 'address',
      value: JANE,
      channel: 'email',
      reason: 'asked by phone',
      source: 'cli',
    } as const;
    await database.transact((trx) => addSuppression(trx, before, { actor: 'ann', at: NOW }));
    await server.send('resend', bounce());
    await server.send('resend', {
      type: 'contact.updated',
      data: { email: JANE, unsubscribed: false },
    });
    expect(await suppressions(database)).toEqual([before]);
  });

  test('counts once, however often and in whatever company it is sent', async () => {
    const database = await openDatabase();
    const server = await eventServer(database);
    const one = { event: 'bounce', type: 'bounce', email: JANE, sg_event_id: 'a' };
    const two = { event: 'delivered', email: JANE, sg_event_id: 'b' };
    expect((await server.send('sendgrid', [one, one])).status).toBe(200);
    expect((await server.send('sendgrid', [one, two])).status).toBe(200);
    await Promise.all([1, 2, 3].map(() => server.send('sendgrid', [two, one])));
    expect((await noted(database)).map((e) => e.event_id).sort()).toEqual(['a', 'b']);
    expect(await database.db.selectFrom('revisions').select('id').execute()).toHaveLength(1);
    expect(await server.count('providerEvents', { provider: 'sendgrid', kind: 'hard_bounce' })).toBe(1);
  });

  test('of a forward says nothing of the prospect or of the account owner', async () => {
    const { gate, database, server } = await setup();
    await addProspect(gate, JANE, { prospect: { recipient_role: 'ceo' }, company: { headcount: 5000 } });
    await gate.send({ to: JANE });
    await gate.until(([d]) => d?.state === 'escalated', 'escalated');
    await setUpstreamId(database, 'up-1');
    await server.send('resend', bounce({ to: ['owner@sender.example'] }));
    expect(await suppressions(database)).toEqual([]);
    expect(await passedOn(database)).toEqual([]);
    expect(await noted(database)).toMatchObject([{ effect: null, kind: 'hard_bounce' }]);
  });
});

describe('an uncertain delivery', () => {
  test('is settled by the upstream’s id', async () => {
    const { gate, database, server, upstream } = await setup();
    const { id } = await uncertain(gate, upstream);
    await setUpstreamId(database, 'up-1');
    await server.send('resend', resend('email.sent'), { id: 'msg_9' });
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'relayed', note: 'confirmed by event' });
    const audit = await database.db
      .selectFrom('audit')
      .select(['actor', 'detail'])
      .where('subject_id', '=', id)
      .where('action', '=', 'confirm')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(audit.detail)).toMatchObject({ from: 'uncertain' });
    // Housekeeping settles what has an id too, and may be first.
    if (audit.actor === 'gate') return;
    expect(audit.actor).toBe('provider:resend');
    expect(JSON.parse(audit.detail)).toMatchObject({ event: 'msg_9', kind: 'accepted' });
  });

  test('is settled by Message-ID and recipient, and its upstream id is known from then on', async () => {
    const { gate, database, server, upstream } = await setup();
    await uncertain(gate, upstream);
    const { message_id } = await database.db
      .selectFrom('messages')
      .select('message_id')
      .executeTakeFirstOrThrow();
    await server.send('resend', bounce({ message_id, subject: 'changed on the way' }));
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'relayed' });
    expect(await suppressions(database)).toMatchObject([{ value: JANE }]);
    await server.send('resend', resend('email.opened', { subject: null }));
    expect(await passedOn(database)).toHaveLength(2);
  });

  test('is settled by recipient and subject where nothing else can be meant', async () => {
    const { gate, server, upstream } = await setup();
    await uncertain(gate, upstream, { subject: 'Engineering capacity' });
    await server.send('resend', resend('email.delivered', { to: ['JANE@prospect.example'] }));
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'relayed' });
  });

  test.each([
    ['another subject', { subject: 'Something else' }],
    ['another recipient', { to: ['joe@prospect.example'] }],
    ['a time before the hand-over', { early: true }],
    ['no mail that was taken', { type: 'email.failed' }],
  ])('stays uncertain after an event of %s', async (_, change) => {
    const { gate, server, upstream } = await setup();
    await uncertain(gate, upstream);
    const { early = false, type = 'email.delivered', ...data } = change as Record<string, unknown>;
    const event = resend(String(type), data);
    const created_at = early === true ? new Date(Date.now() - 3_600_000).toISOString() : event.created_at;
    expect((await server.send('resend', { ...event, created_at })).status).toBe(200);
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'uncertain' });
  });

  test('stays uncertain when another mail of that subject went to the same address', async () => {
    const { gate, server, upstream } = await setup();
    await uncertain(gate, upstream, { subject: 'Engineering capacity' });
    await gate.send({ to: JANE });
    await gate.until((ds) => ds[1]?.state === 'relayed', 'the other mail relayed');
    await server.send('resend', resend('email.delivered'));
    expect((await gate.deliveries()).map((d) => d.state)).toEqual(['uncertain', 'relayed']);
  });

  test('is settled in spite of another mail of that subject, when that one is known by another id', async () => {
    const { gate, server, upstream } = await setup();
    await relayed(gate, 'up-of-the-other');
    await uncertain(gate, upstream, { subject: 'Engineering capacity' });
    await server.send('resend', resend('email.delivered'));
    expect((await gate.deliveries()).map((d) => d.state)).toEqual(['relayed', 'relayed']);
  });

  test('whose event came before the answer was lost is settled as soon as it is uncertain', async () => {
    const { gate, database, server, upstream } = await setup();
    await addProspect(gate, JANE);
    upstream.script = { end: { stall: true } };
    await gate.send({ to: JANE });
    await expect
      .poll(() => database.db.selectFrom('attempts').select('handover_at').executeTakeFirst(), {
        timeout: 10_000,
      })
      .toMatchObject({ handover_at: expect.any(Number) });
    await server.send('resend', resend('email.opened'));
    expect(await upstreamIds(database)).toEqual([null]);
    await server.send('resend', resend('email.sent'));
    expect(await upstreamIds(database)).toEqual(['up-1']);
    expect((await gate.deliveries())[0]).toMatchObject({ state: 'relaying' });

    await upstream.cutAll();
    const [settled] = await gate.until(([d]) => d?.state === 'relayed', 'settled by housekeeping');
    expect(settled).toMatchObject({ note: 'confirmed by event' });
  });

  test('that was sent again is not settled by what was learnt of the first attempt', async () => {
    const { gate, database, upstream } = await setup();
    const { id } = await uncertain(gate, upstream);
    await setUpstreamId(database, 'up-1');
    upstream.script = { end: { cut: true, times: 1 } };
    await gate.app.review.resend(id, { actor: 'ann' });
    gate.app.wake();
    await gate.until(([d]) => d?.attempts === 2 && d.state === 'uncertain', 'uncertain again');
    expect(await settleLearnt(database, Date.now())).toBe(0);
  });
});

describe('the engine', () => {
  test('gets every event about its mail, under the id it was given, opens too', async () => {
    const { gate, database, server } = await setup();
    const [delivery] = await relayed(gate, 'up-1');
    const before = await gate.deliveries();
    const opened = resend('email.opened', { tags: { note: 'up-1 is elsewhere' } });
    await server.send('resend', opened);
    const given = `given-${delivery.message_id}`;
    expect(await passedOn(database)).toEqual([
      { delivery_id: delivery.id, body: { ...opened, data: { ...opened.data, email_id: given } } },
    ]);
    expect(await gate.deliveries()).toEqual(before);
    expect(await suppressions(database)).toEqual([]);
    expect(await noted(database)).toMatchObject([
      { kind: 'other', delivery_id: delivery.id, effect: 'told the engine what Resend said' },
    ]);
  });

  test('gets one copy for a message of several recipients', async () => {
    const { gate, database, server } = await setup();
    const two = [JANE, 'joe@prospect.example'];
    await relayed(gate, 'up-1', two);
    await server.send('resend', resend('email.delivered', { to: two }));
    expect(await passedOn(database)).toHaveLength(1);
  });

  test('gets nothing of what nobody here sent', async () => {
    const { gate, database, server } = await setup();
    await relayed(gate, 'up-1');
    await server.send(
      'resend',
      resend('email.delivered', { email_id: 'up-2', to: ['joe@prospect.example'] }),
    );
    expect(await passedOn(database)).toEqual([]);
  });

  test.each([
    ['sendgrid', { sg_message_id: 'up.recvd-1', n: 1 }, [{ sg_message_id: 'gate-id.recvd-1', n: 1 }]],
    [
      'mailgun',
      { 'event-data': { message: { headers: { 'message-id': 'up' } } } },
      { 'event-data': { message: { headers: { 'message-id': 'gate-id' } } } },
    ],
    ['postmark', { MessageID: 'up', Tag: 'upper' }, { MessageID: 'gate-id', Tag: 'upper' }],
    [
      'ses',
      { Type: 'Notification', Message: '{"mail":{"messageId":"up"}}' },
      { Type: 'Notification', Message: '{"mail":{"messageId":"gate-id"}}' },
    ],
  ] as const)('gets %s’s shape with only the id changed', (provider, payload, expected) => {
    const body = passedOnBody(provider, payload, { upstream: '<up>', given: 'gate-id' });
    expect(JSON.parse(body!)).toEqual(expected);
  });
});

test('nothing of an event counts unless all of it does', async () => {
  const { gate, database } = await setup();
  await relayed(gate, 'up-1');
  let fails = true;
  const server = await eventServer(database, {
    passOn: async (trx, event) => {
      await passOnToTable(trx, event);
      if (fails) throw new Error('killed between two steps');
    },
  });
  const request = await signed('resend', bounce(), { at: Date.now(), id: 'msg_1' });
  const refused = await server.post('resend', request);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('30');
  expect(await refused.text()).not.toMatch(/killed/);
  expect([await suppressions(database), await writeBacks(database), await noted(database)]).toEqual([
    [],
    [],
    [],
  ]);

  fails = false;
  expect((await server.post('resend', request)).status).toBe(200);
  expect(await suppressions(database)).toHaveLength(1);
  expect(await passedOn(database)).toHaveLength(1);
});

test('an opt-out that was told before is told again, but not to whom it came from', async () => {
  const database = await openDatabase();
  const optOut = { kind: 'address', value: JANE, reason: 'bounced', at: NOW, except: null } as const;
  await database.transact((trx) => queueWriteBacks(trx, optOut, ['resend']));
  await database.transact((trx) => trx.updateTable('write_backs').set({ state: 'done' }).execute());
  await database.transact((trx) => queueWriteBacks(trx, optOut, ['resend', 'hubspot']));
  expect(await writeBacks(database)).toEqual([
    { target: 'hubspot', value: JANE, state: 'pending' },
    { target: 'resend', value: JANE, state: 'pending' },
  ]);
  await database.transact((trx) => trx.updateTable('write_backs').set({ state: 'done' }).execute());
  await database.transact((trx) =>
    queueWriteBacks(trx, { ...optOut, except: 'resend' }, ['resend', 'hubspot']),
  );
  expect(await writeBacks(database)).toEqual([
    { target: 'hubspot', value: JANE, state: 'pending' },
    { target: 'resend', value: JANE, state: 'done' },
  ]);
});

test('old events are forgotten, newer ones still count once', async () => {
  const database = await openDatabase();
  let now = Date.now();
  const server = await eventServer(database, { now: () => now });
  const event = (id: string) => [{ event: 'open', email: JANE, sg_event_id: id }];
  await server.send('sendgrid', event('old'));
  now += 1000;
  await server.send('sendgrid', event('new'));
  expect(await database.transact((trx) => forgetProviderEvents(trx, now))).toBe(1);
  expect((await noted(database)).map((e) => e.event_id)).toEqual(['new']);
});
