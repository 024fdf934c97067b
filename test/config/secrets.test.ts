import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { expect, test, vi } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { inlineSecrets, readSecret } from '../../src/config/secret.ts';
import { captureLog } from '../observability/log-lines.ts';
import { newKey } from '../support/api-key.ts';
import { addProspect, PASSWORD, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { echoingHttp, echoingLines } from './echo-server.ts';

/** A secret that stands nowhere else, told apart by its place. */
const planted = (place: string): string => `s3cret-${place}-9f1c7ab2`;

test('a secret file is a credential of the service first, and what stands in the configuration is told by its path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'presend-secrets-'));
  mkdirSync(join(folder, 'credentials'));
  writeFileSync(join(folder, 'credentials/hubspot-token'), 'from the service\n');
  writeFileSync(join(folder, 'hubspot-token'), 'beside the configuration\n');
  const read = (env: NodeJS.ProcessEnv, file = 'hubspot-token') =>
    readSecret({ token_file: file }, 'token', { section: 'hubspot', base: folder, env });
  const service = { CREDENTIALS_DIRECTORY: join(folder, 'credentials') };
  expect(read(service)).toBe('from the service');
  expect(read({})).toBe('beside the configuration');
  expect(read(service, join(folder, 'hubspot-token'))).toBe('beside the configuration');
  expect(() => read(service, 'missing')).toThrow(/^hubspot: cannot read missing$/);

  const config = configSchema.parse({
    hubspot: { token: planted('hubspot') },
    providers: { resend: { api_key_env: 'KEY', webhook_secret: 'x' } },
    upstreams: [{ name: 'up', host: 'smtp.example', auth: { user: 'u', password: 'p' } }],
  });
  expect(inlineSecrets(config).toSorted()).toEqual([
    'hubspot.token',
    'providers.resend.webhook_secret',
    'upstreams.0.auth.password',
  ]);
});

