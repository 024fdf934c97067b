import * as fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import type { ProspectSnapshot } from '../../src/crm/prospect.ts';
import { composeForward, type ForwardInput } from '../../src/delivery/forward.ts';
import type { Finding } from '../../src/judge/verdict.ts';
import { job, relayTo, startUpstream } from './setup.ts';

const PROSPECT: ProspectSnapshot = {
  prospect_id: 'p1',
  address: 'mary@bigbank.example',
  name: 'Mary Moe',
  company: 'Big Bank',
  headcount: 5000,
  funding_stage: 'public',
  funding_amount_usd: null,
  funding_confidence: null,
  disqualifiers: [],
  opt_out_channels: ['sms'],
  thread_id: null,
  recipient_role: 'cto',
  title: 'CTO',
  industry: 'banking',
  city: 'Brno',
  country: 'CZ',
  regulated: 'finance',
  account_owner: 'owner@seller.example',
  available_signals: {},
  commitments: [],
  thread: [],
  foreign: [],
  peers: [],
  updated_at: '2026-02-01T00:00:00Z',
};

const C_LEVEL: Finding = {
  rule: 'c_level',
  decision: 'ESCALATE',
  enforced: true,
  rationale: 'The recipient is CTO of a company of 5000.',
  spans: [],
  fields: [],
};

const RAW = Buffer.from('From: a@engine.example\r\nSubject: Hi\r\n\r\n.\r\nBody \t\r\n\r\n');

function input(changes: Partial<ForwardInput> = {}): ForwardInput {
  return {
    deliveryId: '01JDLVR',
    hostname: 'gate.example',
    from: 'presend@gate.example',
    to: 'owner@seller.example',
    replyTo: 'reviewers@seller.example',
    at: Date.UTC(2026, 2, 1, 12),
    engine: 'sdr-bot',
    recipient: 'mary@bigbank.example',
    subject: 'Hi',
    prospect: PROSPECT,
    rationale: C_LEVEL.rationale,
    findings: [C_LEVEL, { ...C_LEVEL, rule: 'generic_peers', decision: 'PENALISE', enforced: false }],
    links: [
      { label: 'Take over', url: 'https://gate.example/a/1?sig=a&b=c' },
      { label: 'Close', url: 'javascript:alert(1)' },
    ],
    raw: RAW,
    ...changes,
  };
}

describe('a forward', () => {
  it('says who wanted what, why, what the record says and what to do', async () => {
    const mail = await simpleParser(composeForward(input()));
    expect(mail.subject).toBe('For you: sdr-bot wanted to write to Mary Moe, Big Bank');
    expect(mail.from?.text).toBe('"presend" <presend@gate.example>');
    expect(mail.to).toMatchObject({ text: 'owner@seller.example' });
    expect(mail.replyTo?.text).toBe('reviewers@seller.example');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.messageId).toBe('<01JDLVR.forward@gate.example>');
    for (const part of [mail.text, String(mail.html)]) {
      expect(part).toContain('Mary Moe');
      expect(part).toContain('c_level, ESCALATE: The recipient is CTO of a company of 5000.');
      expect(part).toContain('generic_peers, PENALISE (observed only)');
      expect(part).toContain('5000');
      expect(part).toContain('finance');
      expect(part).toContain('01JDLVR');
      expect(part).not.toContain('javascript:');
    }
    expect(mail.text).toContain('- Take over: https://gate.example/a/1?sig=a&b=c');
    expect(mail.html).toContain('<a href="https://gate.example/a/1?sig=a&amp;b=c">Take over</a>');
  });

  it('carries the original byte for byte', async () => {
    for (const raw of [
      RAW,
      Buffer.from('S: x\r\n\r\nno end'),
      Buffer.from('S: x\r\n\r\n8 bit é\r\n'),
      Buffer.from('Subject: é\r\n\r\nUTF-8 header\r\n'),
    ]) {
      const mail = await simpleParser(composeForward(input({ raw })));
      expect(mail.attachments.map((a) => a.filename)).toEqual(['draft.eml']);
      expect(mail.attachments[0]?.content.equals(raw)).toBe(true);
    }
  });

  it('is the same mail when sent again', () => {
    expect(composeForward(input())).toEqual(composeForward(input()));
  });

  it('gives the rationale when there are no findings, and says when there is no record', async () => {
    const mail = await simpleParser(
      composeForward(input({ findings: [], prospect: null, rationale: 'A person asked.' })),
    );
    expect(mail.text).toContain('- A person asked.');
    expect(mail.text).toContain('not in the CRM mirror');
  });

  it('passes through an upstream unchanged', async () => {
    const upstream = await startUpstream();
    const raw = composeForward(input({ raw: Buffer.from('S: x\r\n\r\né no end') }));
    expect((await relayTo(upstream.port).attempt(job({ raw }))).outcome).toBe('delivered');
    expect(upstream.last.raw.equals(raw)).toBe(true);
  });
});

describe('hostile text in a forward', () => {
  const evil = 'x"><script>alert(1)</script>\r\nBcc: victim@example.com\r\n\r\n--=_ \u202Egnp.exe';

  it('adds no header, part or markup', async () => {
    const raw = composeForward(
      input({
        engine: evil,
        recipient: evil,
        subject: evil,
        rationale: evil,
        to: 'owner@seller.example\r\nBcc: victim@example.com',
        findings: [{ ...C_LEVEL, rationale: evil }],
        prospect: { ...PROSPECT, name: evil, company: evil, city: evil, disqualifiers: [evil] },
        links: [{ label: evil, url: `https://gate.example/"><script>${evil}` }],
      }),
    );
    const mail = await simpleParser(raw);
    expect(mail.bcc).toBeUndefined();
    expect(mail.attachments).toHaveLength(1);
    expect(mail.html).not.toContain('<script');
    expect(mail.text).not.toContain('\u202e');
    expect(mail.text).not.toMatch(/^Bcc:/m);
  });

  it('never ends the header early, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (text) => {
        const raw = composeForward(
          input({ engine: text, subject: text, prospect: { ...PROSPECT, name: text } }),
        );
        const header = raw.subarray(0, raw.indexOf('\r\n\r\n')).toString();
        expect(header).toContain('Auto-Submitted: auto-generated');
        expect(header).toContain('Content-Type: multipart/mixed');
        expect(header).toMatch(/^[\t\r\n\x20-\x7e]*$/);
        const mail = await simpleParser(raw);
        expect(mail.attachments[0]?.content.equals(RAW)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
