import { EventEmitter, once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { limitConnections } from '../../src/http/connection-limit.ts';
import { createApp, guardServer } from '../../src/http/server.ts';
import { IDLE_MS, MAX_CONNECTIONS } from '../../src/http/server-options.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { type TestGate, startGate } from '../support/gate.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection and all that comes back on it. */
async function open(port: number): Promise<{ socket: Socket; heard: () => string; closed: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  await once(socket, 'connect');
  return { socket, heard: () => text, closed };
}

const portOf = (gate: TestGate): number => gate.app.addresses.http.port;

/** What two programs on one connection could take for two requests, or for other bounds of one. */
const AMBIGUOUS: Record<string, string> = {
  'Content-Length beside Transfer-Encoding':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX',
  'two lengths':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc',
  'a list of lengths': 'POST /emails HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3, 3\r\n\r\nabc',
  'a signed length': 'POST /emails HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\nabc',
  'an encoding that only looks chunked':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  'two encodings':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
  'a blank before the colon':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
  'a folded header':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
  'a bare CR in a header':
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\rTransfer-Encoding: chunked\r\n\r\n',
  'a NUL in a header': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n',
  'a size of a chunk that is no number':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n',
  'a chunk longer than it says':
    'POST /emails HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n',
  'no Host': 'GET /healthz HTTP/1.1\r\n\r\n',
  'two Hosts': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
  'another protocol': 'EHLO client.example\r\nMAIL FROM:<a@b.example>\r\n\r\n',
  'a blank in the target': 'GET /healthz /x HTTP/1.1\r\nHost: localhost\r\n\r\n',
};

describe('A request that two programs could read differently', () => {
  test.each(Object.entries(AMBIGUOUS))('is refused and ends its connection: %s', async (_what, bytes) => {
    const gate = await startGate();
    const { socket, closed } = await open(portOf(gate));
    socket.write(bytes, 'latin1');
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: 1\r\n\r\n');
    const text = await closed;
    expect(text).toMatch(/^HTTP\/1\.1 400 /u);
    // Nothing behind it was taken for a request of its own.
    expect(text.match(/HTTP\/1\.1 /gu)).toHaveLength(1);
    expect(text).not.toContain('"status":"ok"');
    expect(text).not.toMatch(/Error|node:|\bat /u);
  });

  test('headers beyond 16 KB are refused', async () => {
    const gate = await startGate();
    const { socket, closed } = await open(portOf(gate));
    socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 431 /u);
  });
});

test('A client that is slow on purpose is cut off, and others are answered meanwhile', async () => {
  const gate = await startGate({ config: { http: { body_seconds: 1 } } });
  const silent = await open(portOf(gate));
  const dripping = await open(portOf(gate));
  const body = await open(portOf(gate));
  dripping.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n');
  body.socket.write(
    'POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
  );
  const drip = setInterval(() => {
    if (dripping.socket.writable) dripping.socket.write('X-More: 1\r\n');
    if (body.socket.writable) body.socket.write(' ');
  }, 100);
  onTestFinished(() => clearInterval(drip));
  expect((await fetch(`${gate.httpBase}/healthz`)).status).toBe(200);
  const ends = await Promise.all([silent.closed, dripping.closed, body.closed]);
  for (const text of ends) expect(text).not.toContain('"status":"ok"');
  expect(ends[1]).toMatch(/^HTTP\/1\.1 408 /u);
  expect((await fetch(`${gate.httpBase}/healthz`)).status).toBe(200);
}, 60_000);

test('Connections are bounded: all together, from one address, and in how long nothing moves', async () => {
  const server = createServer();
  const log = createLogger('silent');
  guardServer(server, createApp({ routers: [], log }), log);
  expect([server.maxConnections, server.timeout]).toEqual([MAX_CONNECTIONS, IDLE_MS]);
});

test('From one address only so many connections are taken; those that end make room, and others are not in the way', async () => {
  const server = createServer((_req, res) => res.end('ok'));
  const refused: string[] = [];
  limitConnections(server, {
    perAddress: 3,
    exempt: () => false,
    onRefused: (address) => refused.push(address),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const three = [await open(port), await open(port), await open(port)];
  expect(await (await open(port)).closed).toBe('');
  expect(await (await open(port)).closed).toBe('');
  // A flood is told once.
  expect(refused).toEqual(['127.0.0.1']);
  three[0].socket.destroy();
  await three[0].closed;
  await expect
    .poll(async () => {
      const { socket, closed } = await open(port);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      return closed;
    })
    .toMatch(/^HTTP\/1\.1 200 /u);
});

test('An IPv6 network counts as one address, and exempt ones are not counted', () => {
  const server = new EventEmitter();
  const destroyed: string[] = [];
  limitConnections(server as unknown as Server, {
    perAddress: 1,
    exempt: (address) => address === '10.0.0.1',
  });
  const come = (remoteAddress: string): EventEmitter => {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress,
      destroy: () => destroyed.push(remoteAddress),
    });
    server.emit('connection', socket);
    return socket;
  };
  const first = come('2a02:8108:1:2:aaaa::1');
  come('2a02:8108:1:2:bbbb::2');
  come('2a02:8108:1:3::1');
  come('::ffff:10.0.0.1');
  come('::ffff:10.0.0.1');
  expect(destroyed).toEqual(['2a02:8108:1:2:bbbb::2']);
  first.emit('close');
  come('2a02:8108:1:2:cccc::3');
  expect(destroyed).toHaveLength(1);
});
