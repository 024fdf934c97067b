import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { composeReport, type ReportEvent, type ReportInput } from '../../src/delivery/report.ts';

const RAW = Buffer.from(
  'Message-ID: <m1@engine.example>\r\nFrom: a@engine.example\r\nSubject: Your roadmap\r\n\r\nSecret body.\r\n',
);
const FAILED: ReportEvent = {
  kind: 'failed',
  response: '550 5.1.1 No such user',
  status: '5.1.1',
  lastAttemptAt: Date.UTC(2026, 2, 1, 10),
};

function input(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    event: FAILED,
    deliveryId: '01JDLVR',
    hostname: 'gate.example',
    at: Date.UTC(2026, 2, 1, 12),
    returnPath: 'bounce@engine.example',
    recipient: 'b@prospect.example',
    autoSubmitted: false,
    messageId: '<m1@engine.example>',
    subject: 'Your roadmap',
    receivedAt: Date.UTC(2026, 2, 1, 9),
    raw: RAW,
    ...changes,
  };
}

async function parse(report: ReturnType<typeof composeReport>) {
  if (report === null) throw new Error('no report was made');
  // Otherwise mailparser shows the status as text.
  const mail = await simpleParser(report, { keepDeliveryStatus: true });
  const part = (type: string): string =>
    mail.attachments.find((attachment) => attachment.contentType === type)?.content.toString() ?? '';
  return { mail, part, text: report.toString() };
}

describe('a report of a final failure', () => {
  it('tells people and machines who did not get what and why', async () => {
    const report = composeReport(
      input({ dsnEnvid: 'env-7', dsnOrcpt: 'rfc822;B@prospect.example', dsnNotify: ['FAILURE'] }),
    );
    const { mail, part, text } = await parse(report);
    expect(mail.subject).toBe('Not delivered: Your roadmap');
    expect(mail.from?.text).toBe('"presend" <mailer-daemon@gate.example>');
    expect(mail.to).toMatchObject({ text: 'bounce@engine.example' });
    expect(mail.date).toEqual(new Date(Date.UTC(2026, 2, 1, 12)));
    expect(mail.messageId).toBe('<01JDLVR.report-failed@gate.example>');
    expect(mail.inReplyTo).toBe('<m1@engine.example>');
    expect(mail.references).toBe('<m1@engine.example>');
    expect(mail.headers.get('auto-submitted')).toBe('auto-replied');
    expect(mail.headers.get('content-type')).toMatchObject({
      value: 'multipart/report',
      params: { 'report-type': 'delivery-status' },
    });
    expect(mail.text).toContain('Your mail to b@prospect.example could not be delivered');
    expect(mail.text).toContain('550 5.1.1 No such user');
    expect(part('message/delivery-status').split('\r\n')).toEqual([
      'Reporting-MTA: dns; gate.example',
      'Original-Envelope-Id: env-7',
      'Arrival-Date: Sun, 01 Mar 2026 09:00:00 +0000',
      '',
      'Original-Recipient: rfc822; B@prospect.example',
      'Final-Recipient: rfc822; b@prospect.example',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 No such user',
      'Last-Attempt-Date: Sun, 01 Mar 2026 10:00:00 +0000',
      'X-Delivery-Id: 01JDLVR',
      '',
    ]);
    expect(text).toContain('Content-Type: text/rfc822-headers');
    expect(text).toContain('Subject: Your roadmap');
    expect(text).not.toContain('Secret body');
  });

  it('returns the whole message where the sender asked for it', async () => {
    const { mail } = await parse(composeReport(input({ dsnRet: 'FULL' })));
    const original = mail.attachments.find((attachment) => attachment.contentType === 'message/rfc822');
    expect(original?.content).toEqual(RAW);
  });

  it('has a status of its own when the upstream gave none', async () => {
    const { part } = await parse(composeReport(input({ event: { kind: 'failed', response: 'gave up' } })));
    expect(part('message/delivery-status')).toContain('Status: 5.0.0\r\n');
  });

  it('is the same mail when made again', () => {
    expect(composeReport(input())).toEqual(composeReport(input()));
  });
});

describe('a report of a stop', () => {
  it.each([
    ['suppressed', 'opt_out', 'Suppressed: opt_out'],
    ['rejected', null, 'Rejected'],
    ['expired', 'thread_leak', 'Expired: thread_leak'],
  ] as const)('after an early 250 says that a %s mail did not leave', async (stop, rule, words) => {
    const { mail, part } = await parse(composeReport(input({ event: { kind: 'stopped', stop, rule } })));
    expect(mail.subject).toBe('Stopped before sending: Your roadmap');
    expect(mail.text).toContain(words);
    const status = part('message/delivery-status');
    expect(status).toContain('Action: failed\r\nStatus: 5.7.1\r\n');
    expect(status).toContain(`Diagnostic-Code: smtp; 550 5.7.1 ${words} (01JDLVR)`);
  });
});

