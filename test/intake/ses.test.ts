import {
  GetMessageInsightsCommand,
  type SendEmailCommandInput,
  SESv2Client,
  SendBulkEmailCommand,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import aws4 from 'aws4';
import { describe, expect, test } from 'vitest';
import { newKey } from '../support/api-key.ts';
import { addCast, breakAccepting, FINE, messageCount, raw, stored } from '../support/front.ts';
import { startGate, type TestGate } from '../support/gate.ts';

const PATH = '/v2/email/outbound-emails';

async function credentialsOf(gate: TestGate): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const key = await newKey(gate, 'sigv4');
  if (key.kind !== 'sigv4') throw new Error('not a key for signing');
  return key;
}

async function clientOf(gate: TestGate, more: object = {}): Promise<SESv2Client> {
  return new SESv2Client({
    endpoint: gate.httpBase,
    region: 'eu-west-1',
    credentials: await credentialsOf(gate),
    maxAttempts: 1,
    ...more,
  });
}

async function gateWithCast(options: Parameters<typeof startGate>[0] = {}): Promise<TestGate> {
  const gate = await startGate(options);
  await addCast(gate);
  return gate;
}

const mail = (to: string | string[], simple: object = {}, more: object = {}): SendEmailCommandInput => ({
  FromEmailAddress: 'Ann Éxample <ann@sender.example>',
  Destination: { ToAddresses: [to].flat() },
  Content: {
    Simple: {
      Subject: { Data: 'Hiring plans' },
      Body: { Text: { Data: FINE, Charset: 'UTF-8' } },
      ...simple,
    },
  },
  ...more,
});

const send = (client: SESv2Client, input: SendEmailCommandInput) => client.send(new SendEmailCommand(input));

interface Signing {
  path?: string;
  at?: number;
  secret?: string;
  service?: string;
  headers?: Record<string, string>;
}

