import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Stage } from '../support/smtp-upstream.ts';
import type { Ledger, Taken } from './ledger.ts';

/** Where the process stops itself; `api`: a request is carried out and not answered. */
export type Stop = Exclude<Stage, 'ehlo'> | 'api';

/** What `upstream-child.ts` writes to standard output, a JSON object a line. */
export type Said = { smtp: number; apiUrl: string } | { taken: Taken } | { armed: Stop } | { stopping: Stop };

/**
 * The upstreams of `upstreams.ts` in a process of their own, which is stopped (SIGSTOP) in the middle of a transaction: the
 * kernel goes on to take connections and bytes for it, and nothing is answered until it goes on.
 */
export class StoppingUpstreams {
  readonly smtp: { port: number };
  readonly apiUrl: string;
  readonly #process: ChildProcess;
  #armed = (): void => {};
  #stopped = (): void => {};

  private constructor(child: ChildProcess, { smtp, apiUrl }: { smtp: number; apiUrl: string }) {
    this.#process = child;
    this.smtp = { port: smtp };
    this.apiUrl = apiUrl;
  }

  static async start(ledger: Ledger): Promise<StoppingUpstreams> {
    const file = new URL('upstream-child.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['pipe', 'pipe', 'inherit'] });
    const upstreams = await new Promise<StoppingUpstreams>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the upstreams ended with ${code}`)));
      let made: StoppingUpstreams;
      createInterface(child.stdout).on('line', (line) => {
        const said = JSON.parse(line) as Said;
        if ('smtp' in said) resolve((made = new StoppingUpstreams(child, said)));
        else if ('taken' in said) ledger.taken.push({ ...said.taken, generation: ledger.generation });
        else if ('armed' in said) made.#armed();
        else made.#stopped();
      });
    });
    return upstreams;
  }

  /**
   * Makes it stop at the next transaction that comes to a stage.
   *
   * @returns once it will; `stopped` resolves when it stands still
   */
  async stopAt(stop: Stop): Promise<{ stopped: Promise<void> }> {
    const armed = new Promise<void>((resolve) => (this.#armed = resolve));
    const stopped = new Promise<void>((resolve) => (this.#stopped = resolve));
    this.#process.stdin!.write(`${stop}\n`);
    await armed;
    return { stopped };
  }

  goOn(): void {
    this.#process.kill('SIGCONT');
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }
}
