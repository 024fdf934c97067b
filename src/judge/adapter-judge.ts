import { DECISIONS, type Decision } from '../message/types.ts';
import {
  type Adapter,
  AdapterError,
  type AdapterInput,
  type AdapterTrouble,
  type Classification,
} from './adapter/adapter.ts';
import type { Calibration } from './adapter/reading.ts';
import type { Opinion } from './combine.ts';
import { KNOWN_MAIL } from './known-mail.ts';
import { Slots } from './slots.ts';

/** `active` decides with the rules, `shadow` is recorded only, `off` is not asked. */
export type AdapterMode = 'active' | 'shadow' | 'off';

/** A judge model as the registry describes it, opened. */
export interface JudgeModel {
  /** Its name in the registry. */
  name: string;
  adapter: Adapter;
  /** null: never calibrated. */
  calibration: Calibration | null;
  /** It was chosen to judge in shadow. */
  shadowOnly: boolean;
  /** Names of regulated verticals it was tested on. */
  validatedVerticals: 'all' | readonly string[];
  /** Calls it answers faster together than one after the other, unless its adapter says how many it takes now. */
  concurrency: number;
}

export interface AdapterJudgeOptions {
  model: JudgeModel;
  /** Asked for every mail, so that a switch takes effect at once. */
  mode: () => AdapterMode;
  now: () => number;
  log: { info(message: string): void; error(message: string): void };
  /** Told of every call that asked for a decision; `message` is null where it was about none. */
  onCall?: (result: 'ok' | AdapterTrouble, seconds: number, message: string | null) => void;
  /**
   * Told what every question came to, its second try included, and of every load that failed: what the kill switch counts.
   * A mail that is too long for the model is no fault of it and not told.
   */
  onAnswer?: (result: 'ok' | 'malformed' | 'failed' | 'load_failed', latencyMs: number | null) => void;
  /** The adapter can be asked (again). */
  onReady?: () => void;
  /** Why no mail may be put to it yet, one sentence; null = it may. Asked for every mail. */
  barred?: () => string | null;
}

interface AskOptions {
  failedBefore?: boolean;
  lastChance?: boolean;
  overdue?: boolean;
  wanted?: () => Promise<boolean>;
  message?: string | null;
}

/** After a failure nobody asks for this long, doubling with each failure in a row. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** A model that cannot be loaded (its file is missing …) is tried again so often: somebody may have put it there. */
const RELOAD_MS = 60_000;

const WATCH_MS = 500;

/** Places become free all the time. */
const BUSY_PAUSE_MS = 250;

/** Another try at once would come to the same. */
const LASTING: ReadonlySet<AdapterTrouble> = new Set(['too_long', 'busy']);

const OVERDUE = 'all its places were taken until the time to wait was over';

/**
 * Asks the adapter on the gate's behalf: loads it in the background, keeps calls within what it can do at once, tries once
 * more when one fails, then leaves it alone for a while.
 */
export class AdapterJudge {
  readonly model: JudgeModel;
  readonly #options: AdapterJudgeOptions;
  readonly #slots: Slots;
  #pausedUntil = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #said = '';
  #warming = false;
  #warmedAt = 0;
  #watch: NodeJS.Timeout | null = null;

  constructor(options: AdapterJudgeOptions) {
    this.#options = options;
    this.model = options.model;
    this.#slots = new Slots(() => this.concurrency);
  }

  /** Mail it reads at once; changes as hosts come and go. */
  get concurrency(): number {
    const { adapter, concurrency } = this.model;
    return adapter.capacity?.() ?? concurrency;
  }

  mode(): AdapterMode {
    return this.#options.mode();
  }

  /** Whether asking makes sense now. */
  available(): boolean {
    return (
      this.barred() === null &&
      this.model.adapter.health().state === 'ready' &&
      this.#options.now() >= this.#pausedUntil
    );
  }

  /** Why no mail may be put to it yet; null = it may. */
  barred(): string | null {
    return this.#options.barred?.() ?? null;
  }

  /** Begins to load the model and to watch over it; returns at once. */
  start(): void {
    void this.#warmUp();
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#watch.unref();
  }

  /** Loads the model and waits for that, for a command that has nothing else to do. */
  async load(): Promise<void> {
    await this.#warmUp();
  }

