import { describe, expect, test } from 'vitest';
import { changeEngine, requireEngine } from '../../src/intake/engine-store.ts';
import { hashPassword } from '../../src/intake/credentials.ts';
import { addApiKey } from '../../src/intake/api-keys.ts';
import { gateSecret } from '../../src/config/gate-secret.ts';
import { rotatePassword } from '../../src/settings/engine-credentials.ts';
import { PASSWORD, type TestGate, startGate } from '../support/gate.ts';
import { SmtpSession } from '../support/smtp-session.ts';

/** Clients of any loopback address may try AUTH, so that addresses can differ on one machine. */
const startOpenGate = (engineLogin: object = {}) =>
  startGate({
    config: { smtp: { auth_without_tls_on_loopback: true }, engine_login: engineLogin },
    engine: { loopbackWithoutAuth: false },
  });

async function tryLogin(gate: TestGate, from: string, name: string, password: string): Promise<string> {
  const session = await SmtpSession.open(gate.port, { from });
  await session.say('EHLO test');
  const reply = await session.login(name, password);
  session.close();
  return reply;
}

async function failTimes(gate: TestGate, times: number, from: string, name = 'engine'): Promise<string[]> {
  const replies: string[] = [];
  for (let i = 0; i < times; i += 1) replies.push(await tryLogin(gate, from, name, `guess ${i}`));
  return replies;
}

async function changePassword(gate: TestGate, password: string): Promise<void> {
  const engine = await requireEngine(gate.app.database.db, 'engine');
  const secretHash = await hashPassword(password);
  await gate.app.database.transact((trx) =>
    changeEngine(trx, engine.id, { secretHash }, { actor: 'test', now: gate.now() }),
  );
}

/** The same gate as `startOpenGate` started, after a stop. */
async function restart(gate: TestGate, engineLogin: object = {}): Promise<TestGate> {
  await gate.app.stop();
  return startGate({
    dataDir: gate.dataDir,
    keepEngines: true,
    config: { smtp: { auth_without_tls_on_loopback: true }, engine_login: engineLogin },
  });
}

/** One connection each, all logging in at once. */
async function loginTogether(
  gate: TestGate,
  logins: { from: string; name?: string; password: string }[],
): Promise<string[]> {
  const sessions = await Promise.all(
    logins.map(async ({ from }) => {
      const session = await SmtpSession.open(gate.port, { from });
      await session.say('EHLO test');
      return session;
    }),
  );
  const replies = await Promise.all(
    logins.map(({ name, password }, i) => sessions[i].login(name ?? 'engine', password)),
  );
  for (const session of sessions) session.close();
  return replies;
}

const codes = (replies: string[]): string[] => replies.map((reply) => reply.slice(0, 3)).toSorted();

test('AUTH is neither offered nor taken without TLS, whatever the address', async () => {
  const gate = await startGate();
  const session = await SmtpSession.open(gate.port);
  expect(await session.say('EHLO test')).not.toContain('AUTH');
  expect(await session.login('engine', PASSWORD)).toMatch(/^5/);
  expect(await session.say('AUTH LOGIN')).toMatch(/^5/);
  await session.startTls();
  expect(await session.say('EHLO test')).toContain('AUTH PLAIN LOGIN');
  expect(await session.login('engine', PASSWORD)).toMatch(/^235/);
  expect(await session.login('engine', PASSWORD)).toMatch(/^503/);
  session.close();
});

test('three AUTH commands are answered, however they fail; the fourth closes the connection', async () => {
  const gate = await startOpenGate();
  const session = await SmtpSession.open(gate.port);
  await session.say('EHLO test');
  expect(await session.login('engine', 'wrong')).toMatch(/^535 5\.7\.8/);
  expect(await session.say('AUTH PLAIN')).toMatch(/^334/);
  expect(await session.say('*')).toMatch(/^501/);
  expect(await session.say('AUTH LOGIN')).toMatch(/^334/);
  await session.say(Buffer.from('engine').toString('base64'));
  expect(await session.say(Buffer.from('wrong').toString('base64'))).toMatch(/^535/);
  expect(await session.login('engine', PASSWORD)).toMatch(/^421 4\.7\.0 Too many AUTH attempts/);
  await session.closed;
});

