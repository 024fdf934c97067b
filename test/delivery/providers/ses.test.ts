import { createServer } from 'node:http';
import aws4 from 'aws4';
import { describe, expect, test } from 'vitest';
import type { StoredRequest } from '../../../src/delivery/providers/dialect.ts';
import type { Departure } from '../../../src/delivery/providers/dialect.ts';
import { ses } from '../../../src/delivery/providers/ses.ts';

const stored = (body: string): StoredRequest => ({
  provider: 'ses',
  path: '/v2/email/outbound-emails',
  contentType: 'application/json',
  body: Buffer.from(body),
});

const leaves = (body: string, departure: Partial<Departure>): string => {
  const whole: Departure = { only: null, edit: null, headers: [], ...departure };
  return ses.depart(stored(body), whole).body.toString();
};

const SIMPLE = `{ "FromEmailAddress":"a@s.example", "Destination": {"ToAddresses":["Jo <a@x.example>", "b@x.example"],"CcAddresses":["c@x.example"]},
  "Content":{"Simple":{"Subject":{"Data":"S","Charset":"ISO-8859-1"},"Body":{"Text":{"Data":"T"},"Html":{"Data":"<p>T</p>"}}}},\t"EmailTags":[{"Name":"n","Value":"v"}] }`;
const MESSAGE =
  'From: a@s.example\r\nTo: a@x.example, B <b@x.example>\r\nBcc: c@x.example\r\nSubject: S\r\n\r\nT\r\n';
const rawBody = (message: string, more = ''): string =>
  `{"Content": {"Raw":{"Data":"${Buffer.from(message).toString('base64')}"}}${more} }`;

describe('a request that departs to Amazon SES', () => {
  test('leaves byte for byte', () => {
    expect(leaves(SIMPLE, {})).toBe(SIMPLE);
    expect(leaves(rawBody(MESSAGE), {})).toBe(rawBody(MESSAGE));
  });

  test('names only those who get it', () => {
    const left = leaves(SIMPLE, { only: new Set(['b@x.example']) });
    expect((JSON.parse(left) as { Destination: unknown }).Destination).toEqual({
      ToAddresses: ['b@x.example'],
    });
    expect(left).toContain(SIMPLE.slice(SIMPLE.indexOf('"Content"')));
  });

  test('names in MIME without Destination those who get it, and never nobody', () => {
    const left = leaves(rawBody(MESSAGE), { only: new Set(['b@x.example', 'c@x.example']) });
    expect(JSON.parse(left)).toMatchObject({ Destination: { ToAddresses: ['b@x.example', 'c@x.example'] } });
    const all = new Set(['a@x.example', 'b@x.example', 'c@x.example']);
    expect(leaves(rawBody(MESSAGE), { only: all })).toBe(rawBody(MESSAGE));
    const nobody = new Set(['z@x.example']);
    expect(() => leaves(rawBody(MESSAGE), { only: nobody })).toThrow(/nobody/);
    const named = rawBody(MESSAGE, ',"Destination":{"ToAddresses":["a@x.example"]}');
    expect(() => leaves(named, { only: nobody })).toThrow(/nobody/);
  });

  test("shows the reviewer's text and the headers of the gate", () => {
    const left = JSON.parse(
      leaves(SIMPLE, {
        edit: { subject: 'Néw', text: 'New', html: null },
        headers: [{ name: 'List-Unsubscribe', value: '<https://gate.example/u>' }],
      }),
    ) as { Content: { Simple: object } };
    expect(left.Content.Simple).toEqual({
      Subject: { Data: 'Néw', Charset: 'UTF-8' },
      Body: { Text: { Data: 'New', Charset: 'UTF-8' } },
      Headers: [{ Name: 'List-Unsubscribe', Value: '<https://gate.example/u>' }],
    });
  });

  test('holds MIME in which an edit stands for the whole message', () => {
    const edit = { subject: 'N', text: 'N', html: null };
    expect(() => leaves(rawBody(MESSAGE), { edit })).toThrow(/not at hand/);
    const edited = MESSAGE.replace('Subject: S\r\n\r\nT', 'Subject: N\r\n\r\nN');
    const headers = [{ name: 'X-A', value: '1' }];
    expect(leaves(rawBody(MESSAGE), { edit, headers, raw: Buffer.from(edited) })).toBe(
      rawBody(`X-A: 1\r\n${edited}`),
    );
  });

  test('is signed as it leaves, for the region of the account', async () => {
    const account = { apiKey: 'secret', accessKeyId: 'AKIDEXAMPLE', region: 'eu-west-1' };
    const now = Date.UTC(2030, 9, 25, 12);
    const seen: { host: string; authorization: string; body: string; url: string }[] = [];
    const server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        seen.push({
          host: req.headers.host!,
          authorization: req.headers.authorization!,
          body,
          url: req.url!,
        });
        res.end('{"MessageId":"m"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const request = ses.request(
      stored(SIMPLE),
      { ...account, baseUrl: `http://127.0.0.1:${port}/p` },
      '',
      now,
    );
    await fetch(request.url, { method: 'POST', headers: request.headers, body: request.body });
    server.close();
    const expected = aws4.sign(
      {
        host: seen[0].host,
        path: seen[0].url,
        method: 'POST',
        service: 'ses',
        region: 'eu-west-1',
        headers: { 'Content-Type': 'application/json', 'X-Amz-Date': '20301025T120000Z' },
        body: seen[0].body,
      },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    );
    expect(seen[0]).toMatchObject({ url: '/p/v2/email/outbound-emails', body: SIMPLE });
    expect(seen[0].authorization).toBe(expected.headers!['Authorization']);
    expect(ses.request(stored(SIMPLE), { ...account, baseUrl: '' }, '', now).url).toBe(
      'https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails',
    );
  });
});

test.each([
  [200, '', { MessageId: '0100018-1' }, 'delivered', '0100018-1'],
  [200, '', {}, 'lost', null],
  [400, 'BadRequestException', { message: 'Illegal address' }, 'permanent', null],
  [400, 'MessageRejected', { message: 'Address is on the suppression list' }, 'permanent', null],
  [400, 'MessageRejected', { message: 'Email address is not verified.' }, 'temporary', null],
  [400, 'MailFromDomainNotVerifiedException', {}, 'temporary', null],
  [400, 'AccountSuspendedException', {}, 'temporary', null],
  [400, 'SendingPausedException', {}, 'temporary', null],
  [400, 'LimitExceededException', {}, 'temporary', null],
  [400, 'ThrottlingException:http://internal.example/', {}, 'temporary', null],
  [400, '', { __type: 'com.amazonaws.ses#ThrottlingException' }, 'temporary', null],
  [429, 'TooManyRequestsException', {}, 'temporary', null],
  [403, 'AccessDeniedException', {}, 'temporary', null],
  [403, 'InvalidSignatureException', {}, 'temporary', null],
  [404, 'NotFoundException', { message: 'Configuration set does not exist' }, 'temporary', null],
  [413, '', {}, 'permanent', null],
  [500, 'InternalFailure', {}, 'lost', null],
  [503, 'ServiceUnavailable', {}, 'temporary', null],
])('an answer %i %s %j means %s', (status, type, body, outcome, upstreamId) => {
  const headers = type === '' ? {} : { 'x-amzn-errortype': type };
  expect(ses.interpret({ status, headers, body: JSON.stringify(body) })).toMatchObject({
    outcome,
    upstreamId,
  });
});
