import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskAddresses, redactedError, replyCodes } from '../../src/observability/redact.ts';
import { captureLog } from './log-lines.ts';

describe('an address in a line is masked', () => {
  test.each([
    ['in a sentence', 'rejected: ann@prospect.example is unknown', 'rejected: [address] is unknown'],
    ['in angle brackets', 'RCPT TO:<ann@prospect.example> refused', 'RCPT TO:<[address]> refused'],
    ['with a tag, and in a VERP bounce', 'bounce+ann=prospect.example@mx.example', '[address]'],
    ['percent-encoded in a URL', '/api/crm/ann%40prospect.example?x=1', '/api/crm/[address]?x=1'],
    ['behind mailto', 'mailto:ann@prospect.example', 'mailto:[address]'],
    ['outside ASCII', 'müller@exämple.de, 李@例え.jp', '[address], [address]'],
    ['with an address literal', 'ann@[192.0.2.1] and bob@[IPv6:2001:db8::1]', '[address] and [address]'],
    ['without a dot', 'root@localhost', '[address]'],
    ['twice without a space', 'a@b.example,c@d.example;e@f.example', '[address],[address];[address]'],
    ['with two signs', 'a@b@c.example', '[address]'],
  ])('%s', (_what, text, masked) => {
    expect(JSON.parse(maskAddresses(JSON.stringify({ msg: text })))).toEqual({ msg: masked });
  });

  test('with a quoted local part', () => {
    const line = JSON.stringify({ msg: 'to "ann the first"@prospect.example now' });
    expect(JSON.parse(maskAddresses(line))).toEqual({ msg: 'to [address] now' });
  });

  test('behind an escape sequence, which stays whole', () => {
    const line = JSON.stringify({
      msg: 'one\nann@x.example\tbob@y.example "cy@z.example" C:\\dee@w.example \u0001eve@v.example',
    });
    expect(JSON.parse(maskAddresses(line))).toEqual({
      msg: 'one\n[address]\t[address] "[address]" C:\\[address] \u0001[address]',
    });
  });

  test('and what only holds the sign stays', () => {
    for (const text of [
      'at /srv/node_modules/@scope/package/index.js:3:1',
      'meet @ noon',
      '@',
      'x @y',
      '%40',
    ]) {
      const line = JSON.stringify({ msg: text });
      expect(maskAddresses(line)).toBe(line);
    }
  });

  test('whatever stands around it: the line stays JSON, ids stay, and no local part with its sign is left', () => {
    const noise = fc.string({ unit: 'binary', maxLength: 12 });
    const local = fc.stringMatching(/^[a-z][a-z0-9._+-]{3,12}$/);
    fc.assert(
      fc.property(noise, local, noise, fc.boolean(), (before, name, after, encoded) => {
        const id = '01JD0000000000000000000000';
        const address = `${name}${encoded ? '%40' : '@'}prospect.example`;
        const line = JSON.stringify({
          message: id,
          msg: `${before} ${address} ${after}`,
          err: { stack: address },
        });
        const masked = maskAddresses(line);
        const read = JSON.parse(masked) as { message: string; err: { stack: string } };
        expect(read.message).toBe(id);
        expect(read.err.stack).toBe('[address]');
        expect(masked).not.toContain(address);
      }),
      { numRuns: 500 },
    );
  });

  test('in time that grows with the line, not with its square', () => {
    const time = (length: number): number => {
      const line = JSON.stringify({ msg: `${'a'.repeat(length)}@ @${'@'.repeat(length)}` });
      const began = performance.now();
      maskAddresses(line);
      return performance.now() - began;
    };
    time(1_000);
    expect(time(200_000)).toBeLessThan(2_000);
  });
});

describe('an error', () => {
  test('keeps its name, code, place and cause, and loses what it quotes and carries', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    const error = Object.assign(
      new TypeError('cannot read "Dear Maria, your "secret" offer" at 7', { cause }),
      {
        code: 'EENVELOPE',
        response: '550 Dear Maria',
        rejected: ['maria@prospect.example'],
        command: 'RCPT TO',
      },
    );
    const told = redactedError(error);
    expect(told).toMatchObject({
      type: 'TypeError',
      message: 'cannot read "…" at 7',
      code: 'EENVELOPE',
      cause: { type: 'Error', code: 'ECONNREFUSED', syscall: 'connect' },
    });
    expect(JSON.stringify(told)).not.toMatch(/Maria|secret|RCPT/);
    expect((told as { stack: string }).stack).toContain('redact.test.ts');
  });

  test('of JSON.parse tells nothing of the text', () => {
    try {
      JSON.parse('{"subject": "Offer for Maria" x}');
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify(redactedError(error))).not.toMatch(/Offer|Maria|subject/);
    }
  });

  test('that is none is told by its type', () => {
    expect(redactedError({ body: 'Dear Maria' })).toBe('object');
    expect(redactedError('said "Dear Maria"')).toBe('said "…"');
  });
});

test('of a reply only the codes are kept, of a failed connection its name', () => {
  expect(replyCodes('550 5.1.1 <maria@x.example> unknown')).toBe('550 5.1.1');
  expect(replyCodes('452-4.2.2 over quota for Maria')).toBe('452 4.2.2');
  expect(replyCodes('250 ok: queued as 1')).toBe('250');
  expect(replyCodes('connect ECONNREFUSED 127.0.0.1:25')).toBe('ECONNREFUSED');
  expect(replyCodes('Dear EMPLOYEE of Maria')).toBe('[redacted]');
});

test('without redaction a line says all but the secrets', () => {
  const open = captureLog({ redact: false });
  open.log.info({ subject: 'Offer', response: '550 no Maria', password: 'hunter2' }, 'to maria@x.example');
  const [line] = open.about('Offer');
  expect(line).toMatchObject({
    subject: 'Offer',
    response: '550 no Maria',
    password: '[redacted]',
    msg: 'to maria@x.example',
  });
});
