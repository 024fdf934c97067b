import type { Database } from '../store/database.ts';
import { type Settlement, heldSince, labelsAfter, settlementsAfter, tailEnds } from './settlement-store.ts';
import type { StageTools } from './stage-tools.ts';
import { spanTime } from './tracing.ts';

const BATCH = 500;

/** From one look to the next, milliseconds: under load each is for many commits. */
const REST_MS = 100;

/** What the gate does by itself is in the trace where it was done. */
const TRACED_ELSEWHERE: ReadonlySet<string> = new Set([
  'judged',
  'due',
  'delivered',
  'deferred',
  'failed',
  'lost',
]);

/**
 * Tells of every change of a disposition and every label: a tail of the audit log, which acts in the browser, by signed link and from
 * the command line are all in. It looks after each commit of this process, and now and then for those of others.
 */
export class SettlementTail {
  readonly #database: Database;
  readonly #tools: StageTools;
  readonly #standBack: () => Promise<void>;
  #audit = 0;
  #label = 0;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(options: StageTools & { database: Database; standBack: () => Promise<void> }) {
    this.#database = options.database;
    this.#tools = options;
    this.#standBack = options.standBack;
  }

  /** From now on. @param pollMs how often to look for what other processes did */
  async start(pollMs: number): Promise<void> {
    const ends = await tailEnds(this.#database.db);
    this.#audit = ends.audit;
    this.#label = ends.label;
    this.#timer = setInterval(() => this.wake(), pollMs);
    this.#timer.unref();
  }

  /** Something may have changed. */
  readonly wake = (): void => {
    if (this.#timer === null || this.#stopped) return;
    this.#again = true;
    this.#round ??= this.#work().finally(() => {
      this.#round = null;
    });
  };

  /** Tells the rest and stops. */
  async stop(): Promise<void> {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    await this.#round;
    await this.#tell().catch(() => {});
    this.#stopped = true;
  }

  async #work(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        await this.#standBack();
        await this.#tell();
      } catch (err) {
        this.#tools.log.error({ err }, 'changes could not be read for the log; trying again');
      }
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  }

  async #tell(): Promise<void> {
    const { db } = this.#database;
    for (let more = true; more; ) {
      const found = await settlementsAfter(db, this.#audit, BATCH);
      this.#audit = found.last;
      more = found.more;
      for (const one of found.settlements) await this.#settled(one);
    }
    const labels = await labelsAfter(db, this.#label, BATCH);
    for (const { id, answer, rule, message, delivery } of labels) {
      this.#label = id;
      this.#tools.metrics.labels.inc({ answer, rule: rule ?? 'none' });
      this.#tools.log.info({ message, delivery, answer }, 'labelled');
    }
    if (labels.length === BATCH) this.#again = true;
  }

  async #settled(one: Settlement): Promise<void> {
    const { log, metrics, tracing } = this.#tools;
    const { id, at, message, delivery, event, from, to, actor, hold_reason } = one;
    metrics.settled.inc({ event, state: to });
    log.info(
      { message, delivery, event, from, to, ...(hold_reason !== null && { hold_reason }), actor },
      'settled',
    );
    if (from === 'held' && to !== 'held') {
      const since = await heldSince(this.#database.db, delivery, id);
      if (since !== null) metrics.holdSeconds.observe({ how: event }, (at - since) / 1000);
    }
    if (TRACED_ELSEWHERE.has(event)) return;
    const now = spanTime();
    tracing.record({
      message,
      name: 'settle',
      start: now,
      end: now,
      attributes: { delivery, event, from, to },
    });
  }
}
