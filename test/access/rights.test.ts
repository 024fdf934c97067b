import { describe, expect, test } from 'vitest';
import { SCOPES_OF, addApiToken } from '../../src/access/api-token-store.ts';
import { type Endpoint, ROLES, SCOPES, type Role, type Scope } from '../../src/http/endpoint.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

/** The status of a call whose body and parameters mean nothing: only whether it is let through is looked at. */
async function knock(
  gate: TestGate,
  { method, path }: Endpoint,
  headers: Record<string, string>,
): Promise<number> {
  const url = `${gate.httpBase}/api${path.replaceAll(/:\w+/gu, 'none').replaceAll('*', '')}`;
  const abort = new AbortController();
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: { ...(method === 'get' ? {} : { 'Content-Type': 'application/json' }), ...headers },
    // Not JSON: what is let through is refused before anything is done.
    ...(method === 'get' ? {} : { body: '{' }),
    redirect: 'manual',
    signal: abort.signal,
  });
  const { status } = response;
  // An event stream would never end.
  abort.abort();
  return status;
}

async function token(gate: TestGate, userId: string, scopes: Scope[]): Promise<string> {
  const made = await gate.app.database.transact((trx) =>
    addApiToken(
      trx,
      { id: userId },
      { name: 'test', scopes, expiresAt: null },
      { actor: 'test', now: gate.now() },
    ),
  );
  return made.token;
}

const refused = (status: number): boolean => status === 401 || status === 403;

/** Endpoints whose rights are their own business: they are reached without an account. */
const guarded = (all: readonly Endpoint[]) =>
  all.filter(
    (one): one is Endpoint & { access: Exclude<Endpoint['access'], 'public'> } => one.access !== 'public',
  );

describe('Every endpoint of the browser API', () => {
  test('is closed without a session, and only signing in, links and the provider are public', async () => {
    const gate = await startGate();
    const open = gate.app.endpoints.filter((one) => one.access === 'public');
    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'get /oidc/callback',
      'get /oidc/start',
      'get /session',
      'post /links/check',
      'post /links/password',
      'post /links/setup',
      'post /session',
      'post /session/second-step',
    ]);
    for (const one of guarded(gate.app.endpoints)) {
      expect(await knock(gate, one, {}), `${one.method} ${one.path}`).toBe(401);
    }
  });

  test.each(ROLES)('lets the role %s do what it may, and nothing else', async (role: Role) => {
    const gate = await startGate();
    const { cookie, csrf } = await signIn(gate, { role });
    for (const one of guarded(gate.app.endpoints)) {
      // It would end the session the others are tried with; tried on its own in session.test.ts.
      if (one.path === '/session/end' || one.path === '/account/sessions/end-others') continue;
      const status = await knock(gate, one, { cookie, 'X-CSRF-Token': csrf });
      const name = `${one.method} ${one.path}: ${status}`;
      expect(refused(status), name).toBe(!one.access.roles.includes(role));
    }
  });

  test('refuses every change without the right CSRF token', async () => {
    const gate = await startGate();
    const { cookie } = await signIn(gate, { role: 'admin' });
    const other = await signIn(gate, { role: 'admin', email: 'other@gate.test' });
    for (const one of guarded(gate.app.endpoints).filter(({ method }) => method !== 'get')) {
      const name = `${one.method} ${one.path}`;
      expect(await knock(gate, one, { cookie }), name).toBe(403);
      expect(await knock(gate, one, { cookie, 'X-CSRF-Token': other.csrf }), name).toBe(403);
    }
  });

  test.each(SCOPES)('is open to a token with the scope %s where it asks for that', async (scope) => {
    const gate = await startGate();
    const { account } = await signIn(gate, { role: 'admin' });
    const bearer = await token(gate, account.id, [scope]);
    for (const one of guarded(gate.app.endpoints)) {
      const status = await knock(gate, one, { Authorization: `Bearer ${bearer}` });
      const name = `${one.method} ${one.path}: ${status}`;
      expect(refused(status), name).toBe(one.access.scope !== scope || !one.access.roles.includes('admin'));
    }
  });

  test.each(['reviewer', 'auditor'] as const)('gives a token no more than the role %s has', async (role) => {
    const gate = await startGate();
    const { account } = await signIn(gate, { role });
    // More than could be asked for: as if the role had been taken down since.
    const bearer = await token(gate, account.id, [...SCOPES]);
    for (const one of guarded(gate.app.endpoints)) {
      const status = await knock(gate, one, { Authorization: `Bearer ${bearer}` });
      const { scope, roles } = one.access;
      const may = scope !== null && roles.includes(role) && SCOPES_OF[role].includes(scope);
      expect(refused(status), `${one.method} ${one.path}: ${status}`).toBe(!may);
    }
  });
});
