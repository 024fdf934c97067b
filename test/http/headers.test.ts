import { expect, test } from 'vitest';
import { PAGE_POLICY } from '../../src/http/page.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { type Answer, ask } from './ask.ts';

/** Outside the browser API, one of each kind of answer: pages, errors, files, the fronts, signed links. */
const PATHS = [
  '/',
  '/app/',
  '/app/queue',
  '/app/mail-frame',
  '/app/mail-frame?images=remote',
  '/app/favicon.svg',
  '/app/assets/none.js',
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/act/none',
  '/unsubscribe/none',
  '/events/resend',
  '/resend/emails/none',
  '/emails/none',
  '/v1/messages/none',
  '/nothing/here',
  '/app/%E0%A4%A',
  '/api/nothing',
];

/** Answers that are the same for everybody and may be kept. */
const KEPT = ['/app/favicon.svg'];

async function everyAnswer(gate: TestGate): Promise<[name: string, answer: Answer][]> {
  const { cookie } = await signIn(gate, { role: 'admin' });
  const answers: [string, Answer][] = [];
  for (const path of PATHS) {
    answers.push([path, await ask(gate, path, { headers: { accept: 'text/html' } })]);
    answers.push([`${path} as JSON`, await ask(gate, path, { headers: { accept: 'application/json' } })]);
  }
  for (const { method, path } of gate.app.endpoints.filter((one) => one.method === 'get')) {
    const url = `/api${path.replaceAll(/:\w+/gu, 'none')}`;
    answers.push([`${method} ${path}`, await ask(gate, url, { headers: { cookie } })]);
    answers.push([`${method} ${path} of nobody`, await ask(gate, url)]);
  }
  return answers;
}

test('Every answer forbids sniffing, framing, embedding elsewhere, referrers, features, and being kept', async () => {
  const gate = await startGate({
    config: { unsubscribe: { enabled: true }, http: { public_url: 'http://gate.test' } },
  });
  for (const [name, { headers }] of await everyAnswer(gate)) {
    const frame = name.startsWith('/app/mail-frame');
    expect(headers, name).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': frame ? 'SAMEORIGIN' : 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'permissions-policy': expect.stringContaining('camera=()'),
      'x-dns-prefetch-control': 'off',
      'x-permitted-cross-domain-policies': 'none',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy, name).toMatch(/default-src 'none'/u);
    expect(policy, name).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/u);
    if (!policy.startsWith('sandbox')) {
      expect(policy, name).toContain(frame ? "frame-ancestors 'self'" : "frame-ancestors 'none'");
      expect(policy, name).toContain("base-uri 'none'");
    }
    if (!KEPT.some((path) => name.startsWith(path))) {
      expect(headers['cache-control'], name).toMatch(/\bno-store\b/u);
    }
  }
});

test('No answer tells another site’s page anything: no CORS header, whatever origin and method asks', async () => {
  const gate = await startGate();
  const { cookie } = await signIn(gate);
  const origin = { origin: 'https://evil.example', 'access-control-request-method': 'POST', cookie };
  for (const path of [
    '/api/queue',
    '/api/session',
    '/app/',
    '/emails',
    '/v1/messages',
    '/metrics',
    '/act/x',
  ]) {
    for (const method of ['GET', 'OPTIONS', 'POST', 'TRACE']) {
      const { headers } = await ask(gate, path, { method, headers: origin });
      const cors = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
      expect(cors, `${method} ${path}`).toEqual([]);
    }
  }
});

test('TRACE gives nothing of the request back', async () => {
  const gate = await startGate();
  for (const path of ['/', '/api/session', '/app/', '/emails', '/metrics']) {
    const { status, text } = await ask(gate, path, { method: 'TRACE', headers: { 'x-secret': 'told-back' } });
    expect(status, path).toBeGreaterThanOrEqual(400);
    expect(text, path).not.toContain('told-back');
  }
});

test('No answer names the software or its version', async () => {
  const gate = await startGate();
  for (const [name, { headers }] of await everyAnswer(gate)) {
    expect(Object.keys(headers), name).not.toContain('x-powered-by');
    expect(Object.keys(headers), name).not.toContain('server');
    expect(Object.keys(headers), name).not.toContain('etag');
  }
});

