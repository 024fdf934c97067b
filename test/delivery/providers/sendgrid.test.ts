import { describe, expect, test } from 'vitest';
import { addressKey } from '../../../src/crm/address.ts';
import type { Departure, StoredRequest } from '../../../src/delivery/providers/dialect.ts';
import { sendgrid } from '../../../src/delivery/providers/sendgrid.ts';

const stored = (text: string): StoredRequest => ({
  provider: 'sendgrid',
  path: '/v3/mail/send',
  contentType: 'application/json',
  body: Buffer.from(text),
});
const depart = (text: string, change: Partial<Departure> = {}): string =>
  sendgrid.depart(stored(text), { only: null, edit: null, headers: [], ...change }).body.toString();
const only = (...addresses: string[]) => new Set(addresses.map((address) => addressKey(address)!));

const MAIL =
  '{ "personalizations" : [ {"to":[{"email":"A+x@one.example","name":"A, B"}, {"email":"b@two.example"}], "cc":[{"email":"c@three.example"}],"bcc":[{"email":"d@four.example"},{"email":"e@five.example"}]} ], "from":{"email":"ann@sender.example"},"subject":"caf\\u00e9","custom_args":{"n":1.0},"content":[{"type":"text/plain","value":"a \\/ b"}] }';
type Body = { personalizations: Record<string, unknown>[] } & Record<string, unknown>;
const json = (text: string): Body => JSON.parse(text) as Body;

describe('a request to SendGrid', () => {
  test('leaves byte for byte when nothing has to change', () => {
    expect(depart(MAIL)).toBe(MAIL);
    expect(
      depart(MAIL, {
        only: only('a@one.example', 'b@two.example', 'c@three.example', 'd@four.example', 'e@five.example'),
      }),
    ).toBe(MAIL);
  });

  test('leaves without the time it waited for, and with every other byte', () => {
    const timed = MAIL.replace('"subject"', '"send_at":1790000000,"subject"').replace(
      '"cc":',
      '"send_at": 1790000001, "cc":',
    );
    expect(depart(timed)).toBe(MAIL);
  });

  test('leaves without those who do not get it', () => {
    const text = depart(MAIL, { only: only('a@one.example', 'e@five.example') });
    expect(json(text).personalizations).toEqual([
      { to: [{ email: 'A+x@one.example', name: 'A, B' }], bcc: [{ email: 'e@five.example' }] },
    ]);
    expect(text).toContain('"subject":"caf\\u00e9","custom_args":{"n":1.0}');
  });

  test('names somebody in to: who was in cc or alone in bcc moves up', () => {
    expect(
      json(depart(MAIL, { only: only('c@three.example', 'd@four.example') })).personalizations[0],
    ).toEqual({
      to: [{ email: 'c@three.example' }],
      bcc: [{ email: 'd@four.example' }],
    });
    expect(json(depart(MAIL, { only: only('d@four.example') })).personalizations[0]).toEqual({
      to: [{ email: 'd@four.example' }],
    });
    expect(() => depart(MAIL, { only: only('d@four.example', 'e@five.example') })).toThrow(
      'only blind copies are left, which would see each other in To',
    );
  });

  test('says what the reviewer wrote, with no tag left to be filled in', () => {
    const tagged = MAIL.replace('"cc":', '"subject":"own","substitutions":{"{{n}}":"x"},"cc":').replace(
      '"content"',
      '"sections":{"-s-":"y"},"content"',
    );
    const edit = { subject: 'New {{n}}', text: 'T', html: '<p>T</p>' };
    const body = json(depart(tagged, { edit }));
    expect(body).toMatchObject({
      subject: 'café',
      content: [
        { type: 'text/plain', value: 'T' },
        { type: 'text/html', value: '<p>T</p>' },
      ],
    });
    expect(body).not.toHaveProperty('sections');
    expect(body.personalizations[0]).toMatchObject({ subject: 'New {{n}}' });
    expect(body.personalizations[0]).not.toHaveProperty('substitutions');
    expect(json(depart(MAIL, { edit: { ...edit, text: null } }))).toMatchObject({
      subject: 'New {{n}}',
      content: [{ type: 'text/html', value: '<p>T</p>' }],
    });
    expect(() => depart(MAIL, { edit: { subject: 'x', text: null, html: null } })).toThrow(/empty/);
  });

  test('carries the headers that the gate adds, where they count', () => {
    const headers = [{ name: 'List-Unsubscribe', value: '<https://gate.example/u>' }];
    expect(json(depart(MAIL, { headers })).personalizations[0]['headers']).toEqual({
      'List-Unsubscribe': '<https://gate.example/u>',
    });
    const top = depart(MAIL.replace('"subject"', '"headers":{"X-A":"b"},"subject"'), { headers });
    expect(json(top)['headers']).toEqual({ 'X-A': 'b', 'List-Unsubscribe': '<https://gate.example/u>' });
    const own = depart(MAIL.replace('"cc":', '"headers":{"X-A":"b"},"cc":'), { headers });
    expect(json(own).personalizations[0]['headers']).toEqual({
      'X-A': 'b',
      'List-Unsubscribe': '<https://gate.example/u>',
    });
  });

  test('goes to the account with its key', () => {
    const request = sendgrid.request(
      stored(MAIL),
      { baseUrl: 'https://api.sendgrid.com', apiKey: 'SG.real' },
      'unused',
      0,
    );
    expect(request).toEqual({
      url: 'https://api.sendgrid.com/v3/mail/send',
      method: 'POST',
      headers: { Authorization: 'Bearer SG.real', 'Content-Type': 'application/json' },
      body: Buffer.from(MAIL),
    });
    expect(sendgrid.keyMs).toBeNull();
  });
});

