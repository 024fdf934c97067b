import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Rating, agreementOf } from '../../src/labels/kappa.ts';

/** Ratings of two people from a table: `counts[i][j]` subjects that Ann gave category i and Bo category j. */
function fromTable(counts: number[][], names = ['a', 'b', 'c', 'd']): Rating[] {
  let subject = 0;
  return counts.flatMap((row, i) =>
    row.flatMap((count, j) =>
      Array.from({ length: count }, () => {
        subject += 1;
        return [
          { subject: `${subject}`, rater: 'ann', category: names[i] },
          { subject: `${subject}`, rater: 'bo', category: names[j] },
        ];
      }).flat(),
    ),
  );
}

describe('Cohen’s kappa', () => {
  test.each([
    [
      'a three-by-three',
      [
        [88, 14, 18],
        [10, 40, 10],
        [2, 6, 12],
      ],
      200,
      0.7,
      0.41,
      0.29 / 0.59,
    ],
    [
      'little agreement',
      [
        [50, 26, 24],
        [24, 30, 6],
        [26, 4, 10],
      ],
      200,
      0.45,
      0.38,
      0.07 / 0.62,
    ],
    [
      'a two-by-two',
      [
        [20, 5],
        [10, 15],
      ],
      50,
      0.7,
      0.5,
      0.4,
    ],
    [
      'full disagreement',
      [
        [0, 10],
        [10, 0],
      ],
      20,
      0,
      0.5,
      -1,
    ],
    [
      'full agreement',
      [
        [12, 0],
        [0, 8],
      ],
      20,
      1,
      0.52,
      1,
    ],
  ])('of %s is as computed by hand', (_name, table, n, observed, expected, kappa) => {
    const [pair] = agreementOf(fromTable(table)).pairs;
    expect(pair).toMatchObject({ raters: ['ann', 'bo'], n, why_none: null });
    expect(pair.observed).toBeCloseTo(observed, 10);
    expect(pair.expected).toBeCloseTo(expected, 10);
    expect(pair.kappa).toBeCloseTo(kappa, 10);
    expect(pair.low).toBeLessThanOrEqual(pair.kappa!);
    expect(pair.high).toBeGreaterThanOrEqual(pair.kappa!);
  });

  test('has an interval about as wide as the asymptotic one (Fleiss, Cohen and Everitt 1969)', () => {
    // The standard error of this table by their formula is 0.0510.
    const [pair] = agreementOf(
      fromTable([
        [88, 14, 18],
        [10, 40, 10],
        [2, 6, 12],
      ]),
    ).pairs;
    expect(pair.kappa).toBeCloseTo(0.492, 3);
    const [left, right] = [pair.kappa! - pair.low!, pair.high! - pair.kappa!];
    expect(left).toBeGreaterThan(0.08);
    expect(left).toBeLessThan(0.14);
    expect(right).toBeGreaterThan(0.08);
    expect(right).toBeLessThan(0.14);
  });

  test('is undefined where everybody gave one answer, however often, and not 1', () => {
    const { pairs, pooled } = agreementOf(fromTable([[40]]));
    expect(pairs[0]).toMatchObject({
      observed: 1,
      expected: 1,
      kappa: null,
      low: null,
      why_none: 'one_category',
    });
    expect(pooled).toMatchObject({ kappa: null, why_none: 'one_category' });
  });

  test('is not told below ten subjects, and of nothing there is nothing', () => {
    expect(
      agreementOf(
        fromTable([
          [5, 0],
          [0, 4],
        ]),
      ).pooled,
    ).toMatchObject({
      n: 9,
      observed: 1,
      kappa: null,
      why_none: 'not_enough',
    });
    expect(agreementOf([])).toEqual({
      pairs: [],
      pooled: {
        n: 0,
        observed: null,
        expected: null,
        kappa: null,
        low: null,
        high: null,
        why_none: 'not_enough',
      },
    });
  });

  test('counts a person’s last answer about a subject, and subjects of one person not at all', () => {
    const ratings = fromTable([
      [6, 0],
      [0, 6],
    ]);
    const changed = [
      ...ratings,
      { subject: '1', rater: 'bo', category: 'b' },
      { subject: 'alone', rater: 'ann', category: 'a' },
    ];
    expect(agreementOf(changed).pairs[0]).toMatchObject({ n: 12, observed: 11 / 12 });
  });

  test('of three people is told in pairs, and pooled by their weights', () => {
    const subjects = Array.from({ length: 30 }, (_, i) => `${i}`);
    const ratings = subjects.flatMap((subject, i) => [
      { subject, rater: 'ann', category: i % 2 ? 'right' : 'wrong' },
      { subject, rater: 'bo', category: i % 2 ? 'right' : 'wrong' },
      ...(i < 12 ? [{ subject, rater: 'cy', category: i % 2 ? 'wrong' : 'right' }] : []),
    ]);
    const { pairs, pooled } = agreementOf(ratings);
    expect(pairs.map(({ raters, n, kappa }) => [raters.join(), n, kappa])).toEqual([
      ['ann,bo', 30, 1],
      ['ann,cy', 12, -1],
      ['bo,cy', 12, -1],
    ]);
    // Observed 30 of 54, expected 27 of 54.
    expect(pooled).toMatchObject({ n: 30, observed: 30 / 54, expected: 0.5 });
    expect(pooled.kappa).toBeCloseTo(1 / 9, 10);
  });

  test('does not depend on the order of subjects, people or names of categories', () => {
    const table = fc.array(fc.array(fc.nat(8), { minLength: 3, maxLength: 3 }), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(table, (counts) => {
        const turned = counts.map((_, i) => counts.map((row) => row[i]));
        const one = agreementOf(fromTable(counts)).pooled;
        const other = agreementOf(fromTable(turned, ['z', 'y', 'x']).toReversed()).pooled;
        expect(other.n).toBe(one.n);
        if (one.kappa === null) expect(other.kappa).toBeNull();
        else {
          expect(other.kappa).toBeCloseTo(one.kappa, 10);
          expect(one.kappa).toBeLessThanOrEqual(1);
          expect(one.kappa).toBeGreaterThanOrEqual(-1);
        }
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});
