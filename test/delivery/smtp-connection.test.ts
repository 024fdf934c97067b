import { PassThrough } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { describe, expect, it } from 'vitest';

describe('the internals of nodemailer that the relay relies on', () => {
  it('are there', () => {
    const smtp = new SMTPConnection({ host: '127.0.0.1', port: 1 }) as unknown as Record<string, unknown>;
    expect(smtp['_sendCommand']).toBeTypeOf('function');
    expect(smtp['_supportedExtensions']).toEqual([]);
    expect(smtp['_maxAllowedSize']).toBe(0);
    expect(smtp['_currentDataStream']).toBe(false);
    const made = smtp as unknown as {
      _socket: PassThrough;
      _envelope: unknown;
      _createSendStream(done: () => void): unknown;
      _currentDataStream: unknown;
    };
    made._socket = new PassThrough();
    const stream = made._createSendStream(() => {});
    expect(made._currentDataStream).toBe(stream);
  });
});
