import { expect, test } from 'vitest';
import { newSetupLink } from '../../src/access/links.ts';
import { PASSWORD, type TestGate, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { BrowserClient } from './browser-client.ts';

const GOOD = 'tractor violin pepper cloud';

const tokenOf = (link: string): string => link.slice(link.lastIndexOf('/') + 1);

async function auditOf(gate: TestGate): Promise<{ actor: string; action: string; detail: any }[]> {
  const rows = await gate.app.database.db
    .selectFrom('audit')
    .selectAll()
    .where('subject_type', '=', 'user')
    .orderBy('id')
    .execute();
  return rows.map(({ actor, action, detail }) => ({ actor, action, detail: JSON.parse(detail) }));
}

async function setupLink(gate: TestGate): Promise<string> {
  const { link } = await newSetupLink(gate.app.database, {
    base: gate.httpBase,
    actor: 'test',
    now: gate.now(),
  });
  return link;
}

test('The setup link makes the first admin, once, and a newer link makes the older void', async () => {
  const gate = await startGate();
  const old = tokenOf(await setupLink(gate));
  const token = tokenOf(await setupLink(gate));
  const browser = new BrowserClient(gate);
  expect((await browser.post('/links/check', { token: old })).status).toBe(404);
  expect((await browser.post('/links/check', { token })).body).toEqual({ kind: 'setup' });

  const person = { email: 'Ann@gate.test', name: 'Ann Smith' };
  const weak = await browser.post('/links/setup', { token, ...person, password: 'password1234' });
  expect([weak.status, Object.keys(weak.body.error.fields)]).toEqual([400, ['password']]);
  const wrong = await browser.post('/links/setup', { token, email: 'ann', name: ' ', password: GOOD });
  expect(wrong.body.error.fields).toEqual({
    email: 'must be an e-mail address like ann@example.com',
    name: 'must not be empty',
  });
  const answers = await Promise.all([
    browser.post('/links/setup', { token, ...person, password: GOOD }),
    new BrowserClient(gate).post('/links/setup', { token, ...person, email: 'b@gate.test', password: GOOD }),
  ]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
  expect((await new BrowserClient(gate).get('/session')).body.setup_needed).toBe(false);
  await expect(setupLink(gate)).rejects.toThrow('there is an admin already');
});

test('A body cannot say more than the form asks for', async () => {
  const gate = await startGate();
  const token = tokenOf(await setupLink(gate));
  const browser = new BrowserClient(gate);
  const answer = await browser.post('/links/setup', {
    token,
    email: 'ann@gate.test',
    name: 'Ann',
    password: GOOD,
    role: 'admin',
    password_hash: 'x',
  });
  expect(answer.status).toBe(400);
  const reviewer = await signIn(gate, { role: 'reviewer' });
  expect((await reviewer.send('PATCH', '/account', { name: 'R', role: 'admin' })).status).toBe(400);
  expect((await reviewer.get('/account')).body.role).toBe('reviewer');
});

test('An invitation lets a person choose a password; a reset ends what was and asks for another', async () => {
  const gate = await startGate();
  const admin = await signIn(gate, { role: 'admin' });
  const made = await admin.send('POST', '/users', { email: 'bo@gate.test', name: 'Bo', role: 'reviewer' });
  expect(made.body.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/app\/setup\/[\w-]{43}$/u);
  expect(made.body.user).toMatchObject({ state: 'invited', role: 'reviewer' });
  const again = await admin.send('POST', '/users', { email: 'BO@gate.test', name: 'Bo', role: 'admin' });
  expect(again.body.error.fields).toEqual({ email: 'has an account already' });

  const bo = new BrowserClient(gate);
  const token = tokenOf(made.body.link);
  expect((await bo.post('/links/check', { token })).body).toMatchObject({
    kind: 'invite',
    email: 'bo@gate.test',
  });
  const taken = await bo.post('/links/password', { token, name: 'Bo Berg', password: GOOD });
  expect(taken.body.session.account).toMatchObject({ name: 'Bo Berg', role: 'reviewer' });
  expect((await bo.post('/links/password', { token, password: GOOD })).status).toBe(404);

  const { id } = made.body.user;
  const reset = await admin.send('POST', `/users/${id}/reset-password`);
  expect((await bo.get('/account')).status).toBe(401);
  const right = { email: 'bo@gate.test', password: GOOD };
  expect((await new BrowserClient(gate).post('/session', right)).status).toBe(401);
  gate.advance(25 * 3_600_000);
  const late = await bo.post('/links/password', { token: tokenOf(reset.body.link), password: GOOD });
  expect(late.status).toBe(404);
  const fresh = await signIn(gate, { role: 'admin' });
  const second = await fresh.send('POST', `/users/${id}/reset-password`);
  const other = 'another sentence of words';
  expect(
    (await bo.post('/links/password', { token: tokenOf(second.body.link), password: other })).status,
  ).toBe(200);
  expect((await new BrowserClient(gate).post('/session', { ...right, password: other })).status).toBe(200);

  const audit = await auditOf(gate);
  expect(audit.map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      'invite_link_made',
      'invitation_taken',
      'password_reset',
      'password_chosen',
      'sessions_ended',
    ]),
  );
  expect(JSON.stringify(audit)).not.toMatch(/argon2|password_hash|token_hash/u);
});

