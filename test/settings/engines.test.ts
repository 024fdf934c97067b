import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import type { EngineSecrets, EnginesPage } from '../../src/settings/web-types.ts';
import { addProspect, startGate, type TestGate } from '../support/gate.ts';
import { type SignedIn, signIn } from '../support/sign-in.ts';

const page = async (user: SignedIn) => (await user.get<EnginesPage>('/settings/engines')).body;

/** Sends as an engine with its SMTP password. */
async function sendAs(gate: TestGate, user: string, pass: string, to: string): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: gate.port,
    auth: { user, pass },
    tls: { rejectUnauthorized: false },
  });
  const { response } = await transport.sendMail({
    from: 'ann@bot.example',
    to,
    subject: 'Engineering capacity',
    text: 'Hello, would a short call next week be useful?',
  });
  return response;
}

async function withEngine(): Promise<{ gate: TestGate; admin: SignedIn; made: EngineSecrets }> {
  const gate = await startGate();
  const admin = await signIn(gate);
  const added = await admin.send<EngineSecrets>('POST', '/settings/engines', {
    name: 'bot',
    domains: ['Bot.Example'],
  });
  expect(added.status).toBe(200);
  return { gate, admin, made: added.body };
}

describe('an engine added in the settings', () => {
  test('submits with the password and the key that are shown once, and no answer shows them again', async () => {
    const { gate, admin, made } = await withEngine();
    await addProspect(gate, 'vp@fine.example');
    expect(await sendAs(gate, 'bot', made.password!, 'vp@fine.example')).toMatch(/^250 2\.0\.0 Relaying/);
    const key = made.key as { kind: 'bearer'; key: string };
    const response = await fetch(`${gate.httpBase}/resend/emails`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        from: 'ann@bot.example',
        to: 'vp@fine.example',
        subject: 'Again',
        text: 'Hello',
      }),
    });
    expect(response.status).toBe(200);

    const shown = await page(admin);
    const bot = shown.engines.find(({ name }) => name === 'bot');
    expect(bot).toMatchObject({
      mode: 'enforce',
      domains: ['bot.example'],
      has_password: true,
      last_mail_at: expect.any(Number),
      keys: [{ kind: 'bearer', hint: key.key.slice(-4) }],
    });
    const told =
      JSON.stringify(shown) +
      JSON.stringify(await gate.app.database.db.selectFrom('audit').selectAll().execute());
    for (const secret of [made.password!, key.key]) expect(told).not.toContain(secret);
    expect(shown.guide.find(({ uses }) => uses.startsWith('the resend SDK (Node)'))?.set).toContain(
      `RESEND_BASE_URL=${gate.httpBase}/resend`,
    );
  });

  test('gets a new password, after which the old one is refused', async () => {
    const { gate, admin, made } = await withEngine();
    const rotated = await admin.send<EngineSecrets>('POST', `/settings/engines/${made.engine.id}/password`);
    await expect(sendAs(gate, 'bot', made.password!, 'x@y.example')).rejects.toThrow(/535/);
    expect(await sendAs(gate, 'bot', rotated.body.password!, 'x@y.example')).toMatch(/^250/);
  });

  test('has keys of both kinds added and revoked; a revoked one is refused', async () => {
    const { gate, admin, made } = await withEngine();
    const path = `/settings/engines/${made.engine.id}/keys`;
    const sigv4 = await admin.send<EngineSecrets>('POST', path, { kind: 'sigv4' });
    expect(sigv4.body.key).toMatchObject({
      kind: 'sigv4',
      secretAccessKey: expect.stringMatching(/^.{40}$/),
    });
    const key = made.key as { kind: 'bearer'; id: string; key: string };
    expect((await admin.send('DELETE', `${path}/${key.id}`)).status).toBe(204);
    const response = await fetch(`${gate.httpBase}/resend/emails`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key.key}`, 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(403);
    expect((await admin.send('DELETE', `${path}/${key.id}`)).status).toBe(409);
  });

  test('that is stopped holds its next mail, and the page says how much is held', async () => {
    const { gate, admin, made } = await withEngine();
    await addProspect(gate, 'vp@fine.example');
    await admin.send('PATCH', `/settings/engines/${made.engine.id}`, { mode: 'stopped' });
    expect(await sendAs(gate, 'bot', made.password!, 'vp@fine.example')).toMatch(/^250 2\.0\.0 Held/);
    const bot = (await page(admin)).engines.find(({ name }) => name === 'bot');
    expect(bot).toMatchObject({ mode: 'stopped', held: 1, on_the_way: 0 });
  });

  test('is changed with before and after in the audit log', async () => {
    const { gate, admin, made } = await withEngine();
    const path = `/settings/engines/${made.engine.id}`;
    const changed = await admin.send<EngineSecrets>('PATCH', path, {
      domains: ['bot.example', '.more.example'],
      decisions: { PENALISE: 'relay' },
      answer: 'async',
      webhook: 'http://127.0.0.1:9/events',
    });
    expect(changed.body.webhook_secret).toMatch(/^whsec_/);
    const bot = (await page(admin)).engines.find(({ name }) => name === 'bot');
    expect(bot).toMatchObject({
      domains: ['bot.example', '.more.example'],
      decisions: { PENALISE: 'relay' },
      answer: 'async',
      webhook: 'http://127.0.0.1:9/events',
    });
    await admin.send('PATCH', path, { decisions: { PENALISE: 'default' }, webhook: null });
    expect((await page(admin)).engines.find(({ name }) => name === 'bot')).toMatchObject({
      decisions: {},
      webhook: null,
    });
    const entries = await gate.app.database.db
      .selectFrom('audit')
      .selectAll()
      .where('subject_type', '=', 'engine')
      .where('subject_id', '=', made.engine.id)
      .where('action', '=', 'changed')
      .orderBy('id')
      .execute();
    expect(entries[0]).toMatchObject({ actor: 'admin@gate.test' });
    expect(JSON.parse(entries[0].detail)).toMatchObject({
      before: { sender_domains: '["bot.example"]', decisions: null },
      after: { sender_domains: '["bot.example",".more.example"]', decisions: '{"PENALISE":"relay"}' },
    });
  });

  test('is refused with the field that is wrong, and only an admin changes anything', async () => {
    const { gate, admin, made } = await withEngine();
    const post = (body: object) => admin.send('POST', '/settings/engines', body);
    expect((await post({ name: 'a b', domains: ['x.example'] })).body.error.fields).toHaveProperty('name');
    expect((await post({ name: 'ab', domains: [] })).body.error.fields).toHaveProperty('domains');
    expect((await post({ name: 'bot', domains: ['x.example'] })).status).toBe(409);
    expect((await post({ name: 'ab', domains: ['nodot'] })).body.error.message).toMatch(/not a domain/);
    const path = `/settings/engines/${made.engine.id}`;
    const patch = (body: object) => admin.send('PATCH', path, body);
    expect((await patch({ upstreams: ['nowhere'] })).body.error.message).toMatch(/no upstream "nowhere"/);
    expect((await patch({ webhook: 'http://10.0.0.1/x' })).body.error.message).toMatch(/cannot be a webhook/);
    expect((await patch({ decisions: { SUPPRESS: 'relay' } })).body.error.message).toMatch(/SUPPRESS/);
    for (const role of ['auditor', 'reviewer'] as const) {
      const other = await signIn(gate, { role });
      expect((await other.send('PATCH', path, { mode: 'observe' })).status).toBe(403);
      expect((await other.send('POST', `${path}/password`)).status).toBe(403);
      expect((await other.get('/settings/engines')).status).toBe(role === 'auditor' ? 200 : 403);
    }
  });
});
