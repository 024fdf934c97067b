import aws4 from 'aws4';
import { SECRETS, basic, form, mailgunSignature, signed } from '../feedback/sign.ts';
import type { ProviderName } from '../../src/message/provider.ts';
import type { BombedGate } from './bombed-gate.ts';
import type { HttpBomb } from './http-bombs.ts';

const FROM = 'bob@prospect.example';

async function post(
  gate: BombedGate,
  path: string,
  { headers, body }: { headers: Record<string, string>; body: Buffer | string },
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${gate.httpPort}${path}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return `${answer.status} ${(await answer.text()).slice(0, 80)}`;
}

/** A webhook of a provider, signed as it would sign it. */
const webhook =
  (provider: ProviderName, make: (bytes: number) => unknown) =>
  async (gate: BombedGate, bytes: number): Promise<string> =>
    post(gate, `/events/${provider}`, await signed(provider, make(bytes), { at: Date.now() }));

/** Postmark's password proves the request, so that its body can be written by hand. */
const written =
  (make: (bytes: number) => string) =>
  (gate: BombedGate, bytes: number): Promise<string> =>
    post(gate, '/events/postmark', {
      headers: { authorization: basic('anybody', SECRETS.postmark), 'content-type': 'application/json' },
      body: make(bytes),
    });

/** Mail that came in, as SendGrid's inbound parse posts it. */
const inbound =
  (make: (bytes: number) => Record<string, string>) =>
  async (gate: BombedGate, bytes: number): Promise<string> =>
    post(
      gate,
      '/events/sendgrid',
      await form(
        { from: FROM, to: 'replies@sender.example', ...make(bytes) },
        { authorization: basic('anybody', SECRETS.sendgridInbound) },
      ),
    );

const reply = (more: (bytes: number) => Record<string, unknown>) => (bytes: number) => ({
  RecordType: 'Inbound',
  MessageID: `bomb-${Math.random()}`,
  FromFull: { Email: FROM, Name: 'Bob' },
  ToFull: [{ Email: 'replies@sender.example' }],
  Subject: 'Re: A call',
  ...more(bytes),
});

/** `POST /v2/email/outbound-emails`, signed (Signature Version 4). */
const ses =
  (make: (bytes: number) => unknown) =>
  (gate: BombedGate, bytes: number): Promise<string> => {
    const path = '/v2/email/outbound-emails';
    const body = JSON.stringify(make(bytes));
    const host = `127.0.0.1:${gate.httpPort}`;
    const request = aws4.sign(
      {
        host,
        path,
        method: 'POST',
        service: 'ses',
        region: 'eu-west-1',
        headers: { 'Content-Type': 'application/json' },
        body,
      },
      gate.sigv4,
    );
    const headers = Object.fromEntries(
      Object.entries(request.headers ?? {})
        .filter(([name]) => !/^(?:host|content-length)$/i.test(name))
        .map(([name, value]) => [name, String(value)]),
    );
    return post(gate, path, { headers, body });
  };

