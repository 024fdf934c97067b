import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EditError, replaceBody } from '../../src/message/edit.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { mailFixtures } from './mail-fixtures.ts';

const HEAD = [
  'Received: from a by b; Fri, 01 May 2026 09:00:00 +0000',
  'DKIM-Signature: v=1; a=rsa-sha256; d=outreach.example;',
  ' b=AAAA',
  'ARC-Seal: i=1; a=rsa-sha256',
  'From: Yabi <yabi@outreach.example>',
  'To: Priya <priya@northstar.example>',
  'Subject: Old subject',
  'Message-ID: <m1@outreach.example>',
  'References: <m0@outreach.example>',
  'List-Unsubscribe: <https://outreach.example/u>',
  'MIME-Version: 1.0',
];
const KEPT = HEAD.filter((line) => !/^(?:DKIM|ARC| b=|Subject)/.test(line));

const mail = (...lines: string[]) => Buffer.from([...HEAD, ...lines, ''].join('\r\n'));

const PLAIN = mail(
  'Content-Type: text/plain; charset=iso-8859-1; format=flowed',
  'Content-Transfer-Encoding: 8bit',
  '',
  'Old text',
);
const MIXED = mail(
  'Content-Type: multipart/mixed; boundary=m',
  '',
  '--m',
  'Content-Type: multipart/alternative; boundary=a',
  '',
  '--a',
  'Content-Type: text/plain',
  '',
  'Old text',
  '--a',
  'Content-Type: text/html; charset=utf-8',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from('<p>Old text</p>').toString('base64'),
  '--a--',
  '--m',
  'Content-Type: application/pdf; name=deck.pdf',
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERi0xLjQK',
  '--m',
  'Content-Type: text/plain',
  '',
  'Old footer',
  '--m--',
);

describe('replaceBody', () => {
  const text = 'Hi Priya,\n\nnew text – “quoted” <b> & https://outreach.example/a?b=1&c=2.\nBest, Yabi';

  it('replaces the text of a plain message and keeps the other headers byte for byte', async () => {
    const edited = await replaceBody(PLAIN, { text });
    const { draft, trouble } = await parseMessage(edited);
    expect(draft.body).toBe(text);
    expect(draft.subject).toBe('Old subject');
    expect(trouble).toEqual([]);
    for (const line of KEPT) expect(edited.toString()).toContain(`${line}\r\n`);
  });

  it('replaces both alternatives, drops the old footer and keeps attachments as they are', async () => {
    const edited = await replaceBody(MIXED, { text });
    const { draft, trouble } = await parseMessage(edited);
    expect(trouble).toEqual([]);
    expect(draft.body).toBe(text);
    expect(draft.links).toEqual([
      { text: 'https://outreach.example/a?b=1&c=2', href: 'https://outreach.example/a?b=1&c=2' },
    ]);
    expect(edited.toString()).not.toMatch(/Old text|Old footer/);
    expect(edited.toString()).not.toContain(Buffer.from('<p>Old text</p>').toString('base64'));
    expect(edited.toString()).toContain(
      'name=deck.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK',
    );
    expect(draft.attachments.map(({ filename }) => filename)).toEqual(['deck.pdf']);
  });

  it('removes signatures that no longer hold', async () => {
    const edited = (await replaceBody(PLAIN, { text })).toString();
    expect(edited).not.toMatch(/DKIM-Signature|ARC-Seal| b=AAAA/);
  });

  it('replaces the subject, encoded and folded', async () => {
    const subject = `Größere Kapazität ${'für Ihr Team '.repeat(12)}`.trim();
    const edited = await replaceBody(PLAIN, { subject, text });
    const { draft, trouble } = await parseMessage(edited);
    expect(draft.subject).toBe(subject);
    expect(trouble).toEqual([]);
    for (const line of edited.toString().split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('cannot be made to add a header through the subject', async () => {
    const edited = await replaceBody(PLAIN, { subject: 'a\r\nBcc: x@y.example', text });
    expect(edited.toString()).not.toMatch(/^Bcc:/m);
  });

  it('turns a signed message into an unsigned one', async () => {
    const signed = mail(
      'Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"; micalg=pgp-sha256',
      '',
      '--s',
      'Content-Type: text/plain',
      '',
      'Old text',
      '--s',
      'Content-Type: application/pgp-signature',
      '',
      '-----BEGIN PGP SIGNATURE-----',
      '--s--',
    );
    const edited = await replaceBody(signed, { text: 'New text' });
    expect(edited.toString()).not.toMatch(/pgp|multipart\/signed/i);
    expect((await parseMessage(edited)).draft).toMatchObject({ body: 'New text', attachments: [] });
  });

  it('drops an AMP version, which would go on showing the old text', async () => {
    const amp = mail(
      'Content-Type: multipart/alternative; boundary=a',
      '',
      '--a',
      'Content-Type: text/plain',
      '',
      'Old text',
      '--a',
      'Content-Type: text/x-amp-html',
      '',
      '<p>Old text</p>',
      '--a--',
    );
    const edited = await replaceBody(amp, { text: 'New text' });
    expect(edited.toString()).not.toContain('Old text');
    expect((await parseMessage(edited)).trouble).toEqual([]);
  });

  it('refuses a message without text to replace', async () => {
    const image = mail('Content-Type: image/png', 'Content-Transfer-Encoding: base64', '', 'iVBORw0KGgo=');
    await expect(replaceBody(image, { text })).rejects.toBeInstanceOf(EditError);
  });

  it.each(
    mailFixtures().map(({ name, raw }) => [name, raw] as const),
  )('shows the new text and nothing else, or refuses, for %s', async (_name, raw) => {
    const edited = await replaceBody(raw, { text: 'Only this.' }).catch((error: unknown) => error);
    if (edited instanceof EditError) return;
    expect(edited).toBeInstanceOf(Buffer);
    const { draft } = await parseMessage(edited as Buffer);
    expect(draft.body).toBe('Only this.');
    expect(draft.hidden).toEqual([]);
  });

  it('shows any text that is typed, in both alternatives', async () => {
    const typed = fc
      .array(fc.constantFrom('a', 'Ü', ' ', '\n', '=', '.', '<', '&amp;', '>', '--m', '\t', '😀', 'From '), {
        maxLength: 60,
      })
      .map((parts) => `x${parts.join('')}`);
    await fc.assert(
      fc.asyncProperty(typed, async (text) => {
        const edited = await replaceBody(MIXED, { text });
        const { draft, trouble } = await parseMessage(edited);
        expect(draft.body.replace(/\s+/g, ' ')).toBe(text.trimEnd().replace(/\s+/g, ' '));
        expect(trouble).toEqual([]);
      }),
      { numRuns: 60, examples: [['x\n--m'], ['x\n--m--\n']] },
    );
  });
});

it('takes a text of line breaks in no more time than any other', async () => {
  const began = performance.now();
  await replaceBody(PLAIN, { text: `a${'\n'.repeat(199_000)}b` }).catch((error: unknown) => {
    expect(error).toBeInstanceOf(EditError);
  });
  expect(performance.now() - began).toBeLessThan(3_000);
});
