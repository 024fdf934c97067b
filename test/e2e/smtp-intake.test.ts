import { once } from 'node:events';
import { connect as tcp } from 'node:net';
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { changeEngine, requireEngine } from '../../src/intake/engine-store.ts';
import { hashPassword } from '../../src/intake/credentials.ts';
import { PASSWORD, addProspect, startGate } from '../support/gate.ts';
import { onPostgres } from '../support/store.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { SmtpSession } from '../support/smtp-session.ts';

const MAIL = [
  'From: ann@sender.example',
  'To: maria@fine.example',
  'Subject: Hello',
  'Message-ID: <x1@sender.example>',
  '',
  'Would a call be useful?',
  '',
].join('\r\n');

async function submit(port: number, body: string, to = ['maria@fine.example'], from = 'ann@sender.example') {
  const session = await SmtpSession.open(port);
  await session.say('EHLO test');
  const replies = [await session.say(`MAIL FROM:<${from}>`)];
  for (const address of to) replies.push(await session.say(`RCPT TO:<${address}>`));
  const go = await session.say('DATA');
  replies.push(go);
  if (go.startsWith('354')) replies.push(await session.say(`${body}\r\n.`));
  session.close();
  return replies.at(-1)!;
}

describe('what the gate offers and whom it lets in', () => {
  test('EHLO offers the extensions engines use, and AUTH only under TLS', async () => {
    const gate = await startGate();
    const session = await SmtpSession.open(gate.port);
    const plain = await session.say('EHLO test');
    for (const name of [
      'PIPELINING',
      '8BITMIME',
      'SMTPUTF8',
      'ENHANCEDSTATUSCODES',
      'SIZE 26214400',
      'STARTTLS',
      'DSN',
    ]) {
      expect(plain).toContain(name);
    }
    expect(plain).not.toContain('AUTH');
    expect(await session.say('AUTH PLAIN AGEAYg==')).toMatch(/^5\d\d /);
    session.close();
  });

  test.each([
    ['STARTTLS on the plain port', false],
    ['implicit TLS on its own port', true],
  ])('an engine authenticates with %s and sends', async (_name, implicit) => {
    const gate = await startGate({
      config: { smtp: { implicit_tls_port: 0 } },
      engine: { loopbackWithoutAuth: false },
    });
    await addProspect(gate, 'maria@fine.example');
    const port = gate.app.addresses.smtp[implicit ? 1 : 0].port;
    const send = (pass: string, authMethod: string) =>
      createTransport({
        host: '127.0.0.1',
        port,
        secure: implicit,
        requireTLS: !implicit,
        authMethod,
        tls: { rejectUnauthorized: false },
        auth: { user: 'engine', pass },
      }).sendMail({
        from: 'ann@sender.example',
        to: 'maria@fine.example',
        subject: 'Hi',
        text: 'Would a call be useful?',
      });
    expect((await send(PASSWORD, 'PLAIN')).response).toMatch(/^250 2\.0\.0 Relaying/);
    expect((await send(PASSWORD, 'LOGIN')).response).toMatch(/^250 2\.0\.0 Relaying/);
    await expect(send('wrong', 'PLAIN')).rejects.toThrow(/535 5\.7\.8/);
    const engine = await requireEngine(gate.app.database.db, 'engine');
    const secretHash = await hashPassword('changed since');
    await gate.app.database.transact((trx) =>
      changeEngine(trx, engine.id, { secretHash }, { actor: 'test', now: 0 }),
    );
    await expect(send(PASSWORD, 'PLAIN'), 'a remembered success ends with the credential').rejects.toThrow(
      /535/,
    );
  });

  test('a client without AUTH is refused, even from loopback, unless an engine allows that', async () => {
    const gate = await startGate({ engine: { loopbackWithoutAuth: false } });
    await gate.app.database.transact((trx) =>
      trx.updateTable('engines').set({ loopback_without_auth: 0 }).execute(),
    );
    expect(await submit(gate.port, MAIL)).toMatch(/^5/);
    expect(await gate.deliveries()).toEqual([]);
  });

  test('an engine sends as its own domains only, in the envelope and in From', async () => {
    const gate = await startGate();
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    expect(await session.say('MAIL FROM:<ceo@victim.example>')).toMatch(
      /^530 5\.7\.0 Authentication required/,
    );
    session.close();
    expect(
      await submit(gate.port, MAIL.replace('From: ann@sender.example', 'From: CEO <ceo@victim.example>')),
    ).toMatch(/^550 5\.7\.1 The From header names ceo@victim\.example/);
  });
});

