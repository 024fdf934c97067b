import { sql } from 'kysely';
import { Errors, Models, ServerClient } from 'postmark';
import { describe, expect, test } from 'vitest';
import { addProspect, startGate, type TestGate } from '../support/gate.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { expectNothingStored, storedRequests } from './stored.ts';

const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';
const FROM = 'Ann Example <ann@sender.example>';
const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function clientOf(gate: TestGate, key?: string): Promise<ServerClient> {
  return new ServerClient(key ?? (await apiKeyFor(gate)), {
    requestHost: gate.httpBase.replace('http://', ''),
    useHttps: false,
  });
}

const mail = (To: string, more: object = {}) => ({
  From: FROM,
  To,
  Subject: 'Hiring plans',
  TextBody: FINE,
  ...more,
});

async function request(
  gate: TestGate,
  path: string,
  payload?: unknown,
  { key, ...headers }: Record<string, string> = {},
) {
  const response = await fetch(`${gate.httpBase}${path}`, {
    method: payload === undefined ? 'GET' : 'POST',
    headers: {
      'x-postmark-server-token': key ?? (await apiKeyFor(gate)),
      'content-type': 'application/json',
      ...headers,
    },
    ...(payload === undefined
      ? {}
      : {
          body: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
        }),
  });
  const text = await response.text();
  const json: any = JSON.parse(text);
  return { status: response.status, headers: response.headers, text, json };
}

const failure = (sending: Promise<unknown>) => sending.then(() => null).catch((error: unknown) => error);

