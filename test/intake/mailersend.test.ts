import { Attachment, EmailParams, MailerSend, Recipient, Sender } from 'mailersend';
import { describe, expect, test } from 'vitest';
import { bulkIdOf, idsOfBulk } from '../../src/intake/providers/bulk-id.ts';
import { newId } from '../../src/message/id.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { addCast, breakAccepting, FINE, messageCount, raw, stored } from '../support/front.ts';
import { startGate, type TestGate } from '../support/gate.ts';

type Emails = MailerSend['email'];

/** The SDK's own client; its base URL is fixed in the code, so it is put together once more. */
async function clientOf(gate: TestGate, prefix = ''): Promise<Emails> {
  const apiKey = await apiKeyFor(gate);
  const Module = new MailerSend({ apiKey }).email.constructor as new (key: string, base: string) => Emails;
  return new Module(apiKey, `${gate.httpBase}${prefix}/v1`);
}

async function gateWithCast(options: Parameters<typeof startGate>[0] = {}): Promise<TestGate> {
  const gate = await startGate(options);
  await addCast(gate);
  return gate;
}

const params = (...to: string[]): EmailParams =>
  new EmailParams()
    .setFrom(new Sender('ann@sender.example', 'Ann Example'))
    .setTo(to.map((address) => new Recipient(address, 'Maria Müller')))
    .setSubject('Hiring plans')
    .setText(FINE);

const mail = (more: object = {}): Record<string, unknown> => ({
  from: { email: 'ann@sender.example', name: 'Ann' },
  to: [{ email: 'maria@passing.example' }],
  subject: 'Hiring plans',
  text: FINE,
  ...more,
});

async function post(gate: TestGate, body: unknown, path = '/v1/email', type = 'application/json') {
  const key = await apiKeyFor(gate);
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  return raw(gate, 'POST', path, { authorization: `Bearer ${key}`, 'content-type': type }, bytes);
}

