import { type DiskTrouble, diskTrouble } from '../disk-trouble.ts';
import type { StoreHealth } from '../database.ts';

/** How often a database in trouble is asked whether it is well. */
const LOOK_MS = 500;

/** Whether the database can be reached and takes changes. While it does not, it is asked again and again: nobody else may ask. */
export class ConnectionHealth implements StoreHealth {
  readonly #ask: () => Promise<unknown>;
  readonly #listeners: ((trouble: DiskTrouble | null) => void)[] = [];
  #trouble: DiskTrouble | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param ask resolves when the database answers */
  constructor(ask: () => Promise<unknown>) {
    this.#ask = ask;
  }

  get trouble(): DiskTrouble | null {
    return this.#trouble;
  }

  onChange(listener: (trouble: DiskTrouble | null) => void): void {
    this.#listeners.push(listener);
  }

  /** A change, or a connection, failed with this. */
  failed(error: unknown): void {
    const trouble = diskTrouble(error);
    if (trouble === null) return;
    this.#become(trouble);
    // What is full or may not be written shows with the next change only.
    if (trouble.kind === 'unreachable') this.#lookAgain();
  }

  /** A change is durable. */
  stored(): void {
    this.#become(null);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #lookAgain(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#ask().then(
        () => this.#become(null),
        (error: unknown) => this.failed(error),
      );
    }, LOOK_MS).unref();
  }

  #become(trouble: DiskTrouble | null): void {
    const same = this.#trouble?.kind === trouble?.kind;
    this.#trouble = trouble;
    if (!same) for (const tell of this.#listeners) tell(trouble);
  }
}
