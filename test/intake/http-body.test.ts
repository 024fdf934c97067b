import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { bodyDone, readBody } from '../../src/intake/http-body.ts';

const LIMITS = { maxBytes: 200 * 1024 * 1024, seconds: 5 };
const request = (size: number) =>
  Object.assign(Readable.from([Buffer.alloc(size)]), { headers: {} }) as unknown as IncomingMessage;

test('bodies count against what the gate takes in hand until they are done with', async () => {
  const size = 100 * 1024 * 1024;
  const first = await readBody(request(size), LIMITS);
  const second = await readBody(request(size), LIMITS);
  await expect(readBody(request(size), LIMITS)).rejects.toMatchObject({ kind: 'trouble' });
  bodyDone(first);
  const third = await readBody(request(size), LIMITS);
  bodyDone(second);
  bodyDone(third);
});
