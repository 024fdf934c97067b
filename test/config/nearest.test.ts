import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';
import { RULES } from '../../src/judge/verdict.ts';

describe('the nearest known name', () => {
  test.each([
    ['optout', 'opt_out'],
    ['Opt-Out', 'opt_out'],
    ['c-level', 'c_level'],
    ['clevel', 'c_level'],
    ['thread_laek', 'thread_leak'],
    ['generic_peer', 'generic_peers'],
    ['low_confidence_fund', 'low_confidence_funding'],
    ['disqualifiers', 'disqualifier'],
  ])('of %s is %s', (written, meant) => {
    expect(nearest(written, RULES)).toBe(meant);
  });

  test.each(['', 'weather', 'rule', 'x'.repeat(100_000)])('of a word like none is none', (written) => {
    expect(nearest(written, RULES)).toBeNull();
  });
});
