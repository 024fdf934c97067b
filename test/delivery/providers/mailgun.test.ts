import { describe, expect, test } from 'vitest';
import type { StoredRequest } from '../../../src/delivery/providers/dialect.ts';
import { mailgun } from '../../../src/delivery/providers/mailgun.ts';
import type { Departure } from '../../../src/delivery/providers/dialect.ts';
import { readForm } from '../../../src/message/form.ts';

const TYPE = 'multipart/form-data; boundary="b 1"';
const part = (name: string, value: string, more = ''): string =>
  `--b 1\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const END = '--b 1--\r\n';
const URLENCODED = 'application/x-www-form-urlencoded';

const stored = (body: string, contentType = TYPE, path = '/v3/mg.x.example/messages'): StoredRequest => ({
  provider: 'mailgun',
  path,
  contentType,
  body: Buffer.from(body, 'latin1'),
});

function leaves(request: StoredRequest, departure: Partial<Departure>): string {
  const whole: Departure = { only: null, edit: null, headers: [], ...departure };
  const left = mailgun.depart(request, whole);
  expect(left.contentType).toBe(request.contentType);
  return left.body.toString('latin1');
}

const fieldsOf = (body: string, type = TYPE): [string, string][] =>
  readForm(type, Buffer.from(body, 'latin1')).map(({ name, value }) => [name, value.toString()]);

const FILE = part('attachment', 'a\r\n\xff\xfe--b 2\r\n', '; filename="x.bin"');
const FORM = `preamble\r\n${part('from', 'a@s.example')}${part('to', 'Jo <a@x.example>, b@x.example')}${part('cc', 'c@x.example')}${part('subject', 'S')}${part('text', 'T')}${FILE}${part('o:tag', 't')}`;

describe('a form that departs to Mailgun', () => {
  test('leaves byte for byte, save the time it was scheduled for', () => {
    expect(leaves(stored(`${FORM}${END}`), {})).toBe(`${FORM}${END}`);
    const time = part('o:deliverytime', 'Fri, 25 Oct 2030 23:10:10 +0000');
    expect(leaves(stored(`${FORM}${time}${END}`), {})).toBe(`${FORM}${END}`);
    expect(leaves(stored(`${time}${part('to', 'a')}${END}`), {})).toBe(`${part('to', 'a')}${END}`);
    expect(leaves(stored('a=1&o%3Adeliverytime=x&b=%20', URLENCODED), {})).toBe('a=1&b=%20');
  });

  test('names only those who get it, and leaves the other parts alone', () => {
    const left = leaves(stored(`${FORM}${END}`), { only: new Set(['a@x.example']) });
    expect(left).toBe(
      `${FORM}${END}`
        .replace('Jo <a@x.example>, b@x.example', '"Jo" <a@x.example>')
        .replace(part('cc', 'c@x.example'), ''),
    );
    const copy = leaves(stored(`${FORM}${END}`), { only: new Set(['c@x.example']) });
    expect(fieldsOf(copy)).toContainEqual(['to', 'c@x.example']);
    expect(fieldsOf(copy).map(([name]) => name)).not.toContain('cc');
    expect(copy).toContain(FILE);
  });

  test('never shows several blind copies to each other', () => {
    const body = `${part('to', 'a@x.example')}${part('bcc', 'c@x.example, d@x.example')}${END}`;
    expect(() => leaves(stored(body), { only: new Set(['c@x.example', 'd@x.example']) })).toThrow(/blind/);
  });

  test("shows the reviewer's text and the headers of the gate", () => {
    const body = `${FORM}${part('html', '<p>T</p>')}${part('h:list-unsubscribe', '<old>')}${END}`;
    const left = leaves(stored(body), {
      edit: { subject: 'Néw', text: 'New text', html: null },
      headers: [{ name: 'List-Unsubscribe', value: '<https://gate.example/u>' }],
    });
    expect(fieldsOf(left).filter(([name]) => name !== 'attachment')).toEqual([
      ['from', 'a@s.example'],
      ['to', 'Jo <a@x.example>, b@x.example'],
      ['cc', 'c@x.example'],
      ['subject', 'Néw'],
      ['text', 'New text'],
      ['o:tag', 't'],
      ['h:List-Unsubscribe', '<https://gate.example/u>'],
    ]);
    expect(left).toContain(FILE);
    expect(() =>
      leaves(stored(body), { edit: { subject: 'S', text: 'x\r\n--b 1--\r\n', html: null } }),
    ).toThrow(/boundary/);
    const urlencoded = leaves(stored('subject=S&text=T&to=a%40x', URLENCODED), {
      edit: { subject: 'ä&b', text: 'T', html: null },
    });
    expect(fieldsOf(urlencoded, URLENCODED)).toEqual([
      ['subject', 'ä&b'],
      ['text', 'T'],
      ['to', 'a@x'],
    ]);
  });

  test('holds MIME in which an edit stands for the whole message', () => {
    const body = `${part('to', 'a@x.example')}${part('message', 'Subject: S\r\n\r\nT', '; filename="m"')}${END}`;
    const request = stored(body, TYPE, '/v3/mg.x.example/messages.mime');
    expect(leaves(request, {})).toBe(body);
    const edit = { subject: 'N', text: 'N', html: null };
    expect(() => leaves(request, { edit })).toThrow(/not at hand/);
    const headers = [{ name: 'X-A', value: '1' }];
    expect(leaves(request, { edit, headers, raw: Buffer.from('Subject: N\r\n\r\nN') })).toBe(
      body.replace('Subject: S\r\n\r\nT', 'X-A: 1\r\nSubject: N\r\n\r\nN'),
    );
  });

  test('carries the key of the account as the password of `api`', () => {
    const account = { baseUrl: 'http://127.0.0.1:1', apiKey: 'key-1' };
    expect(mailgun.request(stored(`${FORM}${END}`), account, 'ignored', 0)).toMatchObject({
      url: 'http://127.0.0.1:1/v3/mg.x.example/messages',
      headers: {
        Authorization: `Basic ${Buffer.from('api:key-1').toString('base64')}`,
        'Content-Type': TYPE,
      },
    });
  });
});

test.each([
  [
    200,
    '{"id":"<20301025.1@mg.x.example>","message":"Queued. Thank you."}',
    'delivered',
    '20301025.1@mg.x.example',
  ],
  [200, '<html>', 'lost', null],
  [400, '{"message":"to parameter is not a valid address. please check documentation"}', 'permanent', null],
  [401, 'Forbidden', 'temporary', null],
  [402, '{"message":"Request Failed"}', 'temporary', null],
  [403, '{"message":"Domain mg.x.example is not allowed to send"}', 'temporary', null],
  [404, '{"message":"Domain not found: mg.x.example"}', 'temporary', null],
  [413, 'Request Entity Too Large', 'permanent', null],
  [429, '{"message":"Too many requests"}', 'temporary', null],
  [500, 'Internal Server Error', 'lost', null],
  [503, '', 'temporary', null],
])('an answer %i %s means %s', (status, body, outcome, upstreamId) => {
  expect(mailgun.interpret({ status, headers: {}, body })).toMatchObject({ outcome, upstreamId });
});
