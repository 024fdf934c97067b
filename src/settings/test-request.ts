import type { StoredRequest } from '../delivery/providers/dialect.ts';
import type { ProviderName } from '../message/provider.ts';

export interface TestMail {
  from: string;
  to: string;
  subject: string;
  text: string;
  /** Header lines that mark it as the gate's own. */
  headers: { name: string; value: string }[];
}

/** A mail in the shape of one provider's sending API, as small as it takes. */
export function testRequest(provider: ProviderName, mail: TestMail): StoredRequest {
  const { path, body, form } = SHAPES[provider](mail);
  return {
    provider,
    path,
    contentType: form ? 'application/x-www-form-urlencoded' : 'application/json',
    body: Buffer.from(form ? form.toString() : JSON.stringify(body)),
  };
}

type Shape = (mail: TestMail) => { path: string; body?: unknown; form?: URLSearchParams };

const record = (headers: TestMail['headers']): Record<string, string> =>
  Object.fromEntries(headers.map(({ name, value }) => [name, value]));

const SHAPES: Record<ProviderName, Shape> = {
  resend: ({ from, to, subject, text, headers }) => ({
    path: '/emails',
    body: { from, to: [to], subject, text, headers: record(headers) },
  }),
  sendgrid: ({ from, to, subject, text, headers }) => ({
    path: '/v3/mail/send',
    body: {
      personalizations: [{ to: [{ email: to }] }],
      from: { email: from },
      subject,
      content: [{ type: 'text/plain', value: text }],
      headers: record(headers),
    },
  }),
  postmark: ({ from, to, subject, text, headers }) => ({
    path: '/email',
    body: {
      From: from,
      To: to,
      Subject: subject,
      TextBody: text,
      Headers: headers.map(({ name, value }) => ({ Name: name, Value: value })),
    },
  }),
  mailersend: ({ from, to, subject, text }) => ({
    path: '/v1/email',
    // Headers of one's own are for larger plans only; a test must not fail for that.
    body: { from: { email: from }, to: [{ email: to }], subject, text },
  }),
  mailgun: ({ from, to, subject, text, headers }) => ({
    path: `/v3/${from.slice(from.lastIndexOf('@') + 1)}/messages`,
    form: new URLSearchParams([
      ['from', from],
      ['to', to],
      ['subject', subject],
      ['text', text],
      ...headers.map(({ name, value }) => [`h:${name}`, value] as [string, string]),
    ]),
  }),
  ses: ({ from, to, subject, text, headers }) => ({
    path: '/v2/email/outbound-emails',
    body: {
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: {
          Subject: { Data: subject },
          Body: { Text: { Data: text } },
          Headers: headers.map(({ name, value }) => ({ Name: name, Value: value })),
        },
      },
    },
  }),
};
