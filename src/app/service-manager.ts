import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Logger } from '../observability/logger.ts';
import { repeat } from './lifecycle.ts';

const run = promisify(execFile);

/** The service manager has this long to take a word; it does so at once. */
const NOTIFY_TIMEOUT_MS = 10_000;

export interface ServiceManagerOptions {
  env: NodeJS.ProcessEnv;
  log: Logger;
  pid?: number;
}

/**
 * Tells systemd how the gate is (`Type=notify`): ready, stopping, and alive (`WatchdogSec=`). Without systemd it says nothing.
 * Source: sd_notify(3), sd_watchdog_enabled(3). Node cannot open a datagram socket of the Unix family, so `systemd-notify` is
 * run for each word.
 */
export class ServiceManager {
  readonly #log: Logger;
  readonly #env: NodeJS.ProcessEnv;
  readonly #listens: boolean;
  /** Between two signs of life, milliseconds; null = nobody waits for them. */
  readonly #watchdogMs: number | null;
  #watchdog: { stop(): Promise<void> } | null = null;

  constructor({ env, log, pid = process.pid }: ServiceManagerOptions) {
    this.#log = log;
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH } = env;
    this.#env = { NOTIFY_SOCKET, PATH };
    this.#listens = NOTIFY_SOCKET !== undefined && NOTIFY_SOCKET !== '';
    const watched = WATCHDOG_PID === undefined || WATCHDOG_PID === String(pid);
    const micros = Number(WATCHDOG_USEC);
    this.#watchdogMs = this.#listens && watched && micros > 0 ? micros / 2000 : null;
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  }

  /**
   * The gate takes mail. From now on signs of life come from its event loop: one that hangs gives none, and systemd starts the
   * gate anew. Trouble with the disk or an upstream is no reason to: a new process would have it too.
   *
   * @param status one line for `systemctl status`
   */
  async ready(status: string): Promise<void> {
    await this.#notify('READY=1', `STATUS=${status}`);
    if (this.#watchdogMs === null) return;
    this.#watchdog = repeat(
      this.#watchdogMs,
      () => this.#notify('WATCHDOG=1'),
      (err) => this.#log.error({ err }, 'a sign of life failed'),
    );
  }

  /** The gate takes no more mail and settles what is in flight. */
  async stopping(): Promise<void> {
    await this.#notify('STOPPING=1', 'STATUS=settling what is in flight');
  }

  /** After this no sign of life is given. */
  async close(): Promise<void> {
    await this.#watchdog?.stop();
  }

  async #notify(...assignments: string[]): Promise<void> {
    if (!this.#listens) return;
    try {
      await run('systemd-notify', assignments, { env: this.#env, timeout: NOTIFY_TIMEOUT_MS });
    } catch (err) {
      this.#log.error({ err }, 'systemd cannot be told how the gate is: is systemd-notify installed?');
    }
  }
}
