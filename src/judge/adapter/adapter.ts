import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { Decision, Draft } from '../../message/types.ts';
import type { HostStatus } from './host-status.ts';

/** What the adapter reads: the same facts as the rules. */
export interface AdapterInput {
  draft: Draft;
  prospect: ProspectSnapshot;
  channel: string;
  /** ISO date. */
  today: string;
}

/** One reading of the five labels at the first answer token. */
export interface Classification {
  /** ln p of each decision given the prompt, before calibration and normalisation. */
  logLikelihood: Record<Decision, number>;
  /** Probability that the model spent on the five labels together, 0 to 1. Low = it did not answer the question. */
  mass: number;
  /** false where the host tells only its most likely tokens, so that a label may be missing. */
  exact: boolean;
  /** Length of the whole prompt in tokens. */
  promptTokens: number;
  /** Parts of the record left out so that the prompt fits ("signals", "thread" …). Never the rubric or the draft's end. */
  trimmed: string[];
}

export type AdapterHealth =
  | { state: 'loading' | 'ready' }
  /** `reason` is one sentence for the operator; `retryAt` in milliseconds since the epoch. */
  | { state: 'failed'; reason: string; retryAt: number | null };

/**
 * Why there is no classification. `unavailable`: not loaded, crashed, timed out or the queue is full, worth another
 * try later. `busy`: nothing failed, it works on as many calls as it takes. `malformed`: the model or host answered
 * something that is no reading. `too_long`: the draft does not fit and never will. `closed`: released.
 */
export type AdapterTrouble = 'unavailable' | 'busy' | 'malformed' | 'too_long' | 'closed';

export class AdapterError extends Error {
  readonly trouble: AdapterTrouble;

  constructor(trouble: AdapterTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AdapterError';
    this.trouble = trouble;
  }
}

/** How soon an answer is needed. `deadline` in milliseconds since the epoch; later is `unavailable`. */
export interface CallOptions {
  deadline?: number;
}

/**
 * A judge model with its LoRA adapter: in this process (llama) or on another host (remote). All methods may be called
 * at any time after construction; nothing blocks the event loop.
 */
export interface Adapter {
  /** Model and adapter as stored with each verdict, e.g. "presend-judge-1@3f2a…". */
  readonly version: string;
  /** Loads the model and evaluates the rubric prefix. Resolves when ready; rejects with AdapterError. May be called again. */
  warmup(): Promise<void>;
  health(): AdapterHealth;
  /** @throws AdapterError */
  classify(input: AdapterInput, options?: CallOptions): Promise<Classification>;
  /** One sentence on why `decision` was made; generated after it, so it can only describe. @throws AdapterError */
  explain(input: AdapterInput, decision: Decision, options?: CallOptions): Promise<string>;
  /** Calls it takes at once now, where hosts come and go. */
  capacity?(): number;
  /** The hosts it runs on, where it runs on other hosts. */
  hosts?(): HostStatus[];
  /** Waits for work in flight, then frees everything. Idempotent. */
  release(): Promise<void>;
}
