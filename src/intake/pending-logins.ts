import { BusyError } from '../access/bounded.ts';

/** Attempts that may wait in all: more than there are connections by default. */
const WAITING = 1_000;

interface Pending {
  count: number;
  /** Called when one of them ends. */
  waiting: (() => void)[];
}

/** Login attempts under way, by what they are counted under: not failed, and not right either so far. */
export class PendingLogins {
  readonly #pending = new Map<string, Pending>();
  #waiting = 0;

  count(key: string): number {
    return this.#pending.get(key)?.count ?? 0;
  }

  begin(key: string): void {
    const pending = this.#pending.get(key);
    if (pending) pending.count += 1;
    else this.#pending.set(key, { count: 1, waiting: [] });
  }

  end(key: string): void {
    const pending = this.#pending.get(key);
    if (!pending) return;
    pending.count -= 1;
    if (pending.count === 0) this.#pending.delete(key);
    // All of them: whoever comes first may have to wait for something else, and its place must not get lost.
    const waiting = pending.waiting.splice(0);
    this.#waiting -= waiting.length;
    for (const wake of waiting) wake();
  }

  /**
   * Resolves when one of the attempts under `key` has ended; at once when there is none.
   *
   * @throws BusyError when too many wait already
   */
  async oneEnded(key: string): Promise<void> {
    const pending = this.#pending.get(key);
    if (!pending) return;
    if (this.#waiting >= WAITING) throw new BusyError('too many logins are waiting');
    this.#waiting += 1;
    await new Promise<void>((resolve) => pending.waiting.push(resolve));
  }
}