describe('the SDK of MailerSend, pointed at the gate', () => {
  test('hears of a mail that passes as of one that was sent, and finds it again', async () => {
    const gate = await gateWithCast();
    const emails = await clientOf(gate, '/mailersend');
    const { statusCode, headers } = await emails.send(params('maria@passing.example'));
    expect(statusCode).toBe(202);
    expect(headers).toMatchObject({ 'x-presend-disposition': 'relaying', 'x-presend-decision': 'PASS' });
    const id = (headers as Record<string, string>)['x-message-id'];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    const found = await emails.message.single(id);
    expect(found.body.data).toMatchObject({
      id,
      emails: [{ from: 'ann@sender.example', subject: 'Hiring plans', status: 'sent' }],
      presend: { disposition: 'relayed', decision: 'PASS' },
    });
    expect((await stored(gate)).raw).toContain('=?UTF-8?');
  });

  test('hears of a hold and of an escalation as of success', async () => {
    const gate = await gateWithCast();
    const emails = await clientOf(gate);
    const held = await emails.send(params('unknown@nowhere.example'));
    expect([held.statusCode, held.body]).toEqual([202, '']);
    expect(held.headers).toMatchObject({ 'x-presend-disposition': 'held', 'x-presend-decision': 'none' });
    const escalated = await emails.send(params('cto@large.example'));
    expect(escalated.statusCode).toBe(202);
    expect(escalated.headers).toMatchObject({
      'x-presend-disposition': 'escalated',
      'x-presend-decision': 'ESCALATE',
    });
  });

  test('hears that an address is suppressed, in the field that names it', async () => {
    const gate = await gateWithCast();
    const emails = await clientOf(gate);
    const error = await emails.send(params('stop@gone.example')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      statusCode: 422,
      body: { errors: { 'to.0.email': [expect.stringMatching(/is suppressed: disqualifier/)] } },
    });
  });

  test('is warned when some recipients are suppressed', async () => {
    const gate = await gateWithCast();
    const { statusCode, body } = await (await clientOf(gate)).send(
      params('maria@passing.example', 'stop@gone.example'),
    );
    expect(statusCode).toBe(202);
    expect(body).toMatchObject({
      warnings: [
        {
          type: 'SOME_SUPPRESSED',
          recipients: [{ email: 'stop@gone.example', reasons: ['disqualifier'] }],
        },
      ],
    });
  });

  test('hears nothing of a suppressed mail where the gate is told to accept it', async () => {
    const gate = await gateWithCast({ config: { answer: { suppressed: 'accept' } } });
    const { statusCode, headers } = await (await clientOf(gate)).send(params('stop@gone.example'));
    expect(statusCode).toBe(202);
    expect(headers).toMatchObject({ 'x-presend-disposition': 'suppressed' });
  });

  test('sends a bulk and asks after it', async () => {
    const gate = await gateWithCast();
    const emails = await clientOf(gate);
    const { statusCode, body } = await emails.sendBulk([
      params('maria@passing.example'),
      params('stop@gone.example'),
      params('unknown@nowhere.example'),
    ]);
    expect(statusCode).toBe(202);
    const status = await emails.getBulkStatus(body.bulk_email_id as string);
    expect(status.body.data).toMatchObject({
      state: 'completed',
      total_recipients_count: 3,
      suppressed_recipients_count: 1,
      suppressed_recipients: { 'stop@gone.example': ['disqualifier'] },
      messages_id: [expect.any(String), expect.any(String), expect.any(String)],
    });
    const { requests } = await stored(gate);
    expect(requests.map(({ path }) => path)).toEqual(['/v1/email', '/v1/email', '/v1/email']);
    expect(JSON.parse(requests[1].body.toString())).toMatchObject({ to: [{ email: 'stop@gone.example' }] });
  });

  test('carries attachments, inline pictures, threads and headers into the mail', async () => {
    const gate = await gateWithCast();
    const text = Buffer.from('péter').toString('base64');
    await (await clientOf(gate)).send(
      params('maria@passing.example')
        .setHtml(`<p>${FINE.replaceAll('\n', '<br>')}</p><img src="cid:logo">`)
        .setAttachments([
          new Attachment(text, 'prices.txt'),
          new Attachment('iVBORw0KGgo=', 'logo.png', 'inline', 'logo'),
        ])
        .setInReplyTo('<first@passing.example>')
        .setReferences(['<first@passing.example>'])
        .setListUnsubscribe('<https://sender.example/u>')
        .setHeaders([{ name: 'X-Campaign', value: 'autumn' }])
        .setReplyTo(new Recipient('answers@sender.example', 'Ann'))
        .setTags(['autumn']),
    );
    const { raw: mime } = await stored(gate);
    for (const line of [
      /^Content-Disposition: attachment; filename=prices.txt/m,
      /^Content-Id: <logo>/im,
      /^In-Reply-To: <first@passing.example>/m,
      /^References: <first@passing.example>/m,
      /^List-Unsubscribe: <https:\/\/sender.example\/u>/m,
      /^X-Campaign: autumn/m,
      /^Reply-To: .*<?answers@sender.example>?/m,
    ]) {
      expect(mime).toMatch(line);
    }
  });

  test('schedules a mail at most 72 hours ahead', async () => {
    const gate = await gateWithCast();
    const emails = await clientOf(gate);
    const hours = (n: number): number => Math.floor(Date.now() / 1000) + n * 3600;
    const { headers } = await emails.send(params('maria@passing.example').setSendAt(hours(48)));
    expect(headers).toMatchObject({ 'x-presend-disposition': 'scheduled' });
    await expect(emails.send(params('maria@passing.example').setSendAt(hours(73)))).rejects.toMatchObject({
      statusCode: 422,
      body: { errors: { send_at: [expect.stringContaining('72 hours')] } },
    });
  });

  test('is told 401 without a key of the gate', async () => {
    const gate = await gateWithCast();
    const Module = (await clientOf(gate)).constructor as new (key: string, base: string) => Emails;
    await expect(
      new Module('mlsn.psk_wrong', `${gate.httpBase}/v1`).send(params('maria@passing.example')),
    ).rejects.toMatchObject({ statusCode: 401, body: { message: 'Unauthenticated.' } });
  });
});

