import { describe, expect, test } from 'vitest';
import type { Departure } from '../../../src/delivery/providers/dialect.ts';
import { mailersend } from '../../../src/delivery/providers/mailersend.ts';

const AS_IT_CAME: Departure = { only: null, edit: null, headers: [] };
const ACCOUNT = { baseUrl: 'http://127.0.0.1:1', apiKey: 'mlsn.key' };

const stored = (body: string) => ({
  provider: 'mailersend' as const,
  path: '/v1/email',
  contentType: 'application/json',
  body: Buffer.from(body),
});

const leaves = (body: string, departure: Partial<Departure>): string =>
  mailersend.depart(stored(body), { ...AS_IT_CAME, ...departure }).body.toString();

describe('a request that departs to MailerSend', () => {
  const body =
    '{ "to":[ {"email":"a@x.example","name":"Ä"}, {"email":"b@x.example"} ],  "subject" : "S",\t"text":"T", "tags":["t"] }';

  test('leaves byte for byte, save the time it was scheduled for', () => {
    expect(leaves(body, {})).toBe(body);
    expect(leaves('{"send_at": 1790000000, "to": [] , "x":1}', {})).toBe('{"to": [] , "x":1}');
  });

  test('names only those who get it', () => {
    const left = leaves(body, { only: new Set(['b@x.example']) });
    expect(JSON.parse(left)).toMatchObject({ to: [{ email: 'b@x.example' }], tags: ['t'] });
    expect(left).toContain('"subject" : "S",\t"text":"T"');
    const last = leaves('{"to":[{"email":"a@x.example"},{"email":"b@x.example"}]}', {
      only: new Set(['a@x.example']),
    });
    expect(last).toBe('{"to":[{"email":"a@x.example"}]}');
  });

  test('moves a copy up when nobody is left in To, but never several blind ones', () => {
    const copies = '{"to":[{"email":"a@x.example"}],"cc":[{"email":"c@x.example"}]}';
    expect(JSON.parse(leaves(copies, { only: new Set(['c@x.example']) }))).toEqual({
      to: [{ email: 'c@x.example' }],
    });
    const blind = '{"to":[{"email":"a@x.example"}],"bcc":[{"email":"c@x.example"},{"email":"d@x.example"}]}';
    expect(() => leaves(blind, { only: new Set(['c@x.example', 'd@x.example']) })).toThrow(/blind copies/);
  });

  test("shows the reviewer's text and the headers of the gate", () => {
    const left = leaves(
      '{"subject":"S","text":"T","html":"<p>T</p>","headers":[{"name":"X-A","value":"1"}]}',
      {
        edit: { subject: 'New', text: 'Néw', html: null },
        headers: [
          { name: 'List-Unsubscribe', value: '<https://gate.example/u>' },
          { name: 'x-a', value: '2' },
          { name: 'X-B', value: '3' },
        ],
      },
    );
    expect(JSON.parse(left)).toEqual({
      subject: 'New',
      text: 'Néw',
      headers: [
        { name: 'X-A', value: '2' },
        { name: 'X-B', value: '3' },
      ],
      list_unsubscribe: '<https://gate.example/u>',
    });
  });

  test('carries the key of the account', () => {
    const request = mailersend.request(stored(body), ACCOUNT, 'ignored', 0);
    expect(request).toMatchObject({
      url: 'http://127.0.0.1:1/v1/email',
      method: 'POST',
      headers: { Authorization: 'Bearer mlsn.key', 'Content-Type': 'application/json' },
    });
    expect(mailersend.keyMs).toBeNull();
  });
});

test.each([
  [202, { 'x-message-id': '5e42957d51f1d94a1070a733' }, '', 'delivered', '5e42957d51f1d94a1070a733'],
  [202, { 'x-message-id': 'a' }, { warnings: [{ type: 'SOME_SUPPRESSED' }] }, 'delivered', 'a'],
  [202, { 'x-message-id': 'a' }, { warnings: [{ type: 'ALL_SUPPRESSED' }] }, 'permanent', null],
  [202, {}, '<html>', 'lost', null],
  [401, {}, { message: 'Unauthenticated.' }, 'temporary', null],
  [403, {}, { message: 'Forbidden' }, 'temporary', null],
  [404, {}, { message: 'Not found' }, 'temporary', null],
  [422, {}, { message: 'The to.0.email must be a valid email address.', errors: {} }, 'permanent', null],
  [422, {}, { message: 'The from.email domain must be verified. #MS42207' }, 'temporary', null],
  [429, {}, { message: 'Too Many Attempts.' }, 'temporary', null],
  [500, {}, { message: 'Server Error' }, 'lost', null],
  [503, {}, '', 'temporary', null],
])('an answer %i %j %j means %s', (status, headers, body, outcome, upstreamId) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const verdict = mailersend.interpret({
    status,
    headers,
    body: text,
  });
  expect(verdict).toMatchObject({ outcome, upstreamId });
  expect(verdict.response).toMatch(new RegExp(`^${status} .`));
});
