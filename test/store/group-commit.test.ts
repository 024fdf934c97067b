import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../src/store/group-commit.ts';
import type { TransactOptions } from '../../src/store/database.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Commits that take so long each, on a clock of their own; `groups` has the sizes of all. */
function commits(tookMs: number) {
  const clock = new VirtualClock();
  const groups: number[] = [];
  const group = new GroupCommit(
    async (pieces) => {
      groups.push(pieces.length);
      await clock.sleep(tookMs);
      for (const { resolve } of pieces) resolve(clock.now());
      return tookMs;
    },
    { now: () => clock.now(), wait: (ms) => clock.sleep(ms) },
  );
  return { clock, groups, add: (options?: TransactOptions) => group.add(() => Promise.resolve(), options) };
}

describe('a group commit', () => {
  it('makes who comes alone wait for nobody, however long commits take', async () => {
    const { clock, groups, add } = commits(5);
    let waited = 0;
    let left = 20;
    const one = async (): Promise<void> => {
      for (; left > 0; left -= 1) {
        const asked = clock.now();
        await add();
        waited = Math.max(waited, clock.now() - asked);
      }
    };
    void one();
    await clock.run(() => left === 0);
    expect(groups).toEqual(Array.from({ length: 20 }, () => 1));
    expect(waited).toBe(5);
  });

  it('waits for company on a slow disk when changes come one after the other, and not on a fast one', async () => {
    const sizes = async (tookMs: number): Promise<number> => {
      const { clock, groups, add } = commits(tookMs);
      const changes = 400;
      let done = 0;
      for (let i = 0; i < changes; i += 1) clock.after(i * 2, () => void add().then(() => (done += 1)));
      await clock.run(() => done === changes);
      return changes / groups.length;
    };
    // A commit that took up all that came while the last one was at work would have three of them here.
    expect(await sizes(6)).toBeGreaterThan(5);
    expect(await sizes(0.9)).toBe(1);
  });

  it('takes no more than its bound, and changes that run alone apart from those that do not', async () => {
    const { clock, groups, add } = commits(1);
    let done = 0;
    for (let i = 0; i < 70; i += 1) void add({ concurrent: true }).then(() => (done += 1));
    for (const concurrent of [false, false, true]) void add({ concurrent }).then(() => (done += 1));
    await clock.run(() => done === 73);
    expect(groups).toEqual([64, 6, 2, 1]);
  });

  describe('of changes that nobody waits for', () => {
    const background = { background: true };

    it('takes many where many come, on a fast disk too', async () => {
      const { clock, groups, add } = commits(0.5);
      let done = 0;
      for (let i = 0; i < 400; i += 1) clock.after(i, () => void add(background).then(() => (done += 1)));
      await clock.run(() => done === 400);
      expect(400 / groups.length).toBeGreaterThan(5);
    });

    it('makes one that comes alone wait for nobody', async () => {
      const { clock, add } = commits(0.5);
      const waits: number[] = [];
      for (let i = 0; i < 20; i += 1) {
        const asked = i * 50;
        clock.after(asked, () => void add(background).then(() => waits.push(clock.now() - asked)));
      }
      await clock.run(() => waits.length === 20);
      expect(Math.max(...waits)).toBe(0.5);
    });

    it('goes at once with one that somebody waits for', async () => {
      const { clock, groups, add } = commits(0.5);
      const waits: number[] = [];
      let done = 0;
      for (let i = 0; i < 200; i += 1) clock.after(i, () => void add(background).then(() => (done += 1)));
      for (let i = 0; i < 10; i += 1) {
        const asked = 30 + i * 13.3;
        clock.after(asked, () => void add().then(() => waits.push(clock.now() - asked)));
      }
      await clock.run(() => done === 200 && waits.length === 10);
      expect(Math.max(...waits)).toBeLessThanOrEqual(1);
      expect(groups.reduce((sum, size) => sum + size)).toBe(210);
    });

    it('waits no longer once a commit can take no more', async () => {
      const { clock, add } = commits(1);
      let done = 0;
      let waited = Number.NaN;
      for (let i = 0; i < 40; i += 1) clock.after(i, () => void add(background).then(() => (done += 1)));
      clock.after(60, () => {
        const all = Promise.all(Array.from({ length: 64 }, () => add(background)));
        void all.then(() => (waited = clock.now() - 60));
      });
      await clock.run(() => !Number.isNaN(waited));
      expect(done).toBe(40);
      expect(waited).toBe(1);
    });
  });
});
