import sgClient from '@sendgrid/client';
import type { MailDataRequired } from '@sendgrid/helpers/classes/mail.js';
import sgMail from '@sendgrid/mail';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { addProspect, startGate, type TestGate } from '../support/gate.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { expectNothingStored, storedRequests } from './stored.ts';

const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';
const FROM = 'Ann Example <ann@sender.example>';
const RUMOUR = 'Congratulations on closing your $20M Series B last month!';

// The packages' types know their classes in a form that modules cannot import.
const { Client } = sgClient as unknown as { Client: new () => typeof sgClient };
const { MailService } = sgMail as unknown as { MailService: new () => typeof sgMail };

async function clientOf(gate: TestGate, key?: string): Promise<typeof sgMail> {
  const client = new Client();
  client.setApiKey(`SG.${key ?? (await apiKeyFor(gate))}`);
  client.setDefaultRequest('baseUrl', gate.httpBase);
  const service = new MailService();
  service.setClient(client);
  return service;
}

const mail = (to: MailDataRequired['to'], more: object = {}): MailDataRequired => ({
  from: FROM,
  to: to!,
  subject: 'Hiring plans',
  text: FINE,
  ...more,
});

/** The same as a request body. */
const body = (more: object = {}) => ({
  personalizations: [{ to: [{ email: 'maria@passing.example' }] }],
  from: { email: 'ann@sender.example' },
  subject: 'Hiring plans',
  content: [{ type: 'text/plain', value: FINE }],
  ...more,
});

