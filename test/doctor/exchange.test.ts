import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { accountsCheck } from '../../src/doctor/accounts.ts';
import { gateCheck, readyFinding } from '../../src/doctor/gate.ts';
import { holdsSecrets, riskySettings, settingsCheck } from '../../src/doctor/settings.ts';
import { upstreamsCheck } from '../../src/doctor/upstreams.ts';
import { PROVIDERS, type ProviderName } from '../../src/message/provider.ts';
import { selfSigned } from '../support/certificate.ts';
import { SmtpUpstream, type UpstreamOptions } from '../support/smtp-upstream.ts';
import { configOf, findings, newFolder, stateOf } from './run.ts';

describe('the doctor asks an upstream', () => {
  const look = async (options: UpstreamOptions, settings: Record<string, unknown>) => {
    const upstream = await SmtpUpstream.start(options);
    onTestFinished(() => upstream.close());
    const config = configOf(newFolder(), {
      upstreams: [{ name: 'provider', host: '127.0.0.1', port: upstream.port, ...settings }],
    });
    const [found] = await findings(upstreamsCheck(config, Date.now()));
    // Whatever it is found to be like, no mail is begun.
    expect(upstream.transactions).toBe(0);
    return found;
  };

  test('that lets it in, without and with TLS and a login', async () => {
    expect(await look({}, { tls: 'none' })).toMatchObject({
      state: 'ok',
      title: 'Upstream provider',
      says: expect.stringContaining('without TLS'),
    });
    const certificate = await selfSigned('localhost', '127.0.0.1');
    const auth = { user: 'gate', password: 'secret-word' };
    for (const tls of ['required', 'implicit'] as const) {
      const ca = join(newFolder(), 'ca.pem');
      writeFileSync(ca, certificate.cert);
      const found = await look(
        { tls: tls === 'required' ? 'starttls' : 'implicit', certificate, auth },
        { tls, auth, ca_file: ca, host: 'localhost' },
      );
      expect(found).toMatchObject({
        state: 'ok',
        says: expect.stringMatching(/TLS, logged in; its certificate is valid/),
      });
    }
  });

  test('that refuses the login, has a certificate nobody vouches for, offers no STARTTLS, or is not there', async () => {
    const certificate = await selfSigned('localhost');
    const auth = { user: 'gate', password: 'secret-word' };
    const wrong = { user: 'gate', password: 'wrong-word' };
    const login = await look({ auth }, { tls: 'none', auth: wrong });
    expect(login).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('refused the gate’s login'),
    });
    expect(JSON.stringify(login)).not.toContain('wrong-word');
    expect(await look({ tls: 'starttls', certificate }, { tls: 'required' })).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('certificate is not trusted'),
    });
    expect(await look({}, { tls: 'required' })).toMatchObject({ state: 'failed' });
    const config = configOf(newFolder(), {
      upstreams: [{ name: 'gone', host: '127.0.0.1', port: 1, tls: 'none' }],
    });
    expect((await findings(upstreamsCheck(config, Date.now())))[0]).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('Nothing listens'),
    });
  });

  test('whose password is not there', async () => {
    const auth = { user: 'gate', password_env: 'PRESEND_TEST_NO_SUCH_VARIABLE' };
    expect(await look({}, { tls: 'none', auth })).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('PRESEND_TEST_NO_SUCH_VARIABLE is not set'),
    });
  });
});

