import { describe, expect, it } from 'vitest';
import { groupsOf, splitInHalves } from '../../src/evaluate/split.ts';
import { sampleCase } from './sample-case.ts';

const numbered = (count: number, sides = ['bad', 'good', 'bad~free']) =>
  Array.from({ length: count }, (_, i) =>
    sides.map((side) =>
      sampleCase({
        id: `mail-${i}/${side}`,
        gold: side === 'bad' ? 'BLOCK' : 'PASS',
        text: `Draft ${i} ${side}`,
      }),
    ),
  ).flat();

describe('groupsOf', () => {
  it('keeps both sides and all changes of a mail together, however they are named', () => {
    const cases = [
      sampleCase({ id: 'a/bad', text: '1' }),
      sampleCase({ id: 'a/good', text: '2' }),
      sampleCase({ id: 'a/bad~free', of: 'a/bad', text: '3' }),
      sampleCase({ id: 'x1', of: 'a/good', text: '4' }),
      sampleCase({ id: 'x2', pair: 'a', text: '5' }),
      sampleCase({ id: 'b-bad', text: '6' }),
      sampleCase({ id: 'b-good', text: '7' }),
    ];
    expect(groupsOf(cases).map((group) => group.map(({ id }) => id))).toEqual([
      ['a/bad', 'a/good', 'a/bad~free', 'x1', 'x2'],
      ['b-bad', 'b-good'],
    ]);
  });
  it('keeps the same words together, though nothing says that they are one mail', () => {
    const cases = [
      sampleCase({ id: '1', text: 'Hi  Dana,\nTuesday?' }),
      sampleCase({ id: '2', text: 'hi dana, tuesday?' }),
      sampleCase({ id: '3', text: 'Hi Dana, Friday?' }),
    ];
    expect(groupsOf(cases).map((group) => group.map(({ id }) => id))).toEqual([['1', '2'], ['3']]);
  });
  it('joins chains of versions', () => {
    const cases = [
      sampleCase({ id: '1', text: 'one' }),
      sampleCase({ id: '2', text: 'two' }),
      sampleCase({ id: '3', pair: '2', text: 'one' }),
    ];
    expect(groupsOf(cases)).toHaveLength(1);
  });
});

describe('splitInHalves', () => {
  it('never has versions of one mail on both sides', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { fit, report } = splitInHalves(numbered(40), seed);
      const base = (id: string): string => id.replace(/\/.*/, '');
      const fitted = new Set(fit.map(({ id }) => base(id)));
      expect(report.filter(({ id }) => fitted.has(base(id)))).toEqual([]);
    }
  });
  it('puts about half of each label on either side', () => {
    const { fit, report } = splitInHalves(numbered(40), 3);
    expect(fit).toHaveLength(60);
    expect(report).toHaveLength(60);
    expect(fit.filter(({ gold }) => gold === 'BLOCK')).toHaveLength(20);
  });
  it('is the same for the same seed and another for another', () => {
    const ids = (seed: number) => splitInHalves(numbered(40), seed).fit.map(({ id }) => id);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });
});
