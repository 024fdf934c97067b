import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../src/message/parse.ts';

const troubleOf = async (header: string) => {
  const raw = `From: ann@sender.example\r\nTo: maria@passing.example\r\nSubject: A call\r\n${header}\r\n\r\nWould Tuesday suit you?\r\n`;
  return (await parseMessage(Buffer.from(raw))).trouble.map(({ kind }) => kind);
};

describe('a header that a mail provider acts on after the mail was judged', () => {
  test.each([
    'X-SMTPAPI: {"to":["otto@out.example"]}',
    'x-smtpapi: {"category":"q4",\r\n "sub":{"call":["contract"]}}',
    'X-SMTPAPI: =?utf-8?q?{=22to=22:[]}?=',
    'X-SMTPAPI: {"category":"q4"}\r\nX-SMTPAPI: {"to":["otto@out.example"]}',
    'X-MSYS-API: {"bcc":[{"address":"otto@out.example"}]}',
    'X-MC-BccAddress: otto@out.example',
    'X-Mailgun-Recipient-Variables: {}',
    'X-MJ-TemplateID: 1',
    'X-SES-LIST-MANAGEMENT-OPTIONS: contactListName=a',
  ])('makes it unreadable: %s', async (header) => {
    expect(await troubleOf(header)).toEqual(['unreadable']);
  });

  test.each([
    'X-SMTPAPI: {"category":["q4"],"unique_args":{"id":"1"}}',
    'X-MSYS-API: {"campaign_id":"q4","metadata":{"a":"b"}}',
    'X-Mailgun-Tag: q4',
    'X-PM-Tag: q4',
  ])('is no matter where it only labels the mail: %s', async (header) => {
    expect(await troubleOf(header)).toEqual([]);
  });
});
