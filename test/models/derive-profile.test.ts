import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deriveProfile, parseMeaning } from '../../src/models/derive-profile.ts';

const folder = mkdtempSync(join(tmpdir(), 'presend-profile-'));
const fixture = join(import.meta.dirname, '../fixtures/training/judge-pairs.jsonl');
const SAMPLES =
  process.env['PRESEND_ADAPTER_SAMPLES'] ?? join(import.meta.dirname, '../../../shared/adapter');
const published = join(SAMPLES, 'training-format-sample.jsonl');

function file(lines: unknown[]): string {
  const path = join(folder, `${lines.length}-${Math.random()}.jsonl`);
  writeFileSync(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
}

const record = (company: string) => ({
  prospect_id: 'p1',
  company,
  headcount: 12,
  disqualifiers: [] as string[],
});
/** As Python's json.dumps writes a flat record on one line. */
const oneLine = (company: string) =>
  `{"prospect_id": "p1", "company": ${JSON.stringify(company)}, "headcount": 12, "disqualifiers": []}`;

describe('a profile derived from a training file', () => {
  test('has prefix, record, draft, suffix and labels of pairs that were written for a test', () => {
    const { profile, cases, rebuilt, seen, notes } = deriveProfile(fixture);
    expect(profile).toMatchObject({
      template:
        '<|im_start|>system\nRate the mail by these rules: {block} what is risky.<|im_end|>\n<|im_start|>user\nRecord:\n{context}\n\nMail under review:\n{draft}\n\nYour call?<|im_end|>\n<|im_start|>assistant\n',
      context: { style: 'json', indent: 2, ascii: true },
      labels: {
        SUPPRESS: ['SUPPRESS'],
        ESCALATE: ['ESCALATE'],
        BLOCK: ['BLOCK'],
        PENALISE: ['PENALIZE'],
        PASS: ['SEND', 'PASS'],
      },
      answer_prefix: '',
      rationale: { separator: '\n' },
    });
    expect([cases, rebuilt]).toEqual([6, 6]);
    expect(seen).toEqual({ SUPPRESS: 1, ESCALATE: 1, BLOCK: 1, PENALIZE: 1, SEND: 2, PASS: 0 });
    expect(notes).toEqual([]);
  });

  test('has those of the published sample, wherever PRESEND_ADAPTER_SAMPLES says it is', ({ annotate }) => {
    if (!existsSync(published)) return void annotate(`${published} is not there; nothing was compared`);
    const { profile, cases, rebuilt, seen } = deriveProfile(published);
    expect([cases, rebuilt]).toEqual([40, 40]);
    expect(profile.context).toEqual({ style: 'json', indent: 2, ascii: true });
    expect(profile.labels.PASS).toEqual(['SEND', 'PASS']);
    expect(profile.labels.SUPPRESS).toEqual(['SUPPRESS']);
    expect(seen).toEqual({ SEND: 31, SUPPRESS: 9, PASS: 0 });
    // Facts of its form; the text itself is its author's.
    expect(profile.template).toMatch(
      /^<\|im_start\|>system\n.*<\|im_start\|>user\nP[^\n]*:\n\{context\}\n\nA[^\n]*:\n\{draft\}\n\nW[^\n]*\?<\|im_end\|>\n<\|im_start\|>assistant\n$/s,
    );
    expect(profile.rationale.separator).toBe('\n');
  });

  test('has the record on one line, a label on the same line as the draft, and an answer in JSON', () => {
    const pair = (company: string, draft: string, decision: string) => ({
      prompt: `Judge.\nCONTEXT: ${oneLine(company)}\nDRAFT OUTPUT: ${draft}\nJSON: `,
      completion: `{"decision": "${decision}", "rule": "r1", "reason": "because", "score": 0.9}`,
    });
    const { profile, rebuilt } = deriveProfile(
      file([
        pair('One', 'Hi there,\n\nshall we talk?', 'PASS'),
        pair('Two', 'Hi there,\n\nyour round was big.', 'BLOCK'),
      ]),
    );
    expect(rebuilt).toBe(2);
    expect(profile).toMatchObject({
      template: 'Judge.\nCONTEXT: {context}\nDRAFT OUTPUT: {draft}\nJSON: ',
      context: { indent: null, ascii: true },
      answer_prefix: '{"decision": "',
      rationale: { separator: '", "reason": "', stop: ['<|im_end|>', '"'] },
    });
  });

  test('is right where drafts share their first words, a subject, or are empty', () => {
    const pair = (draft: string) => ({
      prompt: `Rules\n${oneLine('A')}\n\nDraft:\n${draft}\n\nVerdict?`,
      chosen: 'PASS\nfine',
    });
    const template = (...drafts: string[]) => deriveProfile(file(drafts.map(pair))).profile.template;
    const expected = 'Rules\n{context}\n\nDraft:\n{draft}\n\nVerdict?';
    expect(template('Hi Ann', 'Hi Bob')).toBe(expected);
    expect(template('Subject: a\n\nHi.', 'Subject: b\n\nHello.')).toBe(expected);
    expect(template('', 'Hi Bob.', 'Good day.')).toBe(expected);
  });

  test('comes with a warning where all drafts end with the same paragraph', () => {
    const pair = (draft: string) => ({
      prompt: `Rules\n${oneLine('A')}\n\nDraft:\n${draft}\n\nBest,\nAnn\n\nVerdict?`,
      chosen: 'PASS\nfine',
    });
    const { notes } = deriveProfile(file([pair('one'), pair('two')]));
    expect(notes[0]).toMatch(/may begin or end alike: check/);
  });

  test('tells characters beyond ASCII that are kept from escaped ones', () => {
    const pair = (company: string, draft: string) => ({
      prompt: `Record:\n${JSON.stringify(record(company), null, 4)}\nMail: ${draft}\nSay:`,
      chosen: 'PASS\nfine',
    });
    const { profile, rebuilt } = deriveProfile(file([pair('Zoë', 'a'), pair('Bob', 'b')]));
    expect(profile.context).toEqual({ style: 'json', indent: 4, ascii: false });
    expect(rebuilt).toBe(2);
  });

  test('from chat turns is ChatML', () => {
    const pair = (draft: string) => ({
      prompt: [
        { role: 'system', content: 'Judge.' },
        { role: 'user', content: `Context:\n${oneLine('A')}\n\nDraft:\n${draft}` },
      ],
      chosen: [{ role: 'assistant', content: 'BLOCK\nno' }],
    });
    expect(deriveProfile(file([pair('one'), pair('two')])).profile.template).toBe(
      '<|im_start|>system\nJudge.<|im_end|>\n<|im_start|>user\nContext:\n{context}\n\nDraft:\n{draft}<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  test('leaves out prompts of another form and says so', () => {
    const pair = (intro: string, draft: string) => ({
      prompt: `${intro}\n${oneLine('A')}\nMail: ${draft}\nSay:`,
      chosen: 'PASS\nfine',
    });
    const { rebuilt, notes } = deriveProfile(file([pair('A', 'x'), pair('A', 'y'), pair('Another', 'z')]));
    expect(rebuilt).toBe(2);
    expect(notes[0]).toMatch(/^1 of 3 prompts have another form/);
  });

  test('is refused with the line or the reason when the file cannot give one', () => {
    const good = { prompt: `x ${oneLine('A')}\nMail: a\n`, chosen: 'PASS\nfine' };
    const other = { prompt: `x ${oneLine('B')}\nMail: b\n`, chosen: 'HOLD\nwait' };
    expect(() => deriveProfile(file([good, '{nope']))).toThrow(/:2: this is not JSON/);
    expect(() => deriveProfile(file([good, { prompt: 'x' }]))).toThrow(/:2: a line must have/);
    expect(() => deriveProfile(file([good]))).toThrow(/at least two cases/);
    expect(() => deriveProfile(file([good, good]))).toThrow(/all its drafts are the same/);
    expect(() =>
      deriveProfile(
        file([
          { ...good, prompt: 'a' },
          { ...good, prompt: 'b' },
        ]),
      ),
    ).toThrow(/no JSON record/);
    expect(() => deriveProfile(file([good, other]))).toThrow(/the label "HOLD"; say .* --label HOLD=BLOCK/);
    expect(deriveProfile(file([good, other]), { HOLD: 'BLOCK' }).profile.labels.BLOCK).toEqual(['HOLD']);
    expect(parseMeaning('OK=PASS')).toEqual(['OK', 'PASS']);
    expect(() => parseMeaning('OK=YES')).toThrow(/must look like/);
  });
});
