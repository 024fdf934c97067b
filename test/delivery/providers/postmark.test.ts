import { describe, expect, test } from 'vitest';
import { addressKey } from '../../../src/crm/address.ts';
import type { Departure, StoredRequest } from '../../../src/delivery/providers/dialect.ts';
import { postmark } from '../../../src/delivery/providers/postmark.ts';

const stored = (text: string): StoredRequest => ({
  provider: 'postmark',
  path: '/email',
  contentType: 'application/json',
  body: Buffer.from(text),
});
const depart = (text: string, change: Partial<Departure> = {}): string =>
  postmark.depart(stored(text), { only: null, edit: null, headers: [], ...change }).body.toString();
const only = (...addresses: string[]) => new Set(addresses.map((address) => addressKey(address)!));
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

const MAIL =
  '{ "From":"ann@sender.example","To" : "\\"A, B\\" <A+x@one.example>,b@two.example","Cc":"c@three.example", "Bcc":"d@four.example,e@five.example","Subject":"caf\\u00e9","TextBody":"a \\/ b","Metadata":{"n":"1"}}';

describe('a request to Postmark', () => {
  test('leaves byte for byte when nothing has to change', () => {
    expect(depart(MAIL)).toBe(MAIL);
    const everybody = only(
      'a@one.example',
      'b@two.example',
      'c@three.example',
      'd@four.example',
      'e@five.example',
    );
    expect(depart(MAIL, { only: everybody })).toBe(MAIL);
  });

  test('leaves without those who do not get it, and with every other byte', () => {
    expect(depart(MAIL, { only: only('a@one.example', 'c@three.example', 'e@five.example') })).toBe(
      MAIL.replace(',b@two.example', '').replace('d@four.example,', ''),
    );
    expect(json(depart(MAIL, { only: only('a@one.example') }))).toEqual({
      From: 'ann@sender.example',
      To: '"A, B" <A+x@one.example>',
      Subject: 'café',
      TextBody: 'a / b',
      Metadata: { n: '1' },
    });
  });

  test('names somebody in To: who was in Cc or alone in Bcc moves up', () => {
    expect(json(depart(MAIL, { only: only('c@three.example', 'd@four.example') }))).toMatchObject({
      To: 'c@three.example',
      Bcc: 'd@four.example',
    });
    const alone = json(depart(MAIL, { only: only('d@four.example') }));
    expect(alone).toMatchObject({ To: 'd@four.example' });
    expect(alone).not.toHaveProperty('Bcc');
    expect(() => depart(MAIL, { only: only('d@four.example', 'e@five.example') })).toThrow(
      'only blind copies are left, which would see each other in To',
    );
  });

  test('says what the reviewer wrote', () => {
    expect(json(depart(MAIL, { edit: { subject: 'New', text: 'T', html: '<p>T</p>' } }))).toMatchObject({
      Subject: 'New',
      TextBody: 'T',
      HtmlBody: '<p>T</p>',
    });
    const html = json(depart(MAIL, { edit: { subject: 'New', text: null, html: '<p>T</p>' } }));
    expect(html).not.toHaveProperty('TextBody');
    expect(html).toMatchObject({ HtmlBody: '<p>T</p>' });
    expect(json(depart(MAIL, { edit: { subject: 'New', text: 'T', html: null } }))).not.toHaveProperty(
      'HtmlBody',
    );
    expect(() => depart(MAIL, { edit: { subject: 'x', text: null, html: null } })).toThrow(/empty/);
  });

  test('carries the headers that the gate adds behind its own', () => {
    const headers = [
      { name: 'List-Unsubscribe', value: '<https://gate.example/u>' },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ];
    const added = headers.map(({ name, value }) => ({ Name: name, Value: value }));
    expect(json(depart(MAIL, { headers }))['Headers']).toEqual(added);
    expect(json(depart(MAIL.replace('"To"', '"Headers":null,"To"'), { headers }))['Headers']).toEqual(added);
    const own = MAIL.replace('"To"', '"Headers": [ {"Name":"X-A","Value":"b"} ],"To"');
    expect(json(depart(own, { headers }))['Headers']).toEqual([{ Name: 'X-A', Value: 'b' }, ...added]);
  });

  test('goes to the account with its token', () => {
    const request = postmark.request(
      stored(MAIL),
      { baseUrl: 'https://api.postmarkapp.com', apiKey: 'real' },
      'unused',
      0,
    );
    expect(request).toEqual({
      url: 'https://api.postmarkapp.com/email',
      method: 'POST',
      headers: {
        'X-Postmark-Server-Token': 'real',
        'Content-Type': 'application/json',
        Accept: 'application/json',
      },
      body: Buffer.from(MAIL),
    });
    expect(postmark.keyMs).toBeNull();
  });
});

describe('an answer of Postmark', () => {
  const error = (ErrorCode: number, Message: string): string => JSON.stringify({ ErrorCode, Message });
  const ok = JSON.stringify({ To: 'a@b.example', MessageID: 'pm-1', ErrorCode: 0, Message: 'OK' });
  test.each([
    [200, ok, 'delivered', '200 pm-1', 'pm-1'],
    [200, error(0, 'OK'), 'lost', '200 0 OK', null],
    [200, '<html>', 'lost', '200 no explanation', null],
    [200, error(406, 'inactive'), 'permanent', '200 406 inactive', null],
    [302, '', 'temporary', '302 no explanation', null],
    [
      401,
      error(10, 'Bad or missing Server API token.'),
      'temporary',
      '401 10 Bad or missing Server API token.',
      null,
    ],
    [404, '', 'temporary', '404 no explanation', null],
    [413, error(0, 'Payload too large'), 'permanent', '413 0 Payload too large', null],
    [415, '', 'permanent', '415 no explanation', null],
    [422, error(300, "Invalid 'To' address."), 'permanent', "422 300 Invalid 'To' address.", null],
    [422, error(406, 'marked as inactive'), 'permanent', '422 406 marked as inactive', null],
    [422, error(402, 'Invalid JSON'), 'permanent', '422 402 Invalid JSON', null],
    [422, error(411, 'Forbidden attachment type'), 'permanent', '422 411 Forbidden attachment type', null],
    [422, error(10, 'Bad token'), 'temporary', '422 10 Bad token', null],
    [422, error(100, 'Maintenance'), 'temporary', '422 100 Maintenance', null],
    [422, error(400, 'Sender Signature not found'), 'temporary', '422 400 Sender Signature not found', null],
    [
      422,
      error(401, 'Sender Signature not confirmed'),
      'temporary',
      '422 401 Sender Signature not confirmed',
      null,
    ],
    [422, error(405, 'Not allowed to send'), 'temporary', '422 405 Not allowed to send', null],
    [422, error(412, 'Account is pending'), 'temporary', '422 412 Account is pending', null],
    [422, error(413, 'Account may not send'), 'temporary', '422 413 Account may not send', null],
    [429, error(429, 'Rate limit exceeded'), 'temporary', '429 429 Rate limit exceeded', null],
    [500, error(0, 'Internal Server Error'), 'lost', '500 0 Internal Server Error', null],
    [503, error(100, 'Maintenance'), 'temporary', '503 100 Maintenance', null],
  ])('with %d %s is %s', (status, body, outcome, response, upstreamId) => {
    expect(postmark.interpret({ status, headers: {}, body })).toEqual({ outcome, response, upstreamId });
  });
});
