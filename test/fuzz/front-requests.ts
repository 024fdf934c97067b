/** A request to a provider front of the gate, as a client of that provider makes it. */
export interface FrontRequest {
  front: string;
  path: string;
  headers: (key: string) => Record<string, string>;
  body: string;
}

const bearer = (key: string): Record<string, string> => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
});
const FROM = 'ann@sender.example';
const TO = 'bob@prospect.example';
const MULTIPART = 'multipart/form-data; boundary=form';

/** One valid request for each front that takes a plain key, and each kind of body. */
export const FRONT_REQUESTS: readonly FrontRequest[] = [
  {
    front: 'native',
    path: '/v1/messages',
    headers: bearer,
    body: JSON.stringify({ from: FROM, to: [TO], subject: 'A call', text: 'Hello', html: '<p>Hello</p>' }),
  },
  {
    front: 'resend',
    path: '/resend/emails',
    headers: bearer,
    body: JSON.stringify({
      from: `Ann <${FROM}>`,
      to: TO,
      subject: 'A call',
      html: '<p>Hello</p>',
      attachments: [{ filename: 'a.txt', content: 'aGVsbG8=' }],
      tags: [{ name: 'a', value: 'b' }],
    }),
  },
  {
    front: 'resend',
    path: '/resend/emails/batch',
    headers: bearer,
    body: JSON.stringify([{ from: FROM, to: [TO], subject: 'A call', text: 'Hello' }]),
  },
  {
    front: 'sendgrid',
    path: '/sendgrid/v3/mail/send',
    headers: bearer,
    body: JSON.stringify({
      from: { email: FROM, name: 'Ann' },
      personalizations: [{ to: [{ email: TO }], headers: { 'X-A': 'b' }, send_at: 1 }],
      subject: 'A call',
      content: [
        { type: 'text/plain', value: 'Hello' },
        { type: 'text/html', value: '<p>Hello</p>' },
      ],
    }),
  },
  {
    front: 'postmark',
    path: '/postmark/email',
    headers: (key) => ({ 'x-postmark-server-token': key, 'content-type': 'application/json' }),
    body: JSON.stringify({ From: FROM, To: TO, Subject: 'A call', TextBody: 'Hello', Headers: [] }),
  },
  {
    front: 'mailersend',
    path: '/mailersend/v1/email',
    headers: bearer,
    body: JSON.stringify({ from: { email: FROM }, to: [{ email: TO }], subject: 'A call', text: 'Hello' }),
  },
  {
    front: 'mailgun',
    path: '/mailgun/v3/sender.example/messages',
    headers: (key) => ({
      authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    }),
    body: new URLSearchParams({ from: FROM, to: TO, subject: 'A call', text: 'Hello' }).toString(),
  },
  {
    front: 'mailgun',
    path: '/mailgun/v3/sender.example/messages',
    headers: (key) => ({
      authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
      'content-type': MULTIPART,
    }),
    body: [
      ...Object.entries({ from: FROM, to: TO, subject: 'A call', text: 'Hello' }).map(
        ([name, value]) => `--form\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      ),
      '--form--\r\n',
    ].join(''),
  },
];
