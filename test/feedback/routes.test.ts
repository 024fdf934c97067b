import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fetchText } from '../../src/feedback/bounded-fetch.ts';
import { FeedbackTroubleError } from '../../src/feedback/errors.ts';
import { createFetchReceived } from '../../src/feedback/fetch-received.ts';
import { openDatabase } from '../crm/open.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { eventServer } from './server.ts';
import { SECRETS, basic, form, signed } from './sign.ts';

const BOUNCE = {
  type: 'email.bounced',
  data: { to: ['jane@prospect.example'], bounce: { type: 'Permanent' } },
};

describe('POST /events', () => {
  test('answers 401 to what is not proven, counts it, and keeps nothing of it', async () => {
    const database = await openDatabase();
    const server = await eventServer(database);
    const right = await signed('resend', BOUNCE, { at: Date.now() });
    const wrong = { ...right, body: Buffer.from(right.body.toString().replace('jane', 'june')) };
    for (const request of [wrong, { headers: {}, body: right.body }]) {
      const answer = await server.post('resend', request);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({ error: expect.stringMatching(/header|signature/) });
    }
    expect(await server.count('providerEventsRefused', { provider: 'resend' })).toBe(2);
    expect(await database.db.selectFrom('suppressions').selectAll().execute()).toEqual([]);
    expect(await database.db.selectFrom('provider_events').selectAll().execute()).toEqual([]);
  });

  test('knows no provider that is not configured', async () => {
    const database = await openDatabase();
    const server = await eventServer(database, { sources: new Map() });
    const request = await signed('resend', BOUNCE, { at: Date.now() });
    for (const path of ['resend', 'pigeon', 'constructor']) {
      expect((await server.post(path, request)).status).toBe(404);
    }
  });

  test.each([
    [
      'a body that is not JSON',
      { headers: { authorization: basic('p', SECRETS.postmark) }, body: Buffer.from('{') },
    ],
    ['no body', { headers: { authorization: basic('p', SECRETS.postmark) }, body: Buffer.alloc(0) }],
  ])('answers 400 with a sentence to %s', async (_, request) => {
    const server = await eventServer(await openDatabase());
    const answer = await server.post('postmark', request);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: 'the body is not JSON' });
  });

  test('answers 400 to a form that is cut off', async () => {
    const server = await eventServer(await openDatabase());
    const whole = await form({ from: 'a@b.example' }, { authorization: basic('p', SECRETS.sendgridInbound) });
    const answer = await server.post('sendgrid', { ...whole, body: whole.body.subarray(0, -20) });
    expect(answer.status).toBe(400);
  });

  test('reads no more than a megabyte of events, and refuses a body that is packed', async () => {
    const server = await eventServer(await openDatabase());
    const large = await signed('resend', { type: 'x', data: 'y'.repeat(1024 * 1024) }, { at: Date.now() });
    expect((await server.post('resend', large)).status).toBe(413);
    const right = await signed('resend', BOUNCE, { at: Date.now() });
    const packed = { ...right, headers: { ...right.headers, 'content-encoding': 'gzip' } };
    expect((await server.post('resend', packed)).status).toBe(415);
  });

  test('reads inbound mail of many megabytes, but asks for the password first', async () => {
    const database = await openDatabase();
    const server = await eventServer(database);
    const mail = {
      FromFull: { Email: 'jane@prospect.example', Name: 'Jane' },
      MessageID: 'in-1',
      TextBody: 'Stop.',
      Attachments: [{ Content: 'A'.repeat(8 * 1024 * 1024) }],
    };
    expect((await server.send('postmark', mail)).status).toBe(200);
    expect(server.inbound).toMatchObject([{ from: 'jane@prospect.example', name: 'Jane', text: 'Stop.' }]);
    // It has no body yet when it is refused.
    expect((await server.post('postmark', { headers: {}, body: Buffer.alloc(0) })).status).toBe(401);
  });

  test('takes a batch event by event, in order, and refuses one beyond reason', async () => {
    const database = await openDatabase();
    const server = await eventServer(database);
    const batch = (length: number) =>
      Array.from({ length }, (_, n) => ({ event: 'open', sg_event_id: `e${n}` }));
    const answer = await server.send('sendgrid', batch(1000));
    expect(await answer.json()).toEqual({ received: 1000 });
    const kept = await database.db.selectFrom('provider_events').select('event_id').execute();
    expect(new Set(kept.map((e) => e.event_id)).size).toBe(1000);
    expect((await server.send('sendgrid', batch(5001))).status).toBe(413);
  });

  test('answers 503 while the database takes no writes, so that the provider sends it again', async () => {
    const database = await openDatabase();
    const server = await eventServer(database, {
      database: Object.assign(Object.create(database) as typeof database, {
        transact: () => Promise.reject(new Error('SQLITE_FULL: disk is full')),
      }),
    });
    const answer = await server.send('resend', BOUNCE);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(await answer.text()).not.toMatch(/SQLITE/);
  });
});