test('Who changed which role from what to what stands in the audit log, and the sessions of the old role end', async () => {
  const gate = await startGate();
  const admin = await signIn(gate, { role: 'admin' });
  const reviewer = await signIn(gate, { role: 'reviewer' });
  const changed = await admin.send('PATCH', `/users/${reviewer.account.id}`, { role: 'auditor' });
  expect(changed.body).toMatchObject({ role: 'auditor', sessions: 0 });
  expect((await reviewer.get('/account')).status).toBe(401);
  expect(await auditOf(gate)).toContainEqual({
    actor: 'admin@gate.test',
    action: 'role_changed',
    detail: { before: { role: 'reviewer' }, after: { role: 'auditor' }, email: 'reviewer@gate.test' },
  });
});

test('The last active admin can be neither demoted nor disabled nor removed', async () => {
  const gate = await startGate();
  const admin = await signIn(gate, { role: 'admin' });
  const invited = await admin.send('POST', '/users', { email: 'bo@gate.test', name: 'Bo', role: 'admin' });
  // Somebody who never signed in is nobody to rely on.
  const demoted = await admin.send('PATCH', `/users/${admin.account.id}`, { role: 'reviewer' });
  expect([demoted.status, demoted.body.error.message]).toEqual([
    409,
    'The last active admin, admin@gate.test, cannot be demoted; make somebody else an admin first.',
  ]);
  const second = await signIn(gate, { role: 'admin', email: 'second@gate.test' });
  expect((await second.send('POST', `/users/${admin.account.id}/disable`)).body.state).toBe('disabled');
  expect((await admin.get('/account')).status).toBe(401);
  expect((await second.send('POST', `/users/${second.account.id}/disable`)).status).toBe(409);
  expect((await second.send('PATCH', `/users/${second.account.id}`, { role: 'auditor' })).status).toBe(409);
  expect((await second.send('DELETE', `/users/${second.account.id}`)).status).toBe(409);
  expect((await second.send('DELETE', `/users/${invited.body.user.id}`)).status).toBe(204);
  expect((await second.send('POST', `/users/${admin.account.id}/enable`)).body.state).toBe('active');
});

test('Two admins who demote each other at once leave one', async () => {
  const gate = await startGate();
  const one = await signIn(gate, { role: 'admin', email: 'one@gate.test' });
  const two = await signIn(gate, { role: 'admin', email: 'two@gate.test' });
  await Promise.all([
    one.send('PATCH', `/users/${two.account.id}`, { role: 'reviewer' }),
    two.send('PATCH', `/users/${one.account.id}`, { role: 'reviewer' }),
  ]);
  const rows = await gate.app.database.db.selectFrom('users').select('role').execute();
  expect(rows.filter(({ role }) => role === 'admin').length).toBeGreaterThanOrEqual(1);
});

