import { describe, expect, it } from 'vitest';
import { undisguise } from '../../../src/judge/language/disguise.ts';

describe('undisguise', () => {
  it.each([
    ['ra1sed', 'raised'],
    ['!r0und!', 'round'],
    ['(fund1ng', 'funding'],
    ['!!', '!!'],
    ['(c!+', '(c!+'],
    ['(Zq9x!', '(Zqgx!'],
  ])('reads %s as %s', (token, read) => {
    expect(undisguise(token).text).toBe(read);
  });

  it.each([
    ['marks', `a${'!'.repeat(40_000)}a`],
    ['different marks', `a${'!|+('.repeat(10_000)}a`],
    ['letters and figures', 'a1'.repeat(20_000)],
  ])('takes linear time for one token of %s', (_name, token) => {
    const started = performance.now();
    undisguise(token);
    // Quadratic work takes several seconds.
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
