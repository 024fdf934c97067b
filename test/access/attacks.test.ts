import { request } from 'node:http';
import { expect, test } from 'vitest';
import { PASSWORD, type TestGate, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { BrowserClient } from './browser-client.ts';

const right = { email: 'admin@gate.test', password: PASSWORD };

/** Like fetch, with headers that fetch does not let one set. */
function raw(
  gate: TestGate,
  path: string,
  options: { method: string; headers: Record<string, string>; body?: string },
): Promise<{ status: number; headers: Record<string, string | string[] | undefined> }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gate.httpBase}${path}`, options, (res) => {
      res.resume();
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers }));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

test('A cookie planted before signing in is not the session’s afterwards', async () => {
  const gate = await startGate();
  await signIn(gate);
  const browser = new BrowserClient(gate);
  browser.cookies.set('presend_session', 'planted');
  await browser.post('/session', right);
  expect(browser.cookies.get('presend_session')).not.toBe('planted');
  const attacker = new BrowserClient(gate);
  attacker.cookies.set('presend_session', 'planted');
  expect((await attacker.get('/session')).body.account).toBeNull();
});

test.each([
  ['a form of another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ['a neighbour on this machine', { 'Sec-Fetch-Site': 'same-site' }],
  ['a browser that only says where it comes from', { Origin: 'http://evil.test' }],
  ['a sandboxed frame', { Origin: 'null' }],
] as [string, Record<string, string>][])('A change is refused from %s', async (_what, headers) => {
  const gate = await startGate();
  const { cookie, csrf } = await signIn(gate);
  const answer = await raw(gate, '/api/account', {
    method: 'PATCH',
    headers: { cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json', ...headers },
    body: '{"name":"Eve"}',
  });
  expect(answer.status).toBe(403);
});

test('The app’s own pages may change things, whichever of the headers their browser sends', async () => {
  const gate = await startGate();
  const { cookie, csrf } = await signIn(gate);
  const own: Record<string, string>[] = [{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: gate.httpBase }];
  for (const headers of own) {
    const answer = await raw(gate, '/api/account', {
      method: 'PATCH',
      headers: { cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json', ...headers },
      body: '{"shortcuts":false}',
    });
    expect(answer.status).toBe(200);
  }
});

test('A form post that pretends to be text signs nobody in and out', async () => {
  const gate = await startGate();
  const { cookie } = await signIn(gate);
  // What a form with enctype text/plain can send without the page's help.
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const answer = await raw(gate, '/api/session', {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: JSON.stringify(right),
    });
    expect(answer.status).toBe(400);
    expect(answer.headers['set-cookie']).toBeUndefined();
    const out = await raw(gate, '/api/session/end', {
      method: 'POST',
      headers: { cookie, 'Content-Type': type },
      body: '{}',
    });
    expect(out.status).toBe(403);
  }
});

test('Behind TLS the cookie is Secure with the __Host- prefix, and one without it counts for nothing', async () => {
  const gate = await startGate({ config: { http: { public_url: 'https://gate.example.com' } } });
  const user = await signIn(gate);
  const browser = new BrowserClient(gate);
  const answer = await browser.post('/session', right);
  const sets = answer.headers.getSetCookie();
  expect(sets).toHaveLength(2);
  for (const set of sets) {
    expect(set).toMatch(/^__Host-presend_(?:session|device)=/u);
    expect(set).toMatch(/; Path=\/;/u);
    expect(set).toContain('; Secure');
    expect(set).toContain('; HttpOnly');
    expect(set).not.toContain('Domain');
  }
  // A neighbouring subdomain could toss this one.
  expect((await user.get('/session')).body.account).toBeNull();
});

test('Forwarded headers count from proxies that are trusted, and from nobody else', async () => {
  const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9' };
  const plain = await startGate();
  await signIn(plain);
  const browser = new BrowserClient(plain);
  await browser.post('/session', right, forwarded);
  expect([...browser.cookies.keys()]).toContain('presend_session');
  expect((await browser.get('/account/sessions')).body.sessions[0].address).toBe('127.0.0.1');

  const behind = await startGate({ config: { access: { trusted_proxies: ['127.0.0.1'] } } });
  await signIn(behind);
  const far = new BrowserClient(behind);
  await far.post('/session', right, forwarded);
  expect([...far.cookies.keys()]).toContain('__Host-presend_session');
  const { body } = await far.get('/account/sessions', forwarded);
  expect(body.sessions.map((one: { address: string }) => one.address)).toContain('203.0.113.9');
});

test('An address that guesses at many accounts is made to wait', async () => {
  const gate = await startGate();
  const statuses: number[] = [];
  for (let i = 0; i < 32; i += 1) {
    const { status } = await new BrowserClient(gate).post('/session', {
      email: `person-${i}@gate.test`,
      password: 'one guess for everybody',
    });
    statuses.push(status);
  }
  expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true);
  expect(statuses.slice(30)).toEqual([429, 429]);
});

test('Guessing tokens is slowed down, and using a right one is not', async () => {
  const gate = await startGate();
  const admin = await signIn(gate);
  const { body } = await admin.send('POST', '/account/tokens', {
    name: 'T',
    scopes: ['read', 'admin'],
    days: null,
  });
  const client = new BrowserClient(gate);
  for (let i = 0; i < 40; i += 1) {
    expect((await client.get('/users', { Authorization: `Bearer ${body.token}` })).status).toBe(200);
  }
  const statuses = new Set<number>();
  let last: Awaited<ReturnType<typeof client.get>> | undefined;
  for (let i = 0; i < 32; i += 1) {
    last = await client.get('/users', { Authorization: `Bearer psn_${i}` });
    statuses.add(last.status);
  }
  expect(statuses).toEqual(new Set([401, 429]));
  expect(last!.headers.get('retry-after')).toBe('60');
});

test('Pages are in no frame, send no address on, and links are not in the log', async () => {
  const lines: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.env['TEST_LOG'] = 'trace';
  process.stdout.write = (chunk: string | Uint8Array, ...rest: never[]) => {
    lines.push(String(chunk));
    return write('', ...rest);
  };
  try {
    const gate = await startGate();
    const response = await fetch(`${gate.httpBase}/app/setup/secret-token-in-the-path`);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toContain('no-store');
    await new BrowserClient(gate).post('/links/check', { token: 'secret-token-in-the-body' });
    await new BrowserClient(gate).post('/links/setup', { token: 'secret-token-in-the-body', password: 3 });
    expect(lines.join('')).not.toContain('secret-token');
  } finally {
    process.stdout.write = write;
    delete process.env['TEST_LOG'];
  }
});
