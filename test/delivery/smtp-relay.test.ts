import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { job, relayTo, startUpstream, upstreamAt } from './setup.ts';
import { SmtpRelay } from '../../src/delivery/smtp-relay.ts';

const PLAIN = { body8bit: false, smtpUtf8: false };

describe('the bytes', () => {
  it.each([
    ['dots at line starts', 'A: b\r\n\r\n.\r\n..\r\n...x\r\n.\r\n'],
    ['a dot first', '.A: b\r\n\r\n.\r\n'],
    ['long lines', `A: b\r\n\r\n${'x'.repeat(5000)}\r\n`],
    ['8-bit text', 'A: b\r\n\r\nGrüße – žluťoučký\r\n'],
    ['trailing blanks and empty lines', 'A: b \t\r\n c\r\n\r\n \r\n\r\n\r\n'],
    ['NUL and control bytes', 'A: b\r\n\r\n\0\x01\x1a\x7f\r\n'],
    ['quoted-printable and folded headers', 'Subject: =?utf-8?q?a?=\r\n =?utf-8?q?b?=\r\n\r\na=3D=\r\n'],
  ])('arrive as given: %s', async (_name, text) => {
    const upstream = await startUpstream();
    const raw = Buffer.from(text);
    expect(await relayTo(upstream.port).attempt(job({ raw }))).toMatchObject({ outcome: 'delivered' });
    expect(upstream.last.raw).toEqual(raw);
  });

  it('get only the CRLF that DATA cannot do without when the last line has none', async () => {
    const upstream = await startUpstream();
    await relayTo(upstream.port).attempt(job({ raw: Buffer.from('A: b\r\n\r\nno end') }));
    expect(upstream.last.raw.toString()).toBe('A: b\r\n\r\nno end\r\n');
  });

  it.each([
    'A: b\r\n\r\na\nb\r\n',
    'A: b\r\n\r\na\rb\r\n',
    'A: b\r\n\r\na\r',
  ])('are refused rather than altered when a line break stands alone: %j', async (text) => {
    const attempt = job({ raw: Buffer.from(text) });
    const result = await relayTo(1).attempt(attempt);
    expect(result).toMatchObject({ outcome: 'permanent', status: '5.6.0' });
    expect(attempt.asked).toBe(0);
  });

  it('arrive as given whatever they are', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port);
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes.filter((b) => b !== 13 && b !== 10))),
      fc.constantFrom('.', '..', '.x', '', ' ', '\0').map((text) => Buffer.from(text)),
    );
    const body = fc
      .array(line, { maxLength: 40 })
      .map((lines) => Buffer.concat(lines.flatMap((l) => [l, CRLF])));
    await fc.assert(
      fc.asyncProperty(body, async (raw) => {
        fc.pre(raw.length > 0);
        upstream.received.length = 0;
        expect((await relay.attempt(job({ raw }))).outcome).toBe('delivered');
        expect(upstream.last.raw.equals(raw)).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(upstream.connections).toBeLessThanOrEqual(4);
  });
});

const CRLF = Buffer.from('\r\n');

