import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { PASSWORD, addProspect, startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';

const MAIL = 'From: ann@sender.example\r\nTo: a@fine.example\r\nSubject: Hi\r\n\r\nA call?\r\n.';

afterEach(() => SmtpSession.closeAll());

async function limits(httpBase: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${httpBase}/metrics`)).text();
  const found = text.matchAll(/^presend_smtp_limits_total\{limit="(\w+)"\} (\d+)/gm);
  return Object.fromEntries([...found].map(([, limit, count]) => [limit, Number(count)]));
}

const connections = async (httpBase: string): Promise<number> =>
  Number(/^presend_smtp_connections (\d+)/m.exec(await (await fetch(`${httpBase}/metrics`)).text())?.[1]);

describe('who drips', () => {
  test('a command that comes byte by byte is cut off when its time is over, though no pause is long', async () => {
    const gate = await startGate({ config: { smtp: { idle_seconds: 0.6 } } });
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    const drip = setInterval(() => session.write('N'), 50);
    expect(await session.next()).toMatch(/^421 4\.4\.2 No whole command/);
    clearInterval(drip);
    await session.closed;
    expect(await limits(gate.httpBase)).toMatchObject({ command_time: 1 });
  });

  test('who does not log in is cut off in time, however many commands it sends', async () => {
    const gate = await startGate({ config: { smtp: { login_seconds: 1 } } });
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    let reply = '';
    while (!reply.startsWith('421')) {
      reply = await session.say('NOOP');
      expect(reply).toMatch(/^(250|421)/);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(reply).toMatch(/^421 4\.4\.2 No login in time/);
  });

  test('a TLS handshake that is not finished is cut off, on both ports', async () => {
    const gate = await startGate({
      config: { smtp: { login_seconds: 1, idle_seconds: 1, implicit_tls_port: 0 } },
    });
    const implicit = SmtpSession.connect(gate.app.addresses.smtp[1].port);
    const drip = setInterval(() => implicit.write(Buffer.from([0x16])), 100);
    await implicit.closed;
    clearInterval(drip);
    const starttls = await SmtpSession.open(gate.port);
    await starttls.say('EHLO test');
    expect(await starttls.say('STARTTLS')).toMatch(/^220/);
    expect(await starttls.closed, 'nothing is said in the clear').toEqual([]);
    await expect.poll(() => connections(gate.httpBase)).toBe(0);
  });

  test('a session ends between two messages, not inside one', async () => {
    const gate = await startGate({ config: { smtp: { session_seconds: 1 } } });
    await addProspect(gate, 'a@fine.example');
    const session = await SmtpSession.open(gate.port);
    const began = performance.now();
    await session.say('EHLO test');
    expect(await session.say('MAIL FROM:<ann@sender.example>')).toMatch(/^250/);
    while (performance.now() - began < 1_200) expect(await session.say('NOOP')).toMatch(/^250/);
    expect(await session.say('RCPT TO:<a@fine.example>')).toMatch(/^250/);
    expect(await session.say('DATA')).toMatch(/^354/);
    session.write(`${MAIL}\r\n`);
    // What ended is told after what is asked.
    const replies = [await session.next(), await session.next()];
    expect(replies.toSorted().map((reply) => reply.slice(0, 3))).toEqual(['250', '421']);
    expect(replies.find((reply) => reply.startsWith('250'))).toContain('Relaying');
  });

  test('a message that comes too slowly is cut off and nothing of it is stored', async () => {
    const gate = await startGate({
      config: { smtp: { data_grace_seconds: 0.5, min_data_bytes_per_second: 1_000 } },
    });
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    await session.say('MAIL FROM:<ann@sender.example>');
    await session.say('RCPT TO:<a@fine.example>');
    expect(await session.say('DATA')).toMatch(/^354/);
    const drip = setInterval(() => session.write('x\r\n'), 100);
    expect(await session.next()).toMatch(/^421 4\.4\.2 The message comes slower than 1000/);
    clearInterval(drip);
    expect(await gate.deliveries()).toEqual([]);
    expect(await limits(gate.httpBase)).toMatchObject({ data_rate: 1 });
  });

  test('a message without an end is cut off at twice the size', async () => {
    const gate = await startGate({ config: { smtp: { max_message_bytes: 100_000 } } });
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    await session.say('MAIL FROM:<ann@sender.example> SIZE=10');
    await session.say('RCPT TO:<a@fine.example>');
    await session.say('DATA');
    session.write('x'.repeat(900).concat('\r\n').repeat(300));
    expect(await session.next()).toMatch(/^421 4\.7\.0 The message is far larger than 100000/);
  });
});

describe('floods', () => {
  test('when all places are taken, whoever idles longest without a login makes room', async () => {
    const gate = await startGate({
      config: { smtp: { max_connections: 3, auth_without_tls_on_loopback: true } },
    });
    const engine = await SmtpSession.open(gate.port);
    await engine.say('EHLO engine');
    expect(await engine.login('engine', PASSWORD)).toMatch(/^235/);
    const idle = await SmtpSession.open(gate.port);
    const later = await SmtpSession.open(gate.port);
    await later.say('EHLO later');
    expect(await SmtpSession.connect(gate.port).next(), 'nobody has idled long enough yet').toMatch(
      /^421 4\.7\.0 Too many connections, try/,
    );
    await expect
      .poll(async () => {
        const fresh = SmtpSession.connect(gate.port);
        const greeting = await fresh.next();
        if (!greeting.startsWith('220')) fresh.close();
        return greeting;
      })
      .toMatch(/^220/);
    expect(await idle.next()).toMatch(/^421 4\.3\.2 Too many connections, closing an idle one/);
    expect(await engine.say('NOOP')).toMatch(/^250/);
    expect(await later.say('NOOP')).toMatch(/^250/);
    expect(await limits(gate.httpBase)).toMatchObject({ idle_dropped: 1 });
  });

  test('one address takes no place from another, handshakes under way count, and closed ones are forgotten', async () => {
    const gate = await startGate({
      config: { smtp: { max_connections_per_address: 2, implicit_tls_port: 0 } },
    });
    const tlsPort = gate.app.addresses.smtp[1].port;
    const silent = [SmtpSession.connect(tlsPort, { from: '127.0.8.1' })];
    await expect.poll(() => connections(gate.httpBase)).toBe(1);
    silent.push(SmtpSession.connect(gate.port, { from: '127.0.8.1' }));
    expect(await silent[1].next()).toMatch(/^220/);
    expect(await SmtpSession.connect(gate.port, { from: '127.0.8.1' }).next()).toMatch(
      /^421 4\.7\.0 Too many connections from your address/,
    );
    expect(await SmtpSession.connect(tlsPort, { from: '127.0.8.1' }).closed).toEqual([]);
    expect(await SmtpSession.connect(gate.port, { from: '127.0.8.2' }).next()).toMatch(/^220/);
    const upgraded = await SmtpSession.open(gate.port, { from: '127.0.8.3' });
    await upgraded.say('EHLO test');
    await upgraded.startTls();
    upgraded.close();
    for (const one of silent) one.close();
    await expect.poll(() => connections(gate.httpBase)).toBe(1);
    expect(await SmtpSession.connect(gate.port, { from: '127.0.8.1' }).next()).toMatch(/^220/);
  });

  test('six hundred connections that say nothing leave room for an engine, and none is left over', async () => {
    const gate = await startGate({
      config: { smtp: { max_connections: 300, max_connections_per_address: 20 } },
    });
    await addProspect(gate, 'a@fine.example');
    const flood = Array.from({ length: 600 }, (_, i) =>
      SmtpSession.connect(gate.port, { from: `127.1.${i % 10}.1` }),
    );
    await Promise.all(flood.map((one) => one.next()));
    expect(await connections(gate.httpBase)).toBeLessThanOrEqual(200);
    const engine = await SmtpSession.open(gate.port);
    await engine.say('EHLO engine');
    await engine.say('MAIL FROM:<ann@sender.example>');
    await engine.say('RCPT TO:<a@fine.example>');
    await engine.say('DATA');
    expect(await engine.say(MAIL)).toMatch(/^250 2\.0\.0 Relaying/);
    for (const one of flood) one.close();
    engine.close();
    await expect.poll(() => connections(gate.httpBase)).toBe(0);
  });

  test('a flood is logged when it begins, not line by line', async () => {
    const lines: string[] = [];
    const log = createLogger('warn', { destination: { write: (line: string) => void lines.push(line) } });
    const gate = await startGate({ log });
    for (let i = 0; i < 30; i += 1) {
      const session = await SmtpSession.open(gate.port);
      await session.say('GET / HTTP/1.1');
    }
    expect(await limits(gate.httpBase)).toMatchObject({ foreign_protocol: 30 });
    expect(lines.filter((line) => line.includes('foreign_protocol'))).toHaveLength(1);
  });

  test('errors close the connection, an accepted message forgives them, and a suppressed mail is none', async () => {
    const gate = await startGate({ config: { smtp: { max_errors: 4 } } });
    await addProspect(gate, 'a@fine.example');
    await addProspect(gate, 'out@fine.example', { prospect: { opt_out_channels: ['email'] } });
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    const mail = async (to: string): Promise<string> => {
      await session.say('MAIL FROM:<ann@sender.example>');
      await session.say(`RCPT TO:<${to}>`);
      await session.say('DATA');
      return session.say(MAIL);
    };
    for (let i = 0; i < 6; i += 1) expect(await mail('out@fine.example')).toMatch(/^550 5\.7\.1 Suppressed/);
    for (let i = 0; i < 3; i += 1) expect(await session.say('NONSENSE')).toMatch(/^500/);
    expect(await mail('a@fine.example')).toMatch(/^250/);
    for (let i = 0; i < 3; i += 1) expect(await session.say('DATA')).toMatch(/^503/);
    expect(await session.say('MAIL FROM:nonsense')).toMatch(/^501/);
    expect(await session.next()).toMatch(/^421 4\.7\.0 Too many errors/);
  });
});

describe('what is no SMTP', () => {
  test.each([
    ['an HTTP request', 'POST / HTTP/1.1'],
    ['an HTTP request for a whole URL', 'GET http://gate.test/ HTTP/1.0'],
    ['an unusual HTTP method', 'PATCH /x HTTP/1.1'],
    ['any line that ends as an HTTP request does', 'BREW pot HTTP/1.1'],
    ['HTTP/2', 'PRI * HTTP/2.0'],
    ['an HTTP header', 'Host: gate.test'],
    ['TLS on the plain port', '\x16\x03\x01\x02'],
    ['BDAT, which is not offered and whose bytes would be commands', 'BDAT 6 LAST\r\nQUIT'],
    ['a PROXY header of a peer that is not listed', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 25'],
  ])('%s closes the connection at once, and nothing behind it is read', async (_name, line) => {
    const gate = await startGate();
    const session = await SmtpSession.open(gate.port);
    session.write(
      `${line}\r\nEHLO test\r\nMAIL FROM:<ann@sender.example>\r\nRCPT TO:<a@fine.example>\r\nDATA\r\n`,
    );
    const replies = await session.closed;
    expect(replies).toEqual(['421 4.7.0 This is an SMTP server, closing connection']);
  });

  test('a browser that is led to the TLS port by its own protocol is turned away in the handshake', async () => {
    const gate = await startGate({ config: { smtp: { implicit_tls_port: 0 } } });
    const port = gate.app.addresses.smtp[1].port;
    const handshake = (options: ConnectionOptions) =>
      new Promise<string>((resolve) => {
        const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        socket.once('secureConnect', () => {
          resolve(socket.alpnProtocol || 'none');
          socket.destroy();
        });
      });
    expect(await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })).toMatch(/NO_APPLICATION_PROTOCOL/);
    expect(await handshake({ ALPNProtocols: ['smtp'] })).toBe('smtp');
    expect(await handshake({})).toBe('none');
    expect(await handshake({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).toMatch(
      /ERR_SSL|EPROTO|ECONNRESET/,
    );
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    await expect(session.startTls('', { ALPNProtocols: ['http/1.1'] })).rejects.toThrow();
  });

  test('commands need a greeting, are not too long and hold no control characters', async () => {
    const gate = await startGate({ config: { smtp: { max_line_bytes: 2_000 } } });
    const early = await SmtpSession.open(gate.port);
    early.write('MAIL FROM:<ann@sender.example>\r\nRCPT TO:<a@fine.example>\r\nDATA\r\nEHLO test\r\n');
    for (let i = 0; i < 3; i += 1) expect(await early.next()).toMatch(/^503/);
    const extensions = await early.next();
    expect(extensions).toMatch(/^250/);
    for (const name of ['CHUNKING', 'BINARYMIME', 'BURL', 'VRFY', 'XCLIENT'])
      expect(extensions).not.toContain(name);
    expect(await early.say('MAIL FROM:<ann@sender.example>\0<x@sender.example>')).toMatch(/^500 5\.5\.2/);
    expect(await early.say('RCPT TO:<a@fine\x01.example>')).toMatch(/^500 5\.5\.2/);
    expect(await early.say('NO\0OP')).toMatch(/^500/);
    expect(await early.say('MAIL FROM:<ann@sender.example> BODY=BINARYMIME')).toMatch(/^501/);
    early.write(`NOOP ${'x'.repeat(3_000)}\r\n`);
    expect(await early.next()).toMatch(/^421 .*too long/);
  });

  test('who talks before the greeting is dropped where the gate waits with it', async () => {
    const gate = await startGate({ config: { smtp: { greeting_delay_ms: 300 } } });
    const early = SmtpSession.connect(gate.port, { first: 'EHLO spammer\r\n' });
    expect(await early.next()).toMatch(/^421 .*too soon/);
    expect(await SmtpSession.connect(gate.port).next()).toMatch(/^220/);
  });

  test('an address beyond ASCII needs SMTPUTF8, and one that is no UTF-8 is none', async () => {
    const gate = await startGate();
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    await session.say('MAIL FROM:<ann@sender.example>');
    expect(await session.say('RCPT TO:<josé@fine.example>')).toMatch(/^553 5\.6\.7/);
    expect(await session.say('RCPT TO:<a@münchen.example>')).toMatch(/^250/);
    await session.say('RSET');
    await session.say('MAIL FROM:<ann@sender.example> SMTPUTF8');
    expect(await session.say('RCPT TO:<josé@fine.example>')).toMatch(/^250/);
    session.write(Buffer.from([...Buffer.from('RCPT TO:<jos'), 0xe9, ...Buffer.from('@fine.example>\r\n')]));
    expect(await session.next()).toMatch(/^553 5\.6\.7/);
  });
});

describe('STARTTLS', () => {
  test('what is sent in the clear behind it is dropped, in one packet and in a second one', async () => {
    const gate = await startGate();
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    await session.startTls(
      'EHLO evil\r\nMAIL FROM:<ann@sender.example>\r\nRCPT TO:<a@fine.example>\r\nDATA\r\n',
    );
    // Had a command run, its reply would come first, and a transaction would be open.
    expect(await session.say('NOOP')).toMatch(/^250 2\.0\.0 OK/);
    expect(await session.say('MAIL FROM:<ann@sender.example>')).toMatch(/^503/);
    const second = await SmtpSession.open(gate.port);
    await second.say('EHLO test');
    expect(await second.say('STARTTLS')).toMatch(/^220/);
    second.write('EHLO evil\r\nMAIL FROM:<ann@sender.example>\r\n');
    expect(await second.closed, 'it is no TLS record').toEqual([]);
  });

  test('nothing from before it counts behind it: not the name, the login or the transaction', async () => {
    const gate = await startGate({
      config: { smtp: { auth_without_tls_on_loopback: true } },
      engine: { loopbackWithoutAuth: false },
    });
    const session = await SmtpSession.open(gate.port);
    await session.say('EHLO test');
    expect(await session.login('engine', PASSWORD)).toMatch(/^235/);
    expect(await session.say('MAIL FROM:<ann@sender.example>')).toMatch(/^250/);
    await session.startTls();
    expect(await session.say('RCPT TO:<a@fine.example>')).toMatch(/^503/);
    await session.say('EHLO test');
    expect(await session.say('RCPT TO:<a@fine.example>')).toMatch(/^503/);
    expect(await session.say('MAIL FROM:<ann@sender.example>')).toMatch(/^530/);
    expect(await session.say('STARTTLS')).toMatch(/^503|^50/);
  });

  test('a resumed TLS session brings no login along, and a client cannot renegotiate', async () => {
    const gate = await startGate({ engine: { loopbackWithoutAuth: false } });
    const first = await SmtpSession.open(gate.port);
    await first.say('EHLO test');
    const secure = await first.startTls('', { maxVersion: 'TLSv1.2' });
    await first.say('EHLO test');
    expect(await first.login('engine', PASSWORD)).toMatch(/^235/);
    const ticket = secure.getSession()!;
    const second = await SmtpSession.open(gate.port);
    await second.say('EHLO test');
    const resumed = await second.startTls('', { maxVersion: 'TLSv1.2', session: ticket });
    expect(resumed.isSessionReused()).toBe(true);
    await second.say('EHLO test');
    expect(await second.say('MAIL FROM:<ann@sender.example>')).toMatch(/^530/);
    const refused = await new Promise<Error | null>((resolve) => {
      resumed.once('error', resolve);
      resumed.once('close', () => resolve(new Error('closed')));
      resumed.renegotiate({}, (error) => resolve(error));
    });
    expect(refused).toBeInstanceOf(Error);
  });
});

describe('PROXY', () => {
  test('a listed peer must speak it, names the client for all limits, and never counts as this machine', async () => {
    const gate = await startGate({
      config: {
        smtp: {
          proxy_from: ['127.0.9.1'],
          max_connections_per_address: 1,
          auth_without_tls_on_loopback: true,
        },
      },
    });
    const through = (header: string) =>
      SmtpSession.connect(gate.port, { from: '127.0.9.1', first: `${header}\r\n` });
    const client = through('PROXY TCP4 192.0.2.7 192.0.2.1 4000 25');
    expect(await client.next()).toMatch(/^220/);
    expect(await through('PROXY TCP4 192.0.2.7 192.0.2.1 4001 25').next()).toMatch(
      /^421 .*from your address/,
    );
    for (const header of ['PROXY TCP4 127.0.0.1 127.0.0.1 4000 25', 'PROXY UNKNOWN']) {
      const local = through(header);
      expect(await local.next()).toMatch(/^220/);
      expect(await local.say('EHLO test')).not.toContain('AUTH');
      expect(await local.say('MAIL FROM:<ann@sender.example>')).toMatch(/^530/);
    }
    const mute = connect({ port: gate.port, host: '127.0.0.1', localAddress: '127.0.9.1' });
    mute.on('error', () => {});
    mute.write('EHLO test\r\n');
    const [answer] = (await once(mute, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^\* BAD/);
    mute.destroy();
  });

  test('IPv6 clients are counted by their /64', async () => {
    const gate = await startGate({
      config: { smtp: { proxy_from: ['127.0.9.2'], max_connections_per_address: 1 } },
    });
    const through = (address: string) =>
      SmtpSession.connect(gate.port, {
        from: '127.0.9.2',
        first: `PROXY TCP6 ${address} 2001:db8::1 4000 25\r\n`,
      });
    expect(await through('2001:db8:1:2:3:4:5:6').next()).toMatch(/^220/);
    expect(await through('2001:db8:1:2:ffff::1').next()).toMatch(/^421/);
    expect(await through('2001:db8:1:3::1').next()).toMatch(/^220/);
  });
});