describe('a report of a delay', () => {
  it('says that a held mail waits: it may still be released', async () => {
    const event: ReportEvent = {
      kind: 'delayed',
      stop: 'held',
      rule: 'thread_leak',
      until: Date.UTC(2026, 2, 15),
    };
    const { part, mail, text } = await parse(composeReport(input({ event, dsnRet: 'FULL' })));
    expect(mail.text).toContain('waits for a reviewer');
    const status = part('message/delivery-status');
    expect(status).toContain('Action: delayed\r\nStatus: 4.7.1\r\n');
    expect(status).toContain('Will-Retry-Until: Sun, 15 Mar 2026 00:00:00 +0000');
    expect(text).not.toContain('Secret body');
  });

  it("carries the upstream's reason", async () => {
    const event: ReportEvent = { kind: 'delayed', response: '451 4.7.1 greylisted', status: '4.7.1' };
    const { part } = await parse(composeReport(input({ event })));
    expect(part('message/delivery-status')).toContain('Diagnostic-Code: smtp; 451 4.7.1 greylisted');
  });
});

describe('no report', () => {
  const delayed: ReportEvent = { kind: 'delayed', response: 'x' };
  it.each<[string, Partial<ReportInput>]>([
    ['goes to the null return path', { returnPath: '' }],
    ['goes to the null return path even when asked for', { returnPath: '', dsnNotify: ['FAILURE'] }],
    ['is made against NOTIFY=NEVER', { dsnNotify: ['NEVER'] }],
    ['of a failure is made for NOTIFY=SUCCESS,DELAY', { dsnNotify: ['SUCCESS', 'DELAY'] }],
    ['of a delay is made for NOTIFY=FAILURE', { event: delayed, dsnNotify: ['FAILURE'] }],
    ['is made for an automatic mail', { autoSubmitted: true }],
  ])('%s', (_name, changes) => {
    expect(composeReport(input(changes))).toBeNull();
  });

  it('is withheld from an automatic mail whose sender asked for it', () => {
    expect(composeReport(input({ autoSubmitted: true, dsnNotify: ['failure'] }))).not.toBeNull();
    expect(composeReport(input({ event: delayed, dsnNotify: ['DELAY'] }))).not.toBeNull();
  });
});

describe('hostile input', () => {
  it('adds no header, no status field and no part', async () => {
    const evil = 'x\r\nBcc: victim@example.com\r\n\r\nStatus: 2.0.0\r\n--=_';
    const report = composeReport(
      input({
        event: { kind: 'failed', response: evil, status: evil },
        subject: evil,
        messageId: `<${evil}>`,
        dsnEnvid: evil,
        dsnOrcpt: `rfc822;${evil}`,
        recipient: evil,
      }),
    );
    const { mail, part } = await parse(report);
    expect(mail.bcc).toBeUndefined();
    expect(mail.inReplyTo).toBeUndefined();
    expect(mail.attachments).toHaveLength(2);
    const fields = part('message/delivery-status').match(/^[\w-]+(?=:)/gm);
    expect(fields?.filter((name) => name === 'Status')).toHaveLength(1);
    expect(fields).not.toContain('Bcc');
  });

  it('is told in ASCII to machines and in full to people', async () => {
    const { mail, part } = await parse(
      composeReport(
        input({
          event: { kind: 'failed', response: `550 Postfach gibt’s nicht ${'sehr '.repeat(60)}` },
          recipient: 'jörg@prospect.example',
          subject: 'Grüße =?utf-8?B?eA==?= 🎉',
          raw: Buffer.from('Subject: Grüße\r\n\r\nx\r\n'),
        }),
      ),
    );
    const status = part('message/delivery-status');
    expect(status).toMatch(/^[\t\r\n\x20-\x7e]*$/);
    expect(status).toContain('Final-Recipient: utf-8; j\\x{F6}rg@prospect.example');
    expect(Math.max(...status.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(mail.text).toContain('gibt’s');
    expect(mail.subject).toBe('Not delivered: Grüße =?utf-8?B?eA==?= 🎉');
    const header = mail.attachments.find((a) => a.contentType === 'message/global-headers');
    expect(header?.content.toString()).toBe('Subject: Grüße\r\n');
  });
});
