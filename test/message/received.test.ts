import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/message/parse.ts';
import { prependReceived, receivedLine } from '../../src/message/received.ts';

const trace = {
  helo: 'engine.example',
  remoteAddress: '192.0.2.7',
  by: 'gate.example',
  protocol: 'ESMTPSA',
  id: '01ABC',
  date: new Date(Date.UTC(2026, 4, 1, 9, 5, 7)),
};

describe('receivedLine', () => {
  it('names client, gate, protocol, id and time as RFC 5321 asks', () => {
    expect(receivedLine(trace)).toBe(
      'Received: from engine.example ([192.0.2.7])\r\n' +
        '\tby gate.example with ESMTPSA id 01ABC;\r\n' +
        '\tFri, 1 May 2026 09:05:07 +0000\r\n',
    );
  });

  it('tags an IPv6 address and leaves out an EHLO name that was not given', () => {
    const line = receivedLine({ ...trace, helo: null, remoteAddress: '2001:db8::1' });
    expect(line).toContain('from [IPv6:2001:db8::1]\r\n');
  });

  it('lets no client end the line with its EHLO name', () => {
    const line = receivedLine({ ...trace, helo: 'a\r\nBcc: x@y.example (' });
    expect(line.split('\r\n')).toHaveLength(4);
    expect(line).toContain('from aBcc:x@y.example ([192.0.2.7])');
  });

  it('stands above the message, whose own bytes stay', async () => {
    const raw = Buffer.from(
      'Received: from a by b; x\r\nFrom: a@b.example\r\nSubject: s\r\n\r\nBody \xff\r\n',
      'latin1',
    );
    const traced = prependReceived(raw, trace);
    expect(traced.subarray(-raw.length).equals(raw)).toBe(true);
    expect((await parseMessage(traced)).headers.hops).toBe(2);
  });
});
