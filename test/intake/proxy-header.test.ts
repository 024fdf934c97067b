import { connect } from 'node:net';
import { array, assert, constantFrom, ipV4, integer, nat, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readProxyHeader } from '../../src/intake/proxy-header.ts';
import { startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';

/** A header as section 2.2 lays it out. */
function header(of: { command?: number; version?: number; family?: number; rest?: Buffer }): Buffer {
  const { command = 1, version = 2, family = 0x11, rest = Buffer.alloc(0) } = of;
  const head = Buffer.from(`${SIGNATURE}00000000`, 'hex');
  head[12] = (version << 4) | command;
  head[13] = family;
  head.writeUInt16BE(rest.length, 14);
  return Buffer.concat([head, rest]);
}

const ports = (from: number, to: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(from, 0);
  bytes.writeUInt16BE(to, 2);
  return bytes;
};
const v4 = (text: string): Buffer => Buffer.from(text.split('.').map(Number));
const tcp4 = (from: string, more = Buffer.alloc(0)): Buffer =>
  header({ rest: Buffer.concat([v4(from), v4('192.0.2.1'), ports(4000, 25), more]) });

describe('a binary PROXY header', () => {
  test('is read as its layout says: TCP over IPv4 and IPv6, extensions passed over', () => {
    expect(readProxyHeader(tcp4('192.0.2.7'))).toEqual({
      line: 'PROXY TCP4 192.0.2.7 192.0.2.1 4000 25\r\n',
      bytes: 28,
    });
    // 2001:db8::7 to 2001:db8::1, written out byte by byte, with a TLV of type 4 (NOOP) of two bytes.
    const six = [
      `${SIGNATURE}21210029`,
      '20010db8000000000000000000000007',
      '20010db8000000000000000000000001',
      '0fa000190400020000',
    ].join('');
    expect(readProxyHeader(Buffer.from(six, 'hex'))).toEqual({
      line: 'PROXY TCP6 2001:db8:0:0:0:0:0:7 2001:db8:0:0:0:0:0:1 4000 25\r\n',
      bytes: 57,
    });
    const mapped = Buffer.from('00000000000000000000ffffc0000207', 'hex');
    const rest = Buffer.concat([mapped, mapped, ports(1, 2)]);
    expect(readProxyHeader(header({ family: 0x21, rest }))).toMatchObject({
      line: 'PROXY TCP6 192.0.2.7 192.0.2.7 1 2\r\n',
    });
  });

  test('says nothing of the client where the proxy speaks for itself or does not know', () => {
    const unknown = { line: 'PROXY UNKNOWN\r\n', bytes: 16 };
    expect(readProxyHeader(header({ command: 0, family: 0 }))).toEqual(unknown);
    expect(readProxyHeader(header({ family: 0 }))).toEqual(unknown);
    // Addresses of a LOCAL header are passed over.
    const rest = Buffer.concat([v4('192.0.2.7'), v4('192.0.2.1'), ports(1, 2)]);
    expect(readProxyHeader(header({ command: 0, rest }))).toEqual({ ...unknown, bytes: 28 });
  });

  test.each([
    ['another version', header({ version: 1 })],
    ['another command', header({ command: 2 })],
    ['datagrams', header({ family: 0x12, rest: Buffer.alloc(12) })],
    ['a UNIX socket', header({ family: 0x31, rest: Buffer.alloc(216) })],
    ['addresses that are too short', header({ family: 0x21, rest: Buffer.alloc(35) })],
    ['no end', header({ rest: Buffer.alloc(5_000) })],
  ])('with %s is none', (_what, bytes) => {
    expect(readProxyHeader(bytes)).toBe('invalid');
  });

  test('is waited for to its last byte, and nothing behind it is taken for a part of it', () => {
    assert(
      property(ipV4(), integer({ min: 0, max: 60 }), uint8Array({ maxLength: 40 }), (from, extra, behind) => {
        const whole = tcp4(from, Buffer.alloc(extra));
        for (let length = 0; length < whole.length; length += 1)
          expect(readProxyHeader(whole.subarray(0, length))).toBe('more');
        expect(readProxyHeader(Buffer.concat([whole, behind]))).toEqual({
          line: `PROXY TCP4 ${from} 192.0.2.1 4000 25\r\n`,
          bytes: whole.length,
        });
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test('of any bytes is read without a failure, and none of them makes a longer line than version 1 allows', () => {
    const bytes = array(nat(255), { maxLength: 80 }).map((rest) => Buffer.from(rest));
    const family = constantFrom(0x00, 0x11, 0x21, 0x12, 0x31, 0xff);
    assert(
      property(bytes, family, integer({ min: 0, max: 15 }), (rest, one, command) => {
        const read = readProxyHeader(header({ command, family: one, rest }));
        if (typeof read === 'object') expect(read.line.length).toBeLessThanOrEqual(107);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('a listed proxy that speaks version 2', () => {
  const config = {
    smtp: {
      proxy_from: ['127.0.9.3'],
      max_connections_per_address: 1,
      auth_without_tls_on_loopback: true,
    },
  };
  /** The first that the gate says, or that it closed. */
  const answer = async (port: number, pieces: Buffer[], from = '127.0.9.3'): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    socket.on('error', () => {});
    const said = new Promise<string>((resolve) => {
      socket.once('data', (data: Buffer) => resolve(data.toString()));
      socket.once('close', () => resolve('closed'));
    });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
    return said;
  };

  test('names the client for all limits, in one piece or byte by byte, and never counts as this machine', async () => {
    const gate = await startGate({ config });
    const whole = tcp4('192.0.2.7');
    expect(
      await answer(
        gate.port,
        Array.from(whole, (byte) => Buffer.from([byte])),
      ),
    ).toMatch(/^220/);
    expect(await answer(gate.port, [whole])).toMatch(/^421 .*from your address/);
    expect(await answer(gate.port, [tcp4('192.0.2.8')])).toMatch(/^220/);
    expect(await answer(gate.port, [header({ command: 0, family: 0 })])).toMatch(/^220/);
    expect(await answer(gate.port, [header({ version: 3 })])).toBe('closed');

    const local = SmtpSession.connect(gate.port, {
      from: '127.0.9.3',
      first: tcp4('127.0.0.1'),
    });
    expect(await local.next()).toMatch(/^220/);
    expect(await local.say('EHLO test')).not.toContain('AUTH');
    expect(await local.say('MAIL FROM:<ann@sender.example>')).toMatch(/^530/);
    local.close();
    const text = SmtpSession.connect(gate.port, {
      from: '127.0.9.3',
      first: 'PROXY TCP4 192.0.2.9 192.0.2.1 4000 25\r\n',
    });
    expect(await text.next()).toMatch(/^220/);
    text.close();
  });

  test('is not believed where it is not listed', async () => {
    const gate = await startGate({ config });
    expect(
      await answer(gate.port, [tcp4('192.0.2.7'), Buffer.from('EHLO x\r\n')], '127.0.9.4'),
    ).not.toContain('192.0.2.7');
  });
});
