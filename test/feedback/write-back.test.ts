import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import aws4 from 'aws4';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { createProspect } from '../../src/crm/store.ts';
import { WriteBacks } from '../../src/feedback/write-back.ts';
import { listWriteBacks, retryWriteBacks } from '../../src/feedback/write-back-queue-store.ts';
import { queueWriteBacksFor } from '../../src/feedback/write-back-store.ts';
import { writeBackTargets } from '../../src/feedback/write-back-targets.ts';
import type { ProviderName } from '../../src/message/provider.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/store/database.ts';
import { NOW, ann, openDatabase } from '../crm/open.ts';
import { type Answer, apiStandIn } from './api-stand-in.ts';

const KEY = 'secret-key-1';
const ADDRESS = 'jane.o+x@acme.example';

function targetsAt(base: string, timeoutMs = 5_000) {
  const { providers, hubspot } = configSchema.parse({
    providers: {
      resend: { base_url: base },
      sendgrid: { base_url: base },
      postmark: { base_url: base, message_stream: 'outreach' },
      mailersend: { base_url: base },
      mailgun: { base_url: base, domains: ['one.example', 'two.example'] },
      ses: { base_url: base, region: 'eu-west-1', access_key_id: 'AKIDEXAMPLE' },
    },
    hubspot: { base_url: base, opt_out_property: 'opted_out' },
  });
  const names: ProviderName[] = ['resend', 'sendgrid', 'postmark', 'mailersend', 'mailgun', 'ses'];
  return writeBackTargets({
    config: { providers, hubspot },
    secrets: new Map(names.map((name) => [name, { apiKey: KEY }])),
    hubspotToken: KEY,
    fetch,
    now: () => NOW,
    timeoutMs,
  });
}

/** Writes one address through a target. */
async function write(name: string, ...answers: Answer[]) {
  const api = await apiStandIn(...answers);
  const result = await targetsAt(api.base).get(name)!.suppress(ADDRESS);
  const asked = api.seen.map(({ method, path }) => `${method} ${path}`);
  return { ...api, result, asked };
}