test('an authenticated engine may not send as another domain, and a changed credential ends its session', async () => {
  const gate = await startGate();
  await addProspect(gate, 'maria@fine.example');
  const transport = createTransport({
    host: '127.0.0.1',
    port: gate.port,
    pool: true,
    maxConnections: 1,
    tls: { rejectUnauthorized: false },
    auth: { user: 'engine', pass: PASSWORD },
  });
  const send = (from: string) =>
    transport.sendMail({ from, to: 'maria@fine.example', text: 'Would a call be useful?' });
  await expect(send('ceo@victim.example')).rejects.toThrow(
    /550 5\.7\.1 .*sender domains are sender\.example/,
  );
  await send('ann@sender.example');
  const engine = await requireEngine(gate.app.database.db, 'engine');
  await gate.app.database.transact((trx) =>
    changeEngine(trx, engine.id, { secretHash: 'revoked' }, { actor: 'test', now: 0 }),
  );
  await expect(send('ann@sender.example')).rejects.toThrow(/53\d/);
  transport.close();
});

describe('what is refused before anything is stored', () => {
  test.each([
    ['a bare LF', MAIL.replace('Would a call', 'Would\na call'), /^550 5\.6\.11 Bare LF at byte \d+/],
    [
      'a bare CR in a header',
      MAIL.replace('Subject: Hello', 'Subject: Hello\rBcc: victim@x.example'),
      /^550 5\.6\.11 Bare CR/,
    ],
    [
      'a From that hides its address behind a Unicode line separator',
      MAIL.replace('From: ann@sender.example', 'From: Big Bank\u2028 <ceo@victim.example>'),
      /^550 5\.7\.1 The From header names ceo@victim\.example/,
    ],
    [
      'a From without an address',
      MAIL.replace('From: ann@sender.example', 'From: nobody:;'),
      /^550 5\.6\.0 The From/,
    ],
    ['a line that is too long', MAIL + 'x'.repeat(20_000), /^550 5\.6\.0 The line at byte/],
    ['a mail in a loop', 'Received: from a by b; now\r\n'.repeat(51) + MAIL, /^554 5\.4\.6 Too many hops/],
  ])('%s', async (_name, raw, reply) => {
    const gate = await startGate();
    expect(await submit(gate.port, raw)).toMatch(reply);
    expect(await gate.deliveries()).toEqual([]);
  });

  test('too many recipients, and a message over the size limit', async () => {
    const gate = await startGate({ config: { smtp: { max_recipients: 3, max_message_bytes: 5000 } } });
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    expect(await session.say('MAIL FROM:<ann@sender.example> SIZE=9000')).toMatch(/^552 5\.3\.4/);
    await session.say('MAIL FROM:<ann@sender.example>');
    for (const i of [1, 2, 3]) expect(await session.say(`RCPT TO:<p${i}@a.example>`)).toMatch(/^250/);
    expect(await session.say('RCPT TO:<p4@a.example>')).toMatch(/^452/);
    session.close();
    expect(await submit(gate.port, MAIL + 'word word word\r\n'.repeat(500))).toMatch(/^552 5\.3\.4/);
    expect(await gate.deliveries()).toEqual([]);
  });

  test('a client that is idle, slow with its message, or too fast is told 421', async () => {
    const gate = await startGate({
      config: { smtp: { idle_seconds: 0.3, data_seconds: 0.3, max_commands_per_minute: 20 } },
    });
    const idle = await SmtpSession.open(gate.port);
    expect(await idle.next()).toMatch(/^421/);

    const slow = await SmtpSession.open(gate.port);
    await slow.say('EHLO test');
    await slow.say('MAIL FROM:<ann@sender.example>');
    await slow.say('RCPT TO:<p@a.example>');
    await slow.say('DATA');
    const drip = setInterval(() => slow.write('x'), 50);
    expect(await slow.next()).toMatch(/^421 4\.4\.2 The message took too long/);
    clearInterval(drip);

    const fast = await SmtpSession.open(gate.port);
    fast.write('NOOP\r\n'.repeat(25));
    let last = '';
    while (!last.startsWith('421')) last = await fast.next();
    expect(last).toMatch(/^421 4\.7\.0 Too many commands/);
  });
});

test('one connection too many from an address is told 421, and there is room again when one closes', async () => {
  const gate = await startGate({ config: { smtp: { max_connections_per_address: 2 } } });
  const [first, second] = await Promise.all([SmtpSession.open(gate.port), SmtpSession.open(gate.port)]);
  const greeting = async () => {
    const socket = tcp(gate.port, '127.0.0.1');
    const [text] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return text.toString();
  };
  expect(await greeting()).toMatch(/^421 4\.7\.0 Too many connections from your address/);
  first.close();
  await expect.poll(greeting).toMatch(/^220/);
  second.close();
});

