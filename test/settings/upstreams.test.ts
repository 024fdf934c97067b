import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { upstreamSchema } from '../../src/delivery/upstream.ts';
import type { EngineSecrets, EnginesPage, TestResult, UpstreamsPage } from '../../src/settings/web-types.ts';
import { PROVIDERS } from '../../src/message/provider.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

const TEST = { from: 'ann@sender.example', to: 'ops@own.example' };

describe('a test mail', () => {
  test('arrives through the upstream, marked as the gate’s own, beside the queue, and is audited', async () => {
    const upstream = await SmtpUpstream.start();
    const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
    const admin = await signIn(gate);
    const sent = await admin.send<TestResult>('POST', '/settings/upstreams/provider/test', TEST);
    expect(sent.body).toMatchObject({
      outcome: 'delivered',
      response: '250 2.0.0 queued as 1',
      advice: null,
    });
    expect(upstream.last).toMatchObject({ from: TEST.from, to: [TEST.to] });
    expect(upstream.last.raw.toString()).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(await gate.deliveries()).toEqual([]);
    const audit = await gate.app.database.db
      .selectFrom('audit')
      .select(['actor', 'action', 'detail'])
      .where('subject_type', '=', 'upstream')
      .orderBy('id')
      .execute();
    expect(audit).toMatchObject([
      { actor: 'admin@gate.test', action: 'test_sent' },
      { actor: 'admin@gate.test', action: 'test_answered' },
    ]);
    await upstream.close();
  });

  test.each([
    ['a refusal of the sender', { mail: { reply: '550 5.7.1 domain not verified' } }, 'permanent', /verif/i],
    ['a busy upstream', { rcpt: { reply: '451 4.7.0 too many, slow down' } }, 'temporary', /pause|wait/i],
  ] as const)('says in words what %s means', async (_name, script, outcome, advice) => {
    const upstream = await SmtpUpstream.start();
    upstream.script = script;
    const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
    const admin = await signIn(gate);
    const { body } = await admin.send<TestResult>('POST', '/settings/upstreams/provider/test', TEST);
    expect(body).toMatchObject({ outcome });
    expect(`${body.meaning} ${body.advice}`).toMatch(advice);
    await upstream.close();
  });

  test('tells a closed port and a refused login from each other', async () => {
    const gone = await SmtpUpstream.start();
    const { port } = gone;
    await gone.close();
    const strict = await SmtpUpstream.start({ auth: { user: 'gate', password: 'right' } });
    const gate = await startGate({
      config: {
        upstreams: [
          upstreamSchema.parse({ name: 'closed', host: '127.0.0.1', port, tls: 'none' }),
          { ...upstreamConfig(strict, 'strict'), auth: { user: 'gate', password: 'wrong' } },
        ],
      },
    });
    const admin = await signIn(gate);
    const closed = await admin.send<TestResult>('POST', '/settings/upstreams/closed/test', TEST);
    expect(closed.body).toMatchObject({
      outcome: 'temporary',
      meaning: expect.stringMatching(/Nothing listens/),
    });
    const login = await admin.send<TestResult>('POST', '/settings/upstreams/strict/test', TEST);
    expect(login.body).toMatchObject({ outcome: 'temporary', meaning: expect.stringMatching(/login/) });
    expect(JSON.stringify((await admin.get('/settings/upstreams')).body)).not.toContain('wrong');
    await strict.close();
  });

  test('goes to nobody who opted out, to no prospect, as nobody else’s domain, and not too often', async () => {
    const gate = await startGate();
    const admin = await signIn(gate);
    await addProspect(gate, 'vp@fine.example');
    const post = (body: object) =>
      admin.send('POST', '/settings/upstreams/outbox/test', { ...TEST, ...body });
    expect((await post({ to: 'vp@fine.example' })).body.error.fields).toHaveProperty('to');
    expect((await post({ to: 'nonsense' })).body.error.fields).toHaveProperty('to');
    expect((await post({ from: 'ceo@bank.example' })).body.error.fields).toHaveProperty('from');
    expect((await admin.send('POST', '/settings/upstreams/nowhere/test', TEST)).status).toBe(404);
    for (let i = 0; i < 6; i += 1) expect((await post({})).status).toBe(200);
    expect((await post({})).status).toBe(429);
    gate.advance(11 * 60_000);
    expect((await post({})).status).toBe(200);
    expect(readdirSync(join(gate.dataDir, 'outbox')).filter((name) => name.endsWith('.eml'))).toHaveLength(7);
    const auditor = await signIn(gate, { role: 'auditor' });
    expect((await auditor.send('POST', '/settings/upstreams/outbox/test', TEST)).status).toBe(403);
  });
});

test('the list tells how each upstream’s last attempts ended, and that mail stays where there is none', async () => {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({ config: { upstreams: [upstreamConfig(upstream)] } });
  const admin = await signIn(gate);
  const page = async () => (await admin.get<UpstreamsPage>('/settings/upstreams')).body;
  expect(await page()).toMatchObject({
    outbox_only: false,
    upstreams: [
      { name: 'provider', kind: 'smtp', used_by_default: true, last_success: null, last_failure: null },
    ],
  });
  upstream.script = { rcpt: { reply: '451 4.3.0 later', times: 1 } };
  await addProspect(gate, 'vp@fine.example');
  await gate.send({ to: 'vp@fine.example' });
  await gate.until(([one]) => one?.state === 'deferred', 'deferred');
  gate.advance(60_000);
  await gate.until(([one]) => one?.state === 'relayed', 'relayed');
  expect((await page()).upstreams[0]).toMatchObject({
    last_success: { outcome: 'delivered', response: '250 2.0.0 queued as 1' },
    last_failure: { outcome: 'temporary', response: '451 4.3.0 later' },
  });
  await upstream.close();

  const alone = await startGate();
  const other = await signIn(alone);
  expect((await other.get('/settings/upstreams')).body).toMatchObject({
    outbox_only: true,
    upstreams: [{ name: 'outbox', kind: 'outbox' }],
  });
});

describe('a test through an account at', () => {
  // Another gate stands in for the provider: its fronts take what the providers' APIs take, and hold what they do not know.
  test.each(PROVIDERS)('%s is a request that its API takes, with the account’s key', async (provider) => {
    const there = await startGate();
    const owner = await signIn(there);
    const engine = (await owner.get<EnginesPage>('/settings/engines')).body.engines.find(
      ({ name }) => name === 'engine',
    )!;
    const kind = provider === 'ses' ? 'sigv4' : 'bearer';
    const made = await owner.send<EngineSecrets>('POST', `/settings/engines/${engine.id}/keys`, { kind });
    const { key } = made.body;
    const smtp = await SmtpUpstream.start();
    const gate = await startGate({
      config: {
        upstreams: [upstreamConfig(smtp)],
        providers: {
          [provider]: {
            api_key: key!.kind === 'bearer' ? key!.key : key!.secretAccessKey,
            base_url: `${there.httpBase}/${provider}`,
            ...(key!.kind === 'sigv4' ? { access_key_id: key!.accessKeyId } : {}),
          },
        },
      },
    });
    const admin = await signIn(gate);
    const { body } = await admin.send<TestResult>('POST', `/settings/upstreams/${provider}/test`, TEST);
    expect(body).toMatchObject({ outcome: 'delivered', upstream: provider });
    const [arrived] = await there.deliveries();
    // No trouble with the request: all that is doubtful there is that it does not know us.
    expect(arrived).toMatchObject({ recipient: TEST.to, hold_reason: 'unknown_recipient' });
    await smtp.close();
  });
});
