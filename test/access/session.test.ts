import { expect, test } from 'vitest';
import { PASSWORD, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

test('Nobody is signed in at first, and the app is told that setup is needed', async () => {
  const gate = await startGate();
  const response = await fetch(`${gate.httpBase}/api/session`);
  expect(await response.json()).toEqual({ setup_needed: true, account: null, csrf: null, oidc: null });
});

test('A password opens a session by an HttpOnly cookie, and signing out ends it', async () => {
  const gate = await startGate();
  await signIn(gate, { role: 'reviewer', email: 'Ann@gate.test' });
  const answer = await fetch(`${gate.httpBase}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: ' ann@GATE.test', password: PASSWORD }),
  });
  expect(answer.status).toBe(200);
  const { step, session } = (await answer.json()) as { step: string; session: { csrf: string } };
  expect(step).toBe('done');
  const set = answer.headers.getSetCookie().find((one) => one.startsWith('presend_session='))!;
  expect(set).toMatch(/^presend_session=[\w-]{43}; /u);
  expect(set).toContain('HttpOnly');
  expect(set).toContain('SameSite=Lax');
  expect(set).toContain('Path=/');
  const cookie = set.split(';')[0];

  const seen = await fetch(`${gate.httpBase}/api/session`, { headers: { cookie } });
  expect(await seen.json()).toMatchObject({
    account: { email: 'Ann@gate.test', role: 'reviewer', shortcuts: true },
  });
  const end = await fetch(`${gate.httpBase}/api/session/end`, {
    method: 'POST',
    headers: { cookie, 'X-CSRF-Token': session.csrf },
  });
  expect(end.status).toBe(204);
  const after = await fetch(`${gate.httpBase}/api/session`, { headers: { cookie } });
  expect(await after.json()).toMatchObject({ account: null, csrf: null });
});

test('A signed-in person changes nothing without the CSRF token', async () => {
  const gate = await startGate();
  const { cookie } = await signIn(gate);
  const answer = await fetch(`${gate.httpBase}/api/session/end`, { method: 'POST', headers: { cookie } });
  expect(answer.status).toBe(403);
});