describe('accepting', () => {
  test('a retry of the same message gets the same id and is one mail; other content is another', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@fine.example');
    const id = (reply: string) => /as (\w+)/.exec(reply)?.[1];
    const first = id(await submit(gate.port, MAIL));
    expect(id(await submit(gate.port, MAIL))).toBe(first);
    expect(id(await submit(gate.port, MAIL.replace('useful', 'helpful')))).not.toBe(first);
    expect(id(await submit(gate.port, MAIL, ['maria@fine.example', 'nora@fine.example']))).not.toBe(first);
    expect(await gate.app.database.db.selectFrom('messages').select('id').execute()).toHaveLength(3);
  });

  test('a hundred retries at once are one mail', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@fine.example');
    const replies = await Promise.all(Array.from({ length: 50 }, () => submit(gate.port, MAIL)));
    expect(new Set(replies.map((r) => /as (\w+)/.exec(r)?.[1])).size).toBe(1);
    expect(await gate.deliveries()).toHaveLength(1);
  });

  test('a retry of a mail whose delivery failed is a new mail', async () => {
    const upstream = await SmtpUpstream.start();
    upstream.script = { rcpt: { reply: '550 5.1.1 no such user', times: 1 } };
    const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
    await addProspect(gate, 'maria@fine.example');
    await submit(gate.port, MAIL);
    await gate.until((ds) => ds[0].state === 'failed', 'failed');
    await submit(gate.port, MAIL);
    await gate.until(
      (ds) => ds.some((d) => d.kind === 'mail' && d.state === 'relayed'),
      'relayed at the second try',
    );
  });

  test('a retry of a mail that a person released is not sent twice', async () => {
    const upstream = await SmtpUpstream.start();
    const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
    await submit(gate.port, MAIL);
    const [held] = await gate.deliveries();
    await gate.app.review.release(held.id, { actor: 'ann' });
    gate.app.wake();
    await gate.until((ds) => ds[0].state === 'relayed', 'relayed');
    expect(await submit(gate.port, MAIL)).toMatch(/^250 2\.0\.0 Relayed before as/);
    expect(upstream.received).toHaveLength(1);
  });

  test('a retry after a person has settled the first is a new mail', async () => {
    const gate = await startGate();
    await submit(gate.port, MAIL);
    const [held] = await gate.deliveries();
    expect(held).toMatchObject({ state: 'held', hold_reason: 'unknown_recipient' });
    await gate.app.review.reject(held.id, { actor: 'ann', reason: 'not a customer' });
    await submit(gate.port, MAIL);
    expect((await gate.deliveries()).filter((d) => d.kind === 'mail').map((d) => d.state)).toEqual([
      'rejected',
      'held',
    ]);
  });

  // A limit that SQLite can be given; PostgreSQL's troubles are in test/store.
  test.skipIf(onPostgres)(
    'when the database takes no writes the client hears 451, and the gate recovers by itself',
    async () => {
      const gate = await startGate();
      await addProspect(gate, 'maria@fine.example');
      const { sql } = await import('kysely');
      const pages = await sql<{ page_count: number }>`pragma page_count`.execute(gate.app.database.db);
      await sql`pragma max_page_count = ${sql.raw(String(pages.rows[0].page_count))}`.execute(
        gate.app.database.db,
      );
      const big = MAIL + 'A long and harmless line of text in this mail.\r\n'.repeat(20_000);
      expect(await submit(gate.port, big)).toMatch(/^451 4\.3\.1/);
      expect((await fetch(`${gate.httpBase}/healthz`)).status).toBe(200);
      await sql`pragma max_page_count = 1000000`.execute(gate.app.database.db);
      expect(await submit(gate.port, MAIL)).toMatch(/^250 2\.0\.0 Relaying/);
    },
  );

  test('what was accepted before a stop is judged and sent after the next start', async () => {
    const first = await startGate({ engine: { answer: 'async' } });
    await addProspect(first, 'maria@fine.example');
    await submit(first.port, MAIL);
    await first.app.stop();
    const second = await startGate({ dataDir: first.dataDir, keepEngines: true });
    await second.until((ds) => ds.length === 1 && ds[0].state === 'relayed', 'relayed by the second gate');
  });
});

test('a second gate on the same data folder is refused with a sentence', async () => {
  const gate = await startGate();
  await expect(startGate({ dataDir: gate.dataDir, keepEngines: true })).rejects.toThrow(
    /another gate is already running on/,
  );
});

test('health, readiness and metrics answer over HTTP', async () => {
  const gate = await startGate();
  await addProspect(gate, 'maria@fine.example');
  await submit(gate.port, MAIL);
  expect(await (await fetch(`${gate.httpBase}/readyz`)).json()).toMatchObject({ status: 'ready' });
  const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
  expect(metrics).toMatch(/presend_accepted_total\{engine="engine",intake="smtp"\} 1/);
  expect(metrics).toMatch(/presend_judged_total\{engine="engine",decision="PASS",state="relay"\} 1/);
  expect((await fetch(`${gate.httpBase}/nothing`)).status).toBe(404);
});
