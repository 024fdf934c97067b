import { describe, expect, it } from 'vitest';
import { randomFrom, shuffled } from '../../src/evaluate/random.ts';
import { MAIL_TRICKS, TEXT_TRICKS, type Attempt, judged, nameOf } from './disguises.ts';
import { TEXT_RULES, judge, stoppedDrafts } from './drafts.ts';

const SEED = Number(process.env['SEED'] ?? 1);
const drafts = stoppedDrafts();

/** Every trick once, each on another draft: all drafts and all tricks take their turn. */
function attempts(): Attempt[] {
  const random = randomFrom(SEED);
  const order = shuffled(drafts, random);
  const tricks = [
    ...TEXT_TRICKS.map((text) => ({ texts: [text], mail: null })),
    ...MAIL_TRICKS.filter(({ name }) => !name.startsWith('five megabytes')).map((mail) => ({
      texts: [],
      mail,
    })),
  ];
  return tricks.map((trick, index) => ({
    ...trick,
    draft: order[index % order.length],
    seed: SEED + index,
  }));
}

describe(`language and markup tricks (SEED=${SEED})`, () => {
  it.each(TEXT_RULES)('there are at least six plain drafts that %s stops', (rule) => {
    const own = drafts.filter((draft) => draft.rule === rule);
    expect(own.length).toBeGreaterThanOrEqual(6);
    for (const { base } of own) expect(judge(base).decision).not.toBe('PASS');
  });

  it('none turns a stopped draft into PASS', async () => {
    const passed: string[] = [];
    for (const attempt of attempts()) {
      const { decision } = await judged(attempt);
      if (decision === 'PASS') passed.push(`${nameOf(attempt)}: ${attempt.draft.id}`);
    }
    expect(passed).toEqual([]);
  }, 60_000);
});
