import { Resend } from 'resend';
import { describe, expect, test } from 'vitest';
import { revokeApiKey } from '../../src/intake/api-keys.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import { idOf } from '../../src/message/id.ts';
import { apiKeyFor, newKey } from '../support/api-key.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';

const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';
const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
const FROM = 'Ann Example <ann@sender.example>';
const MARIA = 'maria@passing.example';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const mail = (to: string | string[], more: object = {}) => ({
  from: FROM,
  to,
  subject: 'Hiring plans',
  text: FINE,
  ...more,
});

async function start(options: Parameters<typeof startGate>[0] = {}) {
  const gate = await startGate(options);
  await addProspect(gate, MARIA);
  const key = await apiKeyFor(gate);
  const resend = new Resend(key, { baseUrl: gate.httpBase });
  const raw = (
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string>; duplex?: 'half' } = {},
  ) =>
    fetch(`${gate.httpBase}${path}`, {
      method: 'POST',
      ...init,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...init.headers },
    });
  const post = (body: string | object, headers: Record<string, string> = {}) =>
    raw('/emails', { headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
  return { gate, resend, key, raw, post };
}

const stored = (gate: TestGate) =>
  gate.app.database.db.selectFrom('messages').select(['id', 'subject', 'scheduled_at']).execute();

async function refusal(answer: Response): Promise<{ status: number; name: string; message: string }> {
  const text = await answer.text();
  expect(text).not.toMatch(/\bat .+:\d+:\d+|node_modules|Error:/);
  const body = JSON.parse(text) as { statusCode: number; name: string; message: string };
  expect(Object.keys(body).sort()).toEqual(['message', 'name', 'statusCode']);
  expect(body.statusCode).toBe(answer.status);
  expect(body.message).toMatch(/^[A-Z].*\.$/s);
  return { status: answer.status, name: body.name, message: body.message };
}

describe('the SDK of Resend, pointed at the gate', () => {
  test('hears of a mail that passes as of one that was sent, and can look it up', async () => {
    const { gate, resend } = await start();
    const { data, error, headers } = await resend.emails.send({
      ...mail(`Maria <${MARIA}>`),
      html: FINE.split('\n\n')
        .map((line) => `<p>${line}</p>`)
        .join(''),
      replyTo: 'Ann <ann.replies@sender.example>',
      tags: [{ name: 'campaign', value: 'q4' }],
    });
    expect(error).toBeNull();
    expect(data?.id).toMatch(UUID);
    expect(headers).toMatchObject({
      'x-presend-disposition': 'relaying',
      'x-presend-decision': 'PASS',
      'x-presend-id': idOf(data!.id),
    });
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    const got = await resend.emails.get(data!.id);
    expect(got.data).toMatchObject({
      object: 'email',
      id: data!.id,
      last_event: 'sent',
      from: FROM,
      to: [`Maria <${MARIA}>`],
      reply_to: ['Ann <ann.replies@sender.example>'],
      subject: 'Hiring plans',
      text: FINE,
      tags: [{ name: 'campaign', value: 'q4' }],
      scheduled_at: null,
      presend: {
        disposition: 'relayed',
        decision: 'PASS',
        deliveries: [{ to: MARIA, disposition: 'relayed' }],
      },
    });
    const body = (
      await gate.app.database.db.selectFrom('bodies').select('raw').executeTakeFirstOrThrow()
    ).raw.toString();
    expect(body).toMatch(/^Reply-To: Ann <ann\.replies@sender\.example>\r$/m);
    expect(body).toMatch(/^Message-ID: <[0-9a-z]{26}@sender\.example>\r$/m);
  });

  test('sees what a person did with a held mail', async () => {
    const { gate, resend } = await start();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    const { data, headers } = await resend.emails.send(mail('low@rumour.example', { text: RUMOUR }));
    expect(headers).toMatchObject({ 'x-presend-disposition': 'held', 'x-presend-decision': 'BLOCK' });
    const view = async () => (await resend.emails.get(data!.id)).data as unknown as Record<string, unknown>;
    expect(await view()).toMatchObject({
      last_event: 'queued',
      presend: { disposition: 'held', decision: 'BLOCK', rule: 'low_confidence_funding' },
    });
    const [held] = await gate.deliveries();
    await gate.app.review.reject(held.id, { actor: 'ann', reason: 'no rumours' });
    expect(await view()).toMatchObject({
      last_event: 'canceled',
      presend: { disposition: 'ended', deliveries: [{ disposition: 'rejected', rationale: 'no rumours' }] },
    });
  });

  test('hears of a suppressed mail as an error, which says not to send it again', async () => {
    const { gate, resend } = await start();
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const { data, error } = await resend.emails.send(mail('otto@out.example'));
    expect(data).toBeNull();
    expect(error).toMatchObject({
      statusCode: 422,
      name: 'validation_error',
      message: expect.stringMatching(
        /^Suppressed: opt_out \(\w{26}\)\. It was not sent; do not send it again\.$/,
      ),
    });
    const id = /\((\w{26})\)/.exec(error!.message)![1];
    expect((await resend.emails.get(id)).data).toMatchObject({ last_event: 'suppressed' });
  });

  test('sends attachments: base64, Buffer, byte array, and shown inside the HTML', async () => {
    const { gate, resend, post } = await start();
    const bytes = Buffer.from([0, 1, 2, 250, 251, 252, 10, 13]);
    const { error } = await resend.emails.send(
      mail(MARIA, {
        html: `<p>Hi Maria, would a short call next week about your hiring plans be useful? Best, Ann</p><img src="cid:logo" alt="">`,
        attachments: [
          { filename: 'a.bin', content: bytes.toString('base64') },
          { filename: 'größe.bin', content: bytes },
          {
            filename: 'logo.png',
            content: bytes.toString('base64'),
            contentType: 'image/png',
            contentId: 'logo',
          },
        ],
      }),
    );
    expect(error).toBeNull();
    await post(mail(MARIA, { subject: 'Bytes', attachments: [{ filename: 'b.bin', content: [...bytes] }] }));
    await post(
      mail(MARIA, { subject: 'Buffer', attachments: [{ filename: 'c.bin', content: bytes.toJSON() }] }),
    );
    const bodies = await gate.app.database.db.selectFrom('bodies').select('raw').execute();
    expect(bodies).toHaveLength(3);
    for (const { raw } of bodies) expect(raw.toString()).toContain(bytes.toString('base64'));
    expect(bodies[0].raw.toString()).toMatch(/^Content-ID: <logo>\r$/im);
    expect(bodies[0].raw.toString()).toMatch(/filename\*0\*=utf-8''gr%C3%B6/);
  });

  test('sends a strict batch whole or not at all', async () => {
    const { gate, resend } = await start();
    await addProspect(gate, 'tom@passing.example');
    const good = await resend.batch.send([mail(MARIA), mail('tom@passing.example')]);
    expect(good.error).toBeNull();
    expect(good.data!.data.map(({ id }) => UUID.test(id))).toEqual([true, true]);
    expect(good.headers).toMatchObject({ 'x-presend-disposition': 'relaying, relaying' });
    const bad = await resend.batch.send([mail(MARIA, { subject: 'Again' }), mail('not an address')]);
    expect(bad.error).toMatchObject({
      statusCode: 422,
      message: expect.stringMatching(/^In the mail at index 1: /),
    });
    expect(await stored(gate)).toHaveLength(2);
  });

  test('sends what can be sent of a permissive batch, and hears which could not', async () => {
    const { gate, resend } = await start();
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const { data } = await resend.batch.send([mail('nobody'), mail(MARIA), mail('otto@out.example')], {
      batchValidation: 'permissive',
    });
    expect(data!.data).toHaveLength(1);
    expect((data as unknown as { errors: { index: number; message: string }[] }).errors).toEqual([
      { index: 0, message: expect.stringContaining('`to` field is not an address') },
      { index: 2, message: expect.stringContaining('Suppressed: opt_out') },
    ]);
    expect(await stored(gate)).toHaveLength(2);
  });

  test('schedules, moves and cancels a mail', async () => {
    const { gate, resend } = await start();
    const { data, headers } = await resend.emails.send(mail(MARIA, { scheduledAt: 'in 1 min' }));
    expect(headers).toMatchObject({ 'x-presend-disposition': 'scheduled' });
    const [first] = await stored(gate);
    expect(first.scheduled_at! - Date.now()).toBeGreaterThan(50_000);
    expect(first.scheduled_at! - Date.now()).toBeLessThanOrEqual(60_000);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    expect((await resend.emails.update({ id: data!.id, scheduledAt: later })).data).toEqual({
      object: 'email',
      id: data!.id,
    });
    expect((await resend.emails.get(data!.id)).data).toMatchObject({
      last_event: 'scheduled',
      scheduled_at: later,
    });
    gate.advance(120_000);
    expect((await resend.emails.cancel(data!.id)).data).toEqual({ object: 'email', id: data!.id });
    expect((await resend.emails.get(data!.id)).data).toMatchObject({ last_event: 'canceled' });
    expect((await resend.emails.cancel(data!.id)).error).toMatchObject({
      statusCode: 422,
      message: expect.stringContaining('cancelled'),
    });
    gate.advance(7_200_000);
    expect((await gate.deliveries())[0].state).toBe('cancelled');
  });

  test('keeps to the time of a mail that was held until somebody released it', async () => {
    const { gate, resend } = await start();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await resend.emails.send(mail('low@rumour.example', { text: RUMOUR, scheduledAt: 'in 2 hours' }));
    const [held] = await gate.deliveries();
    await gate.app.review.release(held.id, { actor: 'ann' });
    gate.advance(60_000);
    expect((await gate.deliveries())[0].state).toBe('relaying');
    gate.advance(7_200_000);
    await gate.until(([one]) => one.state === 'relayed', 'relayed at its time');
  });
});

describe('an idempotency key', () => {
  test('makes one message of a storm of 100 retries at once', async () => {
    const { gate, post } = await start();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => post(mail(MARIA), { 'Idempotency-Key': 'welcome/1' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const ids = await Promise.all(answers.map(async (a) => ((await a.json()) as { id: string }).id));
    expect(new Set(ids).size).toBe(1);
    expect(await stored(gate)).toHaveLength(1);
  });

  test('used for another body is a conflict, within its day and not after', async () => {
    const { gate, resend } = await start();
    const send = (subject: string) => resend.emails.send(mail(MARIA, { subject }), { idempotencyKey: 'k1' });
    expect((await send('One')).error).toBeNull();
    expect((await send('Two')).error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
    gate.advance(25 * 3_600_000);
    expect((await send('Two')).error).toBeNull();
    expect(await stored(gate)).toHaveLength(2);
  });

  test('belongs to its engine', async () => {
    const { gate, post, raw } = await start();
    await gate.app.database.transact((trx) =>
      addEngine(trx, { name: 'other', senderDomains: ['sender.example'] }, { actor: 'test', now: 0 }),
    );
    const other = await apiKeyFor(gate, 'other');
    await post(mail(MARIA), { 'Idempotency-Key': 'k' });
    const answer = await raw('/emails', {
      headers: { Authorization: `Bearer ${other}`, 'Idempotency-Key': 'k' },
      body: JSON.stringify(mail(MARIA, { subject: 'x' })),
    });
    expect(answer.status).toBe(200);
    expect(await stored(gate)).toHaveLength(2);
  });

  test('of a whole batch gives the same messages again', async () => {
    const { gate, resend } = await start();
    const send = () =>
      resend.batch.send([mail(MARIA), mail(MARIA, { subject: 'Two' })], { idempotencyKey: 'b' });
    expect((await send()).data).toEqual((await send()).data);
    expect(await stored(gate)).toHaveLength(2);
  });

  test('is made by the gate where the engine gives none: an identical request soon after is a retry', async () => {
    const { gate, resend } = await start();
    const first = await resend.emails.send(mail(MARIA));
    expect((await resend.emails.send(mail(MARIA))).data!.id).toBe(first.data!.id);
    gate.advance(11 * 60_000);
    expect((await resend.emails.send(mail(MARIA))).data!.id).not.toBe(first.data!.id);
    expect(await stored(gate)).toHaveLength(2);
  });

  test('of the gate’s own making does not hold back a mail that ended unsent', async () => {
    const { gate, resend } = await start();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    const send = () => resend.emails.send(mail('low@rumour.example', { text: RUMOUR }));
    const first = await send();
    const [held] = await gate.deliveries();
    await gate.app.review.reject(held.id, { actor: 'ann' });
    expect((await send()).data!.id).not.toBe(first.data!.id);
  });

  test('of the gate’s own making holds back a batch of which something went', async () => {
    const { gate, resend } = await start();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    const send = () => resend.batch.send([mail(MARIA), mail('low@rumour.example', { text: RUMOUR })]);
    const first = await send();
    const held = (await gate.deliveries()).find(({ state }) => state === 'held');
    await gate.app.review.reject(held!.id, { actor: 'ann' });
    expect((await send()).data).toEqual(first.data);
    expect(await stored(gate)).toHaveLength(2);
  });

  test('longer than 256 characters is refused', async () => {
    const { post } = await start();
    expect(await refusal(await post(mail(MARIA), { 'Idempotency-Key': 'x'.repeat(257) }))).toMatchObject({
      status: 400,
      name: 'invalid_idempotency_key',
    });
  });
});

describe('keys', () => {
  test('are needed from elsewhere, and a revoked one is refused even here', async () => {
    const { gate, raw } = await start({ engine: { loopbackWithoutAuth: false } });
    // The demo engine of a first start needs none.
    await gate.app.database.transact((trx) =>
      trx.updateTable('engines').set({ loopback_without_auth: 0 }).execute(),
    );
    const body = JSON.stringify(mail(MARIA));
    const send = (headers: Record<string, string>) => raw('/emails', { headers, body });
    expect(await refusal(await send({ Authorization: '' }))).toMatchObject({
      status: 401,
      name: 'missing_api_key',
    });
    expect((await refusal(await send({ Authorization: '' }))).message).toContain(
      'as Authorization: Bearer psk_…',
    );
    expect(await refusal(await send({ Authorization: 'Bearer re_123' }))).toMatchObject({
      status: 403,
      name: 'invalid_api_key',
    });
    const key = await newKey(gate, 'bearer');
    if (key.kind !== 'bearer') throw new Error('bearer');
    expect((await send({ Authorization: `Bearer re_${key.key}` })).status).toBe(200);
    const { id } = await gate.app.database.db
      .selectFrom('engines')
      .select('id')
      .where('name', '=', 'engine')
      .executeTakeFirstOrThrow();
    await gate.app.database.transact((trx) => revokeApiKey(trx, id, key.id, { actor: 't', now: 1 }));
    await gate.app.database.transact((trx) =>
      trx.updateTable('engines').set({ loopback_without_auth: 1 }).execute(),
    );
    expect(await refusal(await send({ Authorization: `Bearer ${key.key}` }))).toMatchObject({ status: 403 });
    expect((await send({ Authorization: 'Bearer engine' })).status).toBe(200);
  });

  test('of somebody else count as the engine that needs none, and a client that meant another learns so', async () => {
    const { raw } = await start({ engine: { loopbackWithoutAuth: false } });
    const refused = await refusal(
      await raw('/emails', {
        headers: { Authorization: 'Bearer re_real' },
        body: JSON.stringify(mail(MARIA)),
      }),
    );
    expect(refused.message).toMatch(
      /may not send as sender\.example; .* so it counts as engine demo, which needs none/,
    );
  });

  test('are needed by a web page and behind a proxy, whatever machine they run on', async () => {
    const { raw } = await start();
    const body = JSON.stringify(mail(MARIA));
    for (const headers of [
      { Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'X-Forwarded-For': '203.0.113.9' },
      { Via: '1.1 proxy' },
    ] as Record<string, string>[]) {
      expect(
        (await raw('/emails', { headers: { Authorization: 'Bearer any', ...headers }, body })).status,
      ).toBe(403);
    }
  });

  test('show an engine its own messages only', async () => {
    const { gate, resend } = await start();
    const { data } = await resend.emails.send(mail(MARIA));
    await gate.app.database.transact((trx) =>
      addEngine(trx, { name: 'other', senderDomains: [] }, { actor: 'test', now: 0 }),
    );
    const other = new Resend(await apiKeyFor(gate, 'other'), { baseUrl: gate.httpBase });
    expect((await other.emails.get(data!.id)).error).toMatchObject({ statusCode: 404, name: 'not_found' });
    expect((await other.emails.cancel(data!.id)).error).toMatchObject({ statusCode: 404 });
  });
});

describe('a request that cannot be taken', () => {
  const long = 'x'.repeat(70);
  const cases: [name: string, body: string | object, status: number, sentence: RegExp][] = [
    ['is not JSON', '{"from": ', 400, /not valid JSON: \w+ at character 9/],
    ['has a comment', '{"from":"a@b.example" /* x */}', 400, /not valid JSON/],
    [
      'names a field twice',
      `{"from":"${FROM}","to":"a@b.example","to":"${MARIA}","subject":"s","text":"t"}`,
      400,
      /names "to" twice/,
    ],
    ['is nested without end', '['.repeat(200_000) + ']'.repeat(200_000), 400, /nested too deeply/],
    ['is an array', [mail(MARIA)], 422, /body is not valid/],
    ['lacks a field', { from: FROM, to: MARIA, text: FINE }, 422, /Missing the `subject` field/],
    ['has no text', { from: FROM, to: MARIA, subject: 's' }, 422, /Missing the `html` or `text` field/],
    ['has a field of another type', mail(MARIA, { subject: 7 }), 422, /`subject` field is not valid/],
    ['has a list of other things', mail([MARIA, 7 as never]), 422, /`to\.1` field is not valid/],
    ['has a null address', mail(null as never), 422, /`to` field is not valid/],
    ['has no address in a list', mail([]), 422, /`to` field is not valid/],
    ['has an address that is two', mail('a@b.example, c@d.example'), 422, /`to` field is not an address/],
    [
      'has an address with a comment',
      mail('victim@good.example (x).evil.example'),
      422,
      /`to` field is not an address/,
    ],
    ['has a group', mail('friends: a@b.example, c@d.example;'), 422, /`to` field is not an address/],
    [
      'has a line break in an address',
      mail('a@b.example\r\nBcc: c@d.example'),
      422,
      /`to` field is not an address/,
    ],
    [
      'has a line break in a name',
      mail('A\r\nBcc: c@d.example <a@b.example>'),
      422,
      /`to` field is not an address/,
    ],
    ['has a comma in a bare name', mail(`Doe, Jane <${MARIA}>`), 422, /in quotes/],
    [
      'has a line break in a header',
      mail(MARIA, { headers: { 'X-A': 'b\r\nBcc: c@d.example' } }),
      422,
      /holds a line break/,
    ],
    [
      'has a line break in a header name',
      mail(MARIA, { headers: { 'X-A\r\nBcc': 'c@d.example' } }),
      422,
      /cannot be one/,
    ],
    [
      'sets a header that has a field',
      mail(MARIA, { headers: { Bcc: 'c@d.example' } }),
      422,
      /Bcc cannot be set here/,
    ],
    [
      'sets the content type',
      mail(MARIA, { headers: { 'content-type': 'text/html' } }),
      422,
      /cannot be set here/,
    ],
    [
      'has broken base64',
      mail(MARIA, { attachments: [{ filename: 'a', content: 'abc$' }] }),
      422,
      /not base64/,
    ],
    [
      'has bytes that are none',
      mail(MARIA, { attachments: [{ filename: 'a', content: [1, 256] }] }),
      422,
      /attachments\.0\.content/,
    ],
    [
      'gives bytes and names a file elsewhere',
      mail(MARIA, { attachments: [{ filename: 'a', content: 'aGk=', path: 'https://files.example/a' }] }),
      422,
      /has both `content` and `path`/,
    ],
    [
      'names a file elsewhere',
      mail(MARIA, { attachments: [{ path: 'https://files.example/a.pdf' }] }),
      422,
      /could change after it was judged/,
    ],
    [
      'names a file here',
      mail(MARIA, { attachments: [{ path: '/etc/passwd' }] }),
      422,
      /could change after it was judged/,
    ],
    [
      'is a template',
      { from: FROM, to: MARIA, template: { id: 't', variables: {} } },
      422,
      /Templates are rendered at Resend/,
    ],
    ['has a time nobody understands', mail(MARIA, { scheduled_at: 'when it suits' }), 422, /not a time/],
    ['has a time that is past', mail(MARIA, { scheduled_at: '2001-01-01T00:00:00Z' }), 422, /in the past/],
    ['has a time too far ahead', mail(MARIA, { scheduled_at: '2099-01-01T00:00:00Z' }), 422, /30 days/],
    [
      'has 10,000 recipients',
      mail(Array.from({ length: 10_000 }, (_, i) => `a${i}@b.example`)),
      422,
      /too many addresses/,
    ],
    [
      'sends as somebody else',
      mail(MARIA, { from: 'ceo@bank.example' }),
      403,
      /may not send as bank\.example/,
    ],
    [
      'sends as an address that is long',
      mail(MARIA, { from: `${long}@${long}.example` }),
      422,
      /`from` field is not an address/,
    ],
  ];
  test.each(
    cases,
  )('when it %s is refused in Resend’s shape, with nothing stored', async (_name, body, status, sentence) => {
    const { gate, post } = await start();
    const refused = await refusal(await post(body));
    expect(refused.status).toBe(status);
    expect(refused.message).toMatch(sentence);
    expect(await stored(gate)).toEqual([]);
  });

  test('when it is not UTF-8, not JSON by its type, compressed, too large or too slow is refused', async () => {
    const { gate, raw, key } = await start({
      config: { http: { max_body_bytes: 100_000, body_seconds: 1 } },
    });
    const bytes = Buffer.from(JSON.stringify(mail(MARIA, { subject: 'caf\u00e9' })), 'latin1');
    expect(await refusal(await raw('/emails', { body: bytes }))).toMatchObject({
      status: 400,
      message: 'The body is not UTF-8.',
    });
    const body = JSON.stringify(mail(MARIA));
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      expect(await refusal(await raw('/emails', { headers: { 'Content-Type': type }, body }))).toMatchObject({
        status: 415,
      });
    }
    expect(
      await refusal(await raw('/emails', { headers: { 'Content-Encoding': 'gzip' }, body })),
    ).toMatchObject({ status: 415 });
    const large = JSON.stringify(mail(MARIA, { text: 'x'.repeat(200_000) }));
    expect(await refusal(await raw('/emails', { body: large }))).toMatchObject({ status: 413 });
    const chunked = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i += 1) controller.enqueue(Buffer.from(' '.repeat(10_000)));
        controller.close();
      },
    });
    const answer = await raw('/emails', { body: chunked, duplex: 'half' });
    expect(await refusal(answer)).toMatchObject({ status: 413 });
    const slow = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{')) });
    expect(await refusal(await raw('/emails', { body: slow, duplex: 'half' }))).toMatchObject({
      status: 408,
    });
    expect(await stored(gate)).toEqual([]);
    expect(
      (
        await fetch(`${gate.httpBase}/emails`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
          body,
        })
      ).status,
    ).toBe(200);
  });

  test('to an address that is none of the API’s is told so in its shape', async () => {
    const { raw } = await start();
    expect(await refusal(await raw('/emails', { method: 'DELETE' }))).toMatchObject({
      status: 405,
      name: 'method_not_allowed',
    });
    expect(await refusal(await raw('/resend/audiences', { body: '{}' }))).toMatchObject({
      status: 404,
      name: 'not_found',
    });
    expect(await refusal(await raw('/emails/nonsense', { method: 'GET' }))).toMatchObject({
      status: 404,
      name: 'not_found',
    });
    expect(
      await refusal(await raw('/resend/emails/4ef9a417-02e9-4d39-ad75-9611e0fcc33c', { method: 'GET' })),
    ).toMatchObject({ status: 404 });
  });

  test('in a batch of none, or of too many, is refused', async () => {
    const { raw } = await start();
    const batch = (list: unknown) => raw('/emails/batch', { body: JSON.stringify(list) });
    expect(await refusal(await batch([]))).toMatchObject({ status: 422 });
    expect(await refusal(await batch(Array.from({ length: 101 }, () => mail(MARIA))))).toMatchObject({
      status: 422,
    });
    expect(await refusal(await batch({ data: [] }))).toMatchObject({ status: 422 });
  });
});
