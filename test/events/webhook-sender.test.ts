import { createHmac } from 'node:crypto';
import { type Server, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { webhookSecret } from '../../src/config/gate-secret.ts';
import { readEvent, replayEvents } from '../../src/events/event-log-store.ts';
import { claimEvents, releaseEventLeases, settleEvent } from '../../src/events/event-queue-store.ts';
import { recordProviderEvent } from '../../src/events/event-store.ts';
import { selfSigned } from '../support/certificate.ts';
import {
  type Call,
  HELD,
  KEY,
  REJECTED,
  RELAYED,
  RELEASED,
  SUBJECT,
  receiver,
  stage,
  until,
} from './setup.ts';

const HOUR_MS = 3_600_000;

/** A raw TCP server, for answers that no HTTP server gives. */
async function rawServer(onConnection: Parameters<typeof createServer>[1]) {
  const sockets = new Set<import('node:net').Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection?.(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, sockets };
}

describe('a signed event', () => {
  test('is verified by the standard library, and by hand under the names of Svix', async () => {
    const hook = await receiver();
    const gate = await stage(hook.url);
    const id = await gate.happen(await gate.deliver(), HELD);
    gate.send();
    await until(() => expect(hook.calls).toHaveLength(1));
    const [{ headers, body }] = hook.calls;
    const secret = webhookSecret(KEY, gate.engine);

    const verified = new Webhook(secret).verify(body, headers as Record<string, string>) as { type: string };
    expect(verified.type).toBe('delivery.held');
    const other = webhookSecret(KEY, { ...gate.engine, webhookSecretVersion: 2 });
    expect(() => new Webhook(other).verify(body, headers as Record<string, string>)).toThrow(/signature/);

    const signed = `${String(headers['svix-id'])}.${String(headers['svix-timestamp'])}.${body}`;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    expect(headers['svix-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(headers['webhook-id']).toBe(id);
    expect(headers['content-type']).toBe('application/json');
    expect(body).not.toContain(SUBJECT);
    expect(body).not.toContain('$20M');
  });

  test('after the secret was rotated is signed with the new one', async () => {
    const hook = await receiver();
    const gate = await stage(hook.url);
    await gate.happen(await gate.deliver(), HELD);
    await gate.database.transact((trx) =>
      trx.updateTable('engines').set({ webhook_secret_version: 2 }).execute(),
    );
    gate.send();
    await until(() => expect(hook.calls).toHaveLength(1));
    const [{ headers, body }] = hook.calls;
    const secret = webhookSecret(KEY, { ...gate.engine, webhookSecretVersion: 2 });
    expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
  });

  test("of a provider is passed on byte for byte under the row's content type, in turn", async () => {
    const hook = await receiver();
    const gate = await stage(hook.url);
    const delivery = await gate.deliver();
    await gate.happen(delivery, HELD);
    const body = 'event=delivered&id=m1&name=J%C3%B6rg&x=é';
    await gate.database.transact((trx) =>
      recordProviderEvent(trx, {
        engineId: gate.engine.id,
        deliveryId: delivery,
        provider: 'mailgun',
        body,
        contentType: 'application/x-www-form-urlencoded',
        now: gate.now(),
      }),
    );
    gate.send();
    await until(() => expect(hook.calls).toHaveLength(2));
    expect(hook.calls[0].type).toBe('delivery.held');
    expect(hook.calls[1].body).toBe(body);
    expect(hook.calls[1].headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect((await gate.states())[1].type).toBe('provider.mailgun');
  });
});

describe('order', () => {
  test('events of one delivery come one after the other while other deliveries go on', async () => {
    let broken = true;
    const failing = await stage(null);
    const seen: string[] = [];
    const hook = await receiver((_, { body }: Call) => {
      const { type, data } = JSON.parse(body) as { type: string; data: { delivery_id: string } };
      if (broken && data.delivery_id === 'm1-1') return 500;
      seen.push(`${data.delivery_id} ${type}`);
      return 200;
    });
    await failing.setWebhook(failing.engine, hook.url);
    const [first, second] = [await failing.deliver(), await failing.deliver()];
    await failing.happen(first, HELD);
    await failing.happen(first, RELEASED);
    await failing.happen(first, RELAYED);
    await failing.happen(second, HELD);
    const { outcomes } = failing.send();
    await until(() => expect(outcomes.toSorted()).toEqual(['delivered', 'retry']));
    // Recorded behind a pending one, after its attempt failed.
    await failing.happen(second, REJECTED);
    await until(() => expect(seen).toEqual(['m2-1 delivery.held', 'm2-1 delivery.rejected']));
    expect(hook.types().filter((type) => type === 'delivery.released')).toEqual([]);

    broken = false;
    failing.advance(5_000);
    await until(() => expect(seen).toHaveLength(5));
    expect(seen.slice(2)).toEqual(['m1-1 delivery.held', 'm1-1 delivery.released', 'm1-1 delivery.relayed']);
  });

  test('a hundred deliveries at eight at once: each hears its own in order, each once', async () => {
    const open: string[] = [];
    let most = 0;
    let overlaps = 0;
    const hook = await receiver((response, { body }) => {
      const { data } = JSON.parse(body) as { data: { delivery_id: string } };
      if (open.includes(data.delivery_id)) overlaps += 1;
      most = Math.max(most, open.push(data.delivery_id));
      setImmediate(() => {
        open.splice(open.indexOf(data.delivery_id), 1);
        response.writeHead(200).end('ok');
      });
    });
    const gate = await stage(hook.url);
    for (let i = 0; i < 100; i += 1) {
      const delivery = await gate.deliver();
      for (const event of [HELD, RELEASED, RELAYED]) await gate.happen(delivery, event);
    }
    gate.send();
    await until(() => expect(hook.calls).toHaveLength(300));
    const heard = new Map<string, string[]>();
    for (const { body } of hook.calls) {
      const { type, data } = JSON.parse(body) as { type: string; data: { delivery_id: string } };
      heard.set(data.delivery_id, [...(heard.get(data.delivery_id) ?? []), type]);
    }
    expect(heard.size).toBe(100);
    for (const types of heard.values()) {
      expect(types).toEqual(['delivery.held', 'delivery.released', 'delivery.relayed']);
    }
    expect(overlaps).toBe(0);
    expect(most).toBeLessThanOrEqual(8);
  });

  test('a webhook that hangs takes one slot, and the others go on', async () => {
    const hook = await receiver();
    const dead = await rawServer(() => {});
    const gate = await stage(hook.url);
    const other = await gate.addEngine('dead', dead.url);
    const timeout = { webhooks: { concurrency: 2, timeout_seconds: 1 } };
    await gate.happen(await gate.deliver({ engine: other }), HELD);
    gate.send({ ...timeout });
    await until(async () => expect((await gate.states())[0].attempts).toBe(1));
    for (let i = 0; i < 6; i += 1) await gate.happen(await gate.deliver({ engine: other }), HELD);
    await until(() => expect(dead.sockets.size).toBe(2));
    for (let i = 0; i < 20; i += 1) await gate.happen(await gate.deliver(), HELD);
    await until(() => expect(hook.calls).toHaveLength(20));
    // The seven events of the dead one have not all timed out meanwhile.
    expect(
      (await gate.states()).filter(({ state, attempts }) => state === 'pending' && attempts === 0),
    ).not.toEqual([]);
  });
});

describe('trouble', () => {
  test('is tried again, later each time, under the same id, and given up after a day', async () => {
    const hook = await receiver(() => 500);
    const gate = await stage(hook.url);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    gate.send();
    const gaps: number[] = [];
    for (let tries = 1; tries < 60; tries += 1) {
      await until(async () => {
        const [event] = await gate.states();
        expect(event.state === 'given_up' || event.attempts === tries).toBe(true);
      });
      const event = await readEvent(gate.database.db, id);
      if (event.state === 'given_up') break;
      const last = event.log.at(-1)!;
      gaps.push(event.next_attempt_at! - last.at);
      gate.advance(event.next_attempt_at! - gate.now());
    }
    expect(gaps.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(gaps.slice(10, 15)).toEqual(Array.from({ length: 5 }, () => HOUR_MS));
    const event = await readEvent(gate.database.db, id);
    expect(event).toMatchObject({ state: 'given_up', last_status: 500, last_error: 'answered 500' });
    const day = event.log.at(-1)!.at - event.created_at;
    expect(day).toBeGreaterThanOrEqual(24 * HOUR_MS);
    expect(day).toBeLessThan(24.1 * HOUR_MS);
    expect(new Set(hook.calls.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    expect(event.log).toHaveLength(hook.calls.length);
  });

  test('410 Gone ends it at once, and the next event of the delivery goes', async () => {
    const hook = await receiver((_, { type }) => (type === 'delivery.held' ? 410 : 200));
    const gate = await stage(hook.url);
    const delivery = await gate.deliver();
    await gate.happen(delivery, HELD);
    await gate.happen(delivery, REJECTED);
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['given_up', 'delivered']));
    expect(hook.calls).toHaveLength(2);
  });

  test.each([
    [429, '120', 120_000],
    [503, '120', 120_000],
    [503, 'a date', 300_000],
    [503, '3', 5_000],
    [503, 'soon', 5_000],
    [500, '120', 5_000],
    // Longer than the day: the last attempt is at its end.
    [429, '999999', 24 * HOUR_MS],
  ])('%i with Retry-After "%s" is tried again in %i ms', async (status, after, wait) => {
    const value = after === 'a date' ? new Date(Date.now() + wait).toUTCString() : after;
    const hook = await receiver((response) => {
      response.writeHead(status, { 'retry-after': value }).end();
    });
    const gate = await stage(hook.url);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['retry']));
    const event = await readEvent(gate.database.db, id);
    expect(Math.abs(event.next_attempt_at! - event.log[0].at - wait)).toBeLessThan(3_000);
  });

  test('a redirect is not followed', async () => {
    const elsewhere = await receiver();
    const hook = await receiver((response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
    });
    const gate = await stage(hook.url);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['retry']));
    expect(elsewhere.calls).toEqual([]);
    expect((await readEvent(gate.database.db, id)).last_error).toMatch(/307: redirects are not followed/);
  });

  const HOSTILE: [string, string, RegExp | null][] = [
    ['never answers', '', /no answer within 0\.3 s/],
    ['answers no HTTP', 'hello there\r\n\r\n', /Parse Error/],
    ['begins a status line and stops', 'HTTP/1.1 20', /no answer within/],
    ['sends headers without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, /overflow/i],
    ['says 200 and never ends its body', 'HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nabc', null],
    ['upgrades', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', /without an answer/],
  ];
  test.each(HOSTILE)('a webhook that %s is left in time', async (_what, answer, error) => {
    const server = await rawServer((socket) => {
      socket.once('data', () => socket.write(answer));
    });
    const gate = await stage(server.url);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    const { outcomes } = gate.send({ webhooks: { timeout_seconds: 0.3 } });
    await until(() => expect(outcomes).toEqual([error === null ? 'delivered' : 'retry']));
    const event = await readEvent(gate.database.db, id);
    if (error) expect(event.last_error).toMatch(error);
    else expect(event).toMatchObject({ last_status: 200, last_error: null });
    expect(event.log[0].duration_ms).toBeLessThan(5_000);
    await until(() => expect([...server.sockets].every((socket) => socket.closed)).toBe(true));
  });

  test('of an endless answer only a little is read', async () => {
    let sent = 0;
    const server = await rawServer((socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write('z'.repeat(16_384))) sent += 16_384;
      };
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.on('drain', pour);
        pour();
      });
    });
    const gate = await stage(server.url);
    await gate.happen(await gate.deliver(), HELD);
    const { outcomes } = gate.send({ webhooks: { timeout_seconds: 30 } });
    await until(() => expect(outcomes).toEqual(['delivered']));
    await until(() => expect([...server.sockets].every((socket) => socket.closed)).toBe(true));
    expect(sent).toBeLessThan(50_000_000);
  });

  test('a webhook that closes the connection or listens nowhere is tried again', async () => {
    const server = await rawServer((socket) => socket.once('data', () => socket.end()));
    const gate = await stage(server.url);
    const nowhere = await gate.addEngine('nowhere', 'http://127.0.0.1:1/');
    const first = (await gate.happen(await gate.deliver(), HELD))!;
    const second = (await gate.happen(await gate.deliver({ engine: nowhere }), HELD))!;
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['retry', 'retry']));
    expect((await readEvent(gate.database.db, first)).last_error).toMatch(/hang up|without an answer/);
    expect((await readEvent(gate.database.db, second)).last_error).toMatch(/ECONNREFUSED/);
  });

  test('an event that cannot be put into a request is given up like any other', async () => {
    const hook = await receiver();
    const gate = await stage(hook.url);
    const id = (await gate.database.transact((trx) =>
      recordProviderEvent(trx, {
        engineId: gate.engine.id,
        deliveryId: null,
        provider: 'ses',
        body: '{}',
        contentType: 'a\r\nx-evil: 1',
        now: gate.now(),
      }),
    ))!;
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['retry']));
    gate.advance(25 * HOUR_MS);
    await until(() => expect(outcomes).toEqual(['retry', 'given_up']));
    expect((await readEvent(gate.database.db, id)).last_error).toMatch(/Invalid character/);
    expect(hook.calls).toEqual([]);
  });
});