describe('the doctor asks a provider’s account', () => {
  const look = async (name: ProviderName, status: number, body = '{}') => {
    const seen: { method: string; url: string; auth: string }[] = [];
    const server = createServer((req, res) => {
      const { authorization, 'x-postmark-server-token': token } = req.headers;
      seen.push({ method: req.method!, url: req.url!, auth: authorization ?? String(token) });
      res.statusCode = status;
      res.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const account = { api_key: 'the-key', base_url: `http://127.0.0.1:${port}` };
    const config = configOf(newFolder(), {
      providers: { [name]: name === 'ses' ? { ...account, access_key_id: 'AKID' } : account },
    });
    const [found] = await findings(accountsCheck(config, Date.now()));
    expect(JSON.stringify(found)).not.toContain('the-key');
    return { found: found, seen };
  };

  test.each(PROVIDERS)('of %s one question that only reads, under its key', async (name) => {
    const { found, seen } = await look(name, 200);
    expect(found.state).toBe('ok');
    expect(seen).toEqual([{ method: 'GET', url: expect.stringMatching(/^\/\w/), auth: expect.any(String) }]);
    const { auth } = seen[0];
    if (name === 'ses') expect(auth).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/us-east-1\/ses\//);
    else if (name === 'mailgun') expect(auth).toBe(`Basic ${Buffer.from('api:the-key').toString('base64')}`);
    else expect(auth).toMatch(/^(?:Bearer )?the-key$/);
  });

  test('and says what its answer means', async () => {
    expect((await look('resend', 401)).found.state).toBe('failed');
    expect((await look('resend', 401, '{"name":"restricted_api_key"}')).found.state).toBe('ok');
    expect((await look('sendgrid', 403)).found.state).toBe('warning');
    expect((await look('postmark', 500)).found.state).toBe('not_checked');
    const config = configOf(newFolder(), {
      providers: { resend: { api_key: 'the-key', base_url: 'http://127.0.0.1:1' } },
    });
    expect(await stateOf(accountsCheck(config, Date.now()))).toBe('failed');
  });
});

test('the doctor says whether a gate runs and takes mail', async () => {
  const config = configOf(newFolder(), { http: { port: 1 } });
  expect(await stateOf(gateCheck(config, false))).toBe('warning');
  expect(await stateOf(gateCheck(config, true))).toBe('failed');
  expect(readyFinding(200, { status: 'ready', judge: 'rules' }).state).toBe('ok');
  expect(
    readyFinding(503, { status: 'not ready', why: 'the disk is full', mend: 'Make room.' }),
  ).toMatchObject({
    state: 'failed',
    says: 'It runs and takes no mail: the disk is full.',
    mend: 'Make room.',
  });
});

describe('the doctor says of settings', () => {
  const safe = { upstreams: [{ name: 'provider', host: 'mail.example', tls: 'required' as const }] };

  test('that nothing is risky', async () => {
    expect(await stateOf(settingsCheck(configOf(newFolder(), safe), []))).toBe('ok');
  });

  test.each([
    ['smtp.auth_without_tls', { smtp: { auth_without_tls_on_loopback: true } }],
    ['smtp.host', { smtp: { host: '0.0.0.0' } }],
    ['http.host', { http: { host: '192.0.2.1' } }],
    ['http.public_url', { http: { public_url: 'http://gate.example' } }],
    ['answer.suppressed', { answer: { suppressed: 'accept' as const } }],
    ['log.redact', { log: { redact: false } }],
    ['webhooks.allow_private', { webhooks: { allow_private: true } }],
    ['storage.min_free_mb', { storage: { min_free_mb: 0 } }],
    ['no upstream', { upstreams: [] }],
    ['Upstream provider: with tls', { upstreams: [{ ...safe.upstreams[0], tls: 'opportunistic' as const }] }],
    ['its certificate is not checked', { upstreams: [{ ...safe.upstreams[0], verify_certificate: false }] }],
  ])('that %s is', (says, input) => {
    const risks = riskySettings(configOf(newFolder(), { ...safe, ...input }), []);
    expect(risks).toHaveLength(1);
    expect(risks[0]).toMatchObject({ state: 'warning', says: expect.stringContaining(says) });
    expect(risks[0].mend).toMatch(/\.$/);
  });

  test('that an engine may send without a password, where mail leaves', () => {
    expect(riskySettings(configOf(newFolder(), safe), ['demo'])[0]?.mend).toContain(
      'presend engine set demo',
    );
  });

  test('which hold a secret themselves', () => {
    expect(holdsSecrets(configOf(newFolder(), safe))).toBe(false);
    const auth = { user: 'u', password_env: 'NAME' };
    expect(holdsSecrets(configOf(newFolder(), { upstreams: [{ ...safe.upstreams[0], auth }] }))).toBe(false);
    const open = { user: 'u', password: 'p' };
    expect(holdsSecrets(configOf(newFolder(), { upstreams: [{ ...safe.upstreams[0], auth: open }] }))).toBe(
      true,
    );
    expect(holdsSecrets(configOf(newFolder(), { providers: { resend: { api_key: 'k' } } }))).toBe(true);
  });
});
