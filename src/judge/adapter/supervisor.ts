import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../observability/logger.ts';
import { AdapterError, type AdapterHealth, type Classification } from './adapter.ts';
import { RESTART_BACKOFF, backoffMs } from './backoff.ts';
import type { Call, FromWorker, LlamaModelOptions, ToWorker } from './llama-protocol.ts';
import type { OnTrouble, TroubleKind } from './trouble.ts';

/** How much of what a dying process wrote is kept, characters. */
const LAST_WORDS = 2000;

/** Run from sources (tests, benchmarks), the judge process needs the same TypeScript loader. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');

export interface SupervisorOptions {
  model: LlamaModelOptions;
  /** A process at work that gives no sign of life for this long hangs. Milliseconds. */
  silenceMs: number;
  onTrouble: OnTrouble;
  onReady: () => void;
  /** Called when the process is gone or could not load; `retryAt` as in AdapterHealth. */
  onDown: (error: AdapterError, loaded: boolean) => void;
  log: Logger | null;
}

interface Pending {
  resolve: (value: Classification | string) => void;
  reject: (error: AdapterError) => void;
}

/**
 * Keeps one judge process running: starts it, passes calls, notices when it dies or hangs, ends what hangs, and starts
 * a fresh one after a pause that doubles with each failure in a row. One answered call ends the row.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | null = null;
  #health: AdapterHealth = { state: 'loading' };
  #started: Promise<void> | null = null;
  #settleStart: { resolve: () => void; reject: (error: AdapterError) => void } | null = null;
  #failures = 0;
  #nextId = 1;
  #retry: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #lastWords = '';
  #stopped = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get health(): AdapterHealth {
    return this.#health;
  }

  /** Process id of the running judge process; null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Resolves when the model is loaded. After a failure it tries again at once. @throws AdapterError */
  start(): Promise<void> {
    if (this.#started) return this.#started;
    clearTimeout(this.#retry);
    this.#health = { state: 'loading' };
    this.#started = new Promise<void>((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    this.#started.catch(() => {});
    this.#spawn();
    return this.#started;
  }

  /** @throws AdapterError what the process refused with, or unavailable when it dies or hangs meanwhile */
  request(call: Call): Promise<Classification | string> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      this.#send({ type: 'call', id, call });
    });
  }

  /** Lets the process finish and waits for its end; one that does not end is killed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    const child = this.#child;
    if (child) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      this.#send({ type: 'close' });
      this.#watch();
      await gone;
    }
    clearTimeout(this.#silence);
  }

  #spawn(): void {
    const file = new URL(FROM_SOURCES ? './llama-worker.ts' : './llama-worker.js', import.meta.url);
    const child = fork(fileURLToPath(file), {
      // Keeps what JSON would lose, such as the logarithm of zero.
      serialization: 'advanced',
      execArgv: FROM_SOURCES ? ['--import', 'tsx'] : [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-LAST_WORDS);
    });
    child.on('message', (message: FromWorker) => this.#hear(message));
    child.on('error', (error) =>
      this.#down(child, 'crash', `the judge process cannot run: ${error.message}`),
    );
    // "close", not "exit": by then all it wrote has been read.
    child.on('close', (code, signal) => this.#down(child, 'crash', this.#epitaph(code, signal)));
    this.#send({ type: 'load', options: this.#options.model });
  }

  #send(message: ToWorker): void {
    const child = this.#child;
    // Nobody to send to means that the end of the process is about to be heard, which rejects what is pending.
    if (child?.connected) child.send(message, () => {});
    this.#watch();
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'progress':
        break;
      case 'ready':
        this.#health = { state: 'ready' };
        this.#options.log?.info(message.facts, 'adapter model loaded');
        this.#settleStart?.resolve();
        this.#settleStart = null;
        this.#options.onReady();
        break;
      case 'failed':
        this.#down(this.#child, 'load', message.reason);
        break;
      case 'answer':
        this.#failures = 0;
        this.#take(message.id)?.resolve(message.value);
        break;
      case 'refused':
        this.#failures = 0;
        this.#take(message.id)?.reject(new AdapterError(message.trouble, message.message));
        break;
    }
    this.#watch();
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Starts the wait for the next sign of life anew; ends it when nothing is expected. */
  #watch(): void {
    clearTimeout(this.#silence);
    const child = this.#child;
    const expecting = this.#pending.size > 0 || this.#settleStart !== null || this.#stopped;
    if (!child || !expecting) return;
    this.#silence = setTimeout(() => {
      const seconds = this.#options.silenceMs / 1000;
      this.#down(child, 'hang', `the judge process gave no sign of life for ${seconds} s and was ended`);
    }, this.#options.silenceMs);
  }

  #down(child: ChildProcess | null, kind: TroubleKind, reason: string): void {
    if (!child || child !== this.#child) return;
    clearTimeout(this.#silence);
    this.#child = null;
    child.kill('SIGKILL');
    const loaded = this.#health.state === 'ready';
    const error = new AdapterError(this.#stopped ? 'closed' : 'unavailable', reason);
    if (!this.#stopped) this.#retryLater(kind, reason);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#started = null;
    this.#settleStart?.reject(error);
    this.#settleStart = null;
    if (!this.#stopped) this.#options.onDown(error, loaded);
  }

  #retryLater(kind: TroubleKind, reason: string): void {
    this.#failures++;
    const wait = backoffMs(this.#failures, RESTART_BACKOFF);
    this.#health = { state: 'failed', reason, retryAt: Date.now() + wait };
    this.#options.log?.warn({ kind, reason, retry_ms: wait }, 'adapter down');
    this.#options.onTrouble(kind, reason);
    this.#retry = setTimeout(() => void this.start(), wait);
    this.#retry.unref();
  }

  /** The line in which native code says why it gave up, if it did. */
  #epitaph(code: number | null, signal: NodeJS.Signals | null): string {
    const assertion = /^.*(?:GGML_ASSERT|Error:|error:|out of memory).*$/m.exec(this.#lastWords)?.[0].trim();
    const how = signal === null ? `exit code ${code}` : signal;
    const killed = signal === 'SIGKILL' && !assertion ? ', most likely for lack of memory' : '';
    return `the judge process ended by itself (${how}${killed})${assertion ? `: ${assertion}` : ''}`;
  }
}
