import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OnTheirWay } from '../../src/intake/on-their-way.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Whether a commit has stopped waiting for company. */
function company(clients: OnTheirWay): () => Promise<boolean> {
  let over = false;
  void clients.company().then(() => (over = true));
  return async () => {
    await Promise.resolve();
    await Promise.resolve();
    return over;
  };
}

describe('a commit', () => {
  it('waits for nobody while nobody is about to hand over a message', async () => {
    const clients = new OnTheirWay();
    clients.begin()();
    expect(await company(clients)()).toBe(true);
  });

  it('waits until those who are have come, and not for who begins meanwhile', async () => {
    const clients = new OnTheirWay();
    const [first, second] = [clients.begin(), clients.begin()];
    const isOver = company(clients);
    first();
    first();
    clients.begin();
    expect(await isOver()).toBe(false);
    second();
    expect(await isOver()).toBe(true);
  });

  it('waits no longer than a client notices, and not at all for one that is slow', async () => {
    const clients = new OnTheirWay();
    clients.begin();
    const isOver = company(clients);
    await vi.advanceTimersByTimeAsync(7);
    expect(await isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isOver()).toBe(true);
    await vi.advanceTimersByTimeAsync(25);
    expect(await company(clients)()).toBe(true);
  });
});
