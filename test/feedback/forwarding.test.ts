import { describe, expect, it } from 'vitest';
import { isReplyAddress, takeForwarded } from '../../src/feedback/forwarding.ts';
import { inlineForward } from '../../src/feedback/forwarded-text.ts';
import { headerMap, isAutomatic } from '../../src/feedback/automatic.ts';
import { inboundFromMime } from '../../src/feedback/from-mime.ts';
import { replyText } from '../../src/feedback/reply-text.ts';
import { configSchema } from '../../src/config/config.ts';
import { NOW } from '../crm/open.ts';
import { replyDesk, suppressionsIn, threadOf } from './setup.ts';

const crlf = (text: string): Buffer => Buffer.from(text.replace(/\n/g, '\r\n'));

const REPLY = `From: Jane Roe <jane@acme.example>
To: ann@sender.example
Subject: Re: Payroll
Date: Sun, 1 Mar 2026 08:00:00 +0000
Message-ID: <orig@acme.example>
In-Reply-To: <ours-1@sender.example>

Please remove me from your list.

> Hello Jane, would you like help
`;

const forwardedBy = (from: string, body: string, headers = ''): Buffer =>
  crlf(`From: ${from}
To: replies@gate.example
Subject: Fwd: Re: Payroll
Message-ID: <fwd@sender.example>
References: <ours-1@sender.example> <orig@acme.example>
${headers}
${body}`);

describe('a forwarded reply', () => {
  it('that is redirected as it was counts as its author wrote it', async () => {
    const { database, deps } = await replyDesk();
    const taken = await takeForwarded(deps, crlf(REPLY), 'ann@sender.example');
    expect(taken).toMatchObject([{ result: 'opt_out', threadId: 't1', prospectId: 'p1' }]);
    expect(await suppressionsIn(database)).toMatchObject([
      { value: 'jane@acme.example', source: 'reply:<orig@acme.example>' },
    ]);
  });

  it('that is attached counts as its author wrote it', async () => {
    const { database, deps } = await replyDesk();
    const raw = forwardedBy(
      'Ann <ann@sender.example>',
      `--b
Content-Type: text/plain

See attached. STOP
--b
Content-Type: message/rfc822

${REPLY}
--b--
`,
      'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n',
    );
    expect(await takeForwarded(deps, raw, 'ann@sender.example')).toMatchObject([
      { result: 'opt_out', threadId: 't1' },
    ]);
    expect(await suppressionsIn(database)).toMatchObject([{ value: 'jane@acme.example' }]);
    // By IMAP it comes a second time.
    expect(await takeForwarded(deps, crlf(REPLY), 'x@y.example')).toMatchObject([{ result: 'seen' }]);
  });

  it('inside the text of one of our own counts as the block above it says', async () => {
    const { database, deps } = await replyDesk();
    const raw = forwardedBy(
      'Ann <ann@sender.example>',
      `FYI

---------- Forwarded message ---------
From: Jane Roe <jane@acme.example>
Date: Sun, 1 Mar 2026 at 09:00
Subject: Re: Payroll
To: Ann <ann@sender.example>


We are not interested in payroll outsourcing. Please take me off your list.

On Sun, 1 Mar 2026 at 08:00, Ann <ann@sender.example> wrote:
> Reply STOP to opt out
`,
    );
    expect(await takeForwarded(deps, raw, 'ann@sender.example')).toMatchObject([
      { result: 'opt_out', threadId: 't1', prospectId: 'p1' },
    ]);
    expect((await threadOf(database)).at(-1)).toMatchObject({
      person: 'Jane Roe',
      text: 'We are not interested in payroll outsourcing. Please take me off your list.',
    });
  });

  it.each([
    ['holds no block', 'FYI, Jane says stop.\n'],
    ['names no address', 'FYI\n\nFrom: Jane Roe\nSent: Sunday\nTo: Ann\nSubject: Re: Payroll\n\nstop\n'],
  ])('is ignored when its text %s', async (_why, body) => {
    const { database, deps } = await replyDesk();
    expect(await takeForwarded(deps, forwardedBy('ann@sender.example', body), 'ann@sender.example')).toEqual(
      [],
    );
    expect(await suppressionsIn(database)).toEqual([]);
  });

  it('with a block is not believed of somebody else', async () => {
    const { database, deps } = await replyDesk();
    const body =
      'FYI\n\nFrom: Jane <jane@acme.example>\nSent: Sunday\nTo: Ann\nSubject: Re: Payroll\n\nstop\n';
    await takeForwarded(deps, forwardedBy('mallory@evil.example', body, ''), 'mallory@evil.example');
    expect((await suppressionsIn(database)).map(({ value }) => value)).not.toContain('jane@acme.example');
  });

  it('from the null sender is automatic', async () => {
    const { deps } = await replyDesk();
    expect(await takeForwarded(deps, crlf(REPLY), '')).toMatchObject([{ result: 'automatic' }]);
  });
});