test('A new password ends all sessions but the one it was changed in, which gets another cookie', async () => {
  const gate = await startGate();
  const elsewhere = await signIn(gate, { email: 'ann@gate.test' });
  const browser = new BrowserClient(gate);
  await browser.post('/session', { email: 'ann@gate.test', password: PASSWORD });
  const before = browser.cookies.get('presend_session');
  const wrong = await browser.post('/account/password', { current: 'not it', password: GOOD });
  expect(wrong.body.error.fields).toEqual({ current: 'is wrong' });
  expect((await browser.post('/account/password', { current: PASSWORD, password: GOOD })).status).toBe(200);
  expect(browser.cookies.get('presend_session')).not.toBe(before);
  expect((await browser.get('/account')).status).toBe(200);
  expect((await elsewhere.get('/account')).status).toBe(401);
});

test('A person sees the own sessions and ends them, and nobody else’s', async () => {
  const gate = await startGate();
  const ann = await signIn(gate, { email: 'ann@gate.test', role: 'reviewer' });
  const annElsewhere = await signIn(gate, { email: 'ann@gate.test', role: 'reviewer' });
  const bo = await signIn(gate, { email: 'bo@gate.test', role: 'reviewer' });
  const { body } = await ann.get('/account/sessions');
  expect(body.sessions).toHaveLength(2);
  expect(JSON.stringify(body)).not.toMatch(/hash/u);
  const other = body.sessions.find((one: { current: boolean }) => !one.current);
  expect((await bo.send('DELETE', `/account/sessions/${other.id}`)).status).toBe(404);
  expect((await ann.send('DELETE', `/account/sessions/${other.id}`)).status).toBe(204);
  expect((await annElsewhere.get('/account')).status).toBe(401);
  expect((await ann.get('/account')).status).toBe(200);
});

test('A token works until it is revoked or over, is shown once, and is named in the audit log', async () => {
  const gate = await startGate();
  const admin = await signIn(gate, { role: 'admin' });
  const beyond = await signIn(gate, { role: 'reviewer' });
  const more = { name: 'Script', scopes: ['read', 'admin'], days: 30 };
  expect((await beyond.send('POST', '/account/tokens', more)).body.error.fields.scopes).toMatch(
    /more than the role/u,
  );

  const made = await admin.send('POST', '/account/tokens', more);
  expect(made.body.token).toMatch(/^psn_[\w-]{43}$/u);
  const { body: list } = await admin.get('/account/tokens');
  expect(list.tokens[0]).toMatchObject({ name: 'Script', hint: made.body.token.slice(-4), state: 'active' });
  expect(JSON.stringify(list)).not.toContain(made.body.token.slice(4, 20));

  const script = new BrowserClient(gate);
  const bearer = { Authorization: `Bearer ${made.body.token}` };
  expect((await script.get('/users', bearer)).status).toBe(200);
  const invited = await script.post('/users', { email: 'x@gate.test', name: 'X', role: 'reviewer' }, bearer);
  expect(invited.status).toBe(200);
  // It makes no admin, and gives nobody's sign-in away: either would be worth every scope.
  const { id } = invited.body.user;
  const refused = [
    await script.post('/users', { email: 'y@gate.test', name: 'Y', role: 'admin' }, bearer),
    await script.post(`/users/${beyond.account.id}/reset-password`, {}, bearer),
    await script.post(`/users/${beyond.account.id}/reset-totp`, {}, bearer),
    await script.post(`/users/${beyond.account.id}/end-sessions`, {}, bearer),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  await admin.send('PATCH', `/users/${id}`, { role: 'admin' });
  expect((await script.post(`/users/${id}/invite`, {}, bearer)).status).toBe(403);
  expect(await auditOf(gate)).toContainEqual(
    expect.objectContaining({ actor: 'admin@gate.test (Script)', action: 'added' }),
  );
  // A cookie beside a wrong token does not help.
  expect(
    (await script.get('/users', { Authorization: 'Bearer psn_wrong', Cookie: admin.cookie })).status,
  ).toBe(401);
  gate.advance(31 * 86_400_000);
  expect((await script.get('/users', bearer)).status).toBe(401);
  const fresh = await signIn(gate, { role: 'admin' });
  const forever = await fresh.send('POST', '/account/tokens', { ...more, days: null });
  const other = { Authorization: `Bearer ${forever.body.token}` };
  expect((await script.get('/users', other)).status).toBe(200);
  expect((await fresh.send('DELETE', `/account/tokens/${forever.body.view.id}`)).status).toBe(204);
  expect((await script.get('/users', other)).status).toBe(401);
});