test('TLS does not give new attempts', async () => {
  const gate = await startOpenGate();
  const session = await SmtpSession.open(gate.port);
  await session.say('EHLO test');
  for (let i = 0; i < 3; i += 1) await session.login('engine', 'wrong');
  await session.startTls();
  await session.say('EHLO test');
  expect(await session.login('engine', PASSWORD)).toMatch(/^421/);
});

describe('back-off', () => {
  test('failures on an account make it wait, longer each time, and a right password not seen before waits too', async () => {
    const gate = await startOpenGate({
      account_failures: 3,
      first_wait_seconds: 10,
      longest_wait_seconds: 25,
    });
    // From another address each time, so that only the account counts.
    for (let i = 0; i < 3; i += 1) {
      expect(await tryLogin(gate, `127.0.1.${i + 1}`, 'engine', `guess ${i}`)).toMatch(/^535/);
    }
    expect(await tryLogin(gate, '127.0.1.9', 'engine', PASSWORD)).toMatch(/^454 4\.7\.0 .*10 s/);
    gate.advance(11_000);
    expect(await tryLogin(gate, '127.0.1.10', 'engine', 'guess 3')).toMatch(/^535/);
    expect(await tryLogin(gate, '127.0.1.11', 'engine', PASSWORD)).toMatch(/^454 .* 20 s/);
    gate.advance(21_000);
    expect(await tryLogin(gate, '127.0.1.12', 'engine', 'guess 4')).toMatch(/^535/);
    expect(await tryLogin(gate, '127.0.1.13', 'engine', PASSWORD)).toMatch(/^454 .* 25 s/);
    gate.advance(26_000);
    expect(await tryLogin(gate, '127.0.1.14', 'engine', PASSWORD)).toMatch(/^235/);
  });

  test('failures from an address make it wait, whatever names it tries', async () => {
    const gate = await startOpenGate({ address_failures: 4 });
    for (let i = 0; i < 4; i += 1) await tryLogin(gate, '127.0.2.1', `name ${i}`, 'x');
    expect(await tryLogin(gate, '127.0.2.1', 'engine', PASSWORD)).toMatch(/^454/);
    expect(await tryLogin(gate, '127.0.2.2', 'engine', PASSWORD)).toMatch(/^235/);
  });

  test('a name that no engine has waits as one that an engine has', async () => {
    const gate = await startOpenGate({ account_failures: 3 });
    const known = await failTimes(gate, 5, '127.0.3.1', 'engine');
    const unknown = await failTimes(gate, 5, '127.0.3.2', 'nobody');
    expect(unknown).toEqual(known);
    expect(known.map((reply) => reply.slice(0, 3))).toEqual(['535', '535', '535', '454', '454']);
  });

  test('guesses by others keep no engine out where it logged in before, not even after a restart', async () => {
    const gate = await startOpenGate({ account_failures: 3, address_failures: 6 });
    expect(await tryLogin(gate, '127.0.4.1', 'engine', PASSWORD)).toMatch(/^235/);
    // On its account from elsewhere, and from its own address on other accounts.
    await failTimes(gate, 4, '127.0.4.2');
    for (let i = 0; i < 8; i += 1) await tryLogin(gate, '127.0.4.1', `other ${i}`, 'guess');
    expect(await tryLogin(gate, '127.0.4.3', 'engine', 'guess'), 'an address never seen').toMatch(/^454/);
    expect(await tryLogin(gate, '127.0.4.1', 'engine', PASSWORD)).toMatch(/^235/);

    const again = await restart(gate, { account_failures: 3, address_failures: 6 });
    await failTimes(again, 4, '127.0.4.2');
    expect(await tryLogin(again, '127.0.4.3', 'engine', 'guess')).toMatch(/^454/);
    expect(await tryLogin(again, '127.0.4.1', 'engine', PASSWORD)).toMatch(/^235/);
  });

  test('from its own address guesses at an engine wait, and a new password begins anew', async () => {
    const gate = await startOpenGate({ account_failures: 3 });
    expect(await tryLogin(gate, '127.0.5.1', 'engine', PASSWORD)).toMatch(/^235/);
    expect((await failTimes(gate, 4, '127.0.5.1')).at(-1)).toMatch(/^454/);
    await changePassword(gate, 'another one');
    expect(await tryLogin(gate, '127.0.5.1', 'engine', 'another one')).toMatch(/^235/);
  });

  test.each([
    'engine',
    'nobody',
  ])('guesses in parallel do not slip through, on the account %s', async (name) => {
    const gate = await startOpenGate({ account_failures: 3 });
    const guesses = Array.from({ length: 12 }, (_, i) => ({
      from: `127.0.6.${i + 1}`,
      name,
      password: `guess ${i}`,
    }));
    const replies = await loginTogether(gate, guesses);
    expect(codes(replies)).toEqual([...Array<string>(9).fill('454'), ...Array<string>(3).fill('535')]);
  });

  test('guesses in parallel do not slip through where the engine logged in before', async () => {
    const gate = await startOpenGate({ account_failures: 3 });
    expect(await tryLogin(gate, '127.0.6.1', 'engine', PASSWORD)).toMatch(/^235/);
    const guesses = Array.from({ length: 12 }, (_, i) => ({ from: '127.0.6.1', password: `guess ${i}` }));
    const replies = await loginTogether(gate, guesses);
    expect(codes(replies)).toEqual([...Array<string>(9).fill('454'), ...Array<string>(3).fill('535')]);
  });

  test('right logins in parallel all get in, on first use and after a restart', async () => {
    const gate = await startOpenGate();
    const logins = Array.from({ length: 40 }, () => ({ from: '127.0.9.1', password: PASSWORD }));
    expect(codes(await loginTogether(gate, logins))).toEqual(logins.map(() => '235'));
    const again = await restart(gate);
    expect(codes(await loginTogether(again, logins))).toEqual(logins.map(() => '235'));
  });

  test('guesses from the address of an engine, on its account, wait; its right password does not', async () => {
    const gate = await startOpenGate({ account_failures: 3 });
    expect(await tryLogin(gate, '127.0.10.1', 'engine', PASSWORD)).toMatch(/^235/);
    await failTimes(gate, 3, '127.0.10.1');
    for (let i = 0; i < 3; i += 1) {
      expect(await tryLogin(gate, '127.0.10.1', 'engine', `more ${i}`)).toMatch(/^454/);
      // It does not end the wait of the guesses either.
      expect(await tryLogin(gate, '127.0.10.1', 'engine', PASSWORD)).toMatch(/^235/);
    }
  });

  test('guesses from the address of an engine keep its right password out neither after a restart nor after it is made', async () => {
    const limits = { account_failures: 3 };
    const gate = await startOpenGate(limits);
    expect(await tryLogin(gate, '127.0.12.1', 'engine', PASSWORD)).toMatch(/^235/);
    const again = await restart(gate, limits);
    expect((await failTimes(again, 4, '127.0.12.1')).at(-1)).toMatch(/^454/);
    expect(await tryLogin(again, '127.0.12.1', 'engine', PASSWORD)).toMatch(/^235/);

    const { id } = await requireEngine(again.app.database.db, 'engine');
    const derive = gateSecret(gate.dataDir, 'derive');
    const made = await rotatePassword(again.app.database, id, { derive, actor: 'test', now: again.now() });
    expect((await failTimes(again, 4, '127.0.12.1')).at(-1)).toMatch(/^454/);
    expect(await tryLogin(again, '127.0.12.1', 'engine', PASSWORD)).toMatch(/^454/);
    expect(await tryLogin(again, '127.0.12.1', 'engine', made)).toMatch(/^235/);
  });

  test('a worker that repeats an old password does not keep out the one with the new, nor after a restart', async () => {
    const gate = await startOpenGate({ account_failures: 3 });
    expect(await tryLogin(gate, '127.0.11.1', 'engine', PASSWORD)).toMatch(/^235/);
    await changePassword(gate, 'the new one');
    for (let i = 0; i < 5; i += 1) {
      expect(await tryLogin(gate, '127.0.11.1', 'engine', PASSWORD)).toMatch(/^535/);
    }
    expect(await tryLogin(gate, '127.0.11.1', 'engine', 'the new one')).toMatch(/^235/);
    const again = await restart(gate, { account_failures: 3 });
    for (let i = 0; i < 5; i += 1) await tryLogin(again, '127.0.11.1', 'engine', PASSWORD);
    expect(await tryLogin(again, '127.0.11.1', 'engine', 'the new one')).toMatch(/^235/);
  });

  test('a wrong password repeated waits as others do, in the words of an unknown name', async () => {
    const gate = await startOpenGate({ account_failures: 3 });
    const replies: Record<string, string[]> = { engine: [], nobody: [] };
    for (const [name, heard] of Object.entries(replies)) {
      const from = name === 'engine' ? '127.0.12.1' : '127.0.12.2';
      for (const password of ['a', 'a', 'b', 'b', 'c', 'a', 'd'])
        heard.push(await tryLogin(gate, from, name, password));
    }
    expect(replies['engine'].map((reply) => reply.slice(0, 3))).toEqual([
      '535',
      '535',
      '535',
      '535',
      '535',
      '454',
      '454',
    ]);
    expect(replies['nobody']).toEqual(replies['engine']);
  });

  test('a login that was refused for want of room was not checked, and counts as nothing', async () => {
    const gate = await startOpenGate({ account_failures: 13, checks_at_once: 1, checks_waiting: 0 });
    const guesses = Array.from({ length: 12 }, (_, i) => ({ from: '127.0.13.1', password: `first ${i}` }));
    const checked = (await loginTogether(gate, guesses)).filter((reply) => reply.startsWith('535')).length;
    expect(checked).toBeLessThan(12);
    const replies = await failTimes(gate, 13 - checked + 1, '127.0.13.1');
    expect(codes(replies)).toEqual(['454', ...Array<string>(13 - checked).fill('535')]);
  });

  test('wrong API keys make their address wait, with 429; a right one never waits', async () => {
    const gate = await startOpenGate({ address_failures: 3 });
    const engine = await requireEngine(gate.app.database.db, 'engine');
    const made = await gate.app.database.transact((trx) =>
      addApiKey(trx, engine.id, {
        kind: 'bearer',
        derive: gateSecret(gate.dataDir, 'derive'),
        actor: 'test',
        now: gate.now(),
      }),
    );
    if (made.kind !== 'bearer') throw new Error('not a bearer key');
    const ask = (key: string) =>
      fetch(`${gate.httpBase}/emails/no-such-id`, { headers: { authorization: `Bearer ${key}` } });
    for (let i = 0; i < 3; i += 1) expect((await ask(`psk_wrong${i}`)).status).toBe(403);
    const refused = await ask('psk_wrong');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(made.key)).status, 'its engine was never seen here').toBe(404);
    expect((await ask('psk_wrong')).status, 'a right key does not end the wait of wrong ones').toBe(429);
    // On its account, from where it is known by now.
    expect((await failTimes(gate, 6, '127.0.0.1')).at(-1)).toMatch(/^454/);
    expect((await ask(made.key)).status).toBe(404);
  });
});

