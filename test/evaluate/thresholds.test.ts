import { describe, expect, it } from 'vitest';
import { type ScoredCase, fitThresholds } from '../../src/evaluate/thresholds.ts';
import type { Decision } from '../../src/message/types.ts';

/** A case with these probabilities; what is left goes to no one. */
const scored = (gold: Decision, probabilities: Partial<Record<Decision, number>>): ScoredCase => ({
  gold,
  probabilities: { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0, ...probabilities },
});

const targets = { goodStopped: 0.02, precision: 0.8 };

describe('fitThresholds', () => {
  it('passes all good drafts but the allowed share, and as few bad ones as that permits', () => {
    // 100 good ones with P(PASS) 0.00, 0.01 … 0.99: two may be stopped, so 0.02 must pass.
    const good = Array.from({ length: 100 }, (_, i) => scored('PASS', { PASS: i / 100 }));
    const bad = Array.from({ length: 100 }, (_, i) => scored('BLOCK', { PASS: i / 1000, BLOCK: 0.9 }));
    expect(fitThresholds([...good, ...bad], targets).PASS).toBe(0.02);
    expect(fitThresholds([...good, ...bad], { ...targets, goodStopped: 0 }).PASS).toBe(0);
    expect(fitThresholds([...good, ...bad], { ...targets, goodStopped: 0.5 }).PASS).toBe(0.5);
  });
  it('counts good drafts of equal probability together', () => {
    const good = [
      ...Array.from({ length: 10 }, () => scored('PASS', { PASS: 0.3 })),
      ...Array.from({ length: 90 }, () => scored('PASS', { PASS: 0.8 })),
    ];
    expect(fitThresholds(good, { ...targets, goodStopped: 0.05 }).PASS).toBe(0.3);
    expect(fitThresholds(good, { ...targets, goodStopped: 0.1 }).PASS).toBe(0.8);
  });
  it('takes the safer of thresholds that stop the same bad drafts', () => {
    const good = Array.from({ length: 30 }, () => scored('PASS', { PASS: 0.95 }));
    const bad = Array.from({ length: 30 }, () => scored('BLOCK', { PASS: 0.1, BLOCK: 0.9 }));
    expect(fitThresholds([...good, ...bad], targets).PASS).toBe(0.95);
  });
  it('never stops every good draft, whatever is allowed', () => {
    const good = [scored('PASS', { PASS: 0.2 }), scored('PASS', { PASS: 0.6 })];
    expect(fitThresholds(good, { ...targets, goodStopped: 1 }).PASS).toBe(0.6);
  });
  it('names a decision from where on it is right in four of five cases', () => {
    const good = [scored('PASS', { PASS: 1 })];
    const blocks = [
      ...[0.95, 0.94, 0.93, 0.92, 0.91].map((BLOCK) => scored('BLOCK', { BLOCK })),
      scored('PENALISE', { BLOCK: 0.9 }),
      scored('PENALISE', { BLOCK: 0.8 }),
      scored('BLOCK', { BLOCK: 0.7 }),
      scored('BLOCK', { BLOCK: 0.6 }),
      scored('BLOCK', { BLOCK: 0.5 }),
      scored('PENALISE', { BLOCK: 0.4 }),
    ];
    // 5/6 right down to 0.9, 5/7 at 0.8, 8/10 again at 0.5, 8/11 at 0.4.
    expect(fitThresholds([...good, ...blocks], targets).BLOCK).toBe(0.5);
  });
  it('leaves in doubt what is never right often enough, or was hardly ever seen', () => {
    const cases = [
      scored('PASS', { PASS: 1 }),
      ...Array.from({ length: 20 }, () => scored('BLOCK', { ESCALATE: 0.9 })),
      scored('SUPPRESS', { SUPPRESS: 0.9 }),
    ];
    expect(fitThresholds(cases, targets)).toMatchObject({ ESCALATE: 1, SUPPRESS: 1, PENALISE: 1 });
  });
});
