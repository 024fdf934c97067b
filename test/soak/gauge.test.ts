import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../src/evaluate/random.ts';
import { type Floor, memoryTrend } from './gauge.ts';

/** Rounds of 1,000 mails, of which each leaves so much behind. */
function floors({ kbPerMail = 0, odd = 0 }: { kbPerMail?: number; odd?: number } = {}): Floor[] {
  const random = randomFrom(1);
  return Array.from({ length: 6 }, (_, round) => {
    const mails = (round + 1) * 1_000;
    const left = (mails * kbPerMail) / 1_000 + (round === 3 ? odd : 0);
    // What caches take in the first round, and what differs by chance.
    const memoryMb = 200 + Math.min(mails, 2_000) / 50 + random() * 10 + left;
    return {
      at: mails,
      mails,
      memoryMb,
      heapMb: 60 + random() + left,
      buffersMb: 3,
      handles: 30,
      threads: 11,
    };
  });
}

describe('whether memory is flat', () => {
  it('is told of rounds that differ by chance, and of one odd round', () => {
    expect(memoryTrend(floors()).faults).toEqual([]);
    expect(memoryTrend(floors({ odd: 60 })).faults).toEqual([]);
  });

  it('is denied where every mail leaves a few kilobytes behind', () => {
    const { held, faults } = memoryTrend(floors({ kbPerMail: 3 }));
    expect(held).toBeGreaterThan(8);
    expect(faults).toEqual([
      expect.stringMatching(/^objects and buffers grew by \d+\.\d MB over 4000 mails$/),
    ]);
    expect(memoryTrend(floors({ kbPerMail: 10 })).faults).toHaveLength(2);
  });
});
