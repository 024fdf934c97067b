import FormData from 'form-data';
import Mailgun from 'mailgun.js';
import { describe, expect, test } from 'vitest';
import { apiKeyFor } from '../support/api-key.ts';
import { addCast, breakAccepting, FINE, messageCount, raw, stored } from '../support/front.ts';
import { startGate, type TestGate } from '../support/gate.ts';

type Client = ReturnType<Mailgun['client']>;

const DOMAIN = 'mg.sender.example';
const FROM = 'Ann Éxample <ann@sender.example>';

async function clientOf(gate: TestGate, prefix = '', key?: string): Promise<Client> {
  return new Mailgun(FormData).client({
    username: 'api',
    key: key ?? (await apiKeyFor(gate)),
    url: `${gate.httpBase}${prefix}`,
  });
}

async function gateWithCast(options: Parameters<typeof startGate>[0] = {}): Promise<TestGate> {
  const gate = await startGate(options);
  await addCast(gate);
  return gate;
}

const mail = (to: string | string[], more: object = {}) => ({
  from: FROM,
  to,
  subject: 'Hiring plans',
  text: FINE,
  ...more,
});

const basic = (key: string): string => `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;

async function post(
  gate: TestGate,
  body: string | Buffer,
  type = 'application/x-www-form-urlencoded',
  path = `/v3/${DOMAIN}/messages`,
) {
  const authorization = basic(await apiKeyFor(gate));
  return raw(gate, 'POST', path, { authorization, 'content-type': type }, body);
}

const BOUNDARY = 'form-boundary-1';
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

function multipart(...parts: [disposition: string, value: string, header?: string][]): string {
  const written = parts.map(
    ([disposition, value, header]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n${header ? `${header}\r\n` : ''}\r\n${value}\r\n`,
  );
  return `${written.join('')}--${BOUNDARY}--\r\n`;
}

const fields = (more: Record<string, string> = {}): [string, string][] =>
  Object.entries({
    from: 'ann@sender.example',
    to: 'maria@passing.example',
    subject: 'Hiring plans',
    text: FINE,
    ...more,
  });
const form = (more: Record<string, string> = {}): string => new URLSearchParams(fields(more)).toString();
const parts = (more: Record<string, string> = {}): [string, string][] =>
  fields(more).map(([name, value]) => [`name="${name}"`, value]);

