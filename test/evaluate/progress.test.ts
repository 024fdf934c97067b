import { describe, expect, it } from 'vitest';
import { progressOn } from '../../src/evaluate/progress.ts';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
}

describe('progressOn', () => {
  it('tells how far, how fast and how much longer, a few times a second', () => {
    const stream = terminal(true);
    let time = 0;
    const progress = progressOn(stream, 'adapter on cases', 3000, () => time);
    for (let done = 1; done <= 30; done += 1) {
      time += 100;
      progress.at(done);
    }
    expect(stream.written).toHaveLength(10);
    expect(stream.written.at(-1)).toContain('adapter on cases: 30 of 3000 (1 %), 10.0/s, 5 min left');
    progress.end();
    expect(stream.written.at(-1)).toBe('\r\u001b[2K');
  });
  it('writes nothing where nobody watches', () => {
    const stream = terminal(false);
    let time = 0;
    const progress = progressOn(stream, 'rules', 10, () => time);
    time = 5000;
    progress.at(5);
    progress.end();
    expect(stream.written).toEqual([]);
  });
});
