import { failPoint } from '../observability/fail-point.ts';
import type { Logger } from '../observability/logger.ts';
import { joinCrowd } from '../off-loop/crowd.ts';
import type { Database } from '../store/database.ts';
import { InHand } from './in-hand.ts';
import type { Delivery } from './settle.ts';
import { type MessageRow, claimDeliveries, claimFromAdapterLine, claimMessages } from './store.ts';

export interface RunnerOptions {
  database: Database;
  now: () => number;
  log: Logger;
  leaseMs: number;
  /** Courier attempts at once. */
  concurrency: number;
  /** How often to look for work nobody announced: retries that fall due, another process's commands. */
  pollMs?: number;
  /** Waits for a turn of the event loop that the intake does not need. */
  standBack?: () => Promise<void>;
  /** The line of mail that waits for the adapter. */
  adapterLine: {
    /** Messages in hand at once. */
    limit: number;
    /** Which may be taken up now: those accepted until then. Infinity while the adapter can be asked. */
    acceptedBefore: () => number;
  };
  /** @returns `waits` when the message joined the adapter's line */
  processMessage: (message: MessageRow) => Promise<'judged' | 'waits'>;
  deliverMessage: (delivery: Delivery) => Promise<void>;
  /** Deliveries that `deliverMessage` makes attempts for: those claimed, and those they take along. */
  attempting: InHand;
}

/** Messages claimed for the judge at once: enough to share a commit, few enough that a wait stays short. */
const JUDGE_BATCH = 16;

/** Messages judged at once: the worker has one to judge while others are looked up and saved; more would only wait for each other. */
const JUDGE_CONCURRENCY = 8;

/**
 * A message in hand for longer than this is with a worker, computes nothing here, and no longer keeps the next from its place.
 * So many may be; they are short of work for the workers, and few enough for memory.
 */
const SLOW_MS = 100;
const SLOW_MESSAGES = 16;

/**
 * Claims work and hands it to the pipeline: one loop for messages that wait for the judge, one for those in the adapter's
 * line, one for deliveries whose courier attempt is due. A lapsed lease is claimed anew, so a crash loses nothing.
 */
export class Runner {
  readonly #options: RunnerOptions;
  #stopping = false;
  #judgeWake: () => void = () => {};
  #lineWake: () => void = () => {};
  #deliverWake: () => void = () => {};
  #inFlight = new Set<Promise<void>>();
  /** Deliveries at work. */
  readonly #claimed = new InHand();
  /** Messages that take long to judge, by id. */
  #slow = new Map<string, Promise<void>>();
  /** Messages of the adapter's line at work, by id. */
  #inLine = new Map<string, Promise<void>>();
  #loops: Promise<void>[] = [];

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loops = [this.#judgeLoop(), this.#adapterLoop(), this.#deliverLoop()];
  }

  /** A message was accepted: judge it now instead of at the next poll. */
  announce(): void {
    this.#judgeWake();
  }

  /** Anything may wait: look now instead of at the next poll. */
  wake(): void {
    this.#judgeWake();
    this.#lineWake();
    this.#deliverWake();
  }

