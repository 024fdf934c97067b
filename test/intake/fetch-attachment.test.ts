import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createFetchAttachment } from '../../src/intake/fetch-attachment.ts';
import { readResendMail } from '../../src/intake/providers/resend-mail.ts';
import type { Gate } from '../../src/intake/providers/front.ts';
import { selfSigned } from '../support/certificate.ts';

const PDF = Buffer.from('%PDF-1.7 not much of one');
let pair: Awaited<ReturnType<typeof selfSigned>>;
beforeAll(async () => {
  pair = await selfSigned('localhost');
});

async function files() {
  const server = createServer({ key: pair.key, cert: pair.cert }, (req, res) => {
    if (req.url === '/large') return void res.end(Buffer.alloc(5_000));
    if (req.url === '/moved') return void res.writeHead(302, { location: '/a.pdf' }).end();
    if (req.url === '/cut')
      return void res.writeHead(200, { 'content-length': '100' }).write('x', () => req.socket.destroy());
    if (req.url === '/slow') return;
    res.writeHead(200, { 'content-type': 'application/pdf; charset=binary' }).end(PDF);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

describe('a file that a request names by URL', () => {
  const fetching = (allowed?: (address: string) => boolean) =>
    createFetchAttachment({ maxBytes: 1_000, timeoutMs: 300, allowed, ca: pair.cert });

  test('is fetched, and goes on as the bytes that were judged', async () => {
    const base = await files();
    const gate = {
      maxRecipients: 10,
      acceptFields: new Set(),
      now: Date.now,
      fetchAttachment: fetching(() => true),
    } as unknown as Gate;
    const value = {
      from: 'a@b.example',
      to: 'c@d.example',
      subject: 's',
      text: 't',
      attachments: [{ filename: 'x', content: 'AAAA' }, { path: `${base}/a.pdf` }],
    };
    const { mail, request } = await readResendMail(value, Buffer.from(JSON.stringify(value)), gate);
    expect('attachments' in mail && mail.attachments[1]).toEqual({
      filename: 'a.pdf',
      content: PDF,
      contentType: 'application/pdf',
      contentId: null,
    });
    expect(JSON.parse(request!.body.toString())).toEqual({
      ...value,
      attachments: [value.attachments[0], { content: PDF.toString('base64') }],
    });
  });

  test.each([
    ['/large', /larger than 1000 bytes/],
    ['/moved', /the answer was 302/],
    ['/cut', /broke off/],
    ['/slow', /longer than 0\.3 s/],
  ])('is refused when it answers as %s does', async (path, why) => {
    const base = await files();
    await expect(fetching(() => true)(`${base}${path}`, 'f')).rejects.toThrow(why);
  });

  test('is not fetched from private addresses, however they are written', async () => {
    const base = await files();
    const port = new URL(base).port;
    for (const url of [
      `${base}/a.pdf`,
      `https://127.0.0.1:${port}/a.pdf`,
      `https://[::1]:${port}/`,
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/',
      'https://0x7f000001/',
    ]) {
      await expect(Promise.resolve().then(() => fetching()(url, 'f'))).rejects.toThrow(/private address/);
    }
    for (const url of [
      'http://files.example/a',
      'file:///etc/passwd',
      'https://user:pw@files.example/',
      '/etc/passwd',
    ]) {
      await expect(Promise.resolve().then(() => fetching()(url, 'f'))).rejects.toThrow(/only https/);
    }
  });
});
