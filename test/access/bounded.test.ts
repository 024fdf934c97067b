import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { Bounded, BusyError } from '../../src/access/bounded.ts';
import type { AccessContext } from '../../src/access/context.ts';
import { checkPassword } from '../../src/access/sign-in.ts';
import { configSchema } from '../../src/config/config.ts';
import type { ApiError } from '../../src/http/api-error.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { openDatabase } from '../crm/open.ts';

/** Calls that end when told, and in what order they began. */
function calls(bounded: Bounded) {
  const began: string[] = [];
  const open: (() => void)[] = [];
  const call = (name: string, lane: string): Promise<void> =>
    bounded.run(async () => {
      began.push(name);
      await new Promise<void>((resolve) => open.push(resolve));
    }, lane);
  const endOne = async (): Promise<void> => {
    open.shift()?.();
    // What waits begins in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { began, call, endOne };
}

test('a flood in one lane holds up no other: lanes take turns, and each has room of its own', async () => {
  const { began, call, endOne } = calls(new Bounded({ atOnce: 1, waiting: 3 }));
  const all = ['a1', 'a2', 'a3', 'a4'].map((name) => call(name, 'people'));
  await expect(call('a5', 'people')).rejects.toThrow(BusyError);
  all.push(call('b1', 'engines'), call('b2', 'engines'));
  for (let i = 0; i < 6; i += 1) await endOne();
  await Promise.all(all);
  expect(began).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
});

test('a sign-in that found no place is told to come again and counts as no guess', async () => {
  const hashing = new Bounded({ atOnce: 1, waiting: 0 });
  const context: AccessContext = {
    database: await openDatabase(),
    now: Date.now,
    config: configSchema.parse({}),
    key: Buffer.alloc(32),
    log: createLogger('silent'),
    oidc: null,
    hashing,
  };
  const app = express();
  app.get('/', async (req, res) => {
    const signIn = { email: 'ann@gate.test', password: 'guess' };
    await checkPassword(context, signIn, req).catch((error: ApiError) => res.send(error.code));
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const told = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();

  let free = (): void => {};
  const busy = hashing.run(() => new Promise<void>((resolve) => (free = resolve)), 'engines');
  for (let i = 0; i < 10; i += 1) expect(await told()).toBe('too_many');
  free();
  await busy;
  expect(await told()).toBe('unauthenticated');
  const counts = await context.database.db.selectFrom('sign_in_attempts').select('failures').execute();
  expect(counts).toEqual([{ failures: 1 }, { failures: 1 }]);
});

test('work that throws gives its place on', async () => {
  const bounded = new Bounded({ atOnce: 1, waiting: 1 });
  const failing = bounded.run(() => Promise.reject(new Error('no')), 'people');
  const next = bounded.run(async () => 'done', 'people');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});
