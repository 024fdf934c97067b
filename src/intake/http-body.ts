import type { IncomingMessage } from 'node:http';
import { VERY_LARGE_INPUT, makeRoom } from '../off-loop/turns.ts';
import { Refusal, TROUBLE } from './refusal.ts';

export interface BodyLimits {
  maxBytes: number;
  /** From the first byte to the last. */
  seconds: number;
}

/**
 * Bytes of bodies in hand at once, from the first byte to the answer; beyond it clients are told to come again. Read, parsed and
 * composed, each takes about five times its size.
 */
const MAX_IN_HAND = 256 * 1024 * 1024;
let inHand = 0;

/** The request of this body is answered. */
export function bodyDone(body: Buffer): void {
  inHand -= body.length;
}

/**
 * The whole body of a request; `bodyDone` must be told when it is no longer needed.
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
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    // Where the length is told each chunk is let go of as it comes. Memory that is not written to yet costs nothing.
    const whole = declared > 0 ? Buffer.allocUnsafeSlow(declared) : null;
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      req.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    };
    const refuse = (why: Refusal): void => {
      done();
      inHand -= size;
      reject(why);
    };
    const timer = setTimeout(
      () => refuse(new Refusal('too_slow', `The body did not arrive within ${seconds} seconds.`)),
      seconds * 1000,
    );
    req.on('data', (chunk: Buffer) => {
      if (whole === null) chunks.push(chunk);
      else chunk.copy(whole, size);
      const before = size;
      size += chunk.length;
      inHand += chunk.length;
      // By what came, not by what was announced, which costs a stranger nothing.
      if (before < VERY_LARGE_INPUT) makeRoom(size);
      if (size > maxBytes) refuse(tooLarge());
      else if (inHand > MAX_IN_HAND) refuse(TROUBLE);
    });
    req.once('end', () => {
      done();
      resolve(whole ?? (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
      // The request lives, and these with it, until it is answered.
      chunks.length = 0;
    });
    req.once('error', () => {});
    req.once('close', () => refuse(new Refusal('malformed', 'The connection closed inside the body.')));
  });
}