/** What a client would send: signed by another implementation than the SDK's. */
async function signed(
  gate: TestGate,
  body: string,
  { path = PATH, at, secret, service = 'ses', headers = {} }: Signing = {},
) {
  const { accessKeyId, secretAccessKey } = await credentialsOf(gate);
  const { host } = new URL(gate.httpBase);
  const date = new Date(at ?? Date.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
  const request = aws4.sign(
    {
      host,
      path,
      method: 'POST',
      service,
      region: 'ap-southeast-2',
      headers: { 'Content-Type': 'application/json', 'X-Amz-Date': date, ...headers },
      body,
    },
    { accessKeyId, secretAccessKey: secret ?? secretAccessKey },
  );
  const all = Object.entries(request.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(all.filter(([name]) => !/^(?:host|content-length)$/i.test(name))) as Record<
    string,
    string
  >;
}

async function post(gate: TestGate, body: unknown, signing: Signing = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return raw(gate, 'POST', signing.path ?? PATH, await signed(gate, text, signing), text);
}

describe('the SDK of Amazon SES, pointed at the gate', () => {
  test('hears of a mail that passes as of one that was sent, and looks it up', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate, { endpoint: `${gate.httpBase}/ses` });
    const { MessageId } = await send(
      client,
      mail('=?UTF-8?Q?Maria_M=C3=BCller?= <maria@passing.example>', {
        Body: {
          Text: { Data: FINE },
          Html: { Data: `<p>${FINE.replaceAll('\n', '<br>')}</p><img src="cid:logo">`, Charset: 'UTF-8' },
        },
        Headers: [{ Name: 'List-Unsubscribe', Value: '<https://sender.example/u>' }],
        Attachments: [
          { RawContent: Buffer.from('prices'), FileName: 'preise-ü.txt' },
          {
            RawContent: Buffer.from('png'),
            FileName: 'logo.png',
            ContentId: 'logo',
            ContentDisposition: 'INLINE',
            ContentType: 'image/png',
          },
        ],
      }),
    );
    expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    const found = await client.send(new GetMessageInsightsCommand({ MessageId }));
    expect(found).toMatchObject({
      MessageId,
      Subject: 'Hiring plans',
      Insights: [{ Destination: 'maria@passing.example', Events: [{ Type: 'SEND' }] }],
    });
    const { raw: mime } = await stored(gate);
    expect(mime).toMatch(/^To: =\?UTF-8\?Q\?Maria_M=C3=BCller\?= <maria@passing.example>/m);
    expect(mime).toMatch(/^List-Unsubscribe: <https:\/\/sender.example\/u>/m);
    expect(mime).toMatch(/^Content-ID: <logo>/m);
    expect(mime).toContain('preise-%C3%BC.txt');
    await expect(
      client.send(new GetMessageInsightsCommand({ MessageId: MessageId!.replace(/^./, '7') })),
    ).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  test('hears of a hold and of an escalation as of success', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate);
    const held = await send(client, mail('unknown@nowhere.example'));
    const escalated = await send(client, mail('cto@large.example'));
    expect([held.MessageId, escalated.MessageId]).toEqual([expect.any(String), expect.any(String)]);
    expect((await gate.deliveries()).map(({ state }) => state)).toEqual(
      expect.arrayContaining(['held', expect.stringMatching(/^escalat/)]),
    );
  });

  test('hears that a mail is suppressed as MessageRejected, unless the gate is told to accept it', async () => {
    const gate = await gateWithCast();
    await expect(send(await clientOf(gate), mail('stop@gone.example'))).rejects.toMatchObject({
      name: 'MessageRejected',
      message: expect.stringContaining('stop@gone.example: disqualifier'),
    });
    const accepting = await gateWithCast({ config: { answer: { suppressed: 'accept' } } });
    const { MessageId } = await send(await clientOf(accepting), mail('stop@gone.example'));
    expect(MessageId).toBeDefined();
  });

  test('sends MIME to the Destination, or without one to its own header, and no Bcc line', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate);
    const message = (n: number): Buffer =>
      Buffer.from(
        `From: Ann <ann@sender.example>\r\nTo: maria@passing.example\r\nBcc: joe@passing.example,\r\n jim@passing.example\r\nSubject: Plans ${n}\r\nMessage-ID: <${n}@sender.example>\r\n\r\n${FINE.replaceAll('\n', '\r\n')}\r\n`,
      );
    await send(client, { Content: { Raw: { Data: message(1) } } });
    await send(client, {
      FromEmailAddress: 'ann@sender.example',
      Destination: { ToAddresses: ['cto@large.example'] },
      Content: { Raw: { Data: message(2) } },
    });
    const recipients = (await gate.deliveries()).map(({ recipient }) => recipient);
    for (const one of ['maria', 'joe', 'jim']) expect(recipients).toContain(`${one}@passing.example`);
    expect(recipients).toContain('cto@large.example');
    expect(recipients.filter((one) => one === 'maria@passing.example')).toHaveLength(1);
    const { raw: mime, requests } = await stored(gate);
    expect(mime).not.toMatch(/bcc|jim@/i);
    expect(requests[0].body.toString()).toContain(message(1).toString('base64'));
  });

  test('is refused what only Amazon SES can render, and nothing is stored', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate);
    const template = { TemplateName: 'welcome', TemplateData: '{}' };
    await expect(
      send(client, { ...mail('maria@passing.example'), Content: { Template: template } }),
    ).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('cannot judge'),
    });
    await expect(
      client.send(
        new SendBulkEmailCommand({
          DefaultContent: { Template: template },
          BulkEmailEntries: [{ Destination: { ToAddresses: ['maria@passing.example'] } }],
        }),
      ),
    ).rejects.toMatchObject({ name: 'BadRequestException' });
    expect(await messageCount(gate)).toBe(0);
  });

  test('makes one message of the same mail signed twice', async () => {
    const gate = await gateWithCast();
    const [one, two] = [await clientOf(gate), await clientOf(gate, { region: 'us-east-1' })];
    const first = await send(one, mail('maria@passing.example'));
    const second = await send(two, mail('maria@passing.example'));
    expect(second.MessageId).toBe(first.MessageId);
    expect(await messageCount(gate)).toBe(1);
  });

  test('is told in its own words that a key is wrong', async () => {
    const gate = await gateWithCast();
    const { accessKeyId } = await credentialsOf(gate);
    const client = await clientOf(gate, { credentials: { accessKeyId, secretAccessKey: 'wrong' } });
    await expect(send(client, mail('maria@passing.example'))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    });
    const unknown = await clientOf(gate, { credentials: { accessKeyId: 'AKIA0', secretAccessKey: 'wrong' } });
    await expect(send(unknown, mail('maria@passing.example'))).rejects.toThrow(
      /not signed with a key of presend/,
    );
    expect(await messageCount(gate)).toBe(0);
  });
});

