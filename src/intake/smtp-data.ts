import type { SMTPServerDataStream } from 'smtp-server';
import type { SmtpLimit } from './smtp-limits.ts';

export interface DataLimits {
  maxBytes: number;
  /** The whole message, milliseconds. */
  maxMs: number;
  /** 0 = any speed. */
  minBytesPerSecond: number;
  /** Before this the speed is not looked at, milliseconds. */
  graceMs: number;
}

/** How often the speed is looked at. */
const LOOK_MS = 1_000;

/**
 * Reads a message.
 *
 * @param drop ends the connection, since the message took too long or does not end
 * @returns null when it is larger than `maxBytes`; what came beyond is dropped
 * @throws when the client goes away first, or `drop` was called
 */
export function collect(
  stream: SMTPServerDataStream,
  limits: DataLimits,
  drop: (limit: SmtpLimit, text: string) => void,
): Promise<Buffer | null> {
  const { maxBytes, maxMs, minBytesPerSecond, graceMs } = limits;
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const look = setInterval(
      () => {
        const ms = performance.now() - began;
        if (ms > maxMs) drop('data_time', '4.4.2 The message took too long to arrive');
        else if (ms > graceMs && size * 1000 < minBytesPerSecond * ms) {
          drop('data_rate', `4.4.2 The message comes slower than ${minBytesPerSecond} bytes per second`);
        }
      },
      Math.min(LOOK_MS, maxMs / 4, graceMs),
    );
    const end = (settle: () => void): void => {
      clearInterval(look);
      settle();
    };
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      // It was told at MAIL or will be at the end; a client that goes on for ever hears neither.
      if (size > 2 * maxBytes) drop('data_size', `4.7.0 The message is far larger than ${maxBytes} bytes`);
    });
    stream.once('end', () =>
      end(() => {
        resolve(size > maxBytes ? null : Buffer.concat(chunks, size));
        // The stream lives, and these with it, until the client has its answer.
        chunks.length = 0;
      }),
    );
    stream.once('error', (error) => end(() => reject(error)));
    stream.once('close', () => end(() => reject(new Error('the client went away inside DATA'))));
  });
}