describe('inlineForward', () => {
  it.each([
    [
      'Outlook',
      '\nFrom: Jane Roe <jane@acme.example<mailto:jane@acme.example>>\nSent: Sunday, 1 March\nTo: Ann\nSubject: Re: Hi\n\nstop',
    ],
    [
      'Outlook in German',
      '\nVon: Jane Roe <jane@acme.example>\nGesendet: Sonntag\nAn: Ann\nBetreff: AW: Hi\n\nstop',
    ],
    [
      'Apple Mail',
      'Begin forwarded message:\n\n> From: Jane Roe <jane@acme.example>\n> Subject: Re: Hi\n> Date: 1 March\n> To: Ann\n>\n> stop',
    ],
    [
      'with wrapped recipients',
      '*From:* Jane Roe <jane@acme.example>\n*Sent:* Sunday\n*To:* Ann <a@b.example>;\n  Bo <bo@b.example>\n*Subject:* Re: Hi\n\nstop',
    ],
  ])('reads the block of %s', (_program, text) => {
    expect(inlineForward(text)).toMatchObject({ from: 'jane@acme.example', text: 'stop' });
  });

  it('takes no sentence for a block', () => {
    expect(inlineForward('From: what I hear, it works.\n\nTo: be clear, I like it.')).toBeNull();
  });
});

it('the forwarding address is compared whole', () => {
  const config = configSchema.parse({ replies: { address: 'replies+s3cret@gate.example' } });
  expect(isReplyAddress(config, 'Replies+S3cret@GATE.example')).toBe(true);
  expect(isReplyAddress(config, 'replies@gate.example')).toBe(false);
  expect(isReplyAddress(config, 'replies+other@gate.example')).toBe(false);
  expect(isReplyAddress(configSchema.parse({}), '')).toBe(false);
});

describe('inboundFromMime', () => {
  it('marks a quote that only the markup names', async () => {
    const mail = await inboundFromMime(
      crlf(`From: =?utf-8?q?J=C3=B6?= <jo@acme.example>
Subject: Re: Hi
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<div>Sounds good.</div><blockquote class="gmail_quote">Reply STOP to opt out</blockquote>
`),
      NOW,
    );
    expect(replyText(mail.text)).toBe('Sounds good.');
    expect(mail).toMatchObject({ from: 'jo@acme.example', name: 'Jö', at: NOW, automatic: false });
  });

  it('never dates a mail later than it came', async () => {
    const dated = (date: string) => inboundFromMime(crlf(`From: a@b.example\nDate: ${date}\n\nHi\n`), NOW);
    expect((await dated('Sun, 1 Mar 2026 08:00:00 +0000')).at).toBe(NOW - 3_600_000);
    expect((await dated('Sun, 1 Mar 2126 08:00:00 +0000')).at).toBe(NOW);
    expect((await dated('soon')).at).toBe(NOW);
  });

  it('reads anything, a mail of rubbish too', async () => {
    expect(await inboundFromMime(Buffer.from([0, 255, 10, 13]), NOW)).toMatchObject({ from: '', at: NOW });
  });
});

it.each<[boolean, Record<string, string>, string | null]>([
  [true, { 'auto-submitted': 'auto-replied' }, null],
  [true, { 'x-autoreply': 'yes' }, null],
  [true, { precedence: 'auto_reply' }, null],
  [true, { 'content-type': 'multipart/report; report-type=delivery-status' }, null],
  [true, { from: 'Mail Delivery System <MAILER-DAEMON@mx.example>' }, null],
  [true, { 'return-path': '<>' }, null],
  [true, { 'list-id': '<news.acme.example>' }, null],
  [true, {}, 'Automatic reply: Payroll'],
  [true, {}, 'Abwesenheitsnotiz: Payroll'],
  [false, { 'auto-submitted': 'no' }, 'Re: Payroll'],
  // A team's alias that is a mailing list.
  [false, { 'list-id': '<team.acme.example>', 'in-reply-to': '<ours-1@sender.example>' }, 'Re: Payroll'],
  [false, {}, 'Re: Out of office next week?'],
  [false, { from: 'Jane <jane@acme.example>', precedence: 'first-class' }, null],
])('automatic mail is told from what people write: %s %j %s', (automatic, headers, subject) => {
  expect(isAutomatic(headerMap(Object.entries(headers)), subject)).toBe(automatic);
});
