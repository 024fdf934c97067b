import { describe, expect, it } from 'vitest';
import { compareJudges } from '../../src/evaluate/compare.ts';
import { better, comparisonTable, comparisonText } from '../../src/evaluate/compare-report.ts';
import { type Outcome, resultOf, summarise } from '../../src/evaluate/evaluate.ts';
import type { Run } from '../../src/evaluate/report.ts';
import type { Decision } from '../../src/message/types.ts';
import { sampleCase } from './sample-case.ts';

/** One judge's run, from rows of gold and decision. */
function run(judge: string, rows: readonly (readonly [Decision, Outcome])[], file = 'cases'): Run {
  const results = rows.map(([gold, decision], i) =>
    resultOf(
      sampleCase({ id: `${i}`, gold }),
      { decision: decision === 'HOLD' ? null : decision, hold_reason: null, findings: [] },
      1,
    ),
  );
  return { file, judge, results, summary: summarise(results), bad_rows: 0 };
}

const repeated = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('compareJudges', () => {
  it('counts where one judge alone is right, on bad drafts, on good ones, and on both', () => {
    const first = run('a', [
      ...repeated(10, ['BLOCK', 'BLOCK'] as const),
      ...repeated(2, ['BLOCK', 'HOLD'] as const),
      ...repeated(4, ['PASS', 'HOLD'] as const),
      ['PASS', 'PASS'],
    ]);
    const second = run('b', [
      ...repeated(10, ['BLOCK', 'PENALISE'] as const),
      ...repeated(2, ['BLOCK', 'BLOCK'] as const),
      ...repeated(4, ['PASS', 'PASS'] as const),
      ['PASS', 'PASS'],
    ]);
    const [exact, passed, right] = compareJudges([first, second]);
    expect(exact).toMatchObject({ question: 'bad_exact', cases: 12, onlyFirst: 10, onlySecond: 2 });
    expect(exact?.p).toBeCloseTo(0.0386, 4);
    expect(exact?.adjusted).toBeNull();
    expect(better(exact)).toBe('a');
    expect(passed).toMatchObject({ question: 'good_passed', cases: 5, both: 1, onlyFirst: 0, onlySecond: 4 });
    expect(better(passed)).toBe('neither');
    expect(right).toMatchObject({ question: 'right', cases: 17, onlyFirst: 10, onlySecond: 6, neither: 0 });
  });
  it('compares by file and id, and leaves out what only one of them judged', () => {
    const rows = [['BLOCK', 'BLOCK']] as const;
    const runs = [run('a', rows, 'one'), run('a', rows, 'two'), run('b', [['BLOCK', 'PASS']], 'two')];
    expect(compareJudges(runs)[0]).toMatchObject({ cases: 1, onlyFirst: 1 });
  });
  it('raises p for the number of pairs within a question, from three judges on', () => {
    const bad = (decision: Outcome) => repeated(8, ['BLOCK', decision] as const);
    const runs = [run('a', bad('BLOCK')), run('b', bad('PASS')), run('c', bad('HOLD'))];
    const exact = compareJudges(runs).filter(({ question }) => question === 'bad_exact');
    expect(exact.map(({ first, second }) => first + second)).toEqual(['ab', 'ac', 'bc']);
    expect(exact.map(({ p }) => p)).toEqual([expect.closeTo(2 / 256), expect.closeTo(2 / 256), 1]);
    expect(exact.map(({ adjusted }) => adjusted)).toEqual([
      expect.closeTo(6 / 256),
      expect.closeTo(6 / 256),
      1,
    ]);
  });
  it('has nothing to compare one judge with', () => {
    expect(compareJudges([run('a', [['PASS', 'PASS']])])).toEqual([]);
    expect(comparisonText([]) + comparisonTable([])).toBe('');
  });
});
