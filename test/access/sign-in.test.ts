import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { failed } from '../../src/access/backoff.ts';
import { passwordTrouble } from '../../src/access/password-rules.ts';
import { PASSWORD, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { BrowserClient } from './browser-client.ts';

const person = { name: 'Mara Lindt', email: 'mara.lindt@gate.test' };

test.each([
  ['too short', 'k4!xQ9$z', /at least 12/u],
  ['on the list of common ones', 'password1234', /common/u],
  ['one key again and again', 'aaaaaaaaaaaaaaaa', /common/u],
  ['a run of the keyboard', 'qwertyuiop12', /common/u],
  ['the own name twice', 'MaraLindtmaralindt', /your name/u],
  ['the own address', 'mara.lindt@gate.test', /your name/u],
  ['too long', 'x'.repeat(257), /at most 256/u],
])('A password is refused that is %s', async (_what, password, why) => {
  expect(await passwordTrouble(password, person)).toMatch(why);
});

test.each([
  'tractor violin pepper cloud',
  '9f!Kq2#vLz0@',
  'ganz-lange-wörter-über-Äpfel',
])('A good password is taken: %s', async (password) => {
  expect(await passwordTrouble(password, person)).toBeNull();
});

test('The wait doubles with each failure beyond the free ones, up to the longest, and is forgotten in a day', () => {
  const limits = { free: 3, firstMs: 1_000, longestMs: 5_000 };
  let state: ReturnType<typeof failed> | undefined;
  const waits: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    state = failed(state, limits, 1_000_000);
    waits.push(state.locked_until - 1_000_000);
  }
  expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 5_000, 5_000]);
  expect(failed(state, limits, 1_000_000 + 86_400_001).failures).toBe(1);
});

test('Guesses lock an account alike whether it exists or not, and a restart does not forget it', async () => {
  const first = await startGate();
  await signIn(first, { email: 'ann@gate.test' });
  const stranger = new BrowserClient(first);
  const texts = { known: [] as string[], unknown: [] as string[] };
  for (let i = 0; i < 6; i += 1) {
    for (const [kind, email] of [
      ['known', 'ann@gate.test'],
      ['unknown', 'nobody@gate.test'],
    ] as const) {
      const { status, body } = await stranger.post('/session', { email, password: `guess number ${i}` });
      texts[kind].push(`${status} ${body.error.message}`);
    }
  }
  expect(texts.known).toEqual(texts.unknown);
  expect(texts.known[0]).toBe('401 The e-mail address or the password is wrong.');
  expect(texts.known[5]).toMatch(/^429 Too many attempts: try again in 1\d seconds\.$/u);

  await first.app.stop();
  const again = await startGate({ dataDir: first.dataDir, keepEngines: true });
  const right = { email: 'ann@gate.test', password: PASSWORD };
  const locked = await new BrowserClient(again).post('/session', right);
  expect(locked.status).toBe(429);
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  again.advance(16_000);
  expect((await new BrowserClient(again).post('/session', right)).status).toBe(200);
});

test('Guesses from elsewhere do not lock the owner out of a browser that was used before', async () => {
  const gate = await startGate();
  await signIn(gate, { email: 'ann@gate.test' });
  const right = { email: 'ann@gate.test', password: PASSWORD };
  const own = new BrowserClient(gate);
  expect((await own.post('/session', right)).status).toBe(200);
  await own.post('/session/end');

  const stranger = new BrowserClient(gate);
  for (let i = 0; i < 6; i += 1) await stranger.post('/session', { ...right, password: `guess ${i}` });
  expect((await stranger.post('/session', right)).status).toBe(429);
  expect((await own.post('/session', right)).status).toBe(200);
});

test('Guesses in parallel count as many, not as one', async () => {
  const gate = await startGate();
  await signIn(gate, { email: 'ann@gate.test' });
  const guesses = Array.from({ length: 12 }, (_, i) =>
    new BrowserClient(gate).post('/session', { email: 'ann@gate.test', password: `guess ${i}` }),
  );
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  expect(statuses.filter((status) => status === 429)).toHaveLength(7);
});

test('A wrong password and an unknown address take as long', { retry: 2 }, async () => {
  const gate = await startGate();
  const { account } = await signIn(gate, { email: 'ann@gate.test' });
  // At the real cost: the helper's hash is cheap.
  const { hashPassword } = await import('../../src/access/password-hash.ts');
  const hash = await hashPassword('tractor violin pepper cloud');
  await gate.app.database.transact((trx) =>
    trx.updateTable('users').set({ password_hash: hash }).where('id', '=', account.id).execute(),
  );
  const median = async (email: (i: number) => string): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const begun = performance.now();
      await new BrowserClient(gate).post('/session', { email: email(i), password: 'wrong wrong wrong' });
      times.push(performance.now() - begun);
    }
    return times.toSorted((a, b) => a - b)[1];
  };
  await median((i) => `warm-${i}@gate.test`);
  const known = await median(() => 'ann@gate.test');
  const unknown = await median((i) => `nobody-${i}@gate.test`);
  expect(unknown).toBeGreaterThan(known * 0.5);
  expect(unknown).toBeLessThan(known * 2);
});