test('Browsers are told to come by TLS only where the gate’s own name is https, and under no other name', async () => {
  const plain = await startGate();
  expect((await ask(plain, '/app/')).headers['strict-transport-security']).toBeUndefined();
  const gate = await startGate({ config: { http: { public_url: 'https://gate.example.com' } } });
  const own = await ask(gate, '/app/', { headers: { host: 'gate.example.com' } });
  expect(own.headers['strict-transport-security']).toBe('max-age=31536000');
  const provider = await ask(gate, '/emails', { headers: { host: 'api.resend.com' } });
  expect(provider.headers['strict-transport-security']).toBeUndefined();
});

test('Answers that hold a token or somebody’s data are never compressed, so that their length tells nothing', async () => {
  const gate = await startGate();
  const { cookie } = await signIn(gate);
  const accept = { cookie, 'accept-encoding': 'gzip, br, deflate' };
  for (const path of ['/app/', '/api/session', '/api/queue', '/api/account', '/metrics', '/openapi.json']) {
    const { status, headers } = await ask(gate, path, { headers: accept });
    expect([status, headers['content-encoding']], path).toEqual([200, undefined]);
  }
});

test('The policy of small pages has no script and only the pages’ own style', () => {
  expect(PAGE_POLICY).not.toMatch(/script-src|unsafe/u);
});

test('A request that names another host finds that name in no answer and no link', async () => {
  const gate = await startGate({ config: { http: { public_url: 'https://gate.example.com' } } });
  const { cookie, csrf } = await signIn(gate, { role: 'admin' });
  const own = { cookie: `__Host-${cookie}`, 'x-csrf-token': csrf, 'content-type': 'application/json' };
  const hosts: ({ host: string } & Record<string, string>)[] = [
    { host: 'evil.example' },
    { host: 'gate.example.com', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
    { host: 'gate.example.com', forwarded: 'host=evil.example' },
    { host: 'gate.example.com', 'x-original-url': '/evil.example', 'x-rewrite-url': '/evil.example' },
  ];
  let made = 0;
  for (const host of hosts) {
    for (const path of ['/', '/app/', '/nothing', '/api/nothing', '/act/none', '/api/oidc/start']) {
      const { headers, text } = await ask(gate, path, { headers: { accept: 'text/html', ...host } });
      expect(JSON.stringify(headers) + text, `${JSON.stringify(host)} ${path}`).not.toContain('evil.example');
    }
    made += 1;
    const { status, text } = await ask(gate, '/api/users', {
      method: 'POST',
      headers: { ...own, ...host },
      body: JSON.stringify({ email: `bo-${made}@gate.test`, name: 'Bo', role: 'reviewer' }),
    });
    expect(status, text).toBe(200);
    expect(text).toContain('"https://gate.example.com/app/setup/');
    expect(text).not.toContain('evil.example');
  }
});

test('An engine that needs no key on this machine is not opened by a page: by rebinding, from another site, through a proxy', async () => {
  const gate = await startGate();
  const { port } = gate.app.addresses.http;
  const send = async (headers: Record<string, string>) => {
    const { status } = await ask(gate, '/emails', {
      method: 'POST',
      // The engine's name in the place of a key.
      headers: { 'content-type': 'application/json', authorization: 'Bearer engine', ...headers },
      body: JSON.stringify({
        from: 'ann@sender.example',
        to: 'jane@unknown.example',
        subject: JSON.stringify(headers),
        text: 'Hello',
      }),
    });
    return status;
  };
  expect(await send({ host: `evil.example:${port}` })).toBe(403);
  expect(await send({ host: `127.0.0.1.evil.example:${port}` })).toBe(403);
  expect(await send({ origin: 'https://evil.example' })).toBe(403);
  expect(await send({ origin: 'null' })).toBe(403);
  expect(await send({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await send({ 'x-forwarded-for': '127.0.0.1' })).toBe(403);
  expect(await gate.deliveries()).toEqual([]);
  expect(await send({ host: `localhost:${port}` })).toBe(200);
});