describe('a mail that came in', () => {
  const reply = {
    FromFull: { Email: 'jane@prospect.example', Name: 'Jane' },
    MessageID: 'in-1',
    TextBody: 'Please stop.',
    Headers: [{ Name: 'In-Reply-To', Value: '<cap-1@sender.example>' }],
  };

  test('is taken once, and again when taking it failed', async () => {
    const database = await openDatabase();
    let fails = true;
    const taken: string[] = [];
    const server = await eventServer(database, {
      takeInbound: async (mail) => {
        if (fails) throw new Error('database is locked');
        taken.push(mail.text);
      },
    });
    expect((await server.send('postmark', reply)).status).toBe(503);
    fails = false;
    expect((await server.send('postmark', reply)).status).toBe(200);
    expect((await server.send('postmark', reply)).status).toBe(200);
    expect(taken).toEqual(['Please stop.']);
    expect(await server.count('providerEvents', { provider: 'postmark', kind: 'inbound' })).toBe(1);
  });

  test('is passed on to the engine whose mail it answers', async () => {
    const gate = await startGate();
    const { database } = gate.app;
    await addProspect(gate, 'jane@prospect.example');
    await gate.send({ to: 'jane@prospect.example', headers: { 'Message-ID': '<cap-1@sender.example>' } });
    const [delivery] = await gate.until(([d]) => d?.state === 'relayed', 'relayed');
    const server = await eventServer(database);
    await server.send('postmark', reply);
    await server.send('postmark', { ...reply, MessageID: 'in-2', Headers: [] });
    const events = await database.db.selectFrom('events').select(['delivery_id', 'body']).execute();
    expect(events.map((e) => e.delivery_id)).toEqual([delivery.id]);
    expect(JSON.parse(events[0].body)).toEqual(reply);
  });

  test('is fetched from Resend with the key; until that works Resend is asked to come again', async () => {
    const asked: (string | undefined)[] = [];
    let status = 500;
    const api = createServer((req, res) => {
      asked.push(`${req.url} ${req.headers.authorization}`);
      res.writeHead(status, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ from: 'Jane <jane@prospect.example>', to: ['a@b.example'], text: 'Stop.' }));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void api.close());
    const baseUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`;
    const fetchMail = createFetchReceived({ baseUrl, apiKey: 're_key', fetchText, now: Date.now });
    const server = await eventServer(await openDatabase(), { fetchMail });
    const event = { type: 'email.received', data: { email_id: 'in-1', from: 'jane@prospect.example' } };

    expect((await server.send('resend', event, { id: 'msg_1' })).status).toBe(503);
    expect(server.inbound).toEqual([]);
    status = 200;
    expect((await server.send('resend', event, { id: 'msg_1' })).status).toBe(200);
    expect(server.inbound).toMatchObject([{ from: 'jane@prospect.example', text: 'Stop.' }]);
    expect((await server.send('resend', event, { id: 'msg_1' })).status).toBe(200);
    const call = '/emails/receiving/in-1?html_format=cid Bearer re_key';
    expect(asked).toEqual([call, call]);
  });

  test('cannot be fetched from Resend without a key: the log says which one is missing', async () => {
    const fetchMail = createFetchReceived({
      baseUrl: 'http://x.example',
      apiKey: null,
      fetchText,
      now: Date.now,
    });
    await expect(fetchMail('/emails/receiving/1')).rejects.toThrow(/set providers\.resend\.api_key/);
  });
});

test('what is fetched is bounded, and no redirect is followed', async () => {
  const server = createServer((req, res) => {
    if (req.url === '/large') return void res.end('x'.repeat(2000));
    res.writeHead(302, { location: '/large' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect((await fetchText(`${base}/large`, { maxBytes: 2000 })).text).toHaveLength(2000);
  for (const path of ['/large', '/elsewhere']) {
    await expect(fetchText(`${base}${path}`, { maxBytes: 1999 })).rejects.toBeInstanceOf(
      FeedbackTroubleError,
    );
  }
});
