import { describe, expect, it } from 'vitest';
import {
  enhancedStatus,
  failedAfterHandOver,
  failedBeforeHandOver,
  oneLine,
  type SmtpError,
} from '../../src/delivery/smtp-answer.ts';

function error(code: string, response?: string): SmtpError {
  return Object.assign(new Error('it failed'), {
    code,
    response,
    responseCode: response ? Number(response.slice(0, 3)) : undefined,
  });
}

describe('a reply', () => {
  it('becomes one line without repeated codes', () => {
    expect(oneLine('550-5.1.1 No such user.\n550-5.1.1 Try again,\n550 5.1.1 please')).toBe(
      '550 5.1.1 No such user. Try again, please',
    );
    expect(oneLine('250 ok\r\n')).toBe('250 ok');
    expect(oneLine('250 a\x07b\tc')).toBe('250 a b c');
    expect(oneLine(`250 ${'x'.repeat(9000)}`)).toHaveLength(500);
  });

  it.each([
    ['550 5.1.1 no', '5.1.1'],
    ['250-2.0.0 ok', '2.0.0'],
    ['250 2.0.0', '2.0.0'],
    ['550 4.1.1 contradicts its code', undefined],
    ['550 no', undefined],
    ['550 5.1.1234 no', undefined],
    ['550 15.1.1 no', undefined],
  ])('%j has the status %j', (reply, status) => {
    expect(enhancedStatus(reply)).toBe(status);
  });
});

describe('an error', () => {
  it('before the hand-over is permanent only where the upstream refused this mail', () => {
    expect(failedBeforeHandOver(error('EENVELOPE', '550 5.1.1 no')).outcome).toBe('permanent');
    expect(failedBeforeHandOver(error('EENVELOPE', '450 no')).outcome).toBe('temporary');
    expect(failedBeforeHandOver(error('EENVELOPE', '503 5.5.1 sequence')).outcome).toBe('temporary');
    expect(failedBeforeHandOver(error('EPROTOCOL', '554 5.7.1 no')).outcome).toBe('temporary');
    expect(failedBeforeHandOver(error('ECONNECTION', '550 cut short')).outcome).toBe('temporary');
    expect(failedBeforeHandOver(error('ETIMEDOUT')).outcome).toBe('temporary');
  });

  it('after it is an answer only as a complete reply of 4xx or 5xx', () => {
    expect(failedAfterHandOver(error('EMESSAGE', '550 5.7.1 no')).outcome).toBe('permanent');
    expect(failedAfterHandOver(error('EMESSAGE', '452 4.2.2 full')).outcome).toBe('temporary');
    expect(failedAfterHandOver(error('EMESSAGE', '354 what')).outcome).toBe('lost');
    expect(failedAfterHandOver(error('EMESSAGE', 'nonsense')).outcome).toBe('lost');
    expect(failedAfterHandOver(error('ECONNECTION', '550 cut sh')).outcome).toBe('lost');
    expect(failedAfterHandOver(error('ETIMEDOUT')).outcome).toBe('lost');
  });
});
