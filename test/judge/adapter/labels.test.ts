import { describe, expect, test } from 'vitest';
import type { Classification } from '../../../src/judge/adapter/adapter.ts';
import {
  MIN_MASS,
  type SpelledLabel,
  branches,
  chains,
  labelTrouble,
  likelihoods,
  requireMass,
} from '../../../src/judge/adapter/labels.ts';

const SINGLE: SpelledLabel[] = [
  { decision: 'SUPPRESS', tokens: [1] },
  { decision: 'ESCALATE', tokens: [2] },
  { decision: 'BLOCK', tokens: [3] },
  { decision: 'PENALISE', tokens: [4] },
  { decision: 'PASS', tokens: [5] },
];
const SEVERAL: SpelledLabel[] = [
  { decision: 'SUPPRESS', tokens: [1, 10, 11] },
  { decision: 'ESCALATE', tokens: [2, 12] },
  { decision: 'BLOCK', tokens: [1, 10, 13] },
  { decision: 'PENALISE', tokens: [4] },
  { decision: 'PENALISE', tokens: [6] },
  { decision: 'PASS', tokens: [5] },
];

describe('labels', () => {
  test('of one token are all read at one place', () => {
    expect(branches(SINGLE)).toEqual([{ path: [], next: [1, 2, 3, 4, 5] }]);
    expect(chains(branches(SINGLE))).toEqual([]);
  });

  test('of several tokens share what they have in common', () => {
    expect(branches(SEVERAL)).toEqual([
      { path: [], next: [1, 2, 4, 6, 5] },
      { path: [1], next: [10] },
      { path: [1, 10], next: [11, 13] },
      { path: [2], next: [12] },
    ]);
    expect(chains(branches(SEVERAL))).toEqual([[1, 10], [2]]);
  });

  test('have the likelihood of all their tokens, and a decision that of its likeliest spelling', () => {
    const p = (share: Record<number, number>) =>
      new Map(Object.entries(share).map(([token, value]) => [Number(token), Math.log(value)]));
    const readings = new Map([
      ['', p({ 1: 0.5, 2: 0.2, 4: 0.01, 6: 0.04, 5: 0.1 })],
      ['1', p({ 10: 0.8 })],
      ['1 10', p({ 11: 0.25, 13: 0.5 })],
      ['2', p({ 12: 0.5 })],
    ]);
    const { logLikelihood, mass } = likelihoods(SEVERAL, readings);
    expect(Math.exp(logLikelihood.SUPPRESS)).toBeCloseTo(0.1);
    expect(Math.exp(logLikelihood.BLOCK)).toBeCloseTo(0.2);
    expect(Math.exp(logLikelihood.ESCALATE)).toBeCloseTo(0.1);
    expect(Math.exp(logLikelihood.PENALISE)).toBeCloseTo(0.04);
    expect(mass).toBeCloseTo(0.54);
  });

  test('without a probability, or with one that is no number, are malformed', () => {
    const missing = new Map([['', new Map([[1, -1]])]]);
    expect(() => likelihoods(SINGLE, missing)).toThrow(/no probability for ESCALATE/);
    const broken = new Map([['', new Map([1, 2, 3, 4, 5].map((token) => [token, NaN]))]]);
    expect(() => likelihoods(SINGLE, broken)).toThrow(/no probability for SUPPRESS/);
  });

  test('that begin one another across decisions cannot be told apart, within one they can', () => {
    expect(labelTrouble(SEVERAL)).toBeNull();
    expect(labelTrouble([...SINGLE, { decision: 'BLOCK', tokens: [5, 9] }])).toMatch(
      /PASS begins one of BLOCK/,
    );
    expect(labelTrouble([...SINGLE, { decision: 'PASS', tokens: [5, 9] }])).toBeNull();
    expect(labelTrouble([...SINGLE, { decision: 'PASS', tokens: [] }])).toMatch(/empty/);
  });

  test('need a tenth of the probability together', () => {
    const answer = (mass: number) => ({ mass }) as Classification;
    expect(requireMass(answer(MIN_MASS), MIN_MASS).mass).toBe(MIN_MASS);
    expect(() => requireMass(answer(0.09), MIN_MASS)).toThrow('spent 9.0 % on the five labels');
  });
});
