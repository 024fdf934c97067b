import type { AdapterInput } from '../judge/adapter/adapter.ts';
import type { AdapterRecord, Verdict } from '../judge/verdict.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { type AdapterBench, asks, consultInShadow } from './consult-adapter.ts';
import { addAdapterRecord } from './verdict-store.ts';

/** A verdict that is on disk. */
export interface StoredJudgement {
  verdictId: number;
  deliveryId: string;
  verdict: Verdict;
  input: AdapterInput | null;
}

/** Most judgements that wait here; each keeps a draft in memory. */
const MAX_WAITING = 100;

/** A draft longer than this (UTF-16 units) is too long for any context this is used with; it is not kept in memory. */
const MAX_DRAFT = 100_000;

/**
 * What the adapter adds to a verdict after the mail has gone its way: the sentence that says why it stopped it, and in shadow
 * mode its whole reading. One at a time, never in the way of a mail; what does not fit or fails is left out.
 */
export class AfterVerdict {
  readonly #database: Database;
  readonly #bench: AdapterBench;
  readonly #log: Logger;
  readonly #onReading: (reading: AdapterRecord) => void;
  readonly #waiting: StoredJudgement[] = [];
  #working: Promise<void> | null = null;
  #stopped = false;

  constructor(options: {
    database: Database;
    bench: AdapterBench;
    log: Logger;
    /** Told of each reading in shadow. */
    onReading?: (reading: AdapterRecord) => void;
  }) {
    this.#database = options.database;
    this.#bench = options.bench;
    this.#log = options.log;
    this.#onReading = options.onReading ?? (() => {});
  }

  add(judgement: StoredJudgement): void {
    if (!this.#wanted(judgement)) return;
    const { deliveryId, input } = judgement;
    if (this.#waiting.length >= MAX_WAITING || input!.draft.body.length > MAX_DRAFT) {
      this.#log.warn({ delivery: deliveryId }, 'the adapter is busy; its remarks on this mail are left out');
      return;
    }
    this.#waiting.push(judgement);
    this.#working ??= this.#work();
  }

  /** Finishes the one in hand and forgets the others. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  #wanted({ verdict, input }: StoredJudgement): boolean {
    if (this.#stopped || input === null) return false;
    const mode = this.#bench.judge.mode();
    return mode === 'shadow' ? asks({ verdict, input }) : mode === 'active' && stoppedByAdapter(verdict);
  }

  async #work(): Promise<void> {
    for (let one = this.#waiting.shift(); one && !this.#stopped; one = this.#waiting.shift()) {
      const { deliveryId, verdictId } = one;
      try {
        const added = await this.#remark(one);
        if (!added) continue;
        await this.#database.transact((trx) => addAdapterRecord(trx, verdictId, added));
        if (added.adapter && !one.verdict.adapter) this.#onReading(added.adapter);
      } catch (err) {
        this.#log.warn({ err, delivery: deliveryId }, 'the adapter gave no remarks on this mail');
      }
    }
    this.#working = null;
  }

  async #remark({ verdict, input }: StoredJudgement): Promise<Verdict | null> {
    if (!verdict.adapter) return consultInShadow(this.#bench, { verdict, input });
    const rationale = await this.#bench.judge.explain(input!, verdict.adapter.decision!);
    return { ...verdict, adapter: { ...verdict.adapter, rationale } };
  }
}

const stoppedByAdapter = ({ findings }: Verdict): boolean =>
  findings.some(({ rule, enforced }) => rule === 'adapter' && enforced);
