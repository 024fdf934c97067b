import { describe, expect, onTestFinished, test } from 'vitest';
import { Bounded } from '../../src/access/bounded.ts';
import { configSchema } from '../../src/config/config.ts';
import { isReplyAddress, takeForwarded } from '../../src/feedback/forwarding.ts';
import { Acceptor } from '../../src/intake/accept.ts';
import { CredentialChecker } from '../../src/intake/credentials.ts';
import { LoginGuard } from '../../src/intake/login-guard.ts';
import { OnTheirWay } from '../../src/intake/on-their-way.ts';
import { SmtpIntake } from '../../src/intake/smtp.ts';
import { serverKeyPair } from '../../src/intake/tls.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { Stages } from '../../src/observability/stages.ts';
import { NO_TRACING } from '../../src/observability/tracing.ts';
import type { Database } from '../../src/store/database.ts';
import { temporaryFolder } from '../crm/open.ts';
import { replyDesk, suppressionsIn } from '../feedback/setup.ts';
import { SmtpSession } from '../support/smtp-session.ts';

const ADDRESS = 'replies+s3cret@gate.example';

/** The SMTP intake as the gate runs it, with a forwarding address; nothing is judged or relayed. */
async function intake(options: { loopback?: boolean; address?: string | null } = {}) {
  const desk = await replyDesk();
  const { database, deps } = desk;
  const address = options.address === undefined ? ADDRESS : options.address;
  const config = {
    ...configSchema.parse({ smtp: { port: 0 }, replies: { address } }),
    hostname: 'gate.test',
    source: null,
    data_dir: temporaryFolder(),
  };
  if (options.loopback) {
    await database.transact((trx) => trx.updateTable('engines').set({ loopback_without_auth: 1 }).execute());
  }
  const metrics = createMetrics();
  const acceptor = new Acceptor({ database, now: Date.now, isInternal: () => false });
  const smtp = new SmtpIntake({
    config,
    database,
    log: deps.log,
    metrics,
    stages: new Stages({ log: deps.log, metrics, tracing: NO_TRACING }),
    keyPair: await serverKeyPair(config),
    credentials: new CredentialChecker({
      database,
      guard: new LoginGuard({ database, key: Buffer.alloc(32), now: Date.now, limits: config.engine_login }),
      bounded: new Bounded({ atOnce: 1, waiting: 1 }),
      key: Buffer.alloc(32),
    }),
    accept: (submission) => acceptor.accept(submission),
    onTheirWay: new OnTheirWay(),
    onActivity: () => {},
    answer: () => Promise.resolve(null),
    replies:
      address === null
        ? null
        : {
            isReplyAddress: (recipient) => isReplyAddress(config, recipient),
            take: async (raw, envelopeFrom) => {
              await takeForwarded({ ...deps, config }, raw, envelopeFrom);
            },
          },
  });
  const [listening] = await smtp.listen();
  onTestFinished(() => smtp.close());
  return { ...desk, port: listening.port };
}

const accepted = async ({ db }: Database): Promise<number> =>
  (await db.selectFrom('messages').select('id').execute()).length;

const reply = (headers = ''): string =>
  [
    'From: Jane Roe <jane@acme.example>',
    'To: ann@sender.example',
    'Subject: Re: Payroll',
    'Message-ID: <orig@acme.example>',
    'In-Reply-To: <ours-1@sender.example>',
    ...(headers === '' ? [] : [headers]),
    '',
    'Please remove me from your list.',
    '',
  ].join('\r\n');

/** One SMTP transaction. @returns the replies to MAIL, each RCPT, and what became of DATA */
async function send(port: number, from: string, to: string[], body = reply()): Promise<string[]> {
  const session = await SmtpSession.open(port);
  await session.say('EHLO forwarder.example');
  const replies = [await session.say(`MAIL FROM:<${from}>`)];
  for (const address of to) replies.push(await session.say(`RCPT TO:<${address}>`));
  const go = await session.say('DATA');
  replies.push(go.startsWith('354') ? await session.say(`${body}\r\n.`) : go);
  session.close();
  return replies;
}

describe('the address that replies are forwarded to', () => {
  test('takes a redirected reply from a server that has no credentials', async () => {
    const { port, database } = await intake();
    const replies = await send(port, 'jane@acme.example', [ADDRESS]);
    expect(replies.at(-1)).toBe('250 2.0.0 Taken');
    expect(await suppressionsIn(database)).toMatchObject([{ value: 'jane@acme.example', channel: 'email' }]);
    expect(await accepted(database)).toBe(0);
  });

  test('takes an out-of-office, and changes nothing', async () => {
    const { port, database } = await intake();
    const replies = await send(port, '', [ADDRESS], reply('Auto-Submitted: auto-replied'));
    expect(replies.at(-1)).toBe('250 2.0.0 Taken');
    expect(await suppressionsIn(database)).toEqual([]);
  });

  test.each([
    'maria@fine.example',
    'replies@gate.example',
    'replies+guess@gate.example',
  ])('opens no way to %s', async (to) => {
    const { port, database } = await intake();
    const replies = await send(port, 'jane@acme.example', [to]);
    expect(replies[1]).toMatch(/^530 5\.7\.0 Authentication required/);
    expect(replies.at(-1)).toMatch(/^5\d\d /);
    expect(await accepted(database)).toBe(0);
  });

  test.each([
    [[ADDRESS, 'maria@fine.example']],
    [['maria@fine.example', ADDRESS]],
  ])('takes mail to itself alone: %j', async (to) => {
    const { port, database } = await intake({ loopback: true });
    const body = reply().replace('Jane Roe <jane@acme.example>', 'ann@sender.example');
    const replies = await send(port, 'ann@sender.example', to, body);
    expect(replies[2]).toBe('550 5.7.1 The address for replies takes mail to itself alone');
    // What was accepted before goes its way as ever: to the prospect as a message, or as a reply.
    expect(replies.at(-1)).toMatch(/^250 2\.0\.0 /);
    expect(await accepted(database)).toBe(to[0] === ADDRESS ? 0 : 1);
  });

  test('takes what an engine on loopback forwards as a reply, not as its mail', async () => {
    const { port, database } = await intake({ loopback: true });
    expect((await send(port, 'ann@sender.example', [ADDRESS])).at(-1)).toBe('250 2.0.0 Taken');
    expect(await accepted(database)).toBe(0);
    expect(await suppressionsIn(database)).toHaveLength(1);
  });

  test('is asked again later when the reply cannot be stored', async () => {
    const { port, database } = await intake();
    await database.db.schema.dropTable('fingerprints').execute();
    const replies = await send(port, 'jane@acme.example', [ADDRESS]);
    expect(replies.at(-1)).toMatch(/^451 4\.3\.0 /);
    expect(await suppressionsIn(database)).toEqual([]);
  });

  test('leaves everything as it was where there is none', async () => {
    const { port } = await intake({ address: null });
    const replies = await send(port, 'jane@acme.example', [ADDRESS]);
    expect(replies[0]).toMatch(/^530 5\.7\.0 Authentication required/);
  });
});
