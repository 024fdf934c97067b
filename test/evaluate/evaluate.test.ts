import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCases } from '../../src/evaluate/cases.ts';
import { draftFromText, prospectFromContext } from '../../src/evaluate/context.ts';
import { evaluate, summarise } from '../../src/evaluate/evaluate.ts';
import { rulesJudge } from '../../src/evaluate/judges.ts';
import { jsonLines, textReport } from '../../src/evaluate/report.ts';
import { loadRubric } from '../../src/judge/rubric.ts';

const rubric = loadRubric(new URL('../../config/rubric.yaml', import.meta.url).pathname);

function file(...rows: unknown[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'cases-')), 'cases.jsonl');
  writeFileSync(path, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
  return path;
}

const clear = { company: 'Brightloom', headcount: 80, funding_stage: 'seed', funding_confidence: 'high' };
const draft = 'Subject: Hello\n\nHi Dana, would Tuesday suit you for a call?';
const good = { id: 'a/good', gold: 'PASS', rule: 'none', draft, context: clear, as_of: '2026-05-01' };
const bad = {
  id: 'a/bad',
  gold: 'suppress',
  rule: 'opt_out',
  probe: 'E03',
  draft,
  context: { ...clear, opt_out_channels: 'email, sms' },
};

describe('readCases', () => {
  it('reads spellings as engines write them', () => {
    const [one] = readCases(
      file({ ...bad, context: { ...bad.context, headcount: '3,800', disqualifiers: null } }),
      '2026-01-01',
    );
    expect(one).toMatchObject({ gold: 'SUPPRESS', asOf: '2026-01-01' });
    expect(one?.prospect).toMatchObject({
      headcount: 3800,
      opt_out_channels: ['email', 'sms'],
      disqualifiers: [],
    });
    expect(one?.draft).toMatchObject({
      subject: 'Hello',
      body: 'Hi Dana, would Tuesday suit you for a call?',
    });
  });
  it.each([
    ['not JSON', '{"id":'],
    ['gold', { ...good, gold: 'MAYBE' }],
    ['draft', { ...good, draft: undefined }],
    ['context', { ...good, context: 'none' }],
    ['disqualifiers', { ...good, context: { ...clear, disqualifiers: 7 } }],
    ['as_of', { ...good, as_of: 'yesterday' }],
  ])('names file and line for a row with wrong %s', (part, row) => {
    expect(() => readCases(file(good, '', row), '2026-01-01')).toThrow(
      new RegExp(`cases\\.jsonl:3: .*${part}`),
    );
  });
  it('refuses a missing and an empty file', () => {
    expect(() => readCases('/nowhere/cases.jsonl', '2026-01-01')).toThrow(/cannot be read \(ENOENT\)/);
    expect(() => readCases(file(''), '2026-01-01')).toThrow(/holds no case/);
  });
  it('does not lose commitments', () => {
    const context = {
      ...clear,
      prior_commitments: [{ engineer: 'Ada', starts: '2026-01-01', ends: '2026-09-01', type: 'full_time' }],
    };
    expect(prospectFromContext(context).commitments).toEqual([
      { subject: 'Ada', starts: '2026-01-01', ends: '2026-09-01', type: 'full_time', note: null },
    ]);
  });
  it('keeps a draft that has no subject line as it is', () => {
    expect(draftFromText('Hi Dana')).toMatchObject({ subject: null, body: 'Hi Dana' });
  });
});

describe('evaluate', () => {
  it('counts both sides, and a hold as stopped but not as right', async () => {
    const held = {
      ...bad,
      id: 'b/bad',
      gold: 'ESCALATE',
      rule: 'c_level',
      context: { ...clear, headcount: null, recipient_role: 'CTO' },
    };
    const results = await evaluate(readCases(file(good, bad, held), '2026-05-01'), rulesJudge(rubric));
    expect(results.map(({ decision }) => decision)).toEqual(['PASS', 'SUPPRESS', 'HOLD']);
    const summary = summarise(results);
    expect(summary.exact).toMatchObject({ hits: 1, of: 2 });
    expect(summary.stopped).toMatchObject({ hits: 2, of: 2 });
    expect(summary.goodStopped).toMatchObject({ hits: 0, of: 1 });
    expect(summary.confusion.ESCALATE.HOLD).toBe(1);
    expect(summary.byProbe['E03']?.exact.of).toBe(2);
    expect(textReport(summary)).toContain('bad stopped with the right decision  50.0 %');
    const lines = jsonLines({ file: 'cases', judge: 'rules', results, summary, bad_rows: 0 })
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatchObject({
      id: 'b/bad',
      decision: 'HOLD',
      hold_reason: 'unknown_headcount',
      rules: [],
    });
    expect(lines[3]).toHaveProperty('summary');
  });
});

// Third-party cases that are not part of this project; the test is skipped where they are missing.
const bench = new URL('../../../shared/bench/', import.meta.url).pathname;
describe.skipIf(!existsSync(bench))('the published cases', () => {
  it.each([
    ['cases-dev', 0.85, 0.02],
    ['flips-dev', 0.95, 0.02],
    ['good-drafts', 0, 0.02],
  ])('%s', async (name, exact, falsePositives) => {
    const summary = summarise(
      await evaluate(readCases(`${bench}${name}.jsonl`, '2026-05-01'), rulesJudge(rubric)),
    );
    expect(summary.exact.rate ?? 1).toBeGreaterThanOrEqual(exact);
    expect(summary.goodStopped.rate ?? 0).toBeLessThanOrEqual(falsePositives);
  });
});