async function post(gate: TestGate, payload: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${gate.httpBase}/v3/mail/send`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await apiKeyFor(gate)}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    errors: text.startsWith('{')
      ? (JSON.parse(text) as { errors: { message: string; field: string | null; help: null }[] }).errors
      : [],
  };
}

const refused = (error: unknown) =>
  (error as { code: number; response: { body: { errors: { message: string }[] } } }).response.body;

describe('the SDK of SendGrid, pointed at the gate', () => {
  test('hears of a mail that passes as of one that was sent, and finds it again', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@passing.example');
    const sendgrid = await clientOf(gate);
    const [response, answer] = await sendgrid.send(
      mail('Mária Köhler <maria@passing.example>', {
        categories: ['outreach'],
        customArgs: { campaign: 'c1' },
      }),
    );
    expect(response.statusCode).toBe(202);
    expect(answer).toBe('');
    const headers = response.headers as Record<string, string>;
    expect(headers).toMatchObject({ 'x-presend-disposition': 'relaying', 'x-presend-decision': 'PASS' });
    expect(headers['x-message-id']).toBe(headers['x-presend-id']);
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    const found = await fetch(`${gate.httpBase}/v3/messages/${headers['x-message-id']}`, {
      headers: { authorization: `Bearer ${await apiKeyFor(gate)}` },
    });
    expect(await found.json()).toMatchObject({
      from_email: 'ann@sender.example',
      to_email: 'maria@passing.example',
      msg_id: headers['x-message-id'],
      subject: 'Hiring plans',
      status: 'processed',
      categories: ['outreach'],
      unique_args: { campaign: 'c1' },
      events: [{ event_name: 'processed', email: 'maria@passing.example' }],
      presend: { disposition: 'relayed', decision: 'PASS' },
    });
    const [stored] = await storedRequests(gate);
    expect(stored.mime).toMatch(/^To: =\?UTF-8\?[QB]\?.*<maria@passing\.example>\r$/m);
    expect(stored.trouble).toEqual([]);
  });

  test('hears 202 of a mail that is held and of one that goes to a person', async () => {
    const gate = await startGate();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await addProspect(gate, 'cto@large.example', {
      prospect: { recipient_role: 'CTO' },
      company: { headcount: 2001 },
    });
    const sendgrid = await clientOf(gate);
    const [held] = await sendgrid.send(mail('low@rumour.example', { text: RUMOUR }));
    expect(held.statusCode).toBe(202);
    expect(held.headers).toMatchObject({ 'x-presend-disposition': 'held', 'x-presend-decision': 'BLOCK' });
    const [escalated] = await sendgrid.send(mail('cto@large.example'));
    expect(escalated.statusCode).toBe(202);
    expect(escalated.headers).toMatchObject({
      'x-presend-disposition': 'escalated',
      'x-presend-decision': 'ESCALATE',
    });
  });

  test('hears 400 with the rule for a suppressed mail', async () => {
    const gate = await startGate();
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const sendgrid = await clientOf(gate);
    const error = await sendgrid.send(mail('otto@out.example')).catch((failed: unknown) => failed);
    expect(error).toMatchObject({ code: 400 });
    expect(refused(error).errors[0]).toMatchObject({
      message: expect.stringMatching(
        /^Suppressed: opt_out \(\w{26}\)\. It was not sent; do not send it again\.$/,
      ),
      field: 'personalizations',
      help: null,
    });
  });

  test('hears 202 for a suppressed mail where the configuration accepts it silently', async () => {
    const gate = await startGate({ config: { answer: { suppressed: 'accept' } } });
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const [response] = await (await clientOf(gate)).send(mail('otto@out.example'));
    expect(response.statusCode).toBe(202);
    expect(response.headers).toMatchObject({ 'x-presend-disposition': 'suppressed' });
    expect(await gate.deliveries()).toMatchObject([{ state: 'suppressed' }]);
  });

  test('sends one mail to each of several people, each in a message of its own', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@passing.example');
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const sendgrid = await clientOf(gate);
    const [response] = await sendgrid.sendMultiple(mail(['maria@passing.example', 'otto@out.example']));
    expect(response.statusCode).toBe(202);
    const headers = response.headers as Record<string, string>;
    const ids = headers['x-presend-id'].split(', ');
    expect(ids).toHaveLength(2);
    expect(headers['x-message-id']).toBe(ids[0]);
    expect(headers['x-presend-disposition']).toBe('relaying, suppressed');
    const stored = await storedRequests(gate);
    expect(stored.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { personalizations: [{ to: [{ email: 'maria@passing.example' }] }] },
      { personalizations: [{ to: [{ email: 'otto@out.example' }] }] },
    ]);
    expect(stored[0].mime).toContain('To: maria@passing.example');
    expect(stored[0].mime).not.toContain('otto');
  });

  test('fills in what stands for each person', async () => {
    const gate = await startGate();
    const sendgrid = await clientOf(gate);
    await sendgrid.send({
      from: FROM,
      subject: 'For {{name}}',
      content: [
        { type: 'text/plain', value: 'Dear {{name}}, greetings to {{city}}.' },
        { type: 'text/html', value: '<p>Dear {{name}}, greetings to {{city}}.</p>' },
      ],
      personalizations: [
        { to: 'a@one.example', substitutions: { name: 'Ada', city: 'Graz' } },
        {
          to: 'b@two.example',
          subject: 'Own subject for {{name}}',
          headers: { 'X-Lane': 'b' },
          substitutions: { name: 'Bo $& $1', city: 'Linz' },
        },
      ],
      headers: { 'X-Lane': 'all' },
    });
    const [ada, bo] = await storedRequests(gate);
    expect(ada.mime).toContain('Subject: For Ada\r\n');
    expect(ada.mime).toContain('Dear Ada, greetings to Graz.');
    expect(ada.mime).toContain('X-Lane: all\r\n');
    expect(bo.mime).toContain('Subject: Own subject for Bo $& $1\r\n');
    expect(bo.mime).toContain('<p>Dear Bo $& $1, greetings to Linz.</p>');
    expect(bo.mime).toContain('X-Lane: b\r\n');
    expect([...ada.trouble, ...bo.trouble]).toEqual([]);
  });

  test('attaches files, those shown inside the mail under their content id', async () => {
    const gate = await startGate();
    const sendgrid = await clientOf(gate);
    await sendgrid.send(
      mail('maria@passing.example', {
        html: '<p>Hi <img src="cid:logo"></p>',
        attachments: [
          {
            content: Buffer.from('%PDF').toString('base64'),
            filename: 'Präsentation, neu.pdf',
            type: 'application/pdf',
            disposition: 'attachment',
          },
          {
            content: Buffer.from('png').toString('base64'),
            filename: 'logo.png',
            type: 'image/png',
            disposition: 'inline',
            contentId: 'logo',
          },
        ],
      }),
    );
    const [{ mime, body }] = await storedRequests(gate);
    // The SDK itself spells it so.
    expect(body).toContain('"contentId":"logo"');
    expect(mime).toMatch(/^Content-Id: <logo>\r$/im);
    expect(mime).toContain(Buffer.from('%PDF').toString('base64'));
    expect(mime).toMatch(/Content-Disposition: inline; filename=logo\.png/);
  });

  test('cannot make the gate trust a mail header that it copies into the HTTP request', async () => {
    const gate = await startGate({ engine: { trustedHeaders: true } });
    const own = await addProspect(gate, 'maria@passing.example');
    const sendgrid = await clientOf(gate);
    const headers = {
      'Idempotency-Key': 'k1',
      'X-Batch-Validation': 'permissive',
      'X-Forwarded-For': '203.0.113.9',
      'X-Prospect-Id': own,
    };
    await sendgrid.send(mail('maria@passing.example', { headers }));
    // Other words under the same key: a conflict, were the key believed.
    const [second] = await sendgrid.send(mail('maria@passing.example', { headers, subject: 'Other' }));
    expect(second.statusCode).toBe(202);
    const messages = await gate.app.database.db.selectFrom('messages').select(['origin']).execute();
    expect(messages).toHaveLength(2);
    for (const { origin } of messages)
      expect(JSON.parse(origin)).toMatchObject({ remoteAddress: '127.0.0.1' });
    // Without the mail header in the JSON, the HTTP header alone puts nothing into the mail.
    await post(gate, body({ subject: 'Third' }), { 'x-prospect-id': own, 'x-lane': 'forged' });
    const stored = await storedRequests(gate);
    expect(stored[0].mime).toMatch(new RegExp(`^X-Prospect-Id: ${own}\r$`, 'im'));
    expect(stored[2].mime).not.toMatch(/x-prospect-id|x-lane/i);
  });

  test('is told 401 with a key that is not of the gate', async () => {
    const gate = await startGate({ engine: { loopbackWithoutAuth: false } });
    const sendgrid = await clientOf(gate, 'psk_wrong');
    const error = await sendgrid.send(mail('maria@passing.example')).catch((failed: unknown) => failed);
    expect(error).toMatchObject({ code: 401 });
    expect(refused(error).errors[0].message).toMatch(/^The API key is not one of presend/);
    await expectNothingStored(gate);
  });

  test('is told 403 for a sender that is not the engine’s, 200 in sandbox mode', async () => {
    const gate = await startGate();
    const sendgrid = await clientOf(gate);
    const error = await sendgrid
      .send(mail('maria@passing.example', { from: 'ceo@other.example' }))
      .catch((failed: unknown) => failed);
    expect(error).toMatchObject({ code: 403 });
    expect(refused(error).errors[0]).toMatchObject({ field: 'from' });
    const [sandbox] = await sendgrid.send(
      mail('maria@passing.example', { mailSettings: { sandboxMode: { enable: true } } }),
    );
    expect(sandbox.statusCode).toBe(200);
    await expectNothingStored(gate);
  });
});

describe('POST /v3/mail/send', () => {
  test('keeps the request of each personalization byte for byte', async () => {
    const gate = await startGate();
    const head =
      '{ "subject" : "H\\u00e9llo",\n\t"from":{"email":"ann@sender.example"},"categories":["a"], "personalizations" :';
    const tail = ',\n "content":[{"type":"text/plain","value":"caf\\u00e9 \\/ é"}] }';
    const first = '{"to" : [ {"email":"a@one.example"} ]}';
    const second = '{"to":[{"email":"b@two.example"}],  "custom_args":{"n":1.0}}';
    expect((await post(gate, `${head} [ ${first} ,\n ${second} ]${tail}`)).status).toBe(202);
    expect((await post(gate, `${head} [ ${first} ]${tail}`)).status).toBe(202);
    const stored = await storedRequests(gate);
    expect(stored.map(({ body: kept }) => kept)).toEqual([
      `${head} [${first}]${tail}`,
      `${head} [${second}]${tail}`,
      `${head} [ ${first} ]${tail}`,
    ]);
    expect(stored[0]).toMatchObject({
      provider: 'sendgrid',
      path: '/v3/mail/send',
      contentType: 'application/json',
    });
  });

  test('takes a thousand personalizations at once and tells of the first hundred in headers', async () => {
    const gate = await startGate({ config: { answer: { mode: 'async' } } });
    const personalizations = Array.from({ length: 1000 }, (_, i) => ({
      to: [{ email: `p${i}@many.example` }],
    }));
    const { status, headers } = await post(gate, body({ personalizations }));
    expect(status).toBe(202);
    expect(headers.get('x-presend-id')!.split(', ')).toHaveLength(100);
    expect(headers.get('x-presend-count')).toBe('1000');
    expect(await storedRequests(gate)).toHaveLength(1000);
  });

  test('answers trouble of its own with 503 and Retry-After, in the provider’s shape', async () => {
    const gate = await startGate();
    await sql`drop table provider_requests`.execute(gate.app.database.db);
    const answer = await post(gate, body());
    expect(answer).toMatchObject({
      status: 503,
      errors: [{ message: expect.stringMatching(/nothing was stored, try again/) }],
    });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await gate.deliveries()).toEqual([]);
  });

  test('takes an identical request for a retry: one message, the same id', async () => {
    const gate = await startGate();
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(gate, body())));
    expect(new Set(answers.map(({ headers }) => headers.get('x-message-id'))).size).toBe(1);
    expect(await storedRequests(gate)).toHaveLength(1);
  });

  test('answers below its prefix too, and names what it does not have', async () => {
    const gate = await startGate();
    const response = await fetch(`${gate.httpBase}/sendgrid/v3/mail/send`, {
      method: 'POST',
      headers: {
        authorization: `Bearer SG.${await apiKeyFor(gate)}`,
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify(body()),
    });
    expect(response.status).toBe(202);
    const nothing = await fetch(`${gate.httpBase}/sendgrid/v3/templates`);
    expect(nothing.status).toBe(404);
    expect(await nothing.json()).toMatchObject({ errors: [{ field: null }] });
    expect((await fetch(`${gate.httpBase}/v3/mail/send`)).status).toBe(405);
    expect((await fetch(`${gate.httpBase}/v3/messages/nothing`)).status).toBe(404);
  });

  test('keeps a mail for later when send_at says so, that of the personalization first', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@passing.example');
    const soon = Math.floor(Date.now() / 1000) + 3600;
    const { status, headers } = await post(
      gate,
      body({
        send_at: soon,
        personalizations: [{ to: [{ email: 'maria@passing.example' }], send_at: soon + 60 }],
      }),
    );
    expect(status).toBe(202);
    expect(headers.get('x-presend-disposition')).toBe('scheduled');
    const message = await gate.app.database.db
      .selectFrom('messages')
      .select('scheduled_at')
      .executeTakeFirstOrThrow();
    expect(message.scheduled_at).toBe((soon + 60) * 1000);
  });

  test.each([
    ['an unknown field', { surprise: 1 }, 'unknown_field', '"surprise"'],
    [
      'an unknown field of a personalization',
      { personalizations: [{ to: [{ email: 'a@b.example' }], odd: 1 }] },
      'unknown_field',
      '"personalizations.odd"',
    ],
    ['sections', { sections: { '-s-': 'x' } }, 'unreadable', 'sections'],
    [
      'text that tracking adds',
      { tracking_settings: { subscription_tracking: { enable: true, html: '<p>buy</p>' } } },
      'unreadable',
      'subscription tracking',
    ],
    [
      'a tracking tag that is a word',
      { tracking_settings: { open_tracking: { enable: true, substitution_tag: 'not' } } },
      'unreadable',
      'replaces words',
    ],
    ['X-SMTPAPI', { headers: { 'X-SMTPAPI': '{}' } }, 'unreadable', 'X-SMTPAPI'],
    [
      'tags inside words',
      {
        personalizations: [
          { to: [{ email: 'a@b.example' }], substitutions: { useful: 'a call', call: 'nap' } },
        ],
      },
      'unreadable',
      'substitutions',
    ],
    [
      'a text attachment shown inside',
      { attachments: [{ content: 'eA==', filename: 'a.txt', type: 'text/plain', disposition: 'inline' }] },
      'unreadable',
      'attached text',
    ],
  ])('notes %s as trouble, which holds the mail', async (_, more, kind, detail) => {
    const gate = await startGate();
    expect((await post(gate, body(more))).status).toBe(202);
    const [{ trouble }] = await storedRequests(gate);
    expect(trouble).toMatchObject([{ kind, detail: expect.stringContaining(detail) }]);
  });

  test('takes tracking, unsubscribe groups and pools as harmless', async () => {
    const gate = await startGate();
    const harmless = {
      tracking_settings: {
        click_tracking: { enable: true, enable_text: false },
        open_tracking: { enable: true, substitution_tag: '%open%' },
        subscription_tracking: { enable: true, substitution_tag: '[unsubscribe]' },
        ganalytics: { enable: true, utm_source: 'x' },
      },
      mail_settings: { sandbox_mode: { enable: false }, footer: { enable: false } },
      asm: { group_id: 1, groups_to_display: [1, 2] },
      ip_pool_name: 'pool',
      batch_id: 'b1',
      reply_to_list: [{ email: 'ann@sender.example' }, { email: 'bo@sender.example', name: 'Bo, the 2nd' }],
      send_at: 0,
    };
    expect(await post(gate, body(harmless))).toMatchObject({ status: 202 });
    const [{ trouble, mime }] = await storedRequests(gate);
    expect(trouble).toEqual([]);
    expect(mime).toContain('Reply-To: ann@sender.example, "Bo, the 2nd" <bo@sender.example>');
  });

  const to = (email: string, more: object = {}) => ({ personalizations: [{ to: [{ email }], ...more }] });
  const wrong: [what: string, payload: unknown, status: number, message: RegExp, field?: string | null][] = [
    ['malformed JSON', '{"from":', 400, /^The body is not valid JSON: /, null],
    ['a name given twice', '{"from":{},"from":{}}', 400, /names "from" twice/, null],
    ['a name that programs read differently', '{"\\u005f_proto__":{}}', 400, /__proto__/, null],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, /not UTF-8/, null],
    ['a list', [], 400, /^The body is not valid/],
    ['no sender', body({ from: undefined }), 400, /^Missing the `from` field\.$/, 'from'],
    [
      'a sender that is a text',
      body({ from: 'ann@sender.example' }),
      400,
      /`from` field is not valid/,
      'from',
    ],
    [
      'no personalizations',
      body({ personalizations: [] }),
      400,
      /`personalizations` field/,
      'personalizations',
    ],
    ['nobody in to', body({ personalizations: [{ to: [] }] }), 400, /personalizations\.0\.to/],
    [
      'no subject',
      body({ subject: undefined }),
      400,
      /^Missing the `subject` field/,
      'personalizations.0.subject',
    ],
    ['no content', body({ content: undefined }), 400, /^Missing the `content` field/, 'content'],
    ['empty content', body({ content: [{ type: 'text/plain', value: '' }] }), 400, /content\.0\.value/],
    [
      'two texts',
      body({
        content: [
          { type: 'text/plain', value: 'a' },
          { type: 'text/plain', value: 'b' },
        ],
      }),
      400,
      /second time/,
      'content.1.type',
    ],
    [
      'an AMP part',
      body({
        content: [
          { type: 'text/plain', value: 'a' },
          { type: 'text/x-amp-html', value: 'b' },
        ],
      }),
      400,
      /cannot judge/,
      'content.1.type',
    ],
    [
      'an address with a name in it',
      body(to('Jane <jane@example.com>')),
      400,
      /more than an address/,
      'personalizations.0.to.0.email',
    ],
    [
      'two addresses in one',
      body(to('a@b.example,c@d.example')),
      400,
      /not an address/,
      'personalizations.0.to.0.email',
    ],
    [
      'an address twice',
      body(to('a@b.example', { cc: [{ email: 'A@b.example' }] })),
      400,
      /stands there twice/,
    ],
    [
      'a line break in a name',
      body({ from: { email: 'ann@sender.example', name: 'Ann\r\nBcc: x@y.example' } }),
      400,
      /line break/,
      'from.name',
    ],
    [
      'a line break in a header',
      body({ headers: { 'X-A': 'b\r\nBcc: x@y.example' } }),
      400,
      /line break/,
      'headers.X-A',
    ],
    ['a header that is not one', body({ headers: { 'X A': 'b' } }), 400, /cannot be one/],
    ['a header SendGrid sets', body({ headers: { 'Reply-To': 'x@y.example' } }), 400, /cannot be set here/],
    ['a recipient as a header', body({ headers: { Bcc: 'x@y.example' } }), 400, /cannot be set here/],
    [
      'broken base64',
      body({ attachments: [{ content: 'a', filename: 'a' }] }),
      400,
      /not base64/,
      'attachments.0.content',
    ],
    [
      'a file name with a line break',
      body({ attachments: [{ content: 'eA==', filename: 'a\r\nb' }] }),
      400,
      /file name/,
      'attachments.0.filename',
    ],
    [
      'a content type with a line break',
      body({ attachments: [{ content: 'eA==', filename: 'a', type: 'a/b\r\nX: y' }] }),
      400,
      /content type/,
      'attachments.0.type',
    ],
    ['a template', body({ template_id: 'd-1' }), 400, /cannot judge it\. Render it yourself/, 'template_id'],
    ['template data', body(to('a@b.example', { dynamic_template_data: {} })), 400, /rendered at SendGrid/],
    [
      'a bypass of suppressions',
      body({ mail_settings: { bypass_list_management: { enable: true } } }),
      400,
      /suppression lists/,
      'mail_settings.bypass_list_management',
    ],
    [
      'a hidden recipient',
      body({ mail_settings: { bcc: { enable: true, email: 'x@y.example' } } }),
      400,
      /adds a recipient/,
      'mail_settings.bcc',
    ],
    [
      'a footer',
      body({ mail_settings: { footer: { enable: true, text: 'x' } } }),
      400,
      /cannot judge/,
      'mail_settings.footer',
    ],
    [
      'four days ahead',
      body({ send_at: Math.floor(Date.now() / 1000) + 4 * 86_400 }),
      400,
      /72 hours/,
      'send_at',
    ],
    ['a time in the past', body({ send_at: 1_000_000_000 }), 400, /in the past/, 'send_at'],
    ['a time that is a text', body({ send_at: 'soon' }), 400, /`send_at` field/, 'send_at'],
    [
      '10,000 recipients',
      body({
        personalizations: Array.from({ length: 1000 }, (_, i) => ({
          to: Array.from({ length: 10 }, (__, j) => ({ email: `p${i}x${j}@many.example` })),
        })),
      }),
      400,
      /10000 recipients; at most 1000/,
      'personalizations',
    ],
    ['an empty tag', body(to('a@b.example', { substitutions: { '': 'x' } })), 400, /empty tag/],
    [
      'two kinds of reply-to',
      body({ reply_to: { email: 'a@b.example' }, reply_to_list: [{ email: 'a@b.example' }] }),
      400,
      /not both/,
    ],
    [
      'mails too large together',
      body({
        content: [{ type: 'text/plain', value: 'x'.repeat(1_500_000) }],
        personalizations: Array.from({ length: 100 }, (_, i) => ({ to: [{ email: `p${i}@many.example` }] })),
      }),
      413,
      /fewer personalizations/,
    ],
    [
      'words that grow too large',
      body({
        content: [{ type: 'text/plain', value: 'x'.repeat(10_000) }],
        ...to('a@b.example', { substitutions: { x: 'y'.repeat(9_000) } }),
      }),
      413,
      /30 MB/,
    ],
  ];
  test.each(
    wrong,
  )('refuses %s with a sentence and stores nothing', async (_, payload, status, message, field) => {
    const gate = await startGate();
    const answer = await post(gate, payload);
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors[0].message).toMatch(message);
    expect(answer.text).not.toMatch(/\bat .*\.[tj]s:/);
    expect(answer.status).toBe(status);
    expect(answer.errors[0]).toHaveProperty('help', null);
    if (field !== undefined) expect(answer.errors[0].field).toBe(field);
    await expectNothingStored(gate);
  });

  test('refuses other content types with 415 and too large bodies with 413', async () => {
    const gate = await startGate({ config: { http: { max_body_bytes: 10_000 } } });
    expect((await post(gate, body(), { 'content-type': 'text/plain' })).status).toBe(415);
    const large = await post(gate, body({ subject: 'x'.repeat(20_000) }));
    expect(large).toMatchObject({
      status: 413,
      errors: [{ message: 'The body is larger than 10000 bytes.' }],
    });
    await expectNothingStored(gate);
  });
});