describe('the SDK of Postmark, pointed at the gate', () => {
  test('hears of a mail that passes as of one that was sent, and finds it again', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@passing.example');
    const postmark = await clientOf(gate);
    const To = '"Köhler, Mária" <maria@passing.example>';
    const answer = await postmark.sendEmail(
      mail(To, {
        Tag: 'outreach',
        Metadata: { campaign: 'c1' },
        MessageStream: 'outbound',
        TrackOpens: true,
        TrackLinks: Models.LinkTrackingOptions.HtmlOnly,
      }),
    );
    expect(answer).toEqual({
      To,
      SubmittedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      MessageID: expect.stringMatching(UUID),
      ErrorCode: 0,
      Message: 'OK',
    });
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    expect(await postmark.getOutboundMessageDetails(answer.MessageID)).toMatchObject({
      MessageID: answer.MessageID,
      From: FROM,
      To: [{ Email: 'maria@passing.example', Name: 'Köhler, Mária' }],
      Recipients: ['maria@passing.example'],
      Subject: 'Hiring plans',
      Status: 'Sent',
      Tag: 'outreach',
      Metadata: { campaign: 'c1' },
      TrackOpens: true,
      TrackLinks: 'HtmlOnly',
      TextBody: FINE,
      presend: { disposition: 'relayed', decision: 'PASS' },
    });
    const [{ mime, trouble }] = await storedRequests(gate);
    expect(mime).toMatch(/^To: =\?UTF-8\?[QB]\?.*\r?\n?.*<maria@passing\.example>\r$/m);
    expect(trouble).toEqual([]);
  });

  test('hears OK of a mail that is held and of one that goes to a person', async () => {
    const gate = await startGate();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 2001 },
    });
    const postmark = await clientOf(gate);
    const held = await postmark.sendEmail(mail('low@rumour.example', { TextBody: RUMOUR }));
    expect(held).toMatchObject({ ErrorCode: 0, Message: 'OK' });
    expect(await postmark.getOutboundMessageDetails(held.MessageID)).toMatchObject({
      Status: 'Queued',
      presend: { disposition: 'held', decision: 'BLOCK', rule: 'low_confidence_funding' },
    });
    const raw = await request(gate, '/email', mail('cto@large.example'));
    expect(raw).toMatchObject({ status: 200, json: { ErrorCode: 0 } });
    expect(raw.headers.get('x-presend-disposition')).toBe('escalated');
    expect(raw.headers.get('x-presend-decision')).toBe('ESCALATE');
  });

  test('hears of a suppressed mail as of an inactive recipient, and reads the address from it', async () => {
    const gate = await startGate();
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const error = await failure((await clientOf(gate)).sendEmail(mail('Otto <otto@out.example>')));
    expect(error).toBeInstanceOf(Errors.InactiveRecipientsError);
    expect(error).toMatchObject({ code: 406, statusCode: 422, recipients: ['otto@out.example'] });
    expect((error as Error).message).toMatch(/opt_out \(\w{26}\)/);
  });

  test('hears which of several recipients is suppressed, while the others get the mail', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const answer = await (await clientOf(gate)).sendEmail(
      mail('maria@passing.example', { Bcc: 'otto@out.example' }),
    );
    expect(answer).toMatchObject({
      ErrorCode: 0,
      Bcc: 'otto@out.example',
      Message: 'Message OK, but will not deliver to these inactive addresses: otto@out.example',
    });
    const [{ mime }] = await storedRequests(gate);
    expect(mime).not.toContain('otto');
  });

  test('hears OK of a suppressed mail where the configuration accepts it silently', async () => {
    const gate = await startGate({ config: { answer: { suppressed: 'accept' } } });
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const answer = await (await clientOf(gate)).sendEmail(mail('otto@out.example'));
    expect(answer).toMatchObject({ ErrorCode: 0, Message: 'OK' });
    expect(await gate.deliveries()).toMatchObject([{ state: 'suppressed' }]);
  });

  test('hears of each mail of a batch on its own', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const answers = await (await clientOf(gate)).sendEmailBatch([
      mail('maria@passing.example'),
      mail('not an address'),
      mail('otto@out.example'),
      mail('maria@passing.example', { From: 'ceo@other.example' }),
      mail('maria@passing.example', { Headers: [{ Name: 'X-Long', Value: 'x'.repeat(20_000) }] }),
      mail('maria@passing.example', { Subject: 'Another' }),
    ]);
    expect(answers.map(({ ErrorCode }) => ErrorCode)).toEqual([0, 300, 406, 400, 300, 0]);
    expect(answers[4].Message).toMatch(/longer than/);
    expect(answers[5].MessageID).toMatch(UUID);
    expect(await storedRequests(gate)).toHaveLength(3);
  });

  test('attaches files, those shown inside the mail under their content id', async () => {
    const gate = await startGate();
    await (await clientOf(gate)).sendEmail(
      mail('maria@passing.example', {
        HtmlBody: '<p>Hi <img src="cid:logo"></p>',
        Attachments: [
          {
            Name: 'Präsentation, neu.pdf',
            Content: Buffer.from('%PDF').toString('base64'),
            ContentType: 'application/pdf',
            ContentID: null,
          },
          {
            Name: 'logo.png',
            Content: Buffer.from('png').toString('base64'),
            ContentType: 'image/png',
            ContentID: 'cid:logo',
          },
        ],
      }),
    );
    const [{ mime, trouble }] = await storedRequests(gate);
    expect(mime).toMatch(/^Content-Id: <logo>\r$/im);
    expect(mime).toMatch(/Content-Disposition: inline; filename=logo\.png/);
    expect(mime).toContain(Buffer.from('%PDF').toString('base64'));
    expect(trouble).toEqual([]);
  });

  test('is told 401 with ErrorCode 10 for a token that is not of the gate, and for none', async () => {
    const gate = await startGate({ engine: { loopbackWithoutAuth: false } });
    const error = await failure((await clientOf(gate, 'psk_wrong')).sendEmail(mail('maria@passing.example')));
    expect(error).toBeInstanceOf(Errors.InvalidAPIKeyError);
    expect(error).toMatchObject({ code: 10, statusCode: 401 });
    const none = await request(gate, '/email', mail('maria@passing.example'), {
      key: '',
      origin: 'https://page.example',
    });
    expect(none).toMatchObject({ status: 401, json: { ErrorCode: 10 } });
    await expectNothingStored(gate);
  });

  test('is refused templates, which only Postmark can render', async () => {
    const gate = await startGate();
    const postmark = await clientOf(gate);
    const template = { From: FROM, To: 'maria@passing.example', TemplateId: 1, TemplateModel: {} };
    for (const sending of [
      postmark.sendEmailWithTemplate(template),
      postmark.sendEmailBatchWithTemplates([template]),
      postmark.sendBulkEmail({ From: FROM, Subject: 'x', TextBody: 'y', Messages: [{ To: 'a@b.example' }] }),
      postmark.sendEmail({ ...mail('maria@passing.example'), TemplateAlias: 'x' } as never),
    ]) {
      const error = await failure(sending);
      expect(error).toMatchObject({ code: 403, statusCode: 422 });
      expect((error as Error).message).toMatch(/cannot judge it\. Render it yourself/);
    }
    await expectNothingStored(gate);
  });

  test('checks a request with the test token and keeps nothing', async () => {
    const gate = await startGate();
    const postmark = await clientOf(gate, 'POSTMARK_API_TEST');
    // From this machine any token will do; the first open engine is the demo's.
    const test = (To: string) => mail(To, { From: 'ann@demo.example' });
    expect(await postmark.sendEmail(test('maria@passing.example'))).toMatchObject({
      ErrorCode: 0,
      Message: 'Test job accepted',
      MessageID: expect.stringMatching(UUID),
    });
    expect(await postmark.sendEmailBatch([test('maria@passing.example'), test('nobody')])).toMatchObject([
      { ErrorCode: 0 },
      { ErrorCode: 300 },
    ]);
    await expectNothingStored(gate);
  });
});

