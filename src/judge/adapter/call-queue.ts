import { AdapterError, type CallOptions } from './adapter.ts';
import type { Call } from './llama-protocol.ts';

type Kind = Call['type'];

/** Handed over at once: one is worked on, the next lies ready. */
const AT_ONCE: Record<Kind, number> = { classify: 2, explain: 1 };

interface Waiting {
  kind: Kind;
  run: () => Promise<void>;
  refuse: (error: AdapterError) => void;
}

/**
 * Calls waiting for the judge process: classifications in order of arrival, explanations when none waits. Bounded, so
 * that a burst is refused at once instead of being answered too late.
 */
export class CallQueue {
  readonly #limit: number;
  readonly #onFull: (message: string) => void;
  #open = false;
  #waiting: Record<Kind, Waiting[]> = { classify: [], explain: [] };
  #running: Record<Kind, number> = { classify: 0, explain: 0 };
  #idle: (() => void)[] = [];

  constructor(limit: number, onFull: (message: string) => void) {
    this.#limit = limit;
    this.#onFull = onFull;
  }

  /**
   * Runs `work` when its turn comes. A deadline that passes rejects the call, but not the turn of the next: work that
   * was begun cannot be taken back.
   *
   * @throws AdapterError busy when the queue is full, unavailable when the deadline passes
   */
  add<T>(kind: Kind, { deadline }: CallOptions, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (deadline !== undefined && deadline <= Date.now()) return reject(late());
      if (this.#full(kind)) {
        const message = `${this.#limit} calls wait for the adapter already`;
        this.#onFull(message);
        return reject(new AdapterError('busy', message));
      }
      let timer: NodeJS.Timeout | undefined;
      const refuse = (error: AdapterError): void => {
        clearTimeout(timer);
        reject(error);
      };
      const call: Waiting = {
        kind,
        refuse,
        run: () =>
          work()
            .then(resolve, reject)
            .finally(() => clearTimeout(timer)),
      };
      if (deadline !== undefined) {
        timer = setTimeout(() => {
          this.#waiting[kind] = this.#waiting[kind].filter((one) => one !== call);
          refuse(late());
        }, deadline - Date.now());
      }
      this.#waiting[kind].push(call);
      this.#next();
    });
  }

  /** Lets calls run. */
  open(): void {
    this.#open = true;
    this.#next();
  }

  /** Keeps calls waiting; those that run go on. */
  close(): void {
    this.#open = false;
  }

  /** Rejects everything that waits. */
  refuseWaiting(error: AdapterError): void {
    const refused = [...this.#waiting.classify, ...this.#waiting.explain];
    this.#waiting = { classify: [], explain: [] };
    for (const { refuse } of refused) refuse(error);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.classify + this.#running.explain > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  #full(kind: Kind): boolean {
    if (this.#waiting.classify.length + this.#waiting.explain.length < this.#limit) return false;
    // A verdict is worth more than a sentence about an earlier one.
    const displaced = kind === 'classify' ? this.#waiting.explain.pop() : undefined;
    displaced?.refuse(new AdapterError('busy', 'classifications took the place of this explanation'));
    return !displaced;
  }

  #next(): void {
    for (const kind of ['classify', 'explain'] as const) {
      while (this.#open && this.#running[kind] < AT_ONCE[kind] && this.#mayRun(kind)) {
        const call = this.#waiting[kind].shift();
        if (!call) break;
        void this.#run(call);
      }
    }
  }

  async #run({ kind, run }: Waiting): Promise<void> {
    this.#running[kind]++;
    await run();
    this.#running[kind]--;
    for (const wake of this.#idle.splice(0)) wake();
    this.#next();
  }

  #mayRun(kind: Kind): boolean {
    return kind === 'classify' || this.#waiting.classify.length === 0;
  }
}

const late = (): AdapterError =>
  new AdapterError('unavailable', 'the adapter did not answer before the deadline');
