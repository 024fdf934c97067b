import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unsubscribeRoutes } from '../../src/feedback/unsubscribe.ts';
import {
  listUnsubscribeHeaders,
  readUnsubscribeToken,
  unsubscribeUrl,
  withListUnsubscribe,
} from '../../src/feedback/unsubscribe-link.ts';
import { createApp } from '../../src/http/server.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { signLink } from '../../src/review/links.ts';
import { NOW } from '../crm/open.ts';
import { sentMail } from './sent-mail.ts';
import { replyDesk, suppressionsIn } from './setup.ts';

const KEY = randomBytes(32);

/** The pages on a real HTTP server, with one mail sent to Jane. */
async function unsubscribing() {
  const { database, deps, queued } = await replyDesk();
  await sentMail(database, {});
  const routes = unsubscribeRoutes({
    key: KEY,
    database,
    now: () => NOW,
    log: deps.log,
    queueWriteBacks: deps.queueWriteBacks,
  });
  const server = createApp({ routers: [['/unsubscribe', routes]], log: deps.log }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { database, queued, base, url: unsubscribeUrl(base, KEY, 'd1') };
}

const oneClick = (): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
});

describe('one-click unsubscribe', () => {
  it('suppresses the recipient at once and answers 200, however often it comes', async () => {
    const { database, queued, url } = await unsubscribing();
    for (let times = 0; times < 3; times++) expect((await fetch(url, oneClick())).status).toBe(200);
    expect(await suppressionsIn(database)).toMatchObject([
      {
        kind: 'address',
        value: 'jane@acme.example',
        channel: 'email',
        reason: 'one-click unsubscribe (2026-03-01)',
        source: 'unsubscribe:d1',
      },
    ]);
    expect(queued[0]).toMatchObject({ kind: 'address', value: 'jane@acme.example', except: null });
  });

  it('takes the multipart form too', async () => {
    const { database, url } = await unsubscribing();
    const body = new FormData();
    body.set('List-Unsubscribe', 'One-Click');
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
    expect(await suppressionsIn(database)).toHaveLength(1);
  });

  it('does nothing on GET and HEAD, which mail scanners send, but shows a button that works', async () => {
    const { database, url } = await unsubscribing();
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    const shown = await fetch(url);
    const html = await shown.text();
    expect(shown.status).toBe(200);
    expect(html).not.toContain('jane');
    expect(await suppressionsIn(database)).toEqual([]);
    const [, name, value] = /name="([^"]+)" value="([^"]+)"/.exec(html) ?? [];
    const pressed = await fetch(url, { method: 'POST', body: new URLSearchParams({ [name]: value }) });
    expect(await pressed.text()).toContain('You are unsubscribed');
    expect(await suppressionsIn(database)).toHaveLength(1);
  });

  it.each([
    ['nothing', { method: 'POST' }],
    ['another form', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }],
    [
      'JSON',
      {
        method: 'POST',
        body: '{"List-Unsubscribe":"One-Click"}',
        headers: { 'content-type': 'application/json' },
      },
    ],
    ['a broken multipart', { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } }],
    [
      'a multipart cut short',
      { method: 'POST', body: '--b\r\nx', headers: { 'content-type': 'multipart/form-data; boundary=b' } },
    ],
    [
      'a huge multipart',
      {
        method: 'POST',
        body: 'x'.repeat(1_000_000),
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      },
    ],
  ])('does nothing for a POST of %s', async (_what, init) => {
    const { database, url } = await unsubscribing();
    expect((await fetch(url, init)).status).toBe(400);
    expect(await suppressionsIn(database)).toEqual([]);
  });

  it('answers a forged link and one of unknown mail alike', async () => {
    const { database, base, url } = await unsubscribing();
    const review = signLink(KEY, { deliveryId: 'd1', act: 'close', person: 'ann', expires: NOW + 1 });
    const links = [
      unsubscribeUrl(base, randomBytes(32), 'd1'),
      unsubscribeUrl(base, KEY, 'd2'),
      url.replace('/d1.', '/d2.'),
      url.slice(0, -2),
      `${base}/unsubscribe/${review}`,
      `${base}/unsubscribe/x`,
    ];
    const answers = new Set<string>();
    for (const link of links) {
      const answer = await fetch(link, oneClick());
      answers.add(`${answer.status} ${await answer.text()}`);
      answers.add(`404 ${await (await fetch(link)).text()}`);
    }
    expect(answers.size).toBe(1);
    expect(await suppressionsIn(database)).toEqual([]);
  });
});

describe('the offer in a mail', () => {
  const url = unsubscribeUrl('https://gate.example/', KEY, '01JX');

  it('is two header lines over https, and no one-click without it', () => {
    expect(listUnsubscribeHeaders(url)).toEqual([
      `List-Unsubscribe: <${url}>`,
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ]);
    expect(listUnsubscribeHeaders('http://127.0.0.1/unsubscribe/x.y')).toHaveLength(1);
    expect(() => listUnsubscribeHeaders('https://gate.example/\r\nBcc: x@y')).toThrow(RangeError);
  });

  it('is put on top and leaves every other byte as it was', async () => {
    const raw = Buffer.from('Subject: Hi\r\nFrom: a@b.example\r\n\r\nBody \xe9\r\n', 'latin1');
    const after = withListUnsubscribe(raw, url);
    expect(after.subarray(after.length - raw.length).equals(raw)).toBe(true);
    const { headers, draft } = await parseMessage(
      withListUnsubscribe(Buffer.from('Subject: Hi\nFrom: a@b.example\n\nBody\n'), url),
    );
    expect(headers.listUnsubscribe).toBe(true);
    expect(draft.body.trim()).toBe('Body');
  });

  it('is not put on a mail that has its own', () => {
    const raw = Buffer.from('list-unsubscribe:\r\n <mailto:u@b.example>\r\nSubject: Hi\r\n\r\nBody\r\n');
    expect(withListUnsubscribe(raw, url)).toBe(raw);
  });

  it('is read back from its own URL alone', () => {
    const token = url.split('/').at(-1)!;
    expect(readUnsubscribeToken(KEY, token)).toBe('01JX');
    expect(readUnsubscribeToken(randomBytes(32), token)).toBeNull();
  });
});