describe('POST /email', () => {
  test('keeps a request, and each mail of a batch, byte for byte', async () => {
    const gate = await startGate();
    const one =
      '{ "From":"ann@sender.example", "To" : "a@one.example","Subject":"H\\u00e9llo",\n"TextBody":"caf\\u00e9 \\/ é" }';
    const two = one.replace('a@one', 'b@two');
    await request(gate, '/email', one);
    expect(await request(gate, '/email/batch', `[ ${one} ,\n${two}]`)).toMatchObject({ status: 200 });
    const stored = await storedRequests(gate);
    expect(stored.map(({ body, path }) => [path, body])).toEqual([
      ['/email', one],
      ['/email', one],
      ['/email', two],
    ]);
  });

  test('takes an identical request for a retry: one message, the same id', async () => {
    const gate = await startGate();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => request(gate, '/email', mail('maria@passing.example'))),
    );
    expect(new Set(answers.map(({ json }) => json.MessageID)).size).toBe(1);
    const batch = [mail('maria@passing.example'), mail('nobody'), mail('b@two.example')];
    const [first, second] = [
      await request(gate, '/email/batch', batch),
      await request(gate, '/email/batch', batch),
    ];
    const ids = (json: any[]) => json.map(({ MessageID }) => MessageID);
    expect(ids(second.json)).toEqual(ids(first.json));
    expect(await storedRequests(gate)).toHaveLength(3);
  });

  test('takes five hundred mails at once', async () => {
    const gate = await startGate({ config: { answer: { mode: 'async' } } });
    const batch = Array.from({ length: 500 }, (_, i) => mail(`p${i}@many.example`));
    const { status, json, headers } = await request(gate, '/email/batch', batch);
    expect(status).toBe(200);
    expect(new Set(json.map(({ MessageID }: { MessageID: string }) => MessageID)).size).toBe(500);
    expect(headers.get('x-presend-count')).toBe('500');
  });

  test('answers trouble of its own with 503 and Retry-After, in the provider’s shape', async () => {
    const gate = await startGate();
    await sql`drop table provider_requests`.execute(gate.app.database.db);
    for (const [path, payload] of [
      ['/email', mail('a@one.example')],
      ['/email/batch', [mail('a@one.example')]],
    ] as const) {
      const { status, json, headers } = await request(gate, path, payload);
      expect(status).toBe(503);
      expect(json).toEqual({
        ErrorCode: 100,
        Message: expect.stringMatching(/nothing was stored, try again/),
      });
      expect(headers.get('retry-after')).toBe('5');
    }
    expect(await gate.deliveries()).toEqual([]);
  });

  test('splits lists of addresses where a comma separates, and nowhere else', async () => {
    const gate = await startGate();
    const lists = {
      Cc: ' Bo <bo@two.example>,"Doe, \\"J\\"" <doe@three.example>',
      ReplyTo: 'ann@sender.example, bo@sender.example',
    };
    expect(await request(gate, '/email', mail('a@one.example,b@one.example', lists))).toMatchObject({
      status: 200,
    });
    const deliveries = await gate.deliveries();
    expect(deliveries.map(({ recipient }) => recipient).toSorted()).toEqual([
      'a@one.example',
      'b@one.example',
      'bo@two.example',
      'doe@three.example',
    ]);
    const [{ mime }] = await storedRequests(gate);
    expect(mime).toContain('Cc: Bo <bo@two.example>, "Doe, \\"J\\"" <doe@three.example>');
    expect(mime).toContain('Reply-To: ann@sender.example, bo@sender.example');
  });

  test('answers below its prefix too, and names what it does not have', async () => {
    const gate = await startGate();
    expect(await request(gate, '/postmark/email', mail('maria@passing.example'))).toMatchObject({
      status: 200,
    });
    expect(await request(gate, '/postmark/bounces')).toMatchObject({ status: 422, json: { ErrorCode: 701 } });
    expect(await request(gate, '/email')).toMatchObject({ status: 405 });
    expect(await request(gate, '/messages/outbound/none/details')).toMatchObject({
      status: 422,
      json: { ErrorCode: 701, Message: 'There is no such message.' },
    });
  });

  test.each([
    ['an unknown field', { Surprise: 1 }, 'unknown_field', '"Surprise"'],
    [
      'an unknown field of a file',
      { Attachments: [{ Name: 'a.pdf', Content: 'eA==', ContentType: 'application/pdf', Odd: 1 }] },
      'unknown_field',
      '"Attachments.Odd"',
    ],
    [
      'a text attachment shown inside',
      { Attachments: [{ Name: 'a.txt', Content: 'eA==', ContentType: 'text/plain', ContentID: 'cid:a' }] },
      'unreadable',
      'attached text',
    ],
  ])('notes %s as trouble, which holds the mail', async (_, more, kind, detail) => {
    const gate = await startGate();
    expect(await request(gate, '/email', mail('maria@passing.example', more))).toMatchObject({ status: 200 });
    const [{ trouble }] = await storedRequests(gate);
    expect(trouble).toMatchObject([{ kind, detail: expect.stringContaining(detail) }]);
  });

  const maria = (more: object) => mail('maria@passing.example', more);
  const many = (count: number) => Array.from({ length: count }, (_, i) => `p${i}@many.example`).join(',');
  const wrong: [what: string, payload: unknown, status: number, code: number, message: RegExp][] = [
    ['malformed JSON', '{"From":', 422, 402, /^The body is not valid JSON: /],
    ['a name given twice', '{"From":"a","From":"b"}', 422, 402, /names "From" twice/],
    ['a name that programs read differently', '{"__proto__":1}', 422, 402, /__proto__/],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 422, 402, /not UTF-8/],
    ['a list', [], 422, 300, /^The body is not valid/],
    ['no sender', maria({ From: undefined }), 422, 300, /^Missing the `From` field/],
    ['a sender that is an object', maria({ From: {} }), 422, 300, /`From` field is not valid/],
    [
      'two senders',
      maria({ From: 'a@sender.example, b@sender.example' }),
      422,
      300,
      /`From` field is not an address/,
    ],
    [
      'a sender that is not the engine’s',
      maria({ From: 'ceo@other.example' }),
      422,
      400,
      /'From' address you supplied/,
    ],
    [
      'a field in other letters',
      maria({ htmlBody: 'x' }),
      422,
      300,
      /^Write the field `htmlBody` as `HtmlBody`\.$/,
    ],
    [
      'a header’s field in other letters',
      maria({ Headers: [{ Name: 'X-A', Value: 'b', value: 'c' }] }),
      422,
      300,
      /as `Value`/,
    ],
    ['no recipient', mail(''), 422, 300, /^Missing the `To` field/],
    ['an open quote', mail('"Doe, J. <doe@three.example>, a@one.example'), 422, 300, /a quote stays open/],
    ['nothing between commas', mail('a@one.example,,b@one.example'), 422, 300, /between two commas/],
    [
      'a name that reads like a list',
      mail('"x, y@four.example, z" <a@one.example>'),
      422,
      300,
      /reads like a list/,
    ],
    ['a semicolon', mail('a@one.example; b@one.example'), 422, 300, /is not an address/],
    ['51 recipients', mail(many(51)), 422, 300, /name 51 addresses; at most 50/],
    ['10,000 recipients', mail(many(10_000)), 422, 300, /name 10000 addresses/],
    [
      'no text',
      maria({ TextBody: '', HtmlBody: null }),
      422,
      300,
      /^Provide either email TextBody or HtmlBody/,
    ],
    [
      'a line break in a header',
      maria({ Headers: [{ Name: 'X-A', Value: 'b\r\nBcc: x@y.example' }] }),
      422,
      300,
      /line break/,
    ],
    [
      'a recipient as a header',
      maria({ Headers: [{ Name: 'Bcc', Value: 'x@y.example' }] }),
      422,
      300,
      /cannot be set here/,
    ],
    [
      'two kinds of reply-to',
      maria({ ReplyTo: 'a@sender.example', Headers: [{ Name: 'Reply-To', Value: 'x@y.example' }] }),
      422,
      300,
      /not both/,
    ],
    [
      'a line break in a recipient',
      mail('Maria\r\nBcc: <maria@passing.example>'),
      422,
      300,
      /is not an address/,
    ],
    [
      'broken base64',
      maria({ Attachments: [{ Name: 'a', Content: 'a', ContentType: 'a/b' }] }),
      422,
      300,
      /not base64/,
    ],
    [
      'a content type with a line break',
      maria({ Attachments: [{ Name: 'a', Content: 'eA==', ContentType: 'a/b\r\nX: y' }] }),
      422,
      300,
      /content type/,
    ],
    ['metadata that is no text', maria({ Metadata: { a: 1 } }), 422, 300, /`Metadata\.a` field/],
  ];
  test.each(
    wrong,
  )('refuses %s with a sentence and stores nothing', async (_, payload, status, code, message) => {
    const gate = await startGate();
    const answer = await request(gate, '/email', payload);
    expect(answer.json).toEqual({ ErrorCode: code, Message: expect.stringMatching(message) });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/\bat .*\.[tj]s:/);
    await expectNothingStored(gate);
  });

  test('refuses batches that are none, too long or name too many, other content types and too large bodies', async () => {
    const gate = await startGate({ config: { http: { max_body_bytes: 200_000, max_recipients: 20 } } });
    const one = maria({});
    expect(await request(gate, '/email/batch', one)).toMatchObject({ status: 422, json: { ErrorCode: 300 } });
    expect(await request(gate, '/email/batch', [])).toMatchObject({ status: 422 });
    expect(
      await request(
        gate,
        '/email/batch',
        Array.from({ length: 501 }, () => one),
      ),
    ).toMatchObject({
      status: 422,
      json: { Message: 'The body must be an array of 1 to 500 mails.' },
    });
    expect(
      await request(
        gate,
        '/email/batch',
        Array.from({ length: 21 }, () => one),
      ),
    ).toMatchObject({
      status: 422,
      json: { Message: 'The batch names 21 recipients; at most 20 are allowed in one request.' },
    });
    expect(await request(gate, '/email', one, { 'content-type': 'text/plain' })).toMatchObject({
      status: 422,
      json: { ErrorCode: 409 },
    });
    expect(await request(gate, '/email', maria({ TextBody: 'x'.repeat(300_000) }))).toMatchObject({
      status: 413,
      json: { Message: 'The body is larger than 200000 bytes.' },
    });
    await expectNothingStored(gate);
  });
});
