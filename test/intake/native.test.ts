import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  messageViewSchema,
  problemSchema,
  submittedSchema,
  verdictSchema,
} from '../../src/intake/providers/native-schema.ts';
import { apiKeyFor } from '../support/api-key.ts';
import { addProspect, startGate } from '../support/gate.ts';

const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';
const RUMOUR = 'Congratulations on closing your $20M Series B last month!';
const MARIA = 'maria@passing.example';
const mail = (more: object = {}) => ({
  from: 'ann@sender.example',
  to: MARIA,
  subject: 'Hiring plans',
  text: FINE,
  ...more,
});

async function start(options: Parameters<typeof startGate>[0] = {}) {
  const gate = await startGate(options);
  await addProspect(gate, MARIA);
  const key = await apiKeyFor(gate);
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${gate.httpBase}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      body: (await answer.json()) as Record<string, unknown>,
    };
  };
  return { gate, call };
}

describe("the gate's own API", () => {
  test('takes a mail, tells what becomes of it, and shows it after', async () => {
    const { gate, call } = await start();
    const { status, body } = await call('POST', '/v1/messages', mail());
    expect(status).toBe(202);
    expect(submittedSchema.strict().parse(body)).toMatchObject({
      disposition: 'relaying',
      decision: 'PASS',
      duplicate: false,
      deliveries: [{ to: MARIA, disposition: 'relaying' }],
    });
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    const shown = await call('GET', `/v1/messages/${body['id'] as string}`);
    expect(messageViewSchema.strict().parse(shown.body)).toMatchObject({
      disposition: 'relayed',
      from: 'ann@sender.example',
    });
    expect((await call('POST', '/v1/messages', mail())).body).toMatchObject({
      id: body['id'],
      duplicate: true,
    });
  });

  test('takes a whole mail, its bytes unchanged, to the envelope in the query and nobody else', async () => {
    const { gate, call } = await start();
    const raw = `From: Ann <ann@sender.example>\r\nTo: somebody@else.example\r\nSubject: Hello\r\nMessage-ID: <1@sender.example>\r\n\r\n${FINE.replaceAll('\n', '\r\n')}\r\n`;
    const { status, body } = await call('POST', `/v1/messages?from=ann@sender.example&to=${MARIA}`, raw, {
      'Content-Type': 'message/rfc822',
    });
    expect(status).toBe(202);
    expect(body['deliveries']).toMatchObject([{ to: MARIA }]);
    const stored = await gate.app.database.db.selectFrom('bodies').select('raw').executeTakeFirstOrThrow();
    expect(stored.raw.toString()).toBe(raw);
    expect(
      (await call('POST', '/v1/messages', raw, { 'Content-Type': 'message/rfc822' })).body['detail'],
    ).toMatch(/envelope in the query/);
    const bare = await call(
      'POST',
      `/v1/messages?from=ann@sender.example&to=${MARIA}`,
      raw.replaceAll('\r\n', '\n'),
      { 'Content-Type': 'message/rfc822' },
    );
    expect(bare).toMatchObject({ status: 422, body: { detail: expect.stringMatching(/Bare LF/) } });
  });

  test('judges a draft against the mirror, or against a record, and stores nothing', async () => {
    const { gate, call } = await start();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    const judge = async (more: object) =>
      verdictSchema.parse(
        (await call('POST', '/v1/judge', { to: MARIA, subject: 'Hi', text: FINE, ...more })).body,
      );
    expect(await judge({})).toMatchObject({ decision: 'PASS' });
    expect(await judge({ to: 'low@rumour.example', text: RUMOUR })).toMatchObject({
      decision: 'BLOCK',
      findings: [{ rule: 'low_confidence_funding', spans: [{ part: 'body' }] }],
    });
    expect(await judge({ to: 'nobody@nowhere.example' })).toMatchObject({
      decision: null,
      hold_reason: 'unknown_recipient',
    });
    expect(
      await judge({ record: { company: 'Acme', headcount: 50, disqualifiers: ['anti_offshore'] } }),
    ).toMatchObject({ decision: 'SUPPRESS' });
    expect(
      await call('POST', '/v1/judge', { to: MARIA, subject: 'Hi', text: FINE, record: { disqualifiers: 7 } }),
    ).toMatchObject({
      status: 422,
      body: { field: 'record', detail: expect.stringContaining('disqualifiers is not a list') },
    });
    expect(await gate.app.database.db.selectFrom('messages').select('id').execute()).toEqual([]);
  });

  test('moves and cancels what is scheduled', async () => {
    const { call } = await start();
    const { body } = await call('POST', '/v1/messages', mail({ scheduled_at: 'in 2 hours' }));
    const id = body['id'] as string;
    const at = new Date(Date.now() + 7_000_000).toISOString();
    expect((await call('PATCH', `/v1/messages/${id}`, { scheduled_at: at })).body).toMatchObject({
      scheduled_at: at,
      disposition: 'scheduled',
    });
    expect((await call('POST', `/v1/messages/${id}/cancel`)).body).toMatchObject({
      disposition: 'ended',
      deliveries: [{ disposition: 'cancelled' }],
    });
    expect(await call('POST', `/v1/messages/${id}/cancel`)).toMatchObject({ status: 409 });
  });

  test.each([
    ['an unknown field', mail({ subjct: 'x' }), 422],
    ['a missing field', { from: 'ann@sender.example', to: MARIA, text: FINE }, 422],
    ['no text', { from: 'ann@sender.example', to: MARIA, subject: 'x' }, 422],
    ['another sender', mail({ from: 'ann@other.example' }), 403],
    ['broken JSON', '{', 400],
  ])('answers %s with problem details', async (_name, body, status) => {
    const { gate, call } = await start();
    const answer = await call('POST', '/v1/messages', body);
    expect(answer).toMatchObject({ status, type: 'application/problem+json; charset=utf-8' });
    expect(problemSchema.strict().parse(answer.body).status).toBe(status);
    expect(await gate.app.database.db.selectFrom('messages').select('id').execute()).toEqual([]);
  });

  test('describes itself as OpenAPI 3.1 whose references all lead somewhere', async () => {
    const { gate } = await start();
    const document = (await (await fetch(`${gate.httpBase}/openapi.json`)).json()) as {
      openapi: string;
      paths: object;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      '/v1/messages',
      '/v1/messages/{id}',
      '/v1/messages/{id}/cancel',
      '/v1/judge',
    ]);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    for (const name of references) expect(document.components.schemas).toHaveProperty(name);
    // The very schema that checks the request says no to the same things.
    const schema = z.fromJSONSchema(document.components.schemas['Message'] as never);
    expect(schema.safeParse(mail()).success).toBe(true);
    expect(schema.safeParse(mail({ subjct: 'x' })).success).toBe(false);
  });
});
