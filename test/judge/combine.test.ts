import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Classification } from '../../src/judge/adapter/adapter.ts';
import type { Calibration } from '../../src/judge/adapter/reading.ts';
import { type CombineOptions, type Opinion, combine, needsAdapter } from '../../src/judge/combine.ts';
import type { Finding, Verdict } from '../../src/judge/verdict.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';
import { prospectWith } from './rule-input.ts';

const CALIBRATION: Calibration = {
  format: 1,
  version: 'model@1',
  temperature: 1,
  bias: { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0 },
  thresholds: { SUPPRESS: 0.7, ESCALATE: 0.7, BLOCK: 0.7, PENALISE: 0.7, PASS: 0.8 },
  notes: {},
};
const OPTIONS: CombineOptions = {
  version: 'model@1',
  mode: 'active',
  calibration: CALIBRATION,
  validatedVerticals: 'all',
  verticals: [
    { name: 'finance', industries: ['banking'], caveats: [] },
    { name: 'healthcare', industries: ['hospital'], caveats: [] },
  ],
  whenUnavailable: 'rules',
};

/** The model spends these shares on the labels; what is left goes to none of them. */
function reading(shares: Partial<Record<Decision, number>>): Opinion {
  const logLikelihood = Object.fromEntries(
    DECISIONS.map((decision) => [decision, Math.log(shares[decision] ?? 1e-6)]),
  ) as Classification['logLikelihood'];
  return {
    kind: 'reading',
    latencyMs: 90,
    classification: { logLikelihood, mass: 0.98, exact: true, promptTokens: 600, trimmed: ['signals'] },
  };
}

const byRules = (decision: Decision | null, over: Partial<Verdict> = {}): Verdict => ({
  decision,
  hold_reason: decision === null ? 'stale_record' : null,
  rationale: 'The rules say so.',
  findings:
    decision === null || decision === 'PASS'
      ? []
      : [{ rule: 'funding_tier', decision, enforced: true, rationale: 'r', spans: [], fields: [] }],
  notices: [],
  prospect: prospectWith(),
  rubric_version: 'r1',
  adapter_version: null,
  adapter: null,
  latency_ms: 1,
  ...over,
});
const adapterFinding = (verdict: Verdict): Finding | undefined =>
  verdict.findings.find(({ rule }) => rule === 'adapter');

describe('the adapter beside rules that pass', () => {
  test.each([
    'SUPPRESS',
    'ESCALATE',
    'BLOCK',
    'PENALISE',
  ] as const)('raises the decision to %s and says how sure it is', (decision) => {
    const verdict = combine(byRules('PASS'), reading({ [decision]: 0.97, PASS: 0.03 }), OPTIONS);
    expect(verdict).toMatchObject({
      decision,
      hold_reason: null,
      rationale: `The adapter reads this as ${decision} (p = 0.96).`,
      adapter_version: 'model@1',
      adapter: { mode: 'active', decision, mass: 0.98, trimmed: ['signals'], rationale: null },
    });
    expect(adapterFinding(verdict)).toMatchObject({ decision, enforced: true });
  });

  test('leaves them alone when it passes too, and its five probabilities stay with the verdict', () => {
    const rules = byRules('PASS');
    const verdict = combine(rules, reading({ PASS: 0.95, BLOCK: 0.05 }), OPTIONS);
    expect(verdict).toMatchObject({ decision: 'PASS', rationale: rules.rationale, findings: [] });
    const { probabilities } = verdict.adapter!;
    expect(Object.keys(probabilities).sort()).toEqual([...DECISIONS].sort());
    expect(Object.values(probabilities).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1);
    expect(probabilities.PASS).toBeCloseTo(0.95, 3);
  });

  test('holds below its calibrated confidence instead of guessing', () => {
    const verdict = combine(byRules('PASS'), reading({ BLOCK: 0.52, PASS: 0.48 }), OPTIONS);
    expect(verdict).toMatchObject({
      decision: null,
      hold_reason: 'low_confidence',
      rationale: 'The adapter is not sure enough: BLOCK 0.51, PASS 0.47.',
      adapter: { decision: null },
    });
    expect(adapterFinding(verdict)).toBeUndefined();
  });
});

