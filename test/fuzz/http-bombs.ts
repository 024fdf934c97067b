import type { BombedGate } from './bombed-gate.ts';

/** A request written to cost the gate much. */
export interface HttpBomb {
  name: string;
  /** @returns the status and the start of the answer */
  throwAt: (gate: BombedGate, bytes: number) => Promise<string>;
}

async function post(
  gate: BombedGate,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${gate.httpPort}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gate.key}`, 'content-type': 'application/json', ...headers },
    body,
  });
  return `${answer.status} ${(await answer.text()).slice(0, 80)}`;
}

const MAIL = { from: 'ann@sender.example', to: ['bob@prospect.example'], subject: 'A call', text: 'Hello' };

const json =
  (path: string, make: (bytes: number) => unknown) =>
  (gate: BombedGate, bytes: number): Promise<string> =>
    post(gate, path, JSON.stringify(make(bytes)));

const raw =
  (path: string, make: (bytes: number) => string, headers?: Record<string, string>) =>
  (gate: BombedGate, bytes: number): Promise<string> =>
    post(gate, path, make(bytes), headers);

const multipart = { 'content-type': 'multipart/form-data; boundary=form' };
const field = (name: string, value: string): string =>
  `--form\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

export const HTTP_BOMBS: readonly HttpBomb[] = [
  {
    name: 'a JSON mail with much text',
    throwAt: json('/v1/messages', (n) => ({ ...MAIL, text: 'long text '.repeat(n / 10) })),
  },
  {
    name: 'a JSON mail with much HTML',
    throwAt: json('/v1/messages', (n) => ({ ...MAIL, html: '<div>x'.repeat(n / 6) })),
  },
  {
    name: 'a JSON mail with a large attachment',
    throwAt: json('/resend/emails', (n) => ({
      ...MAIL,
      attachments: [{ filename: 'a.pdf', content: 'QUJD'.repeat(n / 4) }],
    })),
  },
  {
    name: 'JSON of escapes',
    throwAt: raw('/v1/messages', (n) => `{"from":"ann@sender.example","text":"${'\\u0041'.repeat(n / 6)}"}`),
  },
  { name: 'JSON of numbers', throwAt: raw('/v1/messages', (n) => `[${'1,'.repeat(n / 2)}1]`) },
  { name: 'JSON of empty objects', throwAt: raw('/v1/messages', (n) => `[${'{},'.repeat(n / 3)}{}]`) },
  { name: 'deep JSON', throwAt: raw('/v1/messages', (n) => '['.repeat(n / 2) + ']'.repeat(n / 2)) },
  { name: 'JSON cut off deep inside', throwAt: raw('/v1/messages', (n) => '{"a":['.repeat(n / 6)) },
  {
    name: 'JSON of many names',
    throwAt: json('/v1/messages', (n) =>
      Object.fromEntries(Array.from({ length: n / 14 }, (_, i) => [`x${i}`, i])),
    ),
  },
  {
    name: 'JSON of many header fields',
    throwAt: json('/v1/messages', (n) => ({
      ...MAIL,
      headers: Object.fromEntries(Array.from({ length: n / 14 }, (_, i) => [`x-${i}`, 'y'])),
    })),
  },
  {
    name: 'a thousand recipients',
    throwAt: json('/v1/messages', () => ({
      ...MAIL,
      to: Array.from({ length: 1_000 }, (_, i) => `p${i}@prospect.example`),
    })),
  },
  {
    name: 'more recipients than may be',
    throwAt: json('/v1/messages', (n) => ({
      ...MAIL,
      to: Array.from({ length: n / 25 }, (_, i) => `p${i}@prospect.example`),
    })),
  },
  {
    name: 'a recipient of many brackets',
    throwAt: json('/v1/messages', (n) => ({ ...MAIL, to: ['<'.repeat(n)] })),
  },
  {
    name: 'a recipient of many comments',
    throwAt: json('/v1/messages', (n) => ({ ...MAIL, to: ['('.repeat(n)] })),
  },
  {
    name: 'a subject of line breaks',
    throwAt: json('/v1/messages', (n) => ({ ...MAIL, subject: '\n'.repeat(n / 2) })),
  },
  {
    name: 'a subject of other letters',
    throwAt: json('/v1/messages', (n) => ({ ...MAIL, subject: 'é'.repeat(n / 2) })),
  },
  {
    name: 'SendGrid substitutions',
    throwAt: json('/sendgrid/v3/mail/send', (n) => ({
      from: { email: 'ann@sender.example' },
      personalizations: [
        {
          to: [{ email: 'bob@prospect.example' }],
          substitutions: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`-${i}-`, 'x'])),
        },
      ],
      subject: 'A call',
      content: [{ type: 'text/plain', value: '-1-'.repeat(n / 3) }],
    })),
  },
  {
    name: 'a form of many fields',
    throwAt: raw('/mailgun/v3/sender.example/messages', (n) => `from=a&${'x=y&'.repeat(n / 4)}`, {
      'content-type': 'application/x-www-form-urlencoded',
    }),
  },
  {
    name: 'a form of escapes',
    throwAt: raw('/mailgun/v3/sender.example/messages', (n) => `from=${'%41'.repeat(n / 3)}`, {
      'content-type': 'application/x-www-form-urlencoded',
    }),
  },
  {
    name: 'a multipart form of many fields',
    throwAt: raw(
      '/mailgun/v3/sender.example/messages',
      (n) => `${field('x', 'y').repeat(n / 60)}--form--\r\n`,
      multipart,
    ),
  },
  {
    name: 'a multipart form with one large field',
    throwAt: raw(
      '/mailgun/v3/sender.example/messages',
      (n) => `${field('text', 'long text '.repeat(n / 10))}--form--\r\n`,
      multipart,
    ),
  },
  {
    name: 'a multipart form of near boundaries',
    throwAt: raw(
      '/mailgun/v3/sender.example/messages',
      (n) => `${field('text', '\r\n--for'.repeat(n / 7))}--form--\r\n`,
      multipart,
    ),
  },
  {
    name: 'a webhook without a signature',
    throwAt: raw('/events/sendgrid', (n) => `[${'{},'.repeat(n / 3)}{}]`),
  },
];
