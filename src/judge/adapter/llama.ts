import type { Decision } from '../../message/types.ts';
import type { Logger } from '../../observability/logger.ts';
import {
  type Adapter,
  AdapterError,
  type AdapterHealth,
  type AdapterInput,
  type CallOptions,
  type Classification,
} from './adapter.ts';
import { CallQueue } from './call-queue.ts';
import { cpuQuota } from './cpu-quota.ts';
import { MAX_CHARACTERS_PER_TOKEN, requireRoom } from './fit.ts';
import { MIN_MASS, requireMass } from './labels.ts';
import type { Profile } from './profile.ts';
import { Supervisor } from './supervisor.ts';
import type { OnTrouble } from './trouble.ts';

export interface LlamaAdapterOptions {
  version: string;
  modelPath: string;
  loraPath: string | null;
  loraScale: number;
  profile: Profile;
  /** Tokens of rubric, record, draft and answer together. */
  contextSize?: number;
  /** `auto` takes a GPU if a build for it is installed. */
  gpu?: 'auto' | 'cuda' | 'vulkan' | false;
  /** null: as many as the CPU quota allows. */
  threads?: number | null;
  /** A call that shows no progress for this long means that the judge process hangs. Milliseconds. */
  timeoutMs?: number;
  /** Calls that may wait. */
  queueLimit?: number;
  /** Least probability that the labels must have together. */
  minMass?: number;
  onTrouble?: OnTrouble;
  log?: Logger | null;
}

/** A call made while the judge process is down waits for it if it starts again this soon. Milliseconds. */
const WORTH_WAITING_MS = 2_000;

/** The adapter in a process of its own beside the gate. Loads on the first call, or at `warmup()`. */
export function createLlamaAdapter(options: LlamaAdapterOptions): LlamaAdapter {
  return new LlamaAdapter(options);
}

export class LlamaAdapter implements Adapter {
  readonly version: string;
  readonly #profile: Profile;
  readonly #maxCharacters: number;
  readonly #minMass: number;
  readonly #onTrouble: OnTrouble;
  readonly #queue: CallQueue;
  readonly #supervisor: Supervisor;
  #released: Promise<void> | null = null;

  constructor({
    version,
    modelPath,
    loraPath,
    loraScale,
    profile,
    contextSize = 2048,
    gpu = false,
    threads = null,
    timeoutMs = 30_000,
    queueLimit = 64,
    minMass = MIN_MASS,
    onTrouble = () => {},
    log = null,
  }: LlamaAdapterOptions) {
    this.version = version;
    this.#profile = profile;
    this.#maxCharacters = contextSize * MAX_CHARACTERS_PER_TOKEN;
    this.#minMass = minMass;
    this.#onTrouble = onTrouble;
    this.#queue = new CallQueue(queueLimit, (message) => onTrouble('queue_full', message));
    this.#supervisor = new Supervisor({
      model: { modelPath, loraPath, loraScale, profile, contextSize, gpu, threads: threads ?? cpuQuota() },
      silenceMs: timeoutMs,
      onTrouble,
      log,
      onReady: () => this.#queue.open(),
      onDown: (error, loaded) => {
        this.#queue.close();
        // What waits had no part in a crash and is asked again; a model that cannot be loaded answers none of it.
        if (!loaded) this.#queue.refuseWaiting(error);
      },
    });
  }

  /** Process id of the judge process, or null; for tests and diagnosis. */
  get pid(): number | null {
    return this.#supervisor.pid;
  }

  async warmup(): Promise<void> {
    this.#requireOpen();
    await this.#supervisor.start();
  }

  health(): AdapterHealth {
    return this.#supervisor.health;
  }

  async classify(input: AdapterInput, options: CallOptions = {}): Promise<Classification> {
    this.#accept(input);
    return this.#counted(async () => {
      const ask = () => this.#supervisor.request({ type: 'classify', input });
      const answer = await this.#queue.add('classify', options, ask);
      return requireMass(answer as Classification, this.#minMass);
    });
  }

  async explain(input: AdapterInput, decision: Decision, options: CallOptions = {}): Promise<string> {
    this.#accept(input);
    return this.#counted(async () => {
      const ask = () => this.#supervisor.request({ type: 'explain', input, decision });
      return (await this.#queue.add('explain', options, ask)) as string;
    });
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    this.#queue.refuseWaiting(closed());
    await this.#queue.idle();
    await this.#supervisor.stop();
  }

  /** Guards of every call: released, too long, down for longer than is worth waiting. Starts the model if need be. */
  #accept(input: AdapterInput): void {
    this.#requireOpen();
    requireRoom(this.#profile, input, this.#maxCharacters);
    const health = this.#supervisor.health;
    if (health.state === 'loading') this.#supervisor.start().catch(() => {});
    if (health.state === 'failed' && (health.retryAt ?? Infinity) - Date.now() > WORTH_WAITING_MS) {
      throw new AdapterError('unavailable', health.reason);
    }
  }

  #requireOpen(): void {
    if (this.#released) throw closed();
  }

  /** Tells whoever counts of an answer that is none. */
  async #counted<T>(answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      if (error instanceof AdapterError && error.trouble === 'malformed')
        this.#onTrouble('malformed', error.message);
      throw error;
    }
  }
}

const closed = (): AdapterError => new AdapterError('closed', 'the adapter was released');
