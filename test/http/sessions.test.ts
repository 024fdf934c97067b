import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { BrowserClient } from '../access/browser-client.ts';
import { PASSWORD, type TestGate, startGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';
import { ask } from './ask.ts';

const NEW = 'another long and unusual passphrase';

async function withToken(gate: TestGate, user: SignedIn): Promise<() => Promise<number>> {
  const { body } = await user.send('POST', '/account/tokens', { name: 'Nightly', scopes: ['read'], days: 1 });
  const headers = { authorization: `Bearer ${body.token}` };
  return async () => (await ask(gate, '/api/queue', { headers })).status;
}

async function signedIn(gate: TestGate, email: string, password = PASSWORD): Promise<BrowserClient> {
  const browser = new BrowserClient(gate);
  expect((await browser.post('/session', { email, password })).body.step).toBe('done');
  return browser;
}

describe('A new password', () => {
  test.each([
    [false, 200],
    [true, 401],
  ])('of one’s own ends every other session, and API tokens if asked to (%s)', async (revoke_tokens, status) => {
    const gate = await startGate();
    const ann = await signIn(gate, { role: 'reviewer', email: 'ann@gate.test' });
    const other = await signedIn(gate, 'ann@gate.test');
    const token = await withToken(gate, ann);
    const body = { current: PASSWORD, password: NEW, revoke_tokens };
    expect((await ann.send('POST', '/account/password', body)).status).toBe(200);
    expect((await other.get('/account')).status).toBe(401);
    // The old cookie of the very browser that changed it too.
    expect((await ann.get('/account')).status).toBe(401);
    expect(await token()).toBe(status);
  });

  test.each([
    [false, 200],
    [true, 401],
  ])('by a link after a reset ends API tokens if asked to (%s), and the link says how many', async (revoke_tokens, status) => {
    const gate = await startGate();
    const ann = await signIn(gate, { role: 'reviewer', email: 'ann@gate.test' });
    const token = await withToken(gate, ann);
    const admin = await signIn(gate, { role: 'admin' });
    const made = await admin.send('POST', `/users/${ann.account.id}/reset-password`);
    expect(await token()).toBe(200);
    const secret = new URL(made.body.link).pathname.split('/').at(-1);
    const browser = new BrowserClient(gate);
    expect((await browser.post('/links/check', { token: secret })).body.tokens).toBe(1);
    const done = await browser.post('/links/password', { token: secret, password: NEW, revoke_tokens });
    expect(done.status).toBe(200);
    expect(await token()).toBe(status);
  });

  test('that an admin asks for can end API tokens at once', async () => {
    const gate = await startGate();
    const ann = await signIn(gate, { role: 'reviewer', email: 'ann@gate.test' });
    const token = await withToken(gate, ann);
    const admin = await signIn(gate, { role: 'admin' });
    await admin.send('POST', `/users/${ann.account.id}/reset-password`, { revoke_tokens: true });
    expect(await token()).toBe(401);
    const actions = await gate.app.database.db
      .selectFrom('audit')
      .select('action')
      .where('subject_id', '=', ann.account.id)
      .execute();
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['token_revoked', 'password_reset', 'sessions_ended']),
    );
  });
});

test('Ending all other sessions keeps this one under a new cookie, and ends API tokens if asked to', async () => {
  const gate = await startGate();
  const ann = await signIn(gate, { role: 'reviewer', email: 'ann@gate.test' });
  const token = await withToken(gate, ann);
  const [here, there] = [await signedIn(gate, 'ann@gate.test'), await signedIn(gate, 'ann@gate.test')];
  const before = here.cookies.get('presend_session');
  const ended = await here.post('/account/sessions/end-others');
  expect(ended.body).toMatchObject({ ended: 2, revoked: 0 });
  expect(here.cookies.get('presend_session')).not.toBe(before);
  expect((await here.get('/account')).status).toBe(200);
  expect((await there.get('/account')).status).toBe(401);
  expect(await token()).toBe(200);
  expect((await here.post('/account/sessions/end-others', { revoke_tokens: true })).body.revoked).toBe(1);
  expect(await token()).toBe(401);
});

