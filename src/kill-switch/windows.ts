/** Arithmetic of the rolling windows. Pure; the monitors feed it from the database, the simulation from its own messages. */

/** Counts failures among the last `size` calls. */
export class CallWindow {
  readonly #size: number;
  /** Ring of outcomes, `true` = failed. */
  readonly #ring: boolean[] = [];
  #next = 0;
  #failures = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Adds the newest call; the oldest leaves a full window. */
  add(failed: boolean): void {
    if (this.#ring.length === this.#size && this.#ring[this.#next]) this.#failures -= 1;
    this.#ring[this.#next] = failed;
    this.#next = (this.#next + 1) % this.#size;
    if (failed) this.#failures += 1;
  }

  get calls(): number {
    return this.#ring.length;
  }

  get failures(): number {
    return this.#failures;
  }
}

/** What a delivery tells the false-positive window. Mail that a rule stopped and the adapter did not tells it nothing. */
export interface WindowDelivery {
  delivery: string;
  prospect: string;
  /** The adapter alone stopped it, by a decision or by its doubt; false = it let it go. */
  stopped: boolean;
}

/** A person's answer to "was the judge right?"; null = none. */
export type Answer = 'right' | 'wrong' | 'not_sure' | null;

export interface ProspectCounts {
  prospects: number;
  /** Stopped, and a person said that it should have gone. */
  wronglyStopped: number;
  /** Stopped, and a person agreed. */
  rightlyStopped: number;
  /** Stopped, and nobody has said anything definite. */
  unlabelled: number;
  /** Let go, and nobody objected. */
  rightlyRelayed: number;
  /** Let go, and a person said that it should not have. */
  wronglyRelayed: number;
}

/** A delivery with its newest label. */
export interface LabelledDelivery extends WindowDelivery {
  answer: Answer;
}

/** The newest delivery to each of the last `size` distinct prospects, counted by what became of it. */
export class ProspectWindow {
  readonly #size: number;
  /** In the order of their newest delivery, oldest first (a Map keeps the order of insertion). */
  readonly #entries = new Map<string, LabelledDelivery>();
  readonly #prospectOf = new Map<string, string>();
  readonly #counts = {
    wronglyStopped: 0,
    rightlyStopped: 0,
    unlabelled: 0,
    rightlyRelayed: 0,
    wronglyRelayed: 0,
  };

  constructor(size: number) {
    this.#size = size;
  }

  /** Adds the newest delivery; it takes the place of an earlier one to the same prospect. */
  add(delivery: WindowDelivery, answer: Answer = null): void {
    this.#remove(delivery.prospect);
    if (this.#entries.size === this.#size) this.#remove(this.#entries.keys().next().value!);
    this.#entries.set(delivery.prospect, { ...delivery, answer });
    this.#prospectOf.set(delivery.delivery, delivery.prospect);
    this.#counts[kindOf(delivery, answer)] += 1;
  }

  /** Of a delivery that is not in the window any more, nothing changes. */
  label(delivery: string, answer: Answer): void {
    const prospect = this.#prospectOf.get(delivery);
    const entry = prospect === undefined ? undefined : this.#entries.get(prospect);
    if (!entry) return;
    this.#counts[kindOf(entry, entry.answer)] -= 1;
    entry.answer = answer;
    this.#counts[kindOf(entry, answer)] += 1;
  }

  counts(): ProspectCounts {
    return { prospects: this.#entries.size, ...this.#counts };
  }

  #remove(prospect: string): void {
    const entry = this.#entries.get(prospect);
    if (!entry) return;
    this.#entries.delete(prospect);
    this.#prospectOf.delete(entry.delivery);
    this.#counts[kindOf(entry, entry.answer)] -= 1;
  }
}

function kindOf({ stopped }: WindowDelivery, answer: Answer): Exclude<keyof ProspectCounts, 'prospects'> {
  if (!stopped) return answer === 'wrong' ? 'wronglyRelayed' : 'rightlyRelayed';
  if (answer === 'wrong') return 'wronglyStopped';
  return answer === 'right' ? 'rightlyStopped' : 'unlabelled';
}