test('One-time codes: set up, asked for at sign-in, each taken once, and recovery codes instead', async () => {
  const gate = await startGate();
  await signIn(gate, { email: 'ann@gate.test', role: 'reviewer' });
  const right = { email: 'ann@gate.test', password: PASSWORD };
  const browser = new BrowserClient(gate);
  await browser.post('/session', right);
  const other = await signIn(gate, { email: 'ann@gate.test' });

  expect((await browser.post('/account/totp', { password: 'not it' })).body.error.fields).toEqual({
    password: 'is wrong',
  });
  const { body: enrolment } = await browser.post('/account/totp', { password: PASSWORD });
  expect(enrolment.uri).toMatch(/^otpauth:\/\/totp\/presend:ann%40gate\.test\?issuer=presend&secret=/u);
  expect(enrolment.qr.path).toMatch(/^M\d+ \d+h1v1h-1z/u);
  const stored = await gate.app.database.db.selectFrom('users').select('totp_secret').executeTakeFirst();
  expect(stored!.totp_secret).not.toContain(enrolment.secret);
  const codeAt = (ms: number): string =>
    new TOTP({ secret: Secret.fromBase32(enrolment.secret) }).generate({ timestamp: ms });

  expect((await browser.post('/account/totp/confirm', { code: '000000' })).status).toBe(400);
  const before = browser.cookies.get('presend_session');
  const { body: confirmed } = await browser.post('/account/totp/confirm', { code: codeAt(gate.now()) });
  expect(new Set(confirmed.recovery_codes).size).toBe(10);
  expect(browser.cookies.get('presend_session')).not.toBe(before);
  expect((await browser.get('/account')).body.totp.recovery_codes_left).toBe(10);
  expect((await other.get('/account')).status).toBe(401);

  const stranger = new BrowserClient(gate);
  const { body: step } = await stranger.post('/session', right);
  expect(step).toEqual({ step: 'code', token: expect.any(String) });
  expect((await stranger.get('/session')).body.account).toBeNull();
  const used = await stranger.post('/session/second-step', { token: step.token, code: codeAt(gate.now()) });
  expect(used.body.error.fields.code).toMatch(/used already/u);
  gate.advance(30_000);
  const done = await stranger.post('/session/second-step', { token: step.token, code: codeAt(gate.now()) });
  expect(done.body.session.account.email).toBe('ann@gate.test');
  const twice = await stranger.post('/session/second-step', { token: step.token, code: codeAt(gate.now()) });
  expect(twice.status).toBe(409);

  const lost = new BrowserClient(gate);
  const { body: again } = await lost.post('/session', right);
  const code = (confirmed.recovery_codes[3] as string).toUpperCase().replaceAll('-', ' ');
  expect((await lost.post('/session/second-step', { token: again.token, code })).status).toBe(200);
  const { body: third } = await lost.post('/session', right);
  expect((await lost.post('/session/second-step', { token: third.token, code })).status).toBe(400);
  expect((await browser.get('/account')).body.totp.recovery_codes_left).toBe(9);

  expect((await browser.post('/account/totp/disable', { password: PASSWORD })).status).toBe(200);
  expect((await new BrowserClient(gate).post('/session', right)).body.step).toBe('done');
});

test('Codes cannot be guessed: the second step locks', async () => {
  const gate = await startGate();
  await signIn(gate, { email: 'ann@gate.test' });
  const right = { email: 'ann@gate.test', password: PASSWORD };
  const browser = new BrowserClient(gate);
  await browser.post('/session', right);
  const { body: enrolment } = await browser.post('/account/totp', { password: PASSWORD });
  const totp = new TOTP({ secret: Secret.fromBase32(enrolment.secret) });
  await browser.post('/account/totp/confirm', { code: totp.generate({ timestamp: gate.now() }) });
  const thief = new BrowserClient(gate);
  const statuses: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    // A new first step gives no new guesses.
    const { body: step } = await thief.post('/session', right);
    statuses.push((await thief.post('/session/second-step', { token: step.token, code: '123456' })).status);
  }
  expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
});

test('A role that must use one-time codes sets them up while signing in', async () => {
  const gate = await startGate({ config: { access: { require_totp: ['admin'] } } });
  const early = await signIn(gate, { email: 'ann@gate.test', role: 'admin' });
  expect((await early.get('/account')).status).toBe(401);
  const browser = new BrowserClient(gate);
  const { body: step } = await browser.post('/session', { email: 'ann@gate.test', password: PASSWORD });
  expect(step.step).toBe('enrol');
  const totp = new TOTP({ secret: Secret.fromBase32(step.enrolment.secret) });
  const done = await browser.post('/session/second-step', {
    token: step.token,
    code: totp.generate({ timestamp: gate.now() }),
  });
  expect(done.body.recovery_codes).toHaveLength(10);
  expect((await browser.get('/account')).body).toMatchObject({ totp_required: true });
  expect((await browser.post('/account/totp/disable', { password: PASSWORD })).status).toBe(409);
});

test('A session ends when it is idle for too long, and in any case after its days', async () => {
  const gate = await startGate({ config: { access: { session_idle_hours: 2, session_days: 1 } } });
  const idle = await signIn(gate);
  gate.advance(3_600_000);
  expect((await idle.get('/account')).status).toBe(200);
  gate.advance(3_600_000 * 1.5);
  expect((await idle.get('/account')).status).toBe(200);
  gate.advance(3_600_000 * 2);
  expect((await idle.get('/account')).status).toBe(401);
  const busy = new BrowserClient(gate);
  await busy.post('/session', { email: 'admin@gate.test', password: PASSWORD });
  for (let hours = 0; hours < 23; hours += 1) {
    gate.advance(3_600_000);
    expect((await busy.get('/account')).status).toBe(200);
  }
  gate.advance(3_600_000);
  expect((await busy.get('/account')).status).toBe(401);
});
