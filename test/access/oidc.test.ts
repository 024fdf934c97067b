import { expect, test } from 'vitest';
import { PASSWORD, type TestGate, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { BrowserClient } from './browser-client.ts';
import { type ProviderState, startProvider } from './oidc-provider.ts';

interface Setting {
  gate: TestGate;
  state: ProviderState;
}

async function setting(oidc: Record<string, unknown> = {}): Promise<Setting> {
  const { issuer, state } = await startProvider();
  state.claims = { sub: 'p-1', email: 'ann@gate.test', email_verified: true, name: 'Ann' };
  const gate = await startGate({
    config: {
      access: {
        oidc: { issuer, client_id: 'presend', client_secret: 'provider-secret', label: 'Stand-in', ...oidc },
      },
    },
  });
  return { gate, state };
}

/** A whole round: to the provider and back. @returns where the browser ends */
async function round(browser: BrowserClient, to = ''): Promise<string> {
  const away = await browser.get(`/oidc/start${to && `?to=${encodeURIComponent(to)}`}`);
  expect(away.status).toBe(303);
  const at = await fetch(away.headers.get('location')!, { redirect: 'manual' });
  const back = await browser.get(at.headers.get('location')!);
  return back.headers.get('location')!;
}

test('A user signs in by the provider with a verified address, and is known by the provider’s id from then on', async () => {
  const { gate, state } = await setting();
  await signIn(gate, { email: 'ann@gate.test', role: 'reviewer' });
  const browser = new BrowserClient(gate);
  expect((await browser.get('/session')).body.oidc).toBe('Stand-in');
  expect(await round(browser, '/app/queue?q=a')).toBe('/app/queue?q=a');
  expect((await browser.get('/session')).body.account).toMatchObject({
    email: 'ann@gate.test',
    role: 'reviewer',
  });
  expect(state.exchanges[0].get('code_verifier')).toMatch(/^[\w-]{43,}$/u);

  // The address changed at the provider: still the same person.
  state.claims = { sub: 'p-1', email: 'ann.new@gate.test', email_verified: true };
  const later = new BrowserClient(gate);
  await round(later);
  expect((await later.get('/session')).body.account.email).toBe('ann@gate.test');

  // Somebody else at the provider with her old address: not her account.
  state.claims = { sub: 'p-2', email: 'ann@gate.test', email_verified: true };
  expect(await round(new BrowserClient(gate))).toBe('/app/sign-in?problem=conflict');
});

test.each([
  ['an unverified address', { email_verified: false }, 'unverified'],
  ['no word on whether it is verified', { email_verified: undefined }, 'unverified'],
  ['another domain', { email: 'ann@elsewhere.test' }, 'domain'],
  ['an address no user has', { email: 'new@gate.test' }, 'unknown'],
])('With %s the provider signs nobody in', async (_what, claims, problem) => {
  const { gate, state } = await setting({ email_domains: ['gate.test'] });
  await signIn(gate, { email: 'ann@gate.test' });
  Object.assign(state.claims, claims);
  const browser = new BrowserClient(gate);
  expect(await round(browser)).toBe(`/app/sign-in?problem=${problem}`);
  expect((await browser.get('/session')).body.account).toBeNull();
});

test.each([
  'signature',
  'nonce',
  'audience',
  'issuer',
] as const)('An id_token with a wrong %s signs nobody in', async (fault) => {
  const { gate, state } = await setting();
  await signIn(gate, { email: 'ann@gate.test' });
  state.fault = fault;
  const browser = new BrowserClient(gate);
  expect(await round(browser)).toBe('/app/sign-in?problem=failed');
  expect((await browser.get('/session')).body.account).toBeNull();
});

test('A callback counts once, in the browser that began it, with its state', async () => {
  const { gate, state } = await setting();
  await signIn(gate, { email: 'ann@gate.test' });
  const attacker = new BrowserClient(gate);
  const away = await attacker.get('/oidc/start');
  const at = await fetch(away.headers.get('location')!, { redirect: 'manual' });
  const callback = at.headers.get('location')!;

  // The attacker's callback in the victim's browser, without and with a round of the victim's own.
  const victim = new BrowserClient(gate);
  expect((await victim.get(callback)).headers.get('location')).toBe('/app/sign-in?problem=over');
  await victim.get('/oidc/start');
  expect((await victim.get(callback)).headers.get('location')).toBe('/app/sign-in?problem=failed');
  expect((await victim.get('/session')).body.account).toBeNull();

  expect((await attacker.get(callback)).headers.get('location')).toBe('/app/');
  expect((await new BrowserClient(gate).get(callback)).headers.get('location')).toBe(
    '/app/sign-in?problem=over',
  );
  state.fault = 'denied';
  expect(await round(new BrowserClient(gate))).toBe('/app/sign-in?problem=denied');
});

test.each([
  'https://evil.test/',
  '//evil.test',
  '/\\evil.test',
  '/app\\..\\x',
  '/other',
  'javascript:alert(1)',
])('After the provider nobody is led to %s', async (to) => {
  const { gate } = await setting();
  await signIn(gate, { email: 'ann@gate.test' });
  expect(await round(new BrowserClient(gate), to)).toBe('/app/');
});

test('New people get an account where that is configured, with the role their groups give', async () => {
  const { gate, state } = await setting({
    email_domains: ['gate.test'],
    create_users: true,
    role_claim: 'groups',
    roles: { admin: ['presend-admins'], reviewer: ['sales'] },
  });
  await signIn(gate, { email: 'boss@gate.test', role: 'admin' });
  Object.assign(state.claims, { groups: ['sales', 'all'] });
  const browser = new BrowserClient(gate);
  await round(browser);
  expect((await browser.get('/session')).body.account).toMatchObject({ name: 'Ann', role: 'reviewer' });
  expect((await browser.get('/account')).body).toMatchObject({ provider_only: true, has_password: false });

  Object.assign(state.claims, { groups: ['presend-admins'] });
  const later = new BrowserClient(gate);
  await round(later);
  expect((await later.get('/session')).body.account.role).toBe('admin');
  // Sessions of the old role are over.
  expect((await browser.get('/session')).body.account).toBeNull();

  Object.assign(state.claims, { sub: 'p-9', email: 'eve@gate.test', groups: ['lunch'] });
  expect(await round(new BrowserClient(gate))).toBe('/app/sign-in?problem=no_role');
});

test('Who signs in by the provider only has no use of a password', async () => {
  const { gate } = await setting();
  const admin = await signIn(gate, { role: 'admin' });
  const ann = await signIn(gate, { email: 'ann@gate.test', role: 'reviewer' });
  const changed = await admin.send('PATCH', `/users/${ann.account.id}`, { provider_only: true });
  expect(changed.body).toMatchObject({ provider_only: true, sessions: 0 });
  const browser = new BrowserClient(gate);
  const { status, body } = await browser.post('/session', { email: 'ann@gate.test', password: PASSWORD });
  expect([status, body.error.message]).toEqual([401, 'The e-mail address or the password is wrong.']);
  expect(await round(browser)).toBe('/app/');
  const invited = await admin.send('POST', '/users', { email: 'bo@gate.test', name: 'Bo', role: 'reviewer' });
  const token = invited.body.link.split('/').at(-1);
  await admin.send('PATCH', `/users/${invited.body.user.id}`, { provider_only: true });
  const link = await new BrowserClient(gate).post('/links/password', {
    token,
    password: `${PASSWORD} of Bo`,
  });
  expect(link.status, 'the invitation leads past the provider no more').toBe(404);
  const own = await admin.send('PATCH', `/users/${admin.account.id}`, { provider_only: true });
  expect(own.body.error.message).toMatch(/last active admin/u);
});

test('A provider that cannot be reached is told, and asked again the next time', async () => {
  const gate = await startGate({
    config: { access: { oidc: { issuer: 'http://127.0.0.1:1', client_id: 'presend' } } },
  });
  const browser = new BrowserClient(gate);
  const first = await browser.get('/oidc/start');
  expect(first.headers.get('location')).toBe('/app/sign-in?problem=unreachable');
});