describe('the envelope', () => {
  it('keeps the null sender and sends no login or parameters that were not asked for', async () => {
    const upstream = await startUpstream();
    await relayTo(upstream.port).attempt(job({ from: '' }));
    expect(upstream.received[0]).toMatchObject({
      from: '',
      to: ['b@prospect.example'],
      helo: 'gate.example',
    });
    expect(upstream.last.mailArgs).toEqual({});
    expect(upstream.last.rcptArgs).toEqual([{}]);
  });

  it('passes DSN parameters on where the upstream takes them', async () => {
    const upstream = await startUpstream();
    const params = { ...PLAIN, dsnRet: 'FULL', dsnEnvid: 'id=1+2' };
    const dsn = { dsnNotify: ['SUCCESS', 'FAILURE'], dsnOrcpt: 'rfc822;B+x@prospect.example' };
    await relayTo(upstream.port).attempt(job({ params, ...dsn }));
    expect(upstream.last.dsn).toEqual({ ret: 'FULL', envid: 'id=1+2' });
    expect(upstream.last.rcptDsn).toEqual([
      { notify: ['SUCCESS', 'FAILURE'], orcpt: 'rfc822;B+x@prospect.example' },
    ]);
  });

  it('leaves DSN parameters out where the upstream does not', async () => {
    const upstream = await startUpstream({ hide: ['DSN'] });
    const result = await relayTo(upstream.port).attempt(
      job({ params: { ...PLAIN, dsnRet: 'FULL' }, dsnNotify: ['NEVER'] }),
    );
    expect(result.outcome).toBe('delivered');
    expect(upstream.last.mailArgs).not.toHaveProperty('RET');
  });

  it('declares 8BITMIME for 8-bit bytes even when the client did not', async () => {
    const upstream = await startUpstream();
    await relayTo(upstream.port).attempt(job({ raw: Buffer.from('A: b\r\n\r\né\r\n') }));
    expect(upstream.last.mailArgs).toMatchObject({ BODY: '8BITMIME' });
  });

  it('declares SMTPUTF8 once, for a UTF-8 header as for a UTF-8 address', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port);
    const params = { body8bit: true, smtpUtf8: true };
    const raw = Buffer.from('Subject: Grüße\r\n\r\nx\r\n');
    expect((await relay.attempt(job({ params, raw }))).outcome).toBe('delivered');
    expect((await relay.attempt(job({ params, raw, to: 'jörg@prospect.example' }))).outcome).toBe(
      'delivered',
    );
    expect((await relay.attempt(job())).outcome).toBe('delivered');
    expect(upstream.received.map((mail) => mail.mailArgs['SMTPUTF8'])).toEqual([true, true, undefined]);
    expect(upstream.received.map((mail) => mail.to[0])).toContain('jörg@prospect.example');
  });

  it.each([
    ['8BITMIME', { raw: Buffer.from('A: b\r\n\r\né\r\n') }, '5.6.3'],
    ['SMTPUTF8', { to: 'jörg@prospect.example' }, '5.6.7'],
    ['SMTPUTF8', { raw: Buffer.from('S: é\r\n\r\n'), params: { body8bit: true, smtpUtf8: true } }, '5.6.9'],
  ] as const)('fails for good without %s when the mail needs it', async (extension, changes, status) => {
    const upstream = await startUpstream({ hide: [extension] });
    const relay = relayTo(upstream.port);
    const attempt = job(changes);
    expect(await relay.attempt(attempt)).toMatchObject({ outcome: 'permanent', status, elsewhere: true });
    expect(attempt.asked).toBe(0);
    expect((await relay.attempt(job({ params: { body8bit: true, smtpUtf8: true } }))).outcome).toBe(
      'delivered',
    );
    expect(upstream.connections).toBe(1);
  });

  it('fails for good when the mail is larger than the upstream takes', async () => {
    const upstream = await startUpstream({ size: 20 });
    expect(await relayTo(upstream.port).attempt(job())).toMatchObject({
      outcome: 'permanent',
      status: '5.3.4',
    });
  });

  it.each([
    'a@b> SIZE=1',
    'a@b\r\nRCPT TO:<x@y>',
    ' a@b',
    'a@b\0',
  ])('refuses an address like %j', async (to) => {
    expect(await relayTo(1).attempt(job({ to }))).toMatchObject({ outcome: 'permanent', status: '5.1.3' });
  });
});

describe('refusals before the message', () => {
  it.each([
    ['mail', '550 5.7.1 not you', 'permanent', '5.7.1'],
    ['mail', '451 4.7.0 slow down', 'temporary', '4.7.0'],
    ['mail', '530 5.7.0 authentication required', 'temporary', undefined],
    ['rcpt', '550 5.1.1 no such user', 'permanent', '5.1.1'],
    ['rcpt', '550 4.1.1 no such user', 'permanent', undefined],
    ['rcpt', '452 4.2.2 full', 'temporary', '4.2.2'],
    ['data', '554 5.6.0 no', 'permanent', '5.6.0'],
    ['data', '421 4.3.2 going down', 'temporary', '4.3.2'],
    ['connect', '554 5.7.1 not from you', 'temporary', undefined],
  ] as const)('at %s: %s is %s', async (stage, reply, outcome, status) => {
    for (const hide of [[], ['PIPELINING']] as const) {
      const upstream = await startUpstream({ hide: [...hide] });
      upstream.script[stage] = { reply };
      const attempt = job();
      const result = await relayTo(upstream.port).attempt(attempt);
      expect(result).toMatchObject({ outcome, upstream: 'main' });
      expect(result.status).toBe(status);
      expect(result.response).toContain(reply.slice(4));
      expect(attempt.asked).toBe(0);
    }
  });

  it('leave the connection usable', async () => {
    const upstream = await startUpstream();
    upstream.script.rcpt = { reply: '550 5.1.1 no such user', times: 2 };
    const relay = relayTo(upstream.port);
    expect((await relay.attempt(job())).outcome).toBe('permanent');
    expect((await relay.attempt(job())).outcome).toBe('permanent');
    expect((await relay.attempt(job())).outcome).toBe('delivered');
    expect(upstream.connections).toBe(1);
  });
});