const simple = (more: object, destination: object = { ToAddresses: [FROM] }) => ({
  FromEmailAddress: 'Ann <ann@sender.example>',
  Destination: destination,
  Content: { Simple: { Subject: { Data: 'A call' }, Body: { Text: { Data: 'Hello' } }, ...more } },
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const HEAD = `From: Ann <ann@sender.example>\r\nTo: ${FROM}\r\nSubject: A call\r\n`;

/** Mail handed in by SES's API. */
export const SES_BOMBS: readonly HttpBomb[] = [
  {
    name: 'SES, simple, with much text',
    throwAt: ses((n) => simple({ Body: { Text: { Data: 'long text '.repeat(n / 10) } } })),
  },
  {
    name: 'SES, simple, with much HTML',
    throwAt: ses((n) => simple({ Body: { Html: { Data: '<div>x'.repeat(n / 6) } } })),
  },
  {
    name: 'SES, simple, of many header fields',
    throwAt: ses((n) =>
      simple({ Headers: Array.from({ length: n / 30 }, (_, i) => ({ Name: `x-${i}`, Value: 'y' })) }),
    ),
  },
  {
    name: 'SES, simple, with a large attachment',
    throwAt: ses((n) => simple({ Attachments: [{ FileName: 'a.pdf', RawContent: 'QUJD'.repeat(n / 4) }] })),
  },
  {
    name: 'SES, simple, to more than may be',
    throwAt: ses((n) =>
      simple({}, { ToAddresses: Array.from({ length: n / 30 }, (_, i) => `p${i}@prospect.example`) }),
    ),
  },
  {
    name: 'SES, raw, of many parts',
    throwAt: ses((n) => ({
      Content: {
        Raw: {
          Data: base64(
            `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat((n * 0.7) / 10)}--b--\r\n`,
          ),
        },
      },
    })),
  },
  {
    name: 'SES, raw, of header lines',
    throwAt: ses((n) => ({
      Content: { Raw: { Data: base64(`${HEAD}${'X-A: b\r\n'.repeat((n * 0.7) / 8)}\r\nHello\r\n`) } },
    })),
  },
  {
    name: 'SES, raw, to addresses in brackets',
    throwAt: ses((n) => ({
      Content: {
        Raw: { Data: base64(`From: ann@sender.example\r\nTo: ${'<'.repeat(n * 0.7)}\r\n\r\nHello\r\n`) },
      },
    })),
  },
  {
    name: 'SES, raw, of bare line feeds',
    throwAt: ses((n) => ({ Content: { Raw: { Data: base64(`${HEAD}\r\n${'\n'.repeat(n * 0.7)}`) } } })),
  },
];

/** What providers report, proven to be theirs. */
export const WEBHOOK_BOMBS: readonly HttpBomb[] = [
  {
    name: 'signed: as many events as fit',
    throwAt: webhook('sendgrid', (n) =>
      Array.from({ length: Math.min(n, 900_000) / 190 }, (_, i) => ({
        event: 'delivered',
        email: FROM,
        sg_event_id: `${i}-${Math.random()}`,
        'smtp-id': `<${i}@sender.example>`,
        timestamp: 1_800_000_000,
      })),
    ),
  },
  {
    name: 'signed: more bytes than an event may have',
    throwAt: webhook('sendgrid', (n) => [{ event: 'x', reason: 'y'.repeat(n) }]),
  },
  {
    name: 'signed: an event of deep JSON',
    throwAt: written((n) => `{"RecordType":"Bounce","x":${'['.repeat(n / 2)}${']'.repeat(n / 2)}}`),
  },
  { name: 'signed: an event of numbers', throwAt: written((n) => `[${'1,'.repeat(n / 2)}1]`) },
  {
    name: 'signed: an event of many names',
    throwAt: written(
      (n) => `{${Array.from({ length: n / 14 }, (_, i) => `"x${i}":1`).join()},"RecordType":"Bounce"}`,
    ),
  },
  {
    name: 'signed: an event with much text',
    throwAt: webhook('postmark', (n) => ({
      RecordType: 'Bounce',
      Type: 'HardBounce',
      Email: FROM,
      ID: Math.floor(Math.random() * 1e9),
      Details: 'no such user '.repeat(n / 13),
    })),
  },
  {
    name: 'signed: a reply with much HTML',
    throwAt: webhook(
      'postmark',
      reply((n) => ({ HtmlBody: '<div>please stop '.repeat(n / 17) })),
    ),
  },
  {
    name: 'signed: a reply in tables inside each other',
    throwAt: webhook(
      'postmark',
      reply((n) => ({ HtmlBody: '<table><tr><td>'.repeat(n / 15) })),
    ),
  },
  {
    name: 'signed: a reply with much text',
    throwAt: webhook(
      'postmark',
      reply((n) => ({ TextBody: 'Remove me. '.repeat(n / 11) })),
    ),
  },
  {
    name: 'signed: a reply of full stops apart',
    throwAt: webhook(
      'postmark',
      reply(() => ({ TextBody: '. '.repeat(20_000) })),
    ),
  },
  {
    name: 'signed: a reply of ligatures that unfold',
    throwAt: webhook(
      'postmark',
      reply(() => ({ TextBody: 'ﷺ'.repeat(39_000) })),
    ),
  },
  {
    name: 'signed: a reply that quotes and quotes',
    throwAt: webhook(
      'postmark',
      reply((n) => ({ TextBody: '> On Monday Ann wrote:\n'.repeat(n / 23) })),
    ),
  },
  {
    name: 'signed: a reply from brackets',
    throwAt: webhook(
      'postmark',
      reply((n) => ({ FromFull: { Email: '<'.repeat(n) }, TextBody: 'Hi' })),
    ),
  },
  {
    name: 'signed: a reply with many References',
    throwAt: webhook(
      'postmark',
      reply((n) => ({ TextBody: 'Hi', Headers: [{ Name: 'References', Value: '<a@b> '.repeat(n / 6) }] })),
    ),
  },
  {
    name: 'signed: a form with a header of 10 MB',
    throwAt: inbound((n) => ({ text: 'Hi', headers: 'X-A: b\n'.repeat(n / 7) })),
  },
  {
    name: 'signed: a form with much HTML',
    throwAt: inbound((n) => ({ html: '<div style="color:red">x'.repeat(n / 24) })),
  },
  {
    name: 'signed: a form with a raw mail of many parts',
    throwAt: inbound((n) => ({
      email: `From: ${FROM}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(n / 10)}--b--\r\n`,
    })),
  },
  {
    name: 'signed: a form with a raw mail of mails',
    throwAt: inbound((n) => ({
      email: `From: ${FROM}\r\n${'Content-Type: message/rfc822\r\n\r\n'.repeat(n / 32)}Subject: x\r\n\r\nHi\r\n`,
    })),
  },
  {
    name: 'signed: a bounce with a returned mail of 10 MB',
    throwAt: inbound((n) => ({
      email: `From: MAILER-DAEMON@prospect.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNot delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n${'Action: failed\r\n\r\n'.repeat(n / 40)}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${'X-A: b\r\n'.repeat(n / 16)}\r\n--b--\r\n`,
    })),
  },
  {
    name: 'signed: Mailgun, a form of 499 fields',
    throwAt: async (gate, n) =>
      post(
        gate,
        '/events/mailgun',
        await form({
          ...mailgunSignature({ at: Date.now(), token: `t${Math.random()}` }),
          recipient: 'replies@sender.example',
          from: FROM,
          'message-headers': JSON.stringify(
            Array.from({ length: n / 40 }, (_, i) => [`x-${i}`, 'y'.repeat(20)]),
          ),
          'body-plain': 'Hi',
          ...Object.fromEntries(Array.from({ length: 490 }, (_, i) => [`x${i}`, 'y'.repeat(n / 1_000)])),
        }),
      ),
  },
];