test('an unknown name takes as long as a wrong password, by the medians of interleaved attempts', async () => {
  const gate = await startOpenGate({ account_failures: 1000, address_failures: 1000 });
  // Its right password is remembered, which must not make a wrong one quicker.
  await tryLogin(gate, '127.0.0.1', 'engine', PASSWORD);
  const took: Record<'engine' | 'nobody', number[]> = { engine: [], nobody: [] };
  for (let i = 0; i < 21; i += 1) {
    for (const name of ['engine', 'nobody'] as const) {
      const session = await SmtpSession.open(gate.port);
      await session.say('EHLO test');
      const began = performance.now();
      expect(await session.login(name, `guess ${i}`)).toBe('535 5.7.8 Wrong engine name or password');
      took[name].push(performance.now() - began);
      session.close();
    }
  }
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const ratio = median(took.engine) / median(took.nobody);
  // Without the decoy an unknown name is some twenty times quicker.
  expect(ratio).toBeGreaterThan(1 / 3);
  expect(ratio).toBeLessThan(3);
});

test('few passwords are checked at once; beyond those that may wait the client is told to come again', async () => {
  const gate = await startOpenGate({ account_failures: 1000, checks_at_once: 1, checks_waiting: 2 });
  const sessions = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const session = await SmtpSession.open(gate.port, { from: `127.0.7.${i + 1}` });
      await session.say('EHLO test');
      return session;
    }),
  );
  const replies = await Promise.all(sessions.map((one, i) => one.login('engine', `guess ${i}`)));
  const busy = replies.filter((reply) => reply.startsWith('454 4.7.0 Temporary'));
  expect(busy.length).toBeGreaterThan(0);
  expect(replies.filter((reply) => reply.startsWith('535')).length).toBe(10 - busy.length);
  const metrics = await (await fetch(`${gate.httpBase}/metrics`)).text();
  expect(metrics).toContain(`presend_smtp_limits_total{limit="auth_busy"} ${busy.length}`);
});
