import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import type { configSchema } from '../../src/config/config.ts';
import type { FailPoint } from '../../src/observability/fail-point.ts';
import type { MUTATIONS } from './mutations.mjs';

/** What `gate-child.mjs` is told. */
export interface ChildOptions {
  /** Its data folder. */
  folder: string;
  /** Path of the rubric. */
  rubric: string;
  config: z.input<typeof configSchema>;
  /** `rules`: the rules judge alone. `configured`: as the registry in the data folder says. */
  model: 'rules' | 'scripted' | 'configured';
  /** Another setting of the pragma than the gate's own, for a control run. */
  synchronous?: 'NORMAL';
  mutation?: keyof typeof MUTATIONS;
  /** It brings the database up to a schema that this presend does not know yet. */
  newer?: boolean;
}

export interface Ports {
  smtp: number;
  http: number;
}

/** How a child came to its end. */
export interface End {
  /** The fail-point it died at; null = killed from outside. */
  point: FailPoint | null;
  /** What it wrote to standard error otherwise: a gate that died by itself says why. */
  stderr: string;
  /** false = nobody killed it. */
  killed: boolean;
}

/** A gate in a process of its own. */
export class GateChild {
  readonly ended: Promise<End>;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #loaded: Promise<unknown> | null = null;

  /**
   * Spawns the process and lets it load; `start` sets the gate going.
   *
   * @param file the bundle of `bundle.ts`
   * @param env for a fail-point, or a library to preload
   */
  constructor(file: string, options: ChildOptions, env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [file, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#process = child;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    // It may be dead when it is spoken to.
    child.stdin.on('error', () => {});
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    this.ended = new Promise((resolve) => {
      child.once('close', (_code, signal) => {
        const text = Buffer.concat(chunks).toString();
        const point = /^fail-point (\S+)$/m.exec(text)?.[1] ?? null;
        resolve({
          point: point as FailPoint | null,
          stderr: text.replace(/^fail-point .*\n/m, '').trim(),
          killed: signal === 'SIGKILL',
        });
      });
    });
  }

  /** Resolves when everything is loaded. */
  loaded(): Promise<unknown> {
    return (this.#loaded ??= this.#lines.next());
  }

  /** @returns its ports; null when it died before it took mail */
  async start(offsetMs: number): Promise<Ports | null> {
    await this.loaded();
    this.clock(offsetMs);
    const line = await this.#lines.next();
    return line.done ? null : (JSON.parse(line.value) as Ports);
  }

  /** Sets its clock to so much more than the real one. */
  clock(offsetMs: number): void {
    this.#process.stdin!.write(`${JSON.stringify({ offsetMs })}\n`);
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Lets it end by itself. */
  end(): void {
    this.#process.stdin!.end();
  }

  /** Stands still (SIGSTOP), as on a machine that is paged out or paused. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<End> {
    this.#process.kill('SIGKILL');
    return this.ended;
  }
}