  /** Takes no more work and waits for what is in flight. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await Promise.all(this.#loops);
    await Promise.all([...this.#inFlight, ...this.#slow.values(), ...this.#inLine.values()]);
  }

  async #judgeLoop(): Promise<void> {
    const { database, now, leaseMs, standBack } = this.#options;
    const claimed: { message: MessageRow; leaveCrowd: () => void }[] = [];
    const atWork = new Map<string, Promise<void>>();
    // What was claimed is judged before a stop: another gate would wait for its lease.
    while (!this.#stopping || claimed.length > 0) {
      await standBack?.();
      const slept = this.#sleeper((wake) => (this.#judgeWake = wake));
      if (claimed.length === 0) {
        const inHand = [...atWork.keys(), ...this.#slow.keys()];
        const messages = await this.#claim(() =>
          database.transact(
            (trx) => claimMessages(trx, { now: now(), leaseMs, limit: JUDGE_BATCH, inHand }),
            { concurrent: true },
          ),
        );
        if (messages.length > 0) failPoint('message-claimed');
        claimed.push(...messages.map((message) => ({ message, leaveCrowd: joinCrowd() })));
      }
      const next = claimed.shift();
      if (next) {
        const { id } = next.message;
        const judged = this.#judge(next.message).finally(next.leaveCrowd);
        atWork.set(
          id,
          this.#unlessSlow(id, judged).finally(() => atWork.delete(id)),
        );
      }
      if (atWork.size >= JUDGE_CONCURRENCY) await Promise.race(atWork.values());
      else if (!next) await Promise.race([slept(), ...atWork.values()]);
    }
    await Promise.all(atWork.values());
  }

  async #judge(message: MessageRow): Promise<void> {
    const { processMessage, adapterLine, log, now } = this.#options;
    let came: 'judged' | 'waits' | 'failed' = 'failed';
    try {
      came = await processMessage(message);
    } catch (err) {
      // The lease lapses and the message is judged again; nothing is lost by carrying on.
      log.error({ err, message: message.id }, 'judging a message failed');
    }
    if (came !== 'waits') this.#deliverWake();
    // While the adapter cannot be asked, looking through a long line for each mail that joins it would cost too much.
    else if (adapterLine.acceptedBefore() >= now()) this.#lineWake();
  }

  /** Waits for a message to be judged, but not for one that takes long. */
  async #unlessSlow(id: string, judged: Promise<void>): Promise<void> {
    let done = false;
    const ended = judged.finally(() => {
      done = true;
      this.#slow.delete(id);
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SLOW_MS);
    });
    await Promise.race([ended, late]);
    clearTimeout(timer);
    while (!done && this.#slow.size >= SLOW_MESSAGES) await Promise.race([ended, ...this.#slow.values()]);
    if (!done) this.#slow.set(id, ended);
  }

  async #adapterLoop(): Promise<void> {
    const { database, now, leaseMs, adapterLine, processMessage, standBack, log } = this.#options;
    while (!this.#stopping) {
      const slept = this.#sleeper((wake) => (this.#lineWake = wake));
      await standBack?.();
      const limit = adapterLine.limit - this.#inLine.size;
      const inHand = [...this.#inLine.keys()];
      const messages =
        limit <= 0
          ? []
          : await this.#claim(() =>
              database.transact(
                (trx) => {
                  const acceptedBefore = adapterLine.acceptedBefore();
                  return claimFromAdapterLine(trx, { now: now(), leaseMs, limit, acceptedBefore, inHand });
                },
                { concurrent: true },
              ),
            );
      for (const message of messages) {
        const { id } = message;
        const work = processMessage(message)
          .then(() => this.#deliverWake())
          .catch((err: unknown) => log.error({ err, message: id }, 'judging a message failed'))
          .finally(() => {
            this.#inLine.delete(id);
            this.#lineWake();
          });
        this.#inLine.set(id, work);
      }
      if (messages.length === 0) await slept();
    }
  }

  async #deliverLoop(): Promise<void> {
    const { database, now, leaseMs, concurrency, deliverMessage, attempting, standBack, log } = this.#options;
    while (!this.#stopping) {
      const slept = this.#sleeper((wake) => (this.#deliverWake = wake));
      await standBack?.();
      const free = concurrency - this.#inFlight.size;
      const due =
        free <= 0
          ? []
          : await this.#claim(() =>
              database.transact(
                (trx) =>
                  claimDeliveries(trx, {
                    now: now(),
                    leaseMs,
                    limit: free,
                    inHand: [...this.#claimed.ids(), ...attempting.ids()],
                  }),
                { concurrent: true, background: true },
              ),
            );
      if (due.length > 0) failPoint('delivery-claimed');
      for (const delivery of due) {
        const letGo = this.#claimed.hold([delivery.id]);
        const work: Promise<void> = deliverMessage(delivery)
          .catch((err: unknown) =>
            log.error(
              { err, message: delivery.message_id, delivery: delivery.id },
              'a courier attempt failed inside the gate',
            ),
          )
          .finally(() => {
            letGo();
            this.#inFlight.delete(work);
            this.#deliverWake();
          });
        this.#inFlight.add(work);
      }
      if (due.length === 0) await slept();
    }
  }

  /** A claim that fails (disk full, locked) is tried again at the next poll: the gate recovers by itself. */
  async #claim<T>(claim: () => Promise<T[]>): Promise<T[]> {
    try {
      return await claim();
    } catch (err) {
      this.#options.log.error({ err }, 'the queue cannot be read; trying again');
      return [];
    }
  }

  /**
   * Registers the wake-up before the claim is made, so that work announced during the claim is not slept over.
   *
   * @returns a wait until woken or the poll interval is over
   */
  #sleeper(register: (wake: () => void) => void): () => Promise<void> {
    let wake!: () => void;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    register(wake);
    return async () => {
      if (this.#stopping) return;
      const timer = setTimeout(wake, this.#options.pollMs ?? 500);
      await woken;
      clearTimeout(timer);
    };
  }
}