describe('a signature of version 4', () => {
  const body = JSON.stringify(mail('maria@passing.example'));

  test('of another implementation is taken, in any region, with a prefix and a query', async () => {
    const gate = await gateWithCast();
    expect((await post(gate, body)).status).toBe(200);
    expect((await post(gate, body, { path: `/ses${PATH}?b=2&a=%20x*` })).status).toBe(200);
    expect((await post(gate, body, { at: Date.now() - 280_000 })).status).toBe(200);
  });

  test.each<[string, Signing, string, RegExp]>([
    ['a wrong secret', { secret: 'x' }, body, /does not match/],
    ['an old date', { at: Date.now() - 301_000 }, body, /expired/],
    ['a date to come', { at: Date.now() + 3_600_000 }, body, /expired/],
    ['another service', { service: 'sns' }, body, /service ses/],
    [
      'a body without signature',
      { headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } },
      body,
      /hash of the body/,
    ],
    ['a tampered body', {}, body.replace('Hiring', 'Firing'), /does not match/],
  ])('with %s is refused', async (_, signing, sent, message) => {
    const gate = await startGate();
    const headers = await signed(gate, body, signing);
    const answer = await raw(gate, 'POST', PATH, headers, sent);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-amzn-errortype')).toBe('InvalidSignatureException');
    expect(answer.json['message']).toMatch(message);
    expect(await messageCount(gate)).toBe(0);
  });

  test('must cover the host, the date, the path and every header it names', async () => {
    const gate = await startGate();
    const headers = await signed(gate, body);
    const changed = async (change: Record<string, string>, path = PATH) =>
      (await raw(gate, 'POST', path, { ...headers, ...change }, body)).status;
    const { Authorization } = headers;
    expect(await changed({ Authorization: Authorization.replace('host;', '') })).toBe(403);
    expect(await changed({ Authorization: Authorization.replace(';x-amz-date', '') })).toBe(403);
    expect(await changed({ 'Content-Type': 'application/json; charset=utf-8' })).toBe(403);
    expect(await changed({}, `/ses${PATH}`)).toBe(403);
    expect(await changed({}, `${PATH}?X-Amz-Signature=${'0'.repeat(64)}`)).toBe(403);
    expect(await changed({ Authorization: Authorization.replace(/Signature=.*/, 'Signature=00') })).toBe(403);
    const { Authorization: _, ...unsigned } = headers;
    const answer = await raw(gate, 'POST', PATH, unsigned, body);
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
    expect(await changed({})).toBe(200);
  });
});

