import { describe, expect, test } from 'vitest';
import { updateCompany } from '../../src/crm/store.ts';
import { addThreadMessage } from '../../src/crm/thread-store.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { addProspect } from '../support/gate.ts';
import type { SignedIn } from '../support/sign-in.ts';
import { RUMOUR, act, hold, open, startDesk } from './desk.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const part = (headers: string[], content: Buffer | string): string =>
  [...headers, 'Content-Transfer-Encoding: base64', '', Buffer.from(content).toString('base64'), ''].join(
    '\r\n',
  );

function mixedMail(to: string): string {
  return [
    'From: =?utf-8?q?Ann_M=C3=BCller?= <ann@sender.example>',
    `To: ${to}`,
    'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
    'Message-ID: <mixed@sender.example>',
    'Reply-To: <replies@sender.example>',
    'Date: Fri, 27 Nov 2026 09:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=outer',
    '',
    '--outer',
    'Content-Type: multipart/related; boundary=inner',
    '',
    '--inner',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<p>${RUMOUR}</p><script>alert(1)</script><img src="cid:logo@x"><img src="https://track.example/p.gif">`,
    '--inner',
    part(
      ['Content-Type: image/png; name=logo.png', 'Content-ID: <logo@x>', 'Content-Disposition: inline'],
      PNG,
    ),
    '--inner--',
    '--outer',
    part(
      [
        'Content-Type: text/html; name="page.html"',
        'Content-Disposition: attachment; filename="../../page.html"',
      ],
      '<script>alert(1)</script>',
    ),
    '--outer',
    part(
      [
        'Content-Type: image/png; name=fake.png',
        'Content-ID: <fake@x>',
        'Content-Disposition: attachment; filename=fake.png',
      ],
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    ),
    '--outer',
    part(
      ['Content-Type: application/pdf; name=plan.pdf', 'Content-Disposition: attachment; filename=plan.pdf'],
      '%PDF-1.4',
    ),
    '--outer--',
    '',
  ].join('\r\n');
}

describe('the mail of a delivery', () => {
  test('is read as its recipient would see it, with headers, raw bytes, attachments and pictures', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    await addProspect(gate, 'maria@mail.example', { company: { funding_confidence: 'low' } });
    await gate.send({
      to: 'maria@mail.example',
      from: 'ann@sender.example',
      raw: mixedMail('maria@mail.example'),
    });
    const [{ id, state }] = await gate.deliveries();
    expect(state).toBe('held');
    const { mail } = (await ann.get(`/deliveries/${id}`)).body;
    expect(mail).toMatchObject({
      revision: 0,
      subject: 'Grüße',
      from: 'Ann Müller <ann@sender.example>',
      reply_to: '<replies@sender.example>',
      html: expect.stringContaining('cid:logo@x'),
      draft: { body: expect.stringContaining(RUMOUR) },
      attachments: [
        { index: 0, filename: 'logo.png', content_type: 'image/png', size: PNG.length },
        { index: 1, content_type: 'text/html' },
        { index: 2, filename: 'fake.png' },
        { index: 3, filename: 'plan.pdf' },
      ],
      inline: { 'logo@x': 0, 'fake@x': 2 },
    });
    expect(mail.headers).toContainEqual({ name: 'Message-ID', value: '<mixed@sender.example>' });

    const get = (path: string) =>
      fetch(`${gate.httpBase}/api/deliveries/${id}${path}`, { headers: { Cookie: ann.cookie } });
    const raw = await get('/raw');
    expect(await raw.text()).toBe(mixedMail('maria@mail.example'));
    expect(raw.headers.get('content-disposition')).toMatch(/^attachment; filename="?[\w-]+\.eml"?$/);
    for (const [index, inline, type, disposition] of [
      [0, '', 'image/png', /^attachment; filename="?logo.png"?/],
      [0, '?inline=1', 'image/png', /^inline$/],
      [1, '', 'application/octet-stream', /^attachment; filename="?page.html"?/],
      [1, '?inline=1', 'application/octet-stream', /^attachment/],
      // What it is called does not make it a picture.
      [2, '?inline=1', 'image/png', /^attachment/],
      [3, '?inline=1', 'application/pdf', /^attachment/],
    ] as const) {
      const answer = await get(`/attachments/${index}${inline}`);
      expect(answer.headers.get('content-type'), `${index}${inline}`).toBe(type);
      expect(answer.headers.get('content-disposition')).toMatch(disposition);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    }
    expect(Buffer.from(await (await get('/attachments/0')).arrayBuffer())).toEqual(PNG);
    for (const index of ['4', '-1', 'x']) expect((await get(`/attachments/${index}`)).status).toBe(404);
  });
});

describe('why a mail is held', () => {
  test('shows the record as judged beside the one of today, and both threads', async () => {
    const desk = await startDesk();
    const { gate, ann } = desk;
    const { id, prospect_id, company } = await hold(desk);
    const colleague = await addProspect(gate, 'colleague@rumour.example');
    await gate.app.database.transact(async (trx) => {
      const thread = { companyId: company!.id, messageId: null, person: null, role: null, subject: null };
      const texts: [string, string, 'in' | 'out', string, number][] = [
        ['own', prospect_id!, 'out', 'Our first mail', 1],
        ['own', prospect_id!, 'in', 'Please write in May', 2],
        ['other', colleague, 'in', 'We are hiring in Lisbon', 3],
      ];
      for (const [threadId, prospectId, direction, text, at] of texts) {
        await addThreadMessage(trx, { ...thread, threadId, prospectId, direction, text, at }, fingerprints);
      }
      await updateCompany(
        trx,
        company!.id,
        { funding_confidence: 'high' },
        { actor: 'test', at: gate.now() },
      );
    });
    await gate.until(([d]) => d.decision === 'PASS', 'judged again');
    const edited = await ann.get(`/deliveries/${id}`);
    expect(edited.body.verdicts).toMatchObject([{ decision: 'BLOCK' }]);
    expect(edited.body.thread.map((one: any) => [one.direction, one.text])).toEqual([
      ['out', 'Our first mail'],
      ['in', 'Please write in May'],
    ]);
    expect(edited.body.company_threads.map((one: any) => one.text)).toEqual(['We are hiring in Lisbon']);

    const other = await hold(desk, 'second@rumour.example');
    const before = (await ann.get(`/deliveries/${other.id}`)).body;
    expect(before.evidence).toContainEqual({
      field: 'funding_confidence',
      as_judged: 'low',
      today: 'low',
      comparable: true,
      changed: false,
    });
    const { body_revision } = (await gate.deliveries()).find((d) => d.id === other.id)!;
    expect(body_revision).toBe(0);
    expect(before.verdict.findings[0].spans[0].text).toContain('$20M');
    // Held mail is judged again at once; a settled one keeps what it was judged by.
    await act(ann, other.id, 'reject', { reason: 'x' });
    await gate.app.database.transact((trx) =>
      updateCompany(
        trx,
        other.company!.id,
        { funding_confidence: 'high' },
        { actor: 'test', at: gate.now() },
      ),
    );
    expect((await ann.get(`/deliveries/${other.id}`)).body.evidence).toContainEqual(
      expect.objectContaining({
        field: 'funding_confidence',
        as_judged: 'low',
        today: 'high',
        changed: true,
      }),
    );
  });

  test('shows what became of mail that reads alike, and not of other mail', async () => {
    const desk = await startDesk();
    const { ann, bob } = desk;
    const pitch =
      'We help growing companies to staff whole engineering teams within three weeks, with people who stay for years.';
    const mails: [string, string, (person: SignedIn, id: string) => Promise<unknown>][] = [
      ['one', `${RUMOUR} ${pitch}`, (person, id) => act(person, id, 'release', { label: 'wrong' })],
      [
        'two',
        `${RUMOUR} ${pitch} Next week?`,
        (person, id) => act(person, id, 'reject', { reason: 'x', label: 'right' }),
      ],
      [
        'three',
        'Your $20M Series B closed, as all the newspapers have been telling their readers.',
        (person, id) => act(person, id, 'reject', { reason: 'x' }),
      ],
    ];
    for (const [name, text, settle] of mails) {
      const { id } = await hold(desk, `${name}@like.example`, { text });
      await settle(bob, id);
    }
    const { id } = await hold(desk, 'four@like.example', { text: `${RUMOUR} ${pitch} Best regards` });
    const { similar } = (await ann.get(`/deliveries/${id}`)).body;
    expect(similar).toMatchObject({ released: 1, rejected: 1, escalated: 0 });
    expect(similar.items.map((one: any) => [one.recipient, one.act, one.label, one.by])).toEqual(
      expect.arrayContaining([
        ['one@like.example', 'release', 'wrong', 'bob@gate.test'],
        ['two@like.example', 'reject', 'right', 'bob@gate.test'],
      ]),
    );
    expect(similar.items[0].likeness).toBeGreaterThan(0.5);
  });

  test('opening is noted for the one who opened, at the text there was', async () => {
    const desk = await startDesk();
    const { id } = await hold(desk);
    await open(desk.ann, id);
    expect((await desk.ann.get(`/deliveries/${id}`)).body.item.opened).toBe(true);
    expect((await desk.bob.get(`/deliveries/${id}`)).body.item.opened).toBe(false);
  });
});
