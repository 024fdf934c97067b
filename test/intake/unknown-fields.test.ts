import { describe, expect, test } from 'vitest';
import type { Gate } from '../../src/intake/providers/front.ts';
import { readMailerSendMail } from '../../src/intake/providers/mailersend-mail.ts';
import { readSendGridMails } from '../../src/intake/providers/sendgrid-mail.ts';
import { readSesMail } from '../../src/intake/providers/ses-mail.ts';

const gate = { acceptFields: new Set(), maxRecipients: 100, now: () => 0 } as unknown as Gate;
const body = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const OTHER = 'victim@out.example';

const ses = (more: object, simple: object = {}) => ({
  FromEmailAddress: 'ann@sender.example',
  Content: { Simple: { Subject: { Data: 'A call' }, Body: { Text: { Data: 'Hello' } }, ...simple } },
  Destination: { ToAddresses: ['maria@passing.example'], ...more },
});
const mailersend = (more: object) => ({
  from: { email: 'ann@sender.example' },
  to: [{ email: 'maria@passing.example', ...more }],
  subject: 'A call',
  text: 'Hello',
});
const sendgrid = (more: object) => ({
  from: { email: 'ann@sender.example', ...more },
  personalizations: [{ to: [{ email: 'maria@passing.example' }] }],
  subject: 'A call',
  content: [{ type: 'text/plain', value: 'Hello' }],
});

const TROUBLE = {
  ses: (value: object) => readSesMail(value, body(value), gate).request!.trouble,
  mailersend: (value: object) => readMailerSendMail(value, body(value), gate).request!.trouble,
  sendgrid: (value: object) =>
    readSendGridMails(value, JSON.stringify(value), gate).mails[0].request!.trouble,
};

describe('a field that nobody knows, inside another', () => {
  test.each([
    ['ses', ses({ BCCAddresses: [OTHER] })],
    ['ses', ses({}, { Attachments: [{ RawContent: 'aGk=', FileName: 'a.txt', Path: '/a' }] })],
    ['ses', ses({}, { Subject: { Data: 'A call', data: 'Another' } })],
    ['mailersend', mailersend({ Email: OTHER })],
    ['sendgrid', sendgrid({ Email: OTHER })],
  ] as const)('holds the mail for %s: %j', (provider, value) => {
    expect(TROUBLE[provider](value).map(({ kind }) => kind)).toEqual(['unknown_field']);
  });

  test.each([
    ['ses', ses({ BccAddresses: ['tom@passing.example'] })],
    ['mailersend', mailersend({ name: 'Maria' })],
    ['sendgrid', sendgrid({ name: 'Ann' })],
  ] as const)('is not one of %s that is known: %j', (provider, value) => {
    expect(TROUBLE[provider](value)).toEqual([]);
  });
});