  async stop(): Promise<void> {
    if (this.#watch) clearInterval(this.#watch);
    await this.model.adapter.release();
  }

  /**
   * The adapter's opinion on one mail; never throws.
   *
   * `failedBefore`: an earlier call for this very mail failed. Then the adapter first has to show that it answers at all:
   * if it does and still fails on this mail, the fault is the mail's, and waiting for better times would let a draft written
   * to break the model go by the rules alone. `lastChance`: it will not be asked again, so that has to be found out now.
   * `overdue`: it waited as long as mail may wait. While all places are taken it is not asked any more: else a line that grows
   * faster than it is read would grow without end.
   * `wanted`: asked when its turn comes; when it says no, the adapter is left alone and is unavailable to this call.
   * `message`: id of the mail it is asked about, for whoever is told of the call.
   */
  ask(
    input: AdapterInput,
    { failedBefore = false, lastChance = false, overdue = false, wanted, message = null }: AskOptions = {},
  ): Promise<Opinion> {
    // Without a turn, so that it is not behind a probe either.
    const barred = this.barred();
    if (barred !== null) return Promise.resolve(this.#unavailable(false, barred));
    if (overdue && this.#slots.full) return Promise.resolve(this.#unavailable(false, OVERDUE));
    return this.#slots.run(async () => {
      if (wanted && !(await wanted())) return this.#unavailable(false, 'it is not to be asked any more');
      // What failed while this call waited for its turn.
      if (!this.available()) return this.#unavailable(false);
      if (failedBefore && !(await this.#answersAtAll())) return this.#paused(false);
      let answer = await this.#call(input, message);
      if ('error' in answer && !LASTING.has(answer.error.trouble)) answer = await this.#call(input, message);
      if (!('error' in answer)) {
        this.#pauseMs = FIRST_PAUSE_MS;
        this.#options.onAnswer?.('ok', answer.latencyMs);
        return answer;
      }
      const { trouble, message: why } = answer.error;
      if (trouble === 'too_long') return { kind: 'too_long', detail: why };
      if (trouble === 'busy') return this.#busy(why);
      if (trouble !== 'closed')
        this.#options.onAnswer?.(trouble === 'malformed' ? 'malformed' : 'failed', null);
      const findOut = lastChance || trouble === 'malformed';
      if (trouble !== 'closed' && (failedBefore || (findOut && (await this.#answersAtAll())))) {
        const detail = `The adapter answers other mail but not this one: ${why}`;
        return { kind: 'unreadable', detail };
      }
      return this.#paused(true, why);
    });
  }

  /**
   * A reading of a known case. Barred or not, and never before mail that waits: mail is held up by one such call at most. It
   * counts neither as a call nor as a failure.
   *
   * @throws AdapterError
   */
  probe(input: AdapterInput): Promise<Classification> {
    return this.#slots.run(() => this.model.adapter.classify(input), { spare: true });
  }

  /** @throws AdapterError */
  explain(input: AdapterInput, decision: Decision): Promise<string> {
    return this.model.adapter.explain(input, decision);
  }

  async #answersAtAll(): Promise<boolean> {
    return !('error' in (await this.#call(KNOWN_MAIL, null)));
  }

  async #call(
    input: AdapterInput,
    message: string | null,
  ): Promise<Extract<Opinion, { kind: 'reading' }> | { error: AdapterError }> {
    const began = performance.now();
    const done = (result: 'ok' | AdapterTrouble): number => {
      const latencyMs = performance.now() - began;
      this.#options.onCall?.(result, latencyMs / 1000, message);
      return latencyMs;
    };
    try {
      const classification = await this.model.adapter.classify(input);
      if (!DECISIONS.some((decision) => Number.isFinite(classification.logLikelihood[decision]))) {
        throw new AdapterError('malformed', 'it gave no likelihood for any decision');
      }
      return { kind: 'reading', classification, latencyMs: done('ok') };
    } catch (cause) {
      const error =
        cause instanceof AdapterError
          ? cause
          : new AdapterError('unavailable', cause instanceof Error ? cause.message : String(cause), {
              cause,
            });
      done(error.trouble);
      return { error };
    }
  }

  /** Leaves it alone for a while, longer each time it fails in a row. */
  #paused(failed: boolean, why?: string): Opinion {
    this.#pausedUntil = this.#options.now() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    return this.#unavailable(failed, why);
  }

  /** Nothing failed: only a host went away while this call was under way, or others ask the same hosts. */
  #busy(why: string): Opinion {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.now() + BUSY_PAUSE_MS);
    return this.#unavailable(false, why);
  }

  /** @param failed whether it was asked about this mail and failed */
  #unavailable(failed: boolean, why?: string): Opinion {
    const health = this.model.adapter.health();
    const reason =
      why ?? (health.state === 'failed' ? health.reason : 'it is being loaded or has just failed');
    return { kind: 'unavailable', failed, detail: `The adapter could not be asked: ${reason}` };
  }

  async #warmUp(): Promise<void> {
    this.#warming = true;
    this.#warmedAt = this.#options.now();
    try {
      await this.model.adapter.warmup();
    } catch (error) {
      // health() has the reason; it is told below.
      const closed = error instanceof AdapterError && error.trouble === 'closed';
      if (!closed) this.#options.onAnswer?.('load_failed', null);
    } finally {
      this.#warming = false;
      this.#look();
    }
  }

  /** Tells of changes once, and loads again what failed. */
  #look(): void {
    const { log, now, onReady } = this.#options;
    const health = this.model.adapter.health();
    const says = health.state === 'failed' ? health.reason : health.state;
    if (says !== this.#said) {
      this.#said = says;
      if (health.state === 'failed')
        log.error(`the judge model ${this.model.name} is not available: ${says}`);
      else log.info(`the judge model ${this.model.name} is ${says}`);
      if (health.state === 'ready') onReady?.();
    }
    const due = health.state === 'failed' && now() >= (health.retryAt ?? this.#warmedAt + RELOAD_MS);
    if (due && !this.#warming) void this.#warmUp();
  }
}
