/** Who began to hand over a message longer ago than this is slow, and nobody waits for it. Milliseconds. */
const RECENT_MS = 25;

/** Longest that a commit waits for others, milliseconds: well within what any client notices. */
const COMPANY_MS = 8;

/**
 * Clients in the middle of handing over a message. A commit that waits for those who are nearly there takes their messages along, and
 * so many share one sync of the disk (what PostgreSQL's `commit_delay` guesses from the number of open transactions). A client alone
 * waits for nobody.
 */
export class OnTheirWay {
  /** Of each, when it began (`performance.now()`). */
  readonly #began = new Map<symbol, number>();
  readonly #listeners = new Set<(client: symbol) => void>();

  /** @returns to be called when the message is there, or will not come; again does nothing */
  begin(): () => void {
    const client = Symbol('client');
    this.#began.set(client, performance.now());
    return () => {
      if (!this.#began.delete(client)) return;
      for (const listener of this.#listeners) listener(client);
    };
  }

  /** Resolves when those who are on their way now have come, in any case soon. */
  async company(): Promise<void> {
    const now = performance.now();
    const awaited = new Set<symbol>();
    for (const [client, began] of this.#began) if (now - began < RECENT_MS) awaited.add(client);
    if (awaited.size === 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(arrived);
        resolve();
      };
      const arrived = (client: symbol): void => {
        awaited.delete(client);
        if (awaited.size === 0) done();
      };
      const timer = setTimeout(done, COMPANY_MS);
      this.#listeners.add(arrived);
    });
  }
}