describe('trouble with the session', () => {
  it('is temporary when nobody listens', async () => {
    const upstream = await startUpstream();
    const { port } = upstream;
    await upstream.close();
    const result = await relayTo(port).attempt(job());
    expect(result).toMatchObject({ outcome: 'temporary' });
    expect(result.response).toContain('ECONNREFUSED');
  });

  it('is temporary when the greeting never comes', async () => {
    const upstream = await startUpstream();
    upstream.script.connect = { stall: true };
    const result = await relayTo(upstream.port, { greeting_seconds: 0.2 }).attempt(job());
    expect(result).toMatchObject({ outcome: 'temporary', response: 'Greeting never received' });
  });

  it.each([
    'mail',
    'rcpt',
    'data',
  ] as const)('is temporary when the upstream falls silent at %s', async (stage) => {
    const upstream = await startUpstream();
    upstream.script[stage] = { stall: true };
    const result = await relayTo(upstream.port, { idle_seconds: 0.2 }).attempt(job());
    expect(result.outcome).toBe('temporary');
  });

  it('is temporary when replies drip beyond the time of an attempt', async () => {
    const upstream = await startUpstream();
    upstream.script.mail = { dripMs: 20 };
    const result = await relayTo(upstream.port, { attempt_seconds: 0.4 }).attempt(job());
    expect(result).toMatchObject({ outcome: 'temporary', response: 'no end after 0.4 s' });
  });

  it('is temporary when no connection gets free in time', async () => {
    const upstream = await startUpstream();
    upstream.script.end = { stall: true, times: 1 };
    const relay = relayTo(upstream.port, { pool: 1, attempt_seconds: 0.3, answer_seconds: 1 });
    const first = relay.attempt(job());
    expect(await relay.attempt(job())).toMatchObject({
      outcome: 'temporary',
      response: 'no end after 0.3 s',
    });
    expect((await first).outcome).toBe('lost');
    expect((await relay.attempt(job())).outcome).toBe('delivered');
  });
});

describe('kept connections', () => {
  it('are used again for mail after mail', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port);
    for (let i = 0; i < 10; i += 1) expect((await relay.attempt(job())).outcome).toBe('delivered');
    expect(upstream.connections).toBe(1);
    expect(upstream.received).toHaveLength(10);
  });

  it('are never more than the pool allows', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port, { pool: 2 });
    const results = await Promise.all(Array.from({ length: 12 }, () => relay.attempt(job())));
    expect(results.every((result) => result.outcome === 'delivered')).toBe(true);
    expect(upstream.connections).toBe(2);
  });

  it('are closed after their share of messages', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port, { max_messages: 2 });
    for (let i = 0; i < 5; i += 1) await relay.attempt(job());
    expect(upstream.connections).toBe(3);
  });

  it('are closed when unused', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port, { keep_seconds: 0.05 });
    await relay.attempt(job());
    await vi.waitFor(() => expect(upstream.open).toBe(0));
  });

  it('are replaced without a failure when the upstream has closed them', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port, { pool: 3 });
    await Promise.all([relay.attempt(job()), relay.attempt(job()), relay.attempt(job())]);
    // Not awaited: the relay finds out at the same time as it sends.
    void upstream.cutAll();
    const attempt = job();
    expect((await relay.attempt(attempt)).outcome).toBe('delivered');
    expect(attempt.asked).toBe(1);
  });

  it('are replaced once when the upstream answers the next MAIL with 421', async () => {
    const upstream = await startUpstream();
    const relay = relayTo(upstream.port);
    await relay.attempt(job());
    upstream.script.mail = { reply: '421 4.4.2 idle too long', times: 1 };
    expect((await relay.attempt(job())).outcome).toBe('delivered');
    upstream.script.mail = { reply: '421 4.4.2 idle too long' };
    expect(await relay.attempt(job())).toMatchObject({
      response: '421 4.4.2 idle too long',
      status: '4.4.2',
    });
  });

  it('end with the relay, and later attempts are temporary', async () => {
    const upstream = await startUpstream();
    const relay = new SmtpRelay(upstreamAt(upstream.port));
    await relay.attempt(job());
    await relay.close();
    await vi.waitFor(() => expect(upstream.open).toBe(0));
    expect((await relay.attempt(job())).outcome).toBe('temporary');
  });
});