/** A place where nothing listens any more. */
async function closedBase(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe('an opt-out is written', () => {
  it("to Resend's suppression list", async () => {
    const { result, asked, seen } = await write('resend', {
      status: 201,
      body: { object: 'suppression', id: 's' },
    });
    expect(result).toEqual({ kind: 'done' });
    expect(asked).toEqual(['POST /suppressions']);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(JSON.parse(seen[0].body)).toEqual({ email: ADDRESS });
  });

  it("to SendGrid's global suppressions", async () => {
    const { result, asked, seen } = await write('sendgrid', {
      status: 201,
      body: { recipient_emails: [ADDRESS] },
    });
    expect(result).toEqual({ kind: 'done' });
    expect(asked).toEqual(['POST /v3/asm/suppressions/global']);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(JSON.parse(seen[0].body)).toEqual({ recipient_emails: [ADDRESS] });
  });

  it("to Postmark's stream, whose 200 can hold a refusal", async () => {
    const item = { EmailAddress: ADDRESS, Status: 'Suppressed', Message: null };
    const { result, asked, seen, base, answer } = await write('postmark', {
      status: 200,
      body: { Suppressions: [item] },
    });
    expect(result).toEqual({ kind: 'done' });
    expect(asked).toEqual(['POST /message-streams/outreach/suppressions']);
    expect(seen[0]?.headers['x-postmark-server-token']).toBe(KEY);
    expect(JSON.parse(seen[0].body)).toEqual({ Suppressions: [{ EmailAddress: ADDRESS }] });
    answer({
      status: 200,
      body: { Suppressions: [{ ...item, Status: 'Failed', Message: 'Invalid address.' }] },
    });
    expect(await targetsAt(base).get('postmark')!.suppress(ADDRESS)).toEqual({
      kind: 'permanent',
      error: 'Failed: Invalid address.',
    });
  });

  it("to MailerSend's unsubscribes", async () => {
    const { result, asked, seen } = await write('mailersend', { status: 201, body: { data: [] } });
    expect(result).toEqual({ kind: 'done' });
    expect(asked).toEqual(['POST /v1/suppressions/unsubscribes']);
    expect(JSON.parse(seen[0].body)).toEqual({ recipients: [ADDRESS] });
  });

  it('to Mailgun for every sending domain, as a form', async () => {
    const { result, asked, seen } = await write('mailgun', { status: 200, body: { message: 'ok' } });
    expect(result).toEqual({ kind: 'done' });
    expect(asked).toEqual(['POST /v3/one.example/unsubscribes', 'POST /v3/two.example/unsubscribes']);
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from(`api:${KEY}`).toString('base64')}`);
    expect(Object.fromEntries(new URLSearchParams(seen[0].body))).toEqual({ address: ADDRESS, tag: '*' });
  });

  it("to SES's suppression list, signed", async () => {
    const { result, asked, seen } = await write('ses', { status: 200, body: {} });
    expect(result).toEqual({ kind: 'done' });
    expect(asked).toEqual(['PUT /v2/email/suppression/addresses']);
    const { headers, body } = seen[0];
    expect(JSON.parse(body)).toEqual({ EmailAddress: ADDRESS, Reason: 'COMPLAINT' });
    const again = aws4.sign(
      {
        service: 'ses',
        region: 'eu-west-1',
        method: 'PUT',
        path: '/v2/email/suppression/addresses',
        body,
        headers: {
          host: headers.host!,
          'content-type': headers['content-type']!,
          'content-length': headers['content-length']!,
          'x-amz-date': headers['x-amz-date'] as string,
        },
      },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: KEY },
    );
    expect(headers.authorization).toBe(again.headers?.['Authorization']);
  });

  it('to HubSpot as a property, and is done where the CRM has no such contact', async () => {
    const { result, asked, seen, base, answer } = await write('hubspot', { status: 200, body: {} });
    expect(result).toEqual({ kind: 'done' });
    expect(asked).toEqual(['PATCH /crm/v3/objects/contacts/jane.o%2Bx%40acme.example?idProperty=email']);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(JSON.parse(seen[0].body)).toEqual({ properties: { opted_out: 'true' } });
    answer({ status: 404 });
    expect(await targetsAt(base).get('hubspot')!.suppress(ADDRESS)).toEqual({ kind: 'done' });
  });

  const every = ['resend', 'sendgrid', 'postmark', 'mailersend', 'mailgun', 'ses', 'hubspot'];
  it.each(
    every,
  )('to %s later when it is asked to wait, in trouble, redirects or refuses the key', async (name) => {
    const wait = await write(name, { status: 429, headers: { 'retry-after': '90' } });
    expect(wait.result).toMatchObject({ kind: 'temporary', retryAfterMs: 90_000 });
    for (const status of [500, 503, 401, 403, 302]) {
      const { result } = await write(name, { status, body: { message: `bad key ${KEY}` } });
      expect(result).toMatchObject({ kind: 'temporary', error: expect.stringMatching(`HTTP ${status}`) });
      expect(JSON.stringify(result)).not.toContain(KEY);
    }
    const refused = await write(name, { status: 422, body: { message: 'invalid address' } });
    expect(refused.result).toMatchObject({
      kind: 'permanent',
      error: expect.stringMatching(/invalid address/),
    });
  });

  it('later when nobody answers', async () => {
    const { base } = await apiStandIn('hang');
    expect(await targetsAt(base, 50).get('sendgrid')!.suppress(ADDRESS)).toEqual({
      kind: 'temporary',
      error: 'no answer within 50 ms',
      retryAfterMs: null,
    });
    const closed = await targetsAt(await closedBase())
      .get('sendgrid')!
      .suppress(ADDRESS);
    expect(closed).toMatchObject({ kind: 'temporary', error: 'ECONNREFUSED' });
  });
});

it('targets are those with a key that are not switched off', () => {
  const { providers, hubspot } = configSchema.parse({
    providers: { resend: {}, sendgrid: { write_back: false }, postmark: {} },
    hubspot: {},
  });
  const secrets = new Map<ProviderName, { apiKey: string | null }>([
    ['resend', { apiKey: KEY }],
    ['sendgrid', { apiKey: KEY }],
    ['postmark', { apiKey: null }],
  ]);
  const targets = writeBackTargets({
    config: { providers, hubspot },
    secrets,
    hubspotToken: null,
    fetch,
    now: () => NOW,
  });
  expect([...targets.keys()]).toEqual(['resend']);
});

describe('the queue of write-backs', () => {
  async function queue(
    rows: { target: string; kind?: 'address' | 'domain'; value?: string }[],
    base: string,
  ) {
    const database = await openDatabase();
    await database.transact(async (trx) => {
      for (const { target, kind = 'address', value = 'jane@acme.example' } of rows) {
        await trx
          .insertInto('write_backs')
          .values({
            target,
            kind,
            value,
            reason: null,
            created_at: NOW,
            state: 'pending',
            attempts: 0,
            next_attempt_at: NOW,
            finished_at: null,
            error: null,
          })
          .execute();
      }
    });
    let time = NOW;
    const results: string[] = [];
    const writeBacks = new WriteBacks({
      database,
      targets: targetsAt(base),
      now: () => time,
      log: createLogger('silent'),
      onResult: (target, result) => results.push(`${target} ${result}`),
    });
    return {
      database,
      writeBacks,
      results,
      advance: (ms: number) => {
        time += ms;
      },
    };
  }
  const all = (database: Database) => listWriteBacks(database.db, ['pending', 'done', 'failed'], 10);

  it('tries again with growing pauses, waits as long as asked, and ends when the target says yes', async () => {
    const api = await apiStandIn(
      { status: 500 },
      { status: 429, headers: { 'retry-after': '600' } },
      { status: 201 },
    );
    const { database, writeBacks, results, advance } = await queue([{ target: 'sendgrid' }], api.base);
    expect(await writeBacks.round()).toBe(1);
    expect(await all(database)).toMatchObject([
      { state: 'pending', attempts: 1, next_attempt_at: NOW + 60_000, error: 'HTTP 500' },
    ]);
    expect(await writeBacks.round()).toBe(0);
    advance(60_000);
    await writeBacks.round();
    expect(await all(database)).toMatchObject([{ attempts: 2, next_attempt_at: NOW + 660_000 }]);
    advance(600_000);
    await writeBacks.round();
    expect(await all(database)).toMatchObject([{ state: 'done', error: null, finished_at: NOW + 660_000 }]);
    expect(results).toEqual(['sendgrid temporary', 'sendgrid temporary', 'sendgrid done']);
  });

  it('gives up after a day, shows why, and begins anew when told to', async () => {
    const api = await apiStandIn({ status: 401, body: { message: 'unauthorized' } });
    const { database, writeBacks, results, advance } = await queue([{ target: 'sendgrid' }], api.base);
    let hours = 0;
    for (; (await all(database))[0]?.state === 'pending' && hours < 100; hours++) {
      while ((await writeBacks.round()) > 0);
      advance(3_600_000);
    }
    expect(hours).toBeGreaterThan(20);
    expect((await all(database))[0]).toMatchObject({
      state: 'failed',
      error: 'HTTP 401: {"message":"unauthorized"}',
    });
    expect(results.at(-1)).toBe('sendgrid failed');
    api.answer({ status: 201 });
    expect(await database.transact((trx) => retryWriteBacks(trx, null, NOW))).toBe(1);
    await writeBacks.round();
    expect((await all(database))[0]).toMatchObject({ state: 'done', attempts: 1 });
  });

  it('writes a domain as the prospects known there, and no look-alike', async () => {
    const api = await apiStandIn({ status: 201 });
    const { database, writeBacks } = await queue(
      [{ target: 'sendgrid', kind: 'domain', value: 'acme.example' }],
      api.base,
    );
    await database.transact(async (trx) => {
      for (const address of [
        'Jane@Acme.example',
        'bo@eu.acme.example',
        'cy@notacme.example',
        'd@acme_example',
      ]) {
        await createProspect(trx, { address }, ann);
      }
    });
    await writeBacks.round();
    expect(
      api.seen.flatMap(({ body }) => (JSON.parse(body) as { recipient_emails: string[] }).recipient_emails),
    ).toEqual(['bo@eu.acme.example', 'jane@acme.example']);
    expect((await all(database))[0]?.state).toBe('done');
  });

  it('writes an address as its key and as the mirror spells it', async () => {
    const api = await apiStandIn({ status: 201 });
    const { database, writeBacks } = await queue(
      [{ target: 'sendgrid', value: 'janeroe@gmail.com' }],
      api.base,
    );
    await database.transact((trx) => createProspect(trx, { address: 'Jane.Roe@gmail.com' }, ann));
    await writeBacks.round();
    expect(api.seen.map(({ body }) => body)).toEqual([
      '{"recipient_emails":["janeroe@gmail.com"]}',
      '{"recipient_emails":["jane.roe@gmail.com"]}',
    ]);
  });

  it('fails what nobody can take any more, while others go on', async () => {
    const api = await apiStandIn({ status: 201 });
    const { database, writeBacks } = await queue([{ target: 'gone' }, { target: 'sendgrid' }], api.base);
    await writeBacks.round();
    expect((await all(database)).map(({ target, state, error }) => [target, state, error])).toEqual([
      ['sendgrid', 'done', null],
      ['gone', 'failed', 'gone is not configured for write-backs (any more)'],
    ]);
  });
});

it('an opt-out made in the mirror is queued if it is about mail', async () => {
  const database = await openDatabase();
  const optOut = { kind: 'address', value: 'jane@acme.example', reason: 'asked by phone' } as const;
  const options = { targets: ['resend', 'hubspot'], at: NOW };
  const queued = async () =>
    (await database.db.selectFrom('write_backs').select(['target', 'value']).execute()).length;
  await database.transact((trx) => queueWriteBacksFor(trx, { ...optOut, channel: 'sms' }, options));
  expect(await queued()).toBe(0);
  await database.transact((trx) => queueWriteBacksFor(trx, { ...optOut, channel: 'all' }, options));
  await database.transact((trx) => queueWriteBacksFor(trx, { ...optOut, channel: 'email' }, options));
  expect(await queued()).toBe(2);
});