describe('where events may go', () => {
  test('a name that resolves to this machine or a private network is never connected to', async () => {
    const server = await rawServer(() => {});
    const gate = await stage(`https://engine.example:${server.port}/`);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    for (const [i, address] of ['127.0.0.1', '10.0.0.1'].entries()) {
      const { sender, outcomes } = gate.send({
        resolve: (_host, _options, callback) => callback(null, [{ address, family: 4 }]),
      });
      await until(() => expect(outcomes).toEqual(['retry']));
      await sender.stop();
      const { log } = await readEvent(gate.database.db, id);
      expect(log[i]).toMatchObject({ status: null });
      expect(log[i].error).toContain(`engine.example resolves to ${address}, a private address`);
      gate.advance(HOUR_MS);
    }
    expect(server.sockets.size).toBe(0);
  });

  test('a name is resolved once for each attempt: what was checked is what is connected to', async () => {
    const hook = await receiver();
    const gate = await stage(hook.url.replace('127.0.0.1', 'engine.internal'));
    await gate.happen(await gate.deliver(), HELD);
    let asked = 0;
    const { outcomes } = gate.send({
      webhooks: { allow_private: true },
      // A rebinding name: allowed at first, the metadata service from then on.
      resolve: (_host, _options, callback) =>
        callback(null, [{ address: (asked += 1) === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]),
    });
    await until(() => expect(outcomes).toEqual(['delivered']));
    expect(asked).toBe(1);
    await gate.happen(await gate.deliver(), HELD);
    await until(() => expect(outcomes).toEqual(['delivered', 'retry']));
    expect(hook.calls).toHaveLength(1);
  });

  test('a private address that was allowed when it was set is refused once it no longer is', async () => {
    const gate = await stage('http://10.255.255.1/');
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['retry']));
    expect((await readEvent(gate.database.db, id)).last_error).toMatch(/private address/);
  });

  test('a certificate nobody vouches for is refused', async () => {
    const { key, cert } = await selfSigned('localhost');
    const seen: string[] = [];
    const server = createTlsServer({ key, cert }, (request, response) => {
      seen.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const gate = await stage(`https://localhost:${(server.address() as AddressInfo).port}/`);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['retry']));
    expect((await readEvent(gate.database.db, id)).last_error).toMatch(/self-signed/);
    expect(seen).toEqual([]);
  });

  test('events of an engine whose webhook is taken away are given up, and a new one gets what is pending', async () => {
    const broken = await receiver(() => 500);
    const hook = await receiver();
    const gate = await stage(broken.url);
    const delivery = await gate.deliver();
    const id = (await gate.happen(delivery, HELD))!;
    await gate.happen(delivery, RELEASED);
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['retry']));
    await gate.setWebhook(gate.engine, null);
    gate.advance(5_000);
    await until(async () =>
      expect((await gate.states()).map(({ state }) => state)).toEqual(['given_up', 'given_up']),
    );
    expect((await readEvent(gate.database.db, id)).last_error).toMatch(/no webhook any more/);
    await gate.setWebhook(gate.engine, hook.url);
    await gate.happen(delivery, RELAYED);
    await until(() => expect(hook.types()).toEqual(['delivery.relayed']));
  });
});

