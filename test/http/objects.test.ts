import { describe, expect, test } from 'vitest';
import { resetPassword } from '../../src/access/user-acts.ts';
import { issueToken } from '../../src/access/one-time-token-store.ts';
import { userById } from '../../src/access/user-store.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import { judgeEachKind, spotGate } from '../kill-switch/spot-check-setup.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { type TestGate, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { ask } from './ask.ts';

/** Two people with the same rights: what one owns is not the other's, whatever id is asked for. */
async function two(gate: TestGate, role: 'reviewer' | 'admin' = 'reviewer') {
  const ann = await signIn(gate, { role, email: 'ann@gate.test' });
  const eve = await signIn(gate, { role, email: 'eve@gate.test' });
  return { ann, eve };
}

describe('What belongs to one person', () => {
  test('a session is seen and ended by its owner alone, whoever knows its id', async () => {
    const gate = await startGate();
    const { ann, eve } = await two(gate);
    const [{ id }] = (await ann.get('/account/sessions')).body.sessions;
    const seen = (await eve.get('/account/sessions')).body.sessions as { id: string }[];
    expect(seen.map((one) => one.id)).not.toContain(id);
    expect((await eve.send('DELETE', `/account/sessions/${id}`)).status).toBe(404);
    expect((await eve.send('POST', '/account/sessions/end-others')).body.ended).toBe(0);
    expect((await ann.get('/account')).status).toBe(200);
  });

  test('an API token is seen and revoked by its owner alone, or an admin', async () => {
    const gate = await startGate();
    const { ann, eve } = await two(gate);
    const made = await ann.send('POST', '/account/tokens', { name: 'Mine', scopes: ['read'], days: 1 });
    const { token, view } = made.body;
    expect((await eve.get('/account/tokens')).body.tokens).toEqual([]);
    expect((await eve.send('DELETE', `/account/tokens/${view.id}`)).status).toBe(404);
    expect((await eve.get(`/users/${ann.account.id}/tokens`)).status).toBe(403);
    expect((await eve.send('DELETE', `/users/${ann.account.id}/tokens/${view.id}`)).status).toBe(403);
    const admin = await signIn(gate, { role: 'admin' });
    // Of another user than it belongs to, it is nobody's.
    expect((await admin.send('DELETE', `/users/${eve.account.id}/tokens/${view.id}`)).status).toBe(404);
    const used = await ask(gate, '/api/queue', { headers: { authorization: `Bearer ${token}` } });
    expect(used.status).toBe(200);
  });

  test('a saved view is its owner’s; another neither sees a private one nor learns that it is there', async () => {
    const gate = await startGate();
    const { ann, eve } = await two(gate);
    const make = async (name: string, shared: boolean): Promise<string> =>
      (await ann.send('POST', '/views', { name, query: { q: name }, shared })).body.id;
    const [mine, ours] = [await make('Private', false), await make('Shared', true)];
    const seen = ((await eve.get('/views')).body as { id: string }[]).map(({ id }) => id);
    expect([seen.includes(mine), seen.includes(ours)]).toEqual([false, true]);
    const nothing = await eve.send('PATCH', '/views/none', { name: 'Eve' });
    for (const [method, body] of [
      ['PATCH', { name: 'Eve' }],
      ['DELETE', {}],
    ] as const) {
      expect(await eve.send(method, `/views/${mine}`, body)).toEqual(nothing);
      expect((await eve.send(method, `/views/${ours}`, body)).status).toBe(403);
    }
    const kept = (await ann.get('/views')).body as { id: string; name: string }[];
    expect(kept.filter(({ id }) => id === mine || id === ours).map(({ name }) => name)).toEqual([
      'Private',
      'Shared',
    ]);
  });

  test('the preview of an import is applied by who made it', async () => {
    const gate = await startGate();
    const { ann, eve } = await two(gate, 'admin');
    const { body } = await ann.upload('/crm/import/peers/preview?name=peers.csv', 'name,city\nAcme,Berlin\n');
    expect(body.id).toBeTruthy();
    for (const [act, sent] of [
      ['columns', { columns: {} }],
      ['apply', {}],
    ] as const) {
      expect((await eve.send('POST', `/crm/import/${body.id}/${act}`, sent)).status).toBe(409);
    }
    expect((await ann.send('POST', `/crm/import/${body.id}/apply`)).status).toBe(200);
  });

  test('notification settings are those of who asks, and no request can name another person', async () => {
    const gate = await startGate();
    const { ann, eve } = await two(gate);
    const { preferences } = (await ann.get('/account/notifications')).body;
    const changed = { ...preferences, time_zone: 'Europe/Helsinki' };
    expect(
      (await eve.send('PUT', '/account/notifications', { ...changed, user_id: ann.account.id })).status,
    ).toBe(400);
    expect((await eve.send('PUT', `/account/notifications?user=${ann.account.id}`, changed)).status).toBe(
      200,
    );
    expect((await ann.get('/account/notifications')).body.preferences).toEqual(preferences);
    expect((await eve.get('/account/notifications')).body.preferences.time_zone).toBe('Europe/Helsinki');
  });

  test('an answer to a spot check is its giver’s: another’s stands beside it and changes nothing of it', async () => {
    const gate = await spotGate();
    await judgeEachKind(gate);
    const { ann, eve } = await two(gate, 'admin');
    expect((await ann.send('POST', '/spot-check/draw')).status).toBe(200);
    const { id } = await gate.app.database.db
      .selectFrom('spot_check_items')
      .select('id')
      .executeTakeFirstOrThrow();
    const answer = { decision: 'PASS', rule: null };
    expect((await ann.send('POST', `/spot-check/items/${id}/answer`, answer)).status).toBe(200);
    const before = (await ann.get(`/spot-check/items/${id}`)).body.answer;
    // Nothing of Ann's to answer again.
    expect((await eve.send('POST', `/spot-check/items/${id}/answer-again`, answer)).status).not.toBe(200);
    const other = { decision: 'not_sure', rule: null, person: ann.account.id };
    expect((await eve.send('POST', `/spot-check/items/${id}/answer`, other)).status).toBe(400);
    expect((await ann.get(`/spot-check/items/${id}`)).body.answer).toEqual(before);
  });

  test('a mail of one engine is neither found nor changed with another engine’s key, through any front', async () => {
    const gate = await startGate({ engine: { loopbackWithoutAuth: false } });
    const { database } = gate.app;
    await database.transact((trx) =>
      addEngine(trx, { name: 'other', senderDomains: ['other.example'] }, { actor: 'test', now: 1 }),
    );
    const [own, others] = [await apiKeyFor(gate, 'engine'), await apiKeyFor(gate, 'other')];
    const json = { 'content-type': 'application/json' };
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const sent = await ask(gate, '/resend/emails', {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${own}` },
      body: JSON.stringify({
        from: 'ann@sender.example',
        to: 'jane@unknown.example',
        subject: 'Hi',
        text: 'Hello',
        scheduled_at: later,
      }),
    });
    expect(sent.status).toBe(200);
    const { id } = JSON.parse(sent.text) as { id: string };
    const before = await gate.deliveries();
    const tries: [method: string, path: string, body?: unknown][] = [
      ['GET', `/resend/emails/${id}`],
      ['PATCH', `/resend/emails/${id}`, { scheduled_at: later }],
      ['POST', `/resend/emails/${id}/cancel`, {}],
      ['GET', `/v1/messages/${id}`],
      ['GET', `/native/v1/messages/${id}`],
    ];
    const statuses: [string, number][] = [];
    for (const [method, path, body] of tries) {
      const answer = await ask(gate, path, {
        method,
        headers: { ...json, authorization: `Bearer ${others}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      statuses.push([`${method} ${path}`, answer.status]);
      expect(answer.text).not.toContain('jane@unknown.example');
    }
    expect(statuses.map(([what, status]) => [what, status === 404])).toEqual(
      statuses.map(([what]) => [what, true]),
    );
    expect(await gate.deliveries()).toEqual(before);
    const own2 = await ask(gate, `/resend/emails/${id}`, { headers: { authorization: `Bearer ${own}` } });
    expect(own2.status).toBe(200);
  });
});

describe('One kind of secret', () => {
  test('is no other: a link, a second step, a session and a token open nothing but their own door', async () => {
    const gate = await startGate();
    const { ann, eve } = await two(gate);
    const { database } = gate.app;
    const now = gate.now();
    const made = await ann.send('POST', '/account/tokens', { name: 'Mine', scopes: ['read'], days: 1 });
    const apiToken: string = made.body.token;
    const session = eve.cookie.split('=')[1];
    const step = await database.transact((trx) =>
      issueToken(trx, 'second_step', {
        userId: ann.account.id,
        detail: { method: 'password', enrol: false },
        lastsMs: 600_000,
        now,
      }),
    );
    const reset = await database.transact(async (trx) =>
      resetPassword(trx, (await userById(trx, ann.account.id))!, { actor: 'test', now }),
    );
    const secrets = { apiToken, session, step: step.token, reset: reset.token, csrf: eve.csrf };
    const json = { 'content-type': 'application/json' };
    const post = (path: string, body: unknown) =>
      ask(gate, path, { method: 'POST', headers: json, body: JSON.stringify(body) });
    const password = 'a long and unusual passphrase';
    for (const [kind, secret] of Object.entries(secrets)) {
      if (kind !== 'session') {
        const cookie = await ask(gate, '/api/queue', { headers: { cookie: `presend_session=${secret}` } });
        expect(cookie.status, `${kind} as a cookie`).toBe(401);
      }
      if (kind !== 'apiToken') {
        const bearer = await ask(gate, '/api/queue', { headers: { authorization: `Bearer ${secret}` } });
        expect(bearer.status, `${kind} as a bearer`).toBe(401);
      }
      const setup = await post('/api/links/setup', {
        token: secret,
        email: 'x@y.example',
        name: 'X',
        password,
      });
      expect(setup.status, `${kind} as a setup link`).toBe(404);
      if (kind !== 'reset') {
        expect((await post('/api/links/password', { token: secret, password })).status, kind).toBe(404);
      }
      if (kind !== 'step') {
        expect((await post('/api/session/second-step', { token: secret, code: '000000' })).status, kind).toBe(
          409,
        );
      }
      expect((await ask(gate, `/act/${secret}`)).status, `${kind} as a signed link`).toBe(410);
      const front = await ask(gate, '/v1/messages/none', { headers: { authorization: `Bearer ${secret}` } });
      // Without a key the engine of this machine is taken, which finds nothing.
      expect([401, 404], `${kind} as an engine's key`).toContain(front.status);
    }
  });
});
