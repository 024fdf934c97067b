import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../src/intake/engine-store.ts';
import { type HttpIntakeOptions, httpIntakeRoutes } from '../../src/intake/http.ts';
import type { OutgoingMail } from '../../src/intake/outgoing-mail.ts';
import type { Front, HttpRequest, ReadMail } from '../../src/intake/providers/front.ts';
import type { Submission } from '../../src/intake/submission.ts';
import { submitMails } from '../../src/intake/submit.ts';

const ENGINE = {
  id: 1,
  name: 'engine',
  senderDomains: ['sender.example'],
  answer: null,
} as unknown as Engine;

/** An intake that stores at once, keeps what it was given, and whose verdict comes when `judge` is called. */
function slowGate() {
  let judge = (): void => {};
  const verdict = new Promise<null>((resolve) => (judge = () => resolve(null)));
  let awaited = (): void => {};
  const waiting = new Promise<void>((resolve) => (awaited = resolve));
  const stored: { raw: Buffer; request: Buffer | null }[] = [];
  const options = {
    config: {
      answer: { mode: 'sync', suppressed: 'reject' },
      http: {
        retry_minutes: 0,
        max_body_bytes: 20_000_000,
        body_seconds: 30,
        max_recipients: 10,
        accept_fields: [],
        fetch_attachments: false,
      },
      smtp: { max_line_bytes: 16_384 },
      delivery: { max_hops: 50 },
    },
    now: () => 1_800_000_000_000,
    stages: { accepted: () => {}, refused: () => {} },
    onTheirWay: { begin: () => () => {} },
    onActivity: () => {},
    isOwnRequest: () => false,
    guard: { right: async () => {} },
    accept: async (submissions: Submission[]) =>
      submissions.map(({ id, raw, request }) => {
        stored.push({ raw, request: request?.body ?? null });
        return { id: id!, duplicate: false };
      }),
    answer: () => {
      awaited();
      return verdict;
    },
  } as unknown as HttpIntakeOptions;
  return { options, stored, waiting, judge };
}

const FILE = Buffer.alloc(1_000_000, 'file');

function mailOf(request: Buffer): ReadMail {
  const mail: OutgoingMail = {
    from: { name: 'Ann', address: 'ann@sender.example' },
    to: [{ name: '', address: 'bob@prospect.example' }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: 'A call',
    text: 'Hello',
    html: '<p>Hello</p>',
    headers: [],
    attachments: [{ filename: 'a.pdf', content: FILE, contentType: null, contentId: null }],
    scheduledAt: null,
  };
  const passedOn = {
    provider: 'resend',
    path: '/emails',
    contentType: 'application/json',
    trouble: [],
  } as const;
  return { mail, request: { ...passedOn, trouble: [], body: request } };
}

test('a mail that is stored is not kept in memory as well while its verdict is waited for', async () => {
  const { options, stored, waiting, judge } = slowGate();
  const mails = [mailOf(Buffer.from('first')), mailOf(Buffer.from('second'))];
  const origin = {
    protocol: 'HTTP',
    remoteAddress: '::1',
    helo: null,
    transmission: 'HTTP',
    user: 'engine',
  } as const;
  const submitted = submitMails(options, ENGINE, mails, { origin, digest: 'd', key: null, intake: 'resend' });
  await waiting;
  expect(stored.map(({ request }) => request?.toString())).toEqual(['first', 'second']);
  expect(stored.every(({ raw }) => raw.length > FILE.length)).toBe(true);
  for (const { mail, request } of mails) {
    expect(mail).toMatchObject({
      text: null,
      html: null,
      attachments: [],
      from: { address: 'ann@sender.example' },
    });
    expect(request!.body).toHaveLength(0);
  }
  judge();
  expect(await submitted).toHaveLength(2);
});

test('nor is the request it came in', async () => {
  const { options, stored, waiting, judge } = slowGate();
  let seen: HttpRequest | undefined;
  const front: Front = {
    name: 'native',
    verify: async () => ENGINE,
    refuse: ({ message }) => ({ status: 400, body: message }),
    routes: [
      {
        method: 'post',
        path: '/mails',
        handle: async (request, gate) => {
          seen = request;
          await gate.submit([mailOf(request.body)]);
          return { status: 200, body: null };
        },
      },
    ],
  };
  const server = express()
    .use(httpIntakeRoutes(options, [front]))
    .listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answer = fetch(`http://127.0.0.1:${port}/mails`, { method: 'POST', body: 'x'.repeat(1_000_000) });
  await waiting;
  expect(stored[0].request).toHaveLength(1_000_000);
  expect(seen!.body).toHaveLength(0);
  judge();
  expect((await answer).status).toBe(200);
});