describe('nothing is lost', () => {
  test('an event in the hands of a sender that was killed is sent again under its id', async () => {
    const hook = await receiver();
    const gate = await stage(hook.url);
    const id = await gate.happen(await gate.deliver(), HELD);
    const none = { failing: new Set<string>(), inFlight: new Set<string>() };
    const claim = () =>
      gate.database.transact((trx) =>
        claimEvents(trx, { now: gate.now(), leaseMs: 60_000, limit: 8, ...none }),
      );
    const [dead] = await claim();
    expect(dead.id).toBe(id);
    expect(await claim()).toEqual([]);

    gate.advance(60_001);
    const [taken] = await claim();
    expect(taken.id).toBe(id);
    // What the first one found out comes too late, and is only logged.
    const late = { at: gate.now(), status: 500, error: null, durationMs: 1 };
    expect(await gate.database.transact((trx) => settleEvent(trx, dead, late, { state: 'given_up' }))).toBe(
      false,
    );

    await gate.database.transact((trx) => releaseEventLeases(trx));
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['delivered']));
    expect(hook.calls.map(({ headers }) => headers['webhook-id'])).toEqual([id]);
    expect((await readEvent(gate.database.db, id!)).log).toHaveLength(2);
  });

  test('stopping waits for the attempt in flight', async () => {
    let answer: () => void = () => {};
    const hook = await receiver((response) => {
      answer = () => response.writeHead(200).end();
    });
    const gate = await stage(hook.url);
    await gate.happen(await gate.deliver(), HELD);
    const { sender, outcomes } = gate.send();
    await until(() => expect(hook.calls).toHaveLength(1));
    const stopped = sender.stop();
    answer();
    await stopped;
    expect(outcomes).toEqual(['delivered']);
  });

  test('a replay sends again under the same id, has a day of its own, and keeps the log', async () => {
    let status = 410;
    const hook = await receiver(() => status);
    const gate = await stage(hook.url);
    const id = (await gate.happen(await gate.deliver(), HELD))!;
    const { outcomes } = gate.send();
    await until(() => expect(outcomes).toEqual(['given_up']));
    gate.advance(72 * HOUR_MS);
    status = 500;
    await gate.database.transact((trx) => replayEvents(trx, { id }, { actor: 'cli:ann', now: gate.now() }));
    await until(() => expect(outcomes).toEqual(['given_up', 'retry']));
    status = 200;
    gate.advance(5_000);
    await until(() => expect(outcomes).toEqual(['given_up', 'retry', 'delivered']));
    const event = await readEvent(gate.database.db, id);
    expect(event).toMatchObject({ state: 'delivered', attempts: 2 });
    expect(event.log.map((attempt) => attempt.status)).toEqual([410, 500, 200]);
    expect(new Set(hook.calls.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
  });
});