describe('an answer of SendGrid', () => {
  const id = { 'x-message-id': 'sg-1' };
  const error = (message: string): string =>
    JSON.stringify({ errors: [{ message, field: null, help: null }] });
  test.each([
    [202, id, '', 'delivered', '202 sg-1', 'sg-1'],
    [202, { 'x-message-id': ['sg-2'] }, '', 'delivered', '202 sg-2', 'sg-2'],
    [202, {}, '', 'lost', '202 no explanation', null],
    [200, id, '', 'lost', '200 sg-1', null],
    [301, {}, '<html>', 'temporary', '301 no explanation', null],
    [
      400,
      {},
      error('The from email does not contain a valid address.'),
      'permanent',
      '400 The from email does not contain a valid address.',
      null,
    ],
    [401, {}, error('Maximum credits exceeded'), 'temporary', '401 Maximum credits exceeded', null],
    [
      403,
      {},
      error('The from address does not match a verified Sender Identity.'),
      'temporary',
      '403 The from address does not match a verified Sender Identity.',
      null,
    ],
    [404, {}, error('not found'), 'temporary', '404 not found', null],
    [405, {}, error('method not allowed'), 'temporary', '405 method not allowed', null],
    [413, {}, error('content too large'), 'permanent', '413 content too large', null],
    [
      415,
      {},
      error('Content-Type should be application/json.'),
      'permanent',
      '415 Content-Type should be application/json.',
      null,
    ],
    [429, {}, error('too many requests'), 'temporary', '429 too many requests', null],
    [500, {}, error('internal'), 'lost', '500 internal', null],
    [502, {}, 'Bad gateway', 'lost', '502 no explanation', null],
    [503, {}, error('unavailable'), 'temporary', '503 unavailable', null],
    [400, {}, '{"errors":[null,{"message":5}]}', 'permanent', '400 no explanation', null],
  ])('with %d %j %s is %s', (status, headers, body, outcome, response, upstreamId) => {
    expect(sendgrid.interpret({ status, headers, body })).toEqual({ outcome, response, upstreamId });
  });
});