test('A session ends after its idle time, and in any case after its longest, however much it is used', async () => {
  const gate = await startGate({ config: { access: { session_idle_hours: 1, session_days: 1 } } });
  const idle = await signIn(gate, { role: 'reviewer', email: 'idle@gate.test' });
  const busy = await signIn(gate, { role: 'reviewer', email: 'busy@gate.test' });
  // The helper's sessions are a week long; the gate's own are as configured.
  const own = await signedIn(gate, 'busy@gate.test');
  gate.advance(50 * 60_000);
  expect((await own.get('/account')).status).toBe(200);
  gate.advance(50 * 60_000);
  expect((await own.get('/account')).status).toBe(200);
  expect((await idle.get('/account')).status).toBe(401);
  expect((await busy.get('/account')).status).toBe(401);
  for (let hours = 0; hours < 24; hours += 0.75) {
    gate.advance(45 * 60_000);
    await own.get('/account');
  }
  expect((await own.get('/account')).status).toBe(401);
});

test('Signing in anew gives another session each time: none that came before is taken over', async () => {
  const gate = await startGate();
  await signIn(gate, { role: 'reviewer', email: 'ann@gate.test' });
  const first = await signedIn(gate, 'ann@gate.test');
  const cookie = first.cookies.get('presend_session');
  await first.post('/session', { email: 'ann@gate.test', password: PASSWORD });
  expect(first.cookies.get('presend_session')).not.toBe(cookie);
  expect(cookie).toMatch(/^[\w-]{43}$/u);
  const old = await ask(gate, '/api/account', { headers: { cookie: `presend_session=${cookie}` } });
  expect(old.status).toBe(401);
});

test('Signing out ends the session at the gate, not only in the browser', async () => {
  const gate = await startGate();
  await signIn(gate, { role: 'reviewer', email: 'ann@gate.test' });
  const browser = await signedIn(gate, 'ann@gate.test');
  const cookie = browser.cookies.get('presend_session')!;
  await browser.post('/session/end');
  expect(browser.cookies.has('presend_session')).toBe(false);
  const kept = await ask(gate, '/api/account', { headers: { cookie: `presend_session=${cookie}` } });
  expect(kept.status).toBe(401);
});

const needsRecent = (one: Endpoint): boolean => one.access !== 'public' && one.access.recent === true;

test('What gives a way in or hands out a secret needs a recent sign-in, and says so before anything is done', async () => {
  const gate = await startGate();
  const old = await signIn(gate, { role: 'admin', email: 'ann@gate.test' });
  expect(
    gate.app.endpoints
      .filter(needsRecent)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  ).toEqual([
    'patch /users/:id',
    'post /account/tokens',
    'post /settings/engines',
    'post /settings/engines/:id/keys',
    'post /settings/engines/:id/password',
    'post /settings/engines/:id/webhook-secret',
    'post /users',
    'post /users/:id/enable',
    'post /users/:id/invite',
    'post /users/:id/reset-password',
    'post /users/:id/reset-totp',
  ]);
  gate.advance(61 * 60_000);
  const fresh = await signedIn(gate, 'ann@gate.test');
  for (const one of gate.app.endpoints.filter(needsRecent)) {
    const path = one.path.replaceAll(/:\w+/gu, 'none');
    const asked = await old.send(one.method.toUpperCase() as 'POST', path, { nothing: 1 });
    expect([asked.status, asked.body.error.code], path).toEqual([401, 'sign_in_again']);
    const { status } = await fresh.send(one.method.toUpperCase(), path, { nothing: 1 });
    expect([400, 404, 409], path).toContain(status);
  }
  // Reading and everyday work go on.
  expect((await old.get('/users')).status).toBe(200);
  expect((await old.send('PATCH', '/account', { name: 'Ann' })).status).toBe(200);
});
