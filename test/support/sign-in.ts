import { hash } from '@node-rs/argon2';
import type { BrowserContext } from 'playwright-core';
import { csrfToken } from '../../src/access/random-token.ts';
import { beginSession } from '../../src/access/session-store.ts';
import { addUser, userByEmail } from '../../src/access/user-store.ts';
import type { Account, Role } from '../../src/http/endpoint.ts';
import { PASSWORD, type TestGate } from './gate.ts';

export interface Answer<T = any> {
  status: number;
  body: T;
}

/** Somebody signed in, and their browser's calls of the API. */
export interface SignedIn {
  account: Account;
  /** `name=value` */
  cookie: string;
  csrf: string;
  get<T = any>(path: string): Promise<Answer<T>>;
  send<T = any>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer<T>>;
  upload<T = any>(path: string, text: string): Promise<Answer<T>>;
}

/** Hashed once, at the least cost: what a hash costs is tested elsewhere. */
const passwordHash = hash(PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 });

/**
 * Makes a user (password `PASSWORD`) and a session straight in the database.
 *
 * @param options.email default: `<role>@gate.test`; an existing user is signed in again
 */
export async function signIn(
  gate: Pick<TestGate, 'app' | 'httpBase' | 'now'>,
  options: { role?: Role; email?: string; name?: string } = {},
): Promise<SignedIn> {
  const role = options.role ?? 'admin';
  const email = options.email ?? `${role}@gate.test`;
  const name = options.name ?? `${role[0].toUpperCase()}${role.slice(1)} Person`;
  const secret = await passwordHash;
  const { database } = gate.app;
  const now = gate.now();
  const { user, token } = await database.transact(async (trx) => {
    const user =
      (await userByEmail(trx, email)) ??
      (await addUser(trx, { email, name, role, passwordHash: secret }, { actor: 'test', now }));
    const begun = await beginSession(trx, user, {
      method: 'password',
      lengths: { idleMs: 43_200_000, absoluteMs: 7 * 86_400_000 },
      origin: { address: '127.0.0.1', userAgent: 'test' },
      now,
    });
    return { user, token: begun.token };
  });
  const cookie = `presend_session=${token}`;
  const csrf = csrfToken(token);
  const call = async (method: string, path: string, type?: string, body?: string): Promise<Answer> => {
    const response = await fetch(`${gate.httpBase}/api${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        Cookie: cookie,
        'X-CSRF-Token': csrf,
        ...(type ? { 'Content-Type': type } : {}),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: json && text ? JSON.parse(text) : text };
  };
  return {
    account: {
      id: user.id,
      email: user.email,
      name: user.name,
      role: user.role,
      scopes: null,
      actor: user.email,
    },
    cookie,
    csrf,
    get: (path) => call('GET', path),
    send: (method, path, body = {}) => call(method, path, 'application/json', JSON.stringify(body)),
    upload: (path, text) => call('POST', path, 'text/plain', text),
  };
}

/** Gives a browser the user's session. */
export async function signInBrowser(
  context: BrowserContext,
  gate: Pick<TestGate, 'httpBase'>,
  user: Pick<SignedIn, 'cookie'>,
): Promise<void> {
  const [name, value] = user.cookie.split('=') as [string, string];
  await context.addCookies([{ name, value, url: gate.httpBase, httpOnly: true, sameSite: 'Lax' }]);
}