test('no secret is told by logs, metrics, API, audit or database, though every other side refuses and repeats it', async () => {
  const http = await echoingHttp();
  const smtp = await echoingLines('smtp');
  const imap = await echoingLines('imap');
  const captured = captureLog();
  const outputs: string[] = [];
  for (const stream of ['stdout', 'stderr'] as const)
    vi.spyOn(process[stream], 'write').mockImplementation((text) => (outputs.push(String(text)), true));
  const account = (name: string) => ({ api_key: planted(name), base_url: http.url });
  const config = {
    upstreams: [
      {
        name: 'smtp-echo',
        host: '127.0.0.1',
        port: smtp.port,
        tls: 'none' as const,
        auth: { user: 'gate', password: planted('smtp') },
      },
    ],
    providers: {
      resend: {
        ...account('resend'),
        webhook_secret: `whsec_${Buffer.from(planted('resend-webhook')).toString('base64')}`,
      },
      sendgrid: { ...account('sendgrid'), inbound_password: planted('inbound') },
      postmark: { ...account('postmark'), webhook_password: planted('postmark-webhook') },
      mailersend: { ...account('mailersend'), webhook_secret: planted('mailersend-webhook') },
      mailgun: {
        ...account('mailgun'),
        webhook_signing_key: planted('mailgun-webhook'),
        domains: ['sender.example'],
      },
      ses: { ...account('ses'), access_key_id: 'AKIAEXAMPLE' },
    },
    hubspot: { token: planted('hubspot'), base_url: http.url, sync: { enabled: true } },
    access: { oidc: { issuer: http.url, client_id: 'presend', client_secret: planted('oidc') } },
    notify: {
      slack: { webhook_url: `${http.url}/services/${planted('slack')}` },
      gather_seconds: 0,
      every_minutes: 0.001,
    },
    webhooks: { allow_private: true },
    replies: {
      imap: [
        {
          name: 'ann',
          host: '127.0.0.1',
          port: imap.port,
          tls: 'none' as const,
          user: 'ann',
          password: planted('imap'),
          poll_seconds: 0.2,
        },
      ],
    },
  };
  const gate = await startGate({
    config,
    log: captured.log,
    engine: { webhookUrl: `${http.url}/hook` },
  });
  const { database } = gate.app;
  await addProspect(gate, 'lena@kestrelwharf.example');
  await addProspect(gate, 'otto@held.example', { company: { funding_confidence: 'low' } });
  const key = await newKey(gate, 'bearer');
  const bearer = key.kind === 'bearer' ? key.key : '';

  // By SMTP, by an account's API, held (which Slack is told), an opt-out (which goes to every account), a wrong login.
  await gate.send({ to: 'lena@kestrelwharf.example' });
  await gate.send({
    to: 'otto@held.example',
    text: 'Congratulations on closing your $20M Series B last month!',
  });
  const mail = {
    from: 'ann@sender.example',
    to: 'lena@kestrelwharf.example',
    subject: 'Hello',
    text: 'Hello Lena, a call?',
  };
  await fetch(`${gate.httpBase}/resend/emails`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(mail),
  });
  const admin = await signIn(gate, { role: 'admin' });
  await admin.send('POST', '/crm/suppressions', {
    fields: { target: 'gone@else.example', channel: 'all', reason: 'asked' },
  });
  await admin.send('POST', '/sync/hubspot/run', {});
  await admin.send('POST', '/session', { email: 'admin@gate.test', password: planted('typed') });
  await fetch(`${gate.httpBase}/api/oidc/start`, { redirect: 'manual' });
  await createTransport({
    host: '127.0.0.1',
    port: gate.port,
    ignoreTLS: true,
    auth: { user: 'engine', pass: planted('typed') },
  })
    .sendMail(mail)
    .catch(() => {});
  for (const provider of ['sendgrid', 'postmark'])
    await fetch(`${gate.httpBase}/events/${provider}`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`x:${planted('typed')}`).toString('base64')}` },
      body: '{}',
    });

  await expect.poll(smtp.logins, { timeout: 15_000 }).toBeGreaterThan(0);
  await expect.poll(imap.logins, { timeout: 15_000 }).toBeGreaterThan(0);
  await expect
    .poll(
      async () =>
        (await database.db.selectFrom('write_backs').select('error').where('error', 'is not', null).execute())
          .length,
      { timeout: 15_000 },
    )
    .toBeGreaterThan(5);
  await expect
    .poll(
      async () =>
        (
          await database.db
            .selectFrom('attempts')
            .select('outcome')
            .where('outcome', 'is not', null)
            .execute()
        ).length,
      { timeout: 15_000 },
    )
    .toBeGreaterThan(1);
  expect(http.requests()).toBeGreaterThan(7);

  const said = new Map<string, string>();
  for (const role of ['admin', 'auditor', 'reviewer'] as const) {
    const person = await signIn(gate, { role });
    const [first] = await gate.deliveries();
    for (const one of gate.app.endpoints) {
      if (one.method !== 'get' || /stream|live/.test(one.path)) continue;
      const path = one.path
        .replace('/deliveries/:id', `/deliveries/${first.id}`)
        .replace(/:\w+/g, first.message_id)
        .replace('*', '');
      const { body } = await person.get(path).catch(() => ({ body: null }));
      said.set(`${role} ${path}`, JSON.stringify(body));
    }
  }
  for (const path of ['/metrics', '/healthz', '/readyz'])
    said.set(path, await (await fetch(`${gate.httpBase}${path}`)).text());
  await gate.app.stop();
  vi.restoreAllMocks();
  said.set('log', captured.lines.join('\n'));
  said.set('output', outputs.join('\n'));
  said.set('argv', process.argv.join(' '));
  for (const name of readdirSync(gate.dataDir, { recursive: true, encoding: 'utf8' })) {
    const path = join(gate.dataDir, name);
    if (statSync(path).isFile()) said.set(`file ${name}`, readFileSync(path, 'latin1'));
  }

  const secrets = [
    ...[
      'resend',
      'sendgrid',
      'postmark',
      'mailersend',
      'mailgun',
      'ses',
      'hubspot',
      'oidc',
      'slack',
      'smtp',
      'imap',
      'inbound',
      'typed',
      'resend-webhook',
      'postmark-webhook',
      'mailersend-webhook',
      'mailgun-webhook',
    ].map(planted),
    bearer,
    PASSWORD,
  ];
  const leaks: string[] = [];
  for (const [where, text] of said)
    for (const secret of secrets)
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        encodeURIComponent(secret),
      ])
        if (text.includes(form)) leaks.push(`${secret} in ${where}`);
  expect([...new Set(leaks)]).toEqual([]);
}, 120_000);