describe('a request in the shape of MailerSend', () => {
  test.each<[string, number, string | null, unknown, string?]>([
    ['malformed JSON', 400, null, '{"from":'],
    ['a name twice', 400, null, '{"from":{"email":"a@sender.example","email":"b@sender.example"}}'],
    ['a wrong content type', 415, null, mail(), 'text/plain'],
    ['no recipient', 422, 'to', mail({ to: [] })],
    ['a recipient that is no object', 422, 'to.0', mail({ to: ['maria@passing.example'] })],
    ['a recipient without address', 422, 'to.0.email', mail({ to: [{ name: 'Maria' }] })],
    ['two addresses in one', 422, 'to.0.email', mail({ to: [{ email: 'a@x.example, b@x.example' }] })],
    [
      'a name with a line break',
      422,
      'to.0.email',
      mail({ to: [{ email: 'a@x.example', name: 'A\r\nBcc: b' }] }),
    ],
    ['a subject with a line break', 422, 'subject', mail({ subject: 'Hi\r\nBcc: b@x.example' })],
    [
      'a header with a line break',
      422,
      'headers.0',
      mail({ headers: [{ name: 'X-A', value: 'a\r\nBcc: b' }] }),
    ],
    ['a header that addresses', 422, 'headers.0', mail({ headers: [{ name: 'Bcc', value: 'b@x.example' }] })],
    ['bad base64', 422, 'attachments.0.content', mail({ attachments: [{ content: '%%%', filename: 'a' }] })],
    [
      'an inline part without id',
      422,
      'attachments.0.id',
      mail({ attachments: [{ content: 'YQ==', filename: 'a', disposition: 'inline' }] }),
    ],
    [
      '10,000 recipients',
      422,
      'to',
      mail({ to: Array.from({ length: 10_000 }, (_, i) => ({ email: `a${i}@x.example` })) }),
    ],
    ['neither text nor html', 422, 'text', mail({ text: '' })],
    ['a template', 422, 'template_id', mail({ template_id: 'abc' })],
    [
      'personalization',
      422,
      'personalization',
      mail({ personalization: [{ email: 'maria@passing.example', data: { name: 'Maria' } }] }),
    ],
    ['an envelope beside the headers', 422, 'rcpt_to', mail({ rcpt_to: [{ email: 'b@x.example' }] })],
    ['a foreign sender', 422, 'from', mail({ from: { email: 'ann@other.example' } })],
    ['a tag that is no text', 422, 'tags.0', mail({ tags: [1] })],
  ])('with %s is refused and nothing is stored', async (_, status, field, body, type) => {
    const gate = await startGate();
    const answer = await post(gate, body, '/v1/email', type);
    expect(answer.status).toBe(status);
    expect(answer.json['message']).toMatch(/\w+ .*\.$/);
    expect(Object.keys(answer.json['errors'] ?? {})).toEqual(field === null ? [] : [field]);
    expect(answer.text).not.toMatch(/ at .*\.[tj]s:/);
    expect(await messageCount(gate)).toBe(0);
  });

  test('in a bulk refuses all for one bad mail and says which', async () => {
    const gate = await startGate();
    const answer = await post(gate, [mail(), mail({ to: [{ email: 'x' }] })], '/v1/bulk-email');
    expect(answer.status).toBe(422);
    expect(answer.json['errors']).toHaveProperty(['1.to.0.email']);
    expect(await messageCount(gate)).toBe(0);
  });

  test('that is larger than allowed is refused with 413', async () => {
    const gate = await startGate({ config: { http: { max_body_bytes: 2000 } } });
    const answer = await post(gate, mail({ html: 'x'.repeat(3000) }));
    expect([answer.status, await messageCount(gate)]).toEqual([413, 0]);
  });

  test('hears of trouble inside the gate as 503, to come again', async () => {
    const gate = await gateWithCast();
    await breakAccepting(gate);
    const answer = await post(gate, mail());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(answer.json).toEqual({ message: expect.stringContaining('try again') });
  });

  test('and comes twice makes one message', async () => {
    const gate = await gateWithCast();
    const first = await post(gate, mail());
    const second = await post(gate, mail());
    expect(second.headers.get('x-message-id')).toBe(first.headers.get('x-message-id'));
    expect(await messageCount(gate)).toBe(1);
  });

  test('is kept byte for byte, and held when MailerSend would fill something in', async () => {
    const gate = await gateWithCast();
    const body = `{ "subject":"Hiring plans", "text": ${JSON.stringify(FINE)} ,\n"to":[{"email":"maria@passing.example"}],"from":{"email":"ann@sender.example"},"tags":["a"]}`;
    await post(gate, body);
    await post(gate, mail({ subject: 'Hi {{ name }}' }));
    await post(gate, mail({ brand_new_field: 1 }));
    const { requests } = await stored(gate);
    expect(requests[0].body.toString()).toBe(body);
    const rows = await gate.app.database.db.selectFrom('provider_requests').select('trouble').execute();
    expect(rows.map(({ trouble }) => trouble)).toEqual([
      null,
      expect.stringContaining('placeholder'),
      expect.stringContaining('brand_new_field'),
    ]);
  });

  test('finds messages below its own name only, so that the path stays free at the root', async () => {
    const gate = await gateWithCast();
    const id = (await post(gate, mail())).headers.get('x-message-id')!;
    const authorization = `Bearer ${await apiKeyFor(gate)}`;
    expect((await raw(gate, 'GET', `/mailersend/v1/messages/${id}`, { authorization })).status).toBe(200);
    expect((await raw(gate, 'GET', `/v1/messages/${id}`, { authorization })).json).not.toHaveProperty('data');
    const missing = await raw(gate, 'GET', `/v1/email/${id.replace(/^./, '7')}`, { authorization });
    expect([missing.status, missing.json]).toEqual([404, { message: 'There is no such message.' }]);
    expect((await raw(gate, 'GET', '/v1/bulk-email/nonsense', { authorization })).status).toBe(404);
    expect((await raw(gate, 'PATCH', '/v1/email', { authorization })).status).toBe(405);
  });
});

test('the id of a bulk names every message in it', () => {
  const ids = [1, 1, 1, 2, 3, 3].map((at) => newId(Date.now() + at));
  expect(idsOfBulk(bulkIdOf(ids), 6)).toEqual(ids);
  expect(idsOfBulk(bulkIdOf(ids), 5)).toBeNull();
  expect(idsOfBulk('', 5)).toBeNull();
});