describe('the adapter beside rules that stop', () => {
  test.each([
    'SUPPRESS',
    'ESCALATE',
    'BLOCK',
    null,
  ] as const)('is not asked for a verdict of %s', (decision) => {
    expect(needsAdapter(byRules(decision))).toBe(false);
  });

  test('is not asked about a recipient the CRM does not know', () => {
    expect(needsAdapter(byRules('PASS', { prospect: null }))).toBe(false);
    expect(needsAdapter(byRules('PASS'))).toBe(true);
    expect(needsAdapter(byRules('PENALISE'))).toBe(true);
  });

  test('never lowers a PENALISE, and raises it to what it names', () => {
    expect(combine(byRules('PENALISE'), reading({ PASS: 0.99 }), OPTIONS)).toMatchObject({
      decision: 'PENALISE',
      rationale: 'The rules say so.',
    });
    expect(combine(byRules('PENALISE'), reading({ BLOCK: 0.99 }), OPTIONS).decision).toBe('BLOCK');
  });

  test('that agrees on PENALISE leaves it the rule’s', () => {
    const verdict = combine(byRules('PENALISE'), reading({ PENALISE: 0.99 }), OPTIONS);
    expect(verdict).toMatchObject({ decision: 'PENALISE', rationale: 'The rules say so.' });
    expect(verdict.findings.map(({ rule }) => rule)).toEqual(['funding_tier', 'adapter']);
  });

  test('holds a PENALISE that it is not sure of, since an engine may relay that', () => {
    expect(combine(byRules('PENALISE'), reading({ BLOCK: 0.5, PASS: 0.5 }), OPTIONS)).toMatchObject({
      decision: null,
      hold_reason: 'low_confidence',
    });
  });

  test('never lowers anything, whatever it says', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const opinion = fc.oneof(
      fc
        .record({ SUPPRESS: share, ESCALATE: share, BLOCK: share, PENALISE: share, PASS: share })
        .map(reading),
      fc.constantFrom<Opinion>(
        { kind: 'unavailable', failed: true, detail: 'd' },
        { kind: 'unreadable', detail: 'd' },
        { kind: 'too_long', detail: 'd' },
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...DECISIONS, null),
        opinion,
        fc.constantFrom('active' as const, 'shadow' as const),
        fc.constantFrom<CombineOptions['validatedVerticals']>('all', []),
        fc.constantFrom('hipaa', null),
        (decision, said, mode, validatedVerticals, regulated) => {
          const rules = byRules(decision, { prospect: prospectWith({ regulated }) });
          const verdict = combine(rules, said, { ...OPTIONS, mode, validatedVerticals });
          expect((verdict.decision === null) !== (verdict.hold_reason === null)).toBe(true);
          if (mode === 'shadow' || decision === null || DECISIONS.indexOf(decision) < 3) {
            expect(verdict).toMatchObject({ decision, hold_reason: rules.hold_reason });
          } else if (verdict.decision !== null) {
            expect(DECISIONS.indexOf(verdict.decision)).toBeLessThanOrEqual(DECISIONS.indexOf(decision));
          }
        },
      ),
    );
  });
});

describe('an adapter that gives no reading', () => {
  const unavailable: Opinion = { kind: 'unavailable', failed: true, detail: 'The model is not loaded.' };

  test('leaves a mail to the rules when it is configured so, and says so', () => {
    const verdict = combine(byRules('PASS'), unavailable, OPTIONS);
    expect(verdict).toMatchObject({
      decision: 'PASS',
      adapter: null,
      adapter_version: 'model@1',
      notices: [{ kind: 'adapter_unavailable', detail: 'The model is not loaded.' }],
    });
  });

  test('holds it otherwise', () => {
    const verdict = combine(byRules('PASS'), unavailable, { ...OPTIONS, whenUnavailable: 'hold' });
    expect(verdict).toMatchObject({ decision: null, hold_reason: 'adapter_unavailable' });
  });

  test.each([
    ['too_long', 'too_long'],
    ['unreadable', 'judge_error'],
  ] as const)('because of the mail itself (%s) holds it as %s', (kind, reason) => {
    expect(combine(byRules('PASS'), { kind, detail: 'd' }, OPTIONS)).toMatchObject({
      decision: null,
      hold_reason: reason,
    });
  });
});

describe('a regulated prospect', () => {
  const regulated = (value: string | null, industry: string | null = null) =>
    byRules('PASS', { prospect: prospectWith({ regulated: value, industry }) });
  const only = (...names: string[]) => ({ ...OPTIONS, validatedVerticals: names });

  test('is held where the model was not tested on that vertical', () => {
    expect(combine(regulated('HIPAA'), reading({ PASS: 0.99 }), only('finance'))).toMatchObject({
      decision: null,
      hold_reason: 'unvalidated_vertical',
      rationale: 'The prospect is regulated (HIPAA) and the adapter was not tested on that.',
      adapter: { decision: 'PASS' },
    });
    expect(combine(regulated(null, 'banking'), reading({ PASS: 0.99 }), only('healthcare')).hold_reason).toBe(
      'unvalidated_vertical',
    );
  });

  test('passes where it was, and where nothing regulates the prospect', () => {
    expect(combine(regulated('Banking'), reading({ PASS: 0.99 }), only('Finance')).decision).toBe('PASS');
    expect(combine(regulated('none'), reading({ PASS: 0.99 }), only()).decision).toBe('PASS');
    expect(combine(regulated('HIPAA'), reading({ PASS: 0.99 }), only('hipaa')).decision).toBe('PASS');
    expect(combine(regulated('HIPAA'), reading({ PASS: 0.99 }), OPTIONS).decision).toBe('PASS');
  });

  test('is stopped under the decision the adapter is sure of', () => {
    expect(combine(regulated('HIPAA'), reading({ BLOCK: 0.99 }), only()).decision).toBe('BLOCK');
  });
});

test('in shadow the adapter is recorded and decides nothing', () => {
  const verdict = combine(byRules('PASS'), reading({ SUPPRESS: 0.99 }), { ...OPTIONS, mode: 'shadow' });
  expect(verdict).toMatchObject({ decision: 'PASS', adapter: { mode: 'shadow', decision: 'SUPPRESS' } });
  expect(adapterFinding(verdict)).toMatchObject({ decision: 'SUPPRESS', enforced: false });
});
