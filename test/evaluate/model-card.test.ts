import { beforeAll, describe, expect, it } from 'vitest';
import { modelCard } from '../../src/evaluate/model-card.ts';
import { sampleEvaluation } from './sample-evaluation.ts';

describe('modelCard', () => {
  let card: string;
  beforeAll(() => {
    card = modelCard(sampleEvaluation());
  });

  it('has the parts of a model card that an evaluation knows', () => {
    expect(card.match(/^### .+$/gm)).toEqual([
      '### Model details',
      '### Evaluation data',
      '### Figures',
      '### By probe',
      '### Hard cases',
      '### Calibration',
      '### Judges compared',
      '### Caveats',
    ]);
  });
  it('has as many cells in each row as its table has columns, whatever they hold', () => {
    const tables = card.split('\n\n').filter((block) => block.startsWith('|'));
    expect(tables).toHaveLength(8);
    for (const table of tables) {
      const widths = table.split('\n').map((row) => row.replaceAll(/\\./g, '').split('|').length);
      expect(new Set(widths).size, table).toBe(1);
    }
  });
  it('lets no name write HTML or a link', () => {
    expect(card.replace('<!-- Say', '')).not.toMatch(/<[a-z/!]/i);
    expect(card).toContain('&lt;/script>');
  });
  it('shows both sides by probe, with intervals', () => {
    expect(card).toMatch(
      /\| E02 generic peer names \| rules \| [\d.]+ % \[[\d.]+, [\d.]+\] \| .* % \[[\d.]+, [\d.]+\] \| [\d.]+ % \[.*\] \| 6 \+ 6 \|/,
    );
  });
  it('warns of few cases, of a model that was never calibrated, of rows left out and of an early end', () => {
    expect(card).toMatch(/Fewer than 20 bad or good drafts in .*A07/);
    expect(card).toMatch(/never calibrated/);
    expect(card).toMatch(/1 row could not be used and was left out/);
    expect(card).not.toMatch(/Ended early/);
    const { runs, ...rest } = sampleEvaluation();
    expect(modelCard({ ...rest, runs: runs.slice(0, 4) })).toMatch(/Ended early: 2 judgements are missing/);
  });
});
