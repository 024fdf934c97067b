import type { IncomingMessage } from 'node:http';
import { Refusal, TROUBLE } from './refusal.ts';

export interface BodyLimits {
  maxBytes: number;
  /** From the first byte to the last. */
  seconds: number;
}

/** Bytes of bodies that are being read at once; beyond it clients are told to come again. */
const MAX_IN_FLIGHT = 512 * 1024 * 1024;
let inFlight = 0;

/**
 * The whole body of a request.
 *
 * @throws Refusal when it is too large, too slow, compressed, or the gate is full
 */
export function readBody(req: IncomingMessage, { maxBytes, seconds }: BodyLimits): Promise<Buffer> {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new Refusal(
      'content_type',
      `Send the body uncompressed; Content-Encoding ${encoding} is not read.`,
    );
  }
  const tooLarge = (): Refusal => new Refusal('too_large', `The body is larger than ${maxBytes} bytes.`);
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      inFlight -= size;
      req.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    };
    const refuse = (why: Refusal): void => {
      done();
      reject(why);
    };
    const timer = setTimeout(
      () => refuse(new Refusal('too_slow', `The body did not arrive within ${seconds} seconds.`)),
      seconds * 1000,
    );
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      inFlight += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes) refuse(tooLarge());
      else if (inFlight > MAX_IN_FLIGHT) refuse(TROUBLE);
    });
    req.once('end', () => {
      done();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    });
    req.once('error', () => {});
    req.once('close', () => refuse(new Refusal('malformed', 'The connection closed inside the body.')));
  });
}
