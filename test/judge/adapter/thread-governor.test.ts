import { describe, expect, it } from 'vitest';
import { ThreadGovernor } from '../../../src/judge/adapter/thread-governor.ts';

describe('ThreadGovernor', () => {
  it('keeps all threads while evaluations take about as long as each other', () => {
    const governor = new ThreadGovernor(2);
    for (const milliseconds of [100, 90, 120, 250]) governor.record(500, milliseconds);
    expect(governor.threads).toBe(2);
  });

  it('falls back to one thread when the cores are crowded, and tries all again later', () => {
    const governor = new ThreadGovernor(2);
    governor.record(500, 100);
    governor.record(500, 4000);
    expect(governor.threads).toBe(1);
    for (let i = 0; i < 20; i += 1) governor.record(500, 200);
    expect(governor.threads).toBe(2);
    governor.record(500, 4000);
    expect(governor.threads).toBe(1);
  });

  it('measures per token and ignores evaluations too short to tell', () => {
    const governor = new ThreadGovernor(4);
    governor.record(500, 100);
    governor.record(5, 50);
    governor.record(1500, 500);
    expect(governor.threads).toBe(4);
  });

  it('has nothing to decide with one thread', () => {
    const governor = new ThreadGovernor(1);
    governor.record(500, 100);
    governor.record(500, 9000);
    expect(governor.threads).toBe(1);
  });
});