describe('a request in the shape of Amazon SES', () => {
  const rawContent = (text: string, more: object = {}): object => ({
    Content: { Raw: { Data: Buffer.from(text).toString('base64') } },
    ...more,
  });
  test.each<[string, number, RegExp, unknown, string?]>([
    ['malformed JSON', 400, /not valid JSON/, '{"Content":'],
    ['a name twice', 400, /twice/, '{"Content":{},"Content":{}}'],
    ['another content type', 415, /application\/json/, '{}', 'text/plain'],
    ['no content', 400, /Content/, {}],
    [
      'both contents',
      400,
      /exactly one/,
      mail(
        'a@x.example',
        {},
        { Content: { Simple: { Subject: { Data: 'S' }, Body: {} }, Raw: { Data: 'YQ==' } } },
      ),
    ],
    ['no sender', 400, /FromEmailAddress/, mail('a@x.example', {}, { FromEmailAddress: undefined })],
    ['no recipient', 400, /Destination/, mail([])],
    ['no text', 400, /Body/, mail('a@x.example', { Body: {} })],
    [
      'recipients that are no list',
      400,
      /ToAddresses/,
      mail('a@x.example', {}, { Destination: { ToAddresses: 'a@x.example' } }),
    ],
    ['two addresses in one', 400, /not an address/, mail('a@x.example, b@x.example')],
    [
      'a name that hides a line break',
      400,
      /control character/,
      mail('=?utf-8?Q?A=0D=0ABcc=3A_b?= <a@x.example>'),
    ],
    [
      '10,000 recipients',
      400,
      /Recipient count exceeds 50/,
      mail(Array.from({ length: 10_000 }, (_, i) => `a${i}@x.example`)),
    ],
    [
      'a subject with a line break',
      400,
      /line break/,
      mail('a@x.example', { Subject: { Data: 'a\r\nBcc: b@x.example' } }),
    ],
    [
      'a header with a line break',
      400,
      /line break/,
      mail('a@x.example', { Headers: [{ Name: 'X-A', Value: 'a\r\nb' }] }),
    ],
    [
      'a header that addresses',
      400,
      /cannot be set here/,
      mail('a@x.example', { Headers: [{ Name: 'Bcc', Value: 'b' }] }),
    ],
    [
      'an attachment in bad base64',
      400,
      /not base64/,
      mail('a@x.example', { Attachments: [{ FileName: 'a', RawContent: '%%%' }] }),
    ],
    ['MIME in bad base64', 400, /not base64/, { Content: { Raw: { Data: '*' } } }],
    ['MIME for nobody', 400, /Destination/, rawContent('From: a@sender.example\r\n\r\nx')],
    [
      'MIME whose To hides an address',
      400,
      /not an address/,
      rawContent('From: a@sender.example\r\nTo: <a@x.example> <b@x.example>\r\n\r\nx'),
    ],
    [
      'MIME that was resent',
      400,
      /Resent/,
      rawContent('From: a@sender.example\r\nTo: a@x.example\r\nResent-To: b@x.example\r\n\r\nx'),
    ],
    [
      'MIME with two senders',
      400,
      /one From header/,
      rawContent('From: a@sender.example, b@sender.example\r\nTo: a@x.example\r\n\r\nx'),
    ],
    [
      'Reply-To beside MIME',
      400,
      /Reply-To/,
      rawContent('From: a@sender.example\r\nTo: a@x.example\r\n\r\nx', { ReplyToAddresses: ['a@x.example'] }),
    ],
    [
      'a foreign sender',
      403,
      /may not send as other\.example/,
      mail('a@x.example', {}, { FromEmailAddress: 'a@other.example' }),
    ],
    [
      'a foreign sender in MIME',
      400,
      /may not send as/,
      rawContent('From: a@other.example\r\nTo: a@x.example\r\n\r\nx', {
        FromEmailAddress: 'ann@sender.example',
      }),
    ],
    [
      'a foreign Sender in MIME',
      400,
      /The Sender header names ceo@other\.example/,
      rawContent('From: a@sender.example\r\nSender: ceo@other.example\r\nTo: a@x.example\r\n\r\nx'),
    ],
    [
      'a foreign Return-Path in MIME',
      400,
      /The Return-Path header names ceo@other\.example/,
      rawContent('Return-Path: <ceo@other.example>\r\nFrom: a@sender.example\r\nTo: a@x.example\r\n\r\nx'),
    ],
  ])('with %s is refused and nothing is stored', async (_, status, message, body, type) => {
    const gate = await startGate();
    const answer = await post(gate, body, type ? { headers: { 'Content-Type': type } } : {});
    expect(answer.json['message']).toMatch(message);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-amzn-errortype')).toMatch(/^[A-Z]\w+(?:Exception|Rejected)$/);
    expect(answer.text).not.toMatch(/ at .*\.[tj]s:/);
    expect(await messageCount(gate)).toBe(0);
  });

  test('that is larger than allowed is refused with 413', async () => {
    const gate = await startGate({ config: { http: { max_body_bytes: 2000 } } });
    const answer = await post(gate, mail('a@x.example', { Body: { Html: { Data: 'x'.repeat(3000) } } }));
    expect([answer.status, await messageCount(gate)]).toEqual([413, 0]);
  });

  test('hears of trouble inside the gate as 503, to come again', async () => {
    const gate = await gateWithCast();
    await breakAccepting(gate);
    const answer = await post(gate, mail('maria@passing.example'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(answer.headers.get('x-amzn-errortype')).toBe('ServiceUnavailableException');
    await expect(send(await clientOf(gate), mail('maria@passing.example'))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 503 },
    });
  });

  test('is kept byte for byte, and held when Amazon SES would add something', async () => {
    const gate = await gateWithCast();
    const body = JSON.stringify(mail('maria@passing.example'), null, 3);
    await post(gate, body);
    await post(
      gate,
      mail('maria@passing.example', {}, { ListManagementOptions: { ContactListName: 'all' } }),
    );
    await post(gate, mail('maria@passing.example', { Brand: 'new' }));
    const list = 'X-SES-LIST-MANAGEMENT-OPTIONS: all\r\n';
    await post(gate, rawContent(`From: a@sender.example\r\n${list}To: maria@passing.example\r\n\r\nHello`));
    const { requests } = await stored(gate);
    expect(requests[0].body.toString()).toBe(body);
    const rows = await gate.app.database.db.selectFrom('provider_requests').select('trouble').execute();
    expect(rows.map(({ trouble }) => trouble)).toEqual([
      null,
      expect.stringContaining('footer'),
      expect.stringContaining('Brand'),
      expect.stringContaining('footer'),
    ]);
  });
});