describe('the SDK of Mailgun, pointed at the gate', () => {
  test('hears of a mail that passes as of one that was queued, and finds it by its id', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate, '/mailgun');
    const sent = await client.messages.create(DOMAIN, mail('Maria Müller <maria@passing.example>'));
    expect(sent).toMatchObject({ status: 200, message: 'Queued. Thank you.' });
    expect(sent.id).toMatch(/^<[0-9a-z]{26}@sender\.example>$/);
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    expect((await stored(gate)).raw).toContain(`Message-ID: ${sent.id}`);
    const events = await client.events.get(DOMAIN, { 'message-id': sent.id });
    expect(events.items).toMatchObject([
      { event: 'accepted', recipient: 'maria@passing.example', presend: { disposition: 'relayed' } },
    ]);
    const none = await client.events.get(DOMAIN, { 'message-id': 'nobody@sender.example' });
    expect(none.items).toEqual([]);
  });

  test('hears of a hold and of an escalation as of success', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate);
    const held = await client.messages.create(DOMAIN, mail('unknown@nowhere.example'));
    const escalated = await client.messages.create(DOMAIN, mail('cto@large.example'));
    expect([held.message, escalated.message]).toEqual(['Queued. Thank you.', 'Queued. Thank you.']);
    const [one] = (await client.events.get(DOMAIN, { 'message-id': held.id })).items;
    expect(one).toMatchObject({ event: 'accepted', presend: { disposition: 'held' } });
  });

  test('hears that a mail is suppressed, unless the gate is told to accept it', async () => {
    const gate = await gateWithCast();
    await expect(
      (await clientOf(gate)).messages.create(DOMAIN, mail('stop@gone.example')),
    ).rejects.toMatchObject({
      status: 400,
      details: expect.stringContaining('stop@gone.example: disqualifier'),
    });
    const accepting = await gateWithCast({ config: { answer: { suppressed: 'accept' } } });
    const sent = await (await clientOf(accepting)).messages.create(DOMAIN, mail('stop@gone.example'));
    expect(sent.message).toBe('Queued. Thank you.');
  });

  test('sends attachments, inline pictures, headers, copies and a time', async () => {
    const gate = await gateWithCast();
    await (await clientOf(gate)).messages.create(
      DOMAIN,
      mail(['Maria <maria@passing.example>', 'unknown@nowhere.example'], {
        cc: '"Doe, Jane" <jane@passing.example>, joe@passing.example',
        html: `<p>${FINE.replaceAll('\n', '<br>')}</p><img src="cid:logo.png">`,
        attachment: [{ filename: 'preise-ü.txt', data: Buffer.from('a\r\n--b\r\n') }],
        inline: [{ filename: 'logo.png', data: Buffer.from([0x89, 0x50, 0x0d, 0x0a]) }],
        'h:X-Campaign': 'autumn',
        'h:Reply-To': 'answers@sender.example',
        'v:lead': '{"id":1}',
        'o:tag': ['a', 'b'],
        'o:tracking': false,
        'o:deliverytime': new Date(Date.now() + 3_600_000).toUTCString(),
      }),
    );
    const deliveries = await gate.deliveries();
    expect(deliveries.map(({ recipient }) => recipient)).toEqual([
      'maria@passing.example',
      'unknown@nowhere.example',
      'jane@passing.example',
      'joe@passing.example',
    ]);
    const { raw: mime } = await stored(gate);
    for (const line of [
      /^X-Campaign: autumn/m,
      /^Reply-To: answers@sender.example/m,
      /^Content-Id: <logo.png>/im,
      /^Cc: "Doe, Jane" <jane@passing.example>, joe@passing.example/m,
      /^Content-Disposition: attachment; .*preise-%C3%BC/m,
    ]) {
      expect(mime).toMatch(line);
    }
    const [{ trouble }] = await gate.app.database.db
      .selectFrom('provider_requests')
      .select('trouble')
      .execute();
    expect(trouble).toBeNull();
  });

  test('sends MIME to those it names, and no Bcc line', async () => {
    const gate = await gateWithCast();
    const message = `From: Ann <ann@sender.example>\nTo: maria@passing.example\nBcc: secret@passing.example\nSubject: Hiring plans\nMessage-ID: <own@sender.example>\n\n${FINE}\n`;
    const sent = await (await clientOf(gate)).messages.create(DOMAIN, {
      to: ['maria@passing.example'],
      message,
    });
    expect(sent.message).toBe('Queued. Thank you.');
    const { raw: mime, requests } = await stored(gate);
    expect(mime).toContain('\r\nTo: maria@passing.example\r\nSubject');
    expect(mime).not.toContain('secret');
    expect(requests[0].path).toBe(`/v3/${DOMAIN}/messages.mime`);
    expect((await gate.deliveries()).map(({ recipient }) => recipient)).toEqual(['maria@passing.example']);
  });

  test('makes one message of the same mail sent twice, though the forms differ in their boundary', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate);
    const first = await client.messages.create(DOMAIN, mail('maria@passing.example'));
    const second = await client.messages.create(DOMAIN, mail('maria@passing.example'));
    expect(second.id).toBe(first.id);
    expect(await messageCount(gate)).toBe(1);
    await client.messages.create(DOMAIN, mail('maria@passing.example', { subject: 'Another' }));
    expect(await messageCount(gate)).toBe(2);
  });

  test('sends nothing in test mode', async () => {
    const gate = await gateWithCast();
    const sent = await (await clientOf(gate)).messages.create(
      DOMAIN,
      mail('maria@passing.example', { 'o:testmode': true }),
    );
    expect(sent.message).toBe('Queued. Thank you.');
    expect(await messageCount(gate)).toBe(0);
  });

  test('is told 401 without a key of the gate', async () => {
    const gate = await gateWithCast();
    const client = await clientOf(gate, '', 'key-psk_wrong');
    await expect(client.messages.create(DOMAIN, mail('maria@passing.example'))).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe('a form in the shape of Mailgun', () => {
  const damaged = multipart(...parts());
  test.each<[string, number, RegExp, string | Buffer, string?, string?]>([
    ['no boundary', 400, /boundary/i, damaged, 'multipart/form-data'],
    ['another boundary', 400, /damaged/, damaged, 'multipart/form-data; boundary=other'],
    ['no end', 400, /damaged/, damaged.slice(0, -8), MULTIPART],
    ['line feeds alone', 400, /form/, damaged.replaceAll('\r\n', '\n'), MULTIPART],
    [
      'a part in a charset nobody knows',
      400,
      /charset of v:a is unknown/,
      multipart(...parts(), ['name="v:a"', 'x', 'Content-Type: text/plain; charset=unheard']),
      MULTIPART,
    ],
    [
      'a damaged part header and no end',
      400,
      /damaged/,
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="to"\r\nno header\x01\r\n\r\na\r\n--${BOUNDARY}\r\n`,
      MULTIPART,
    ],
    [
      'a damaged part header',
      400,
      /damaged/,
      multipart(['name="to"', 'a', 'no header\x01'], ...parts()),
      MULTIPART,
    ],
    [
      'a file whose part ends nowhere',
      400,
      /damaged/,
      multipart(...parts(), ['name="attachment"; filename="a"', 'b']).replace(/\r\n--[\w-]+--\r\n$/, ''),
      MULTIPART,
    ],
    ['a part without name', 400, /name/, multipart(...parts(), ['filename="a"', 'x']), MULTIPART],
    [
      'an encoded part',
      400,
      /Transfer-Encoding/,
      multipart(...parts(), ['name="v:a"', 'eA==', 'Content-Transfer-Encoding: base64']),
      MULTIPART,
    ],
    [
      'a part in another charset',
      400,
      /more than one way/,
      multipart(...parts(), ['name="v:a"', 'ä', 'Content-Type: text/plain; charset=iso-8859-1']),
      MULTIPART,
    ],
    [
      'a file for text',
      400,
      /must not be a file/,
      multipart(['name="from"; filename="a"', 'b'], ...parts().slice(1)),
      MULTIPART,
    ],
    ['an attachment that is no file', 400, /must be a file/, form({ attachment: 'x' })],
    ['JSON', 400, /form/, '{}', 'application/json'],
    ['a bad percent sign', 400, /percent/, `${form()}&v:a=%zz`],
    ['no sender', 400, /^from parameter is missing/, form({ from: '' }).replace('from=&', '')],
    ['no recipient', 400, /^to parameter is missing/, form({ to: ' ' })],
    ['a bad recipient', 400, /`to` field is not an address/, form({ to: 'a@x.example, nobody' })],
    ['neither text nor html', 400, /Need at least one/, form({ text: '' })],
    ['two senders', 400, /given twice/, `${form()}&from=b%40sender.example`],
    [
      'recipients under another name',
      400,
      /to\[0\] parameter is not known/,
      form({ 'to[0]': 'b@x.example' }),
    ],
    [
      '10,000 recipients',
      400,
      /too many recipients/,
      form({ to: Array.from({ length: 10_000 }, (_, i) => `a${i}@x.example`).join(',') }),
    ],
    ['10,000 fields', 413, /too many fields/, `${form()}${'&o:tag=a'.repeat(10_000)}`],
    ['a header with a line break', 400, /line break/, form({ 'h:X-A': 'a\r\nBcc: b@x.example' })],
    ['a header that addresses', 400, /cannot be set here/, form({ 'h:Bcc': 'b@x.example' })],
    ['a subject with a line break', 400, /line break/, form({ subject: 'a\r\nBcc: b@x.example' })],
    ['a template', 400, /filled in at Mailgun/, form({ template: 'welcome' })],
    ['variables of a template', 400, /filled in at Mailgun/, form({ 't:variables': '{}' })],
    [
      'another text for other programs',
      400,
      /filled in at Mailgun/,
      form({ 'amp-html': '<html amp4email>' }),
    ],
    ['variables per recipient', 400, /filled in at Mailgun/, form({ 'recipient-variables': '{}' })],
    ['a time that is none', 400, /o:deliverytime/, form({ 'o:deliverytime': 'tomorrow' })],
    ['a foreign sender', 400, /may not send as other\.example/, form({ from: 'a@other.example' })],
    ['a domain that leads elsewhere', 404, /sending domain/, form(), undefined, '/v3/..%2fx/messages'],
    [
      'MIME without a message',
      400,
      /message parameter is missing/,
      form(),
      undefined,
      `/v3/${DOMAIN}/messages.mime`,
    ],
    [
      'MIME with two senders',
      400,
      /one From header/,
      multipart(
        ['name="to"', 'a@x.example'],
        ['name="message"; filename="m"', 'From: a@sender.example, b@sender.example\r\n\r\nx'],
      ),
      MULTIPART,
      `/v3/${DOMAIN}/messages.mime`,
    ],
  ])('with %s is refused and nothing is stored', async (_, status, message, body, type, path) => {
    const gate = await startGate();
    const answer = await post(gate, body, type, path);
    expect(answer.json['message']).toMatch(message);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/ at .*\.[tj]s:/);
    expect(await messageCount(gate)).toBe(0);
  });

  test('that is urlencoded is kept byte for byte, and held when Mailgun would fill something in', async () => {
    const gate = await gateWithCast();
    const body = `${form().replaceAll('+', '%20')}&o:tag=a&v:x=1`;
    expect((await post(gate, body)).status).toBe(200);
    await post(gate, form({ text: 'Hi %recipient.name%' }));
    await post(gate, form({ 'x-new': '1' }));
    await post(gate, form({ 'h:X-Mailgun-Recipient-Variables': '{}' }));
    const { requests } = await stored(gate);
    expect(requests[0].body.toString()).toBe(body);
    const rows = await gate.app.database.db.selectFrom('provider_requests').select('trouble').execute();
    expect(rows.map(({ trouble }) => trouble)).toEqual([
      null,
      expect.stringContaining('placeholder'),
      expect.stringContaining('x-new'),
      expect.stringContaining('x-mailgun-recipient-variables'),
    ]);
  });

  test('brings files without a type, which their names then tell', async () => {
    const gate = await gateWithCast();
    const body = multipart(...parts(), ['name="inline"; filename="logo.png"', 'png']);
    expect((await post(gate, body, MULTIPART)).headers.get('x-presend-disposition')).toBe('relaying');
    expect((await stored(gate)).raw).toContain('Content-Type: image/png; name=logo.png');
  });

  test('hears of trouble inside the gate as 503, to come again', async () => {
    const gate = await gateWithCast();
    await breakAccepting(gate);
    const answer = await post(gate, form());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(answer.json).toEqual({ message: expect.stringContaining('try again') });
  });

  test('that is larger than allowed is refused with 413, and without a key with 401', async () => {
    const gate = await startGate({ config: { http: { max_body_bytes: 2000 } } });
    expect((await post(gate, form({ html: 'x'.repeat(3000) }))).status).toBe(413);
    const stranger = await raw(
      gate,
      'POST',
      `/v3/${DOMAIN}/messages`,
      { authorization: basic('psk_no') },
      'a',
    );
    expect([stranger.status, stranger.text]).toEqual([401, expect.stringMatching(/^Forbidden/)]);
    expect(await messageCount(gate)).toBe(0);
  });
});
