import type { Request } from 'express';
import { isProxied } from '../http/come-from.ts';
import type { Database } from '../store/database.ts';
import { type ApiKeys, KEY_MARK } from './api-keys.ts';
import { type Engine, listEngines } from './engine-store.ts';
import type { LoginGuard } from './login-guard.ts';
import { Refusal } from './refusal.ts';

const isLoopback = (address: string): boolean => /^(?:::1|(?:::ffff:)?127\.)/.test(address);
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

export interface AuthOptions {
  database: Database;
  keys: ApiKeys;
  guard: LoginGuard;
}

/** Where the client is; behind a trusted proxy, where that says. */
const addressOf = (req: Request): string => req.ip ?? 'unknown';

/** Lets a right key in, however many wrong ones came from there: keys are looked up by hash and hold 192 random bits. */
export async function rightKey(guard: LoginGuard, req: Request, engine: Engine): Promise<void> {
  await guard.right(engine, addressOf(req));
}

/** Counts a wrong key. @returns the refusal: `wrong_key` as worded, or `too_many` while the address has to wait */
export async function wrongKey(guard: LoginGuard, req: Request, text: string): Promise<Refusal> {
  const waitMs = await guard.wrong({ account: null, engine: null, address: addressOf(req) });
  return waitMs > 0 ? tooMany(waitMs) : new Refusal('wrong_key', text);
}

function tooMany(waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1000);
  return new Refusal('too_many', `Too many wrong keys came from this address: try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  });
}

/**
 * The engine behind the key a client presents.
 *
 * From this machine, engines that may submit without AUTH need no key of the gate's. SDKs insist on some key, so any will
 * do; the name of an engine chooses among several. A web page cannot use that (no Origin, a loopback Host: cross-site
 * requests, DNS rebinding), nor can what a proxy passes on, nor a revoked key.
 *
 * @param key as presented; null = none
 * @param place where it belongs, for a client that has put it elsewhere
 * @returns `withoutKey`: it counts as an engine that needs none
 * @throws Refusal `no_key`, `wrong_key` or `too_many`
 */
export async function engineOfKey(
  { database, keys, guard }: AuthOptions,
  req: Request,
  { key, place }: { key: string | null; place: string },
): Promise<{ engine: Engine; withoutKey: boolean }> {
  const known = key === null ? null : await keys.byBearer(key);
  if (known) {
    await rightKey(guard, req, known);
    return { engine: known, withoutKey: false };
  }
  const open = await openEngines(database, req, key);
  const chosen = open.find(({ name }) => name === key) ?? open[0];
  if (chosen) return { engine: chosen, withoutKey: true };
  if (key === null) {
    throw new Refusal(
      'no_key',
      `Give an API key of presend as ${place}; \`presend engine key <engine>\` prints one.`,
    );
  }
  throw await wrongKey(
    guard,
    req,
    'The API key is not one of presend, or it was revoked; `presend engine key <engine>` prints a new one.',
  );
}

async function openEngines(database: Database, req: Request, key: string | null): Promise<Engine[]> {
  const own = key?.includes(KEY_MARK) ?? false;
  const local = isLoopback(req.socket.remoteAddress ?? '') && LOOPBACK_HOST.test(req.headers.host ?? '');
  const page = req.headers.origin !== undefined || req.headers['sec-fetch-site'] !== undefined;
  // A proxy on this machine brings strangers to the loopback address, some with a Host of this machine.
  if (own || page || isProxied(req) || !local) return [];
  return (await listEngines(database.db)).filter((engine) => engine.loopbackWithoutAuth);
}
