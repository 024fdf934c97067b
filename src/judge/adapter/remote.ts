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
import { RESTART_BACKOFF, backoffMs } from './backoff.ts';
import { candidates, requireRoom, tooLong } from './fit.ts';
import { MIN_MASS, requireMass } from './labels.ts';
import type { Profile } from './profile.ts';
import type { Prompt } from './prompt.ts';
import { endOfRationale, oneLine } from './rationale.ts';
import { HostError, RemoteHost } from './remote-host.ts';
import { LlamaServerModel } from './remote-llama-server.ts';
import type { RemoteModel } from './remote-model.ts';
import { OpenAiModel } from './remote-openai.ts';
import { promptText } from './remote-prompt.ts';
import { VllmModel } from './remote-vllm.ts';
import type { OnTrouble } from './trouble.ts';

export type RemoteDialect = 'llama-server' | 'vllm' | 'openai';

export interface RemoteAdapterOptions {
  version: string;
  /** Base URL of the host. */
  url: string;
  dialect: RemoteDialect;
  /** Name of model and adapter on the host; llama-server has only one and is not told. */
  model: string;
  apiKey?: string | null;
  profile: Profile;
  /** For one attempt; one more follows when the host is unreachable or answers 5xx. Milliseconds. */
  timeoutMs?: number;
  /** Longest prompt sent, in characters. */
  maxPromptCharacters?: number;
  /** Calls in flight at once; the host batches them. */
  queueLimit?: number;
  /** Least probability that the labels must have together. */
  minMass?: number;
  onTrouble?: OnTrouble;
  log?: Logger | null;
}

/** The adapter on another host. Nothing is sent before the first call or `warmup()`. */
export function createRemoteAdapter(options: RemoteAdapterOptions): Adapter {
  return new RemoteAdapter(options);
}

class RemoteAdapter implements Adapter {
  readonly version: string;
  readonly #profile: Profile;
  readonly #model: RemoteModel;
  readonly #maxCharacters: number;
  readonly #limit: number;
  readonly #minMass: number;
  readonly #onTrouble: OnTrouble;
  readonly #log: Logger | null;
  readonly #inFlight = new Set<Promise<unknown>>();
  #health: AdapterHealth = { state: 'loading' };
  #opened: Promise<void> | null = null;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #released: Promise<void> | null = null;

  constructor({
    version,
    profile,
    maxPromptCharacters = 16_000,
    queueLimit = 64,
    minMass = MIN_MASS,
    onTrouble = () => {},
    log = null,
    ...options
  }: RemoteAdapterOptions) {
    this.version = version;
    this.#profile = profile;
    this.#model = remoteModel(options, profile);
    this.#maxCharacters = maxPromptCharacters;
    this.#limit = queueLimit;
    this.#minMass = minMass;
    this.#onTrouble = onTrouble;
    this.#log = log;
  }

  warmup(): Promise<void> {
    return this.#track(() => this.#open());
  }

  health(): AdapterHealth {
    return this.#health;
  }

  classify(input: AdapterInput, { deadline }: CallOptions = {}): Promise<Classification> {
    return this.#call(input, deadline, async (prompt) => {
      const reading = await this.#model.read(promptText(this.#profile, prompt), deadline);
      return requireMass({ ...reading, trimmed: prompt.trimmed }, this.#minMass);
    });
  }

  explain(input: AdapterInput, decision: Decision, { deadline }: CallOptions = {}): Promise<string> {
    const { labels, rationale } = this.#profile;
    return this.#call(input, deadline, async (prompt) => {
      const asked = promptText(this.#profile, prompt) + labels[decision][0] + rationale.separator;
      const limits = { stop: rationale.stop, maxTokens: rationale.max_tokens };
      const said = await this.#model.write(asked, limits, deadline);
      return oneLine(endOfRationale(said, rationale.stop) ?? said);
    });
  }

  release(): Promise<void> {
    clearTimeout(this.#retry);
    this.#released ??= this.#settled();
    return this.#released;
  }

  async #settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  /** Guards, then `ask` with the fullest prompt that the host takes. */
  #call<T>(
    input: AdapterInput,
    deadline: number | undefined,
    ask: (prompt: Prompt) => Promise<T>,
  ): Promise<T> {
    return this.#track(async () => {
      if (deadline !== undefined && deadline <= Date.now()) {
        throw new AdapterError('unavailable', 'the adapter did not answer before the deadline');
      }
      requireRoom(this.#profile, input, this.#maxCharacters);
      const down = this.#health.state === 'failed' ? this.#health : null;
      if (down && (down.retryAt ?? Infinity) > Date.now()) throw new AdapterError('unavailable', down.reason);
      await this.#open();
      return this.#noticed(async () => {
        for (const prompt of candidates(this.#profile, input, this.#maxCharacters)) {
          try {
            return await ask(prompt);
          } catch (error) {
            if (!(error instanceof AdapterError && error.trouble === 'too_long')) throw error;
          }
        }
        throw tooLong('for the remote model');
      });
    });
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#released) throw new AdapterError('closed', 'the adapter was released');
    if (this.#inFlight.size >= this.#limit) {
      const message = `${this.#limit} calls wait for the adapter already`;
      this.#onTrouble('queue_full', message);
      throw new AdapterError('unavailable', message);
    }
    const result = work();
    this.#inFlight.add(result);
    try {
      return await result;
    } finally {
      this.#inFlight.delete(result);
    }
  }

  /** So that health tells of a host that came back before the next mail asks. */
  async #tryAgain(): Promise<void> {
    try {
      await this.warmup();
    } catch {
      // Noticed where it happened.
    }
  }

  #open(): Promise<void> {
    this.#opened ??= this.#noticed(() => this.#model.open()).catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  /** Keeps health up to date with how the host answers, and tells whoever counts. */
  async #noticed<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#failures = 0;
      this.#health = { state: 'ready' };
      return result;
    } catch (error) {
      if (!(error instanceof AdapterError)) throw error;
      if (error.trouble === 'malformed') this.#onTrouble('malformed', error.message);
      if (error.trouble === 'unavailable') this.#noticeDown(error);
      throw error;
    }
  }

  #noticeDown(error: AdapterError): void {
    const kind = error instanceof HostError ? error.kind : 'load';
    // A deadline that passed says nothing about the host.
    if (kind === null) return;
    this.#onTrouble(kind, error.message);
    const known = this.#health.state === 'failed' && (this.#health.retryAt ?? 0) > Date.now();
    // Calls that were under way together fail together: one pause for all of them.
    if (kind === 'queue_full' || known) return;
    this.#failures++;
    const wait = backoffMs(this.#failures, RESTART_BACKOFF);
    this.#log?.warn({ kind, reason: error.message, retry_ms: wait }, 'adapter down');
    this.#health = { state: 'failed', reason: error.message, retryAt: Date.now() + wait };
    this.#opened = null;
    clearTimeout(this.#retry);
    if (this.#released) return;
    this.#retry = setTimeout(() => void this.#tryAgain(), wait);
    this.#retry.unref();
  }
}

function remoteModel(
  {
    url,
    dialect,
    model,
    apiKey = null,
    timeoutMs = 30_000,
  }: Pick<RemoteAdapterOptions, 'url' | 'dialect' | 'model' | 'apiKey' | 'timeoutMs'>,
  profile: Profile,
): RemoteModel {
  const host = new RemoteHost({ url, apiKey, timeoutMs });
  switch (dialect) {
    case 'llama-server':
      return new LlamaServerModel(host, profile);
    case 'vllm':
      return new VllmModel(host, model, profile);
    case 'openai':
      return new OpenAiModel(host, model, profile);
  }
}
