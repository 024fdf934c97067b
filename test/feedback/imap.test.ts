import { describe, expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { loadMailbox, type MailboxConfig, ReplyMailbox } from '../../src/feedback/imap.ts';
import { readCursor } from '../../src/feedback/mailbox-cursor-store.ts';
import type { TakeReplyDeps, TakenReply } from '../../src/feedback/take-reply.ts';
import { type Dovecot, IMAP_PASSWORD, IMAP_USER, noDovecot, startDovecot } from '../support/dovecot.ts';
import { HOUR, replyDesk, suppressionsIn, threadOf } from './setup.ts';

if (noDovecot !== null) console.warn(`IMAP tests are left out: ${noDovecot}`);

/** A mailbox of the configuration, read while the test runs. */
function reading(
  server: Dovecot,
  deps: TakeReplyDeps,
  changes: Partial<Record<keyof MailboxConfig, unknown>> = {},
): { mailbox: ReplyMailbox; taken: TakenReply[] } {
  const [config] = configSchema.parse({
    replies: {
      imap: [
        {
          name: 'ann',
          host: '127.0.0.1',
          port: server.port,
          tls: 'none',
          user: IMAP_USER,
          password: IMAP_PASSWORD,
          poll_seconds: 600,
          ...changes,
        },
      ],
    },
  }).replies.imap;
  const taken: TakenReply[] = [];
  const opened = { ...loadMailbox(config, '/'), ...(config.tls === 'none' ? {} : { ca: server.ca }) };
  const mailbox = new ReplyMailbox(
    opened,
    { ...deps, now: Date.now, onTaken: (one) => taken.push(one) },
    { firstPauseMs: 20 },
  );
  mailbox.start();
  onTestFinished(() => mailbox.stop());
  return { mailbox, taken };
}

async function until(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let serial = 0;
const mail = (text: string, headers = ''): string =>
  `From: Jane Roe <jane@acme.example>
To: ann@sender.example
Subject: Re: Payroll
Message-ID: <imap-${++serial}@acme.example>
In-Reply-To: <ours-1@sender.example>
${headers}Content-Type: text/plain; charset=utf-8

${text}
`;

describe.runIf(noDovecot === null)('a mailbox of replies', () => {
  it('is read from the last three days on, and mail that comes later at once', async () => {
    const server = await startDovecot();
    const { database, deps } = await replyDesk();
    server.deliver(mail('too old to matter, stop'), new Date(Date.now() - 5 * 24 * HOUR));
    server.deliver(mail('Let us talk.'), new Date(Date.now() - 24 * HOUR));
    const { taken } = reading(server, deps);
    await until(() => taken.length === 1, 'the first mail');
    server.deliver(mail('Please unsubscribe me.'));
    // Long before the poll interval of ten minutes: the server tells (IDLE).
    await until(() => taken.length === 2, 'the second mail');
    expect(taken.map(({ result }) => result)).toEqual(['reply', 'opt_out']);
    expect((await threadOf(database)).map(({ text }) => text).slice(1)).toEqual([
      'Let us talk.',
      'Please unsubscribe me.',
    ]);
    expect((await readCursor(database.db, 'ann'))?.lastUid).toBe(3);
    // Nothing was marked as seen.
    expect(server.flags()).toEqual(['', '', '']);
  });

  it('goes on where it was after a restart, and reads an out-of-office as no reply', async () => {
    const server = await startDovecot();
    const { database, deps } = await replyDesk();
    server.deliver(mail('Hello.'));
    const first = reading(server, deps);
    await until(() => first.taken.length === 1, 'the first mail');
    await first.mailbox.stop();
    server.deliver(mail('I am away. STOP', 'Auto-Submitted: auto-replied\n'));
    server.deliver(mail('Back again.'));
    const { taken } = reading(server, deps);
    await until(() => taken.length === 2, 'both mails');
    expect(taken.map(({ result }) => result)).toEqual(['automatic', 'reply']);
    expect(await threadOf(database)).toHaveLength(3);
    expect(await suppressionsIn(database)).toEqual([]);
  });

  it('is read anew when its UIDs become void, and no mail counts twice', async () => {
    const server = await startDovecot();
    const { database, deps } = await replyDesk();
    server.deliver(mail('Hello.'));
    const { taken } = reading(server, deps);
    await until(() => taken.length === 1, 'the first mail');
    const before = await readCursor(database.db, 'ann');
    await server.renewUidValidity();
    server.deliver(mail('Second.'));
    await until(() => taken.length === 3, 'both again');
    expect(taken.map(({ result }) => result)).toEqual(['reply', 'seen', 'reply']);
    expect((await readCursor(database.db, 'ann'))?.uidValidity).not.toBe(before?.uidValidity);
    expect(await threadOf(database)).toHaveLength(3);
  });

  it('is connected to again when the server was gone', async () => {
    const server = await startDovecot();
    const { deps } = await replyDesk();
    const { taken } = reading(server, deps);
    server.deliver(mail('One.'));
    await until(() => taken.length === 1, 'the first mail');
    await server.stop();
    server.deliver(mail('Two.'));
    await server.start();
    await until(() => taken.length === 2, 'the second mail');
  });

  it('keeps a mail that could not be taken, and takes it when it can', async () => {
    const server = await startDovecot();
    const { database, deps } = await replyDesk();
    let failures = 2;
    const { taken } = reading(server, {
      ...deps,
      queueWriteBacks: () => (failures-- > 0 ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    });
    server.deliver(mail('stop'));
    await until(() => taken.length === 1, 'the mail at the third try');
    expect(failures).toBe(-1);
    expect(await suppressionsIn(database)).toHaveLength(1);
  });

  it('skips a mail over 10 MB and goes on', async () => {
    const server = await startDovecot();
    const { database, deps } = await replyDesk();
    server.deliver(mail(`stop\n${'x'.repeat(70).concat('\n').repeat(160_000)}`));
    server.deliver(mail('Hello.'));
    const { taken } = reading(server, deps);
    await until(() => taken.length === 1, 'the small mail');
    expect((await readCursor(database.db, 'ann'))?.lastUid).toBe(2);
  });

  it.each(['implicit', 'required'])('is read over TLS (%s) that the given CA vouches for', async (tls) => {
    const server = await startDovecot();
    const { deps } = await replyDesk();
    server.deliver(mail('Hello.'));
    const port = tls === 'implicit' ? server.tlsPort : server.port;
    const { taken } = reading(server, deps, { tls, port, host: 'localhost' });
    await until(() => taken.length === 1, 'the mail');
  });

  it('is not read when nobody vouches for the certificate, nor with a wrong password', async () => {
    const server = await startDovecot();
    const { deps } = await replyDesk();
    server.deliver(mail('Hello.'));
    const said: Record<string, unknown>[] = [];
    const log = { ...deps.log, warn: (fields: Record<string, unknown>) => said.push(fields) } as never;
    const [config] = configSchema.parse({
      replies: {
        imap: [
          { name: 'ann', host: 'localhost', port: server.tlsPort, user: IMAP_USER, password: IMAP_PASSWORD },
        ],
      },
    }).replies.imap;
    const untrusting = new ReplyMailbox(loadMailbox(config, '/'), { ...deps, log }, { firstPauseMs: 20 });
    untrusting.start();
    await until(() => said.length > 0, 'the refusal');
    await untrusting.stop();
    expect(String(said[0]?.['reason'])).toMatch(/self.?signed/i);
    said.length = 0;
    const { mailbox, taken } = reading(server, { ...deps, log }, { password: 'wrong one' });
    await until(() => said.length > 0, 'the refusal');
    await mailbox.stop();
    expect(said[0]).toMatchObject({ mailbox: 'ann' });
    expect(JSON.stringify(said)).not.toContain('wrong one');
    expect(taken).toEqual([]);
  });
});

it('a mailbox that nobody serves is tried with growing pauses', async () => {
  const { deps } = await replyDesk();
  const said: { retryInMs: number }[] = [];
  const log = { ...deps.log, warn: (fields: { retryInMs: number }) => said.push(fields) } as never;
  const [config] = configSchema.parse({
    replies: { imap: [{ name: 'ann', host: '127.0.0.1', port: 9, tls: 'none', user: 'a', password: 'b' }] },
  }).replies.imap;
  const mailbox = new ReplyMailbox(loadMailbox(config, '/'), { ...deps, log }, { firstPauseMs: 20 });
  const began = performance.now();
  mailbox.start();
  await until(() => said.length === 5, 'five tries');
  // 20 + 40 + 80 + 160, less what timers may be early.
  expect(performance.now() - began).toBeGreaterThan(290);
  expect(said.map(({ retryInMs }) => retryInMs)).toEqual([20, 40, 80, 160, 320]);
  await mailbox.stop();
});
