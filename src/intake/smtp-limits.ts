import type { Config } from '../config/config.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';

/** What a client of the SMTP intake ran into; the label of `presend_smtp_limits_total`. */
export type SmtpLimit =
  /** No room left in all, and nobody idle to drop. */
  | 'connections'
  | 'connections_per_address'
  /** An idle connection made room for a new one. */
  | 'idle_dropped'
  | 'login_time'
  | 'command_time'
  | 'session_time'
  | 'data_time'
  | 'data_rate'
  | 'data_size'
  | 'commands_per_minute'
  | 'errors'
  | 'auth_attempts'
  /** Too many failed logins on the account or from the address. */
  | 'auth_backoff'
  /** More passwords to check than may wait for it. */
  | 'auth_busy'
  /** HTTP, TLS, PROXY or BDAT where an SMTP command belongs. */
  | 'foreign_protocol';

/** Limits of a connection: times in milliseconds. */
export interface ConnectionLimits {
  /** How long to wait before greeting; a client that talks earlier is dropped. 0 greets at once. */
  greetingDelayMs: number;
  loginMs: number;
  commandMs: number;
  sessionMs: number;
  dataMs: number;
  maxCommandsPerMinute: number;
  maxErrors: number;
  maxAuthAttempts: number;
}

export function connectionLimits({ smtp }: Pick<Config, 'smtp'>): ConnectionLimits {
  return {
    greetingDelayMs: smtp.greeting_delay_ms,
    loginMs: smtp.login_seconds * 1000,
    commandMs: smtp.idle_seconds * 1000,
    sessionMs: smtp.session_seconds * 1000,
    dataMs: smtp.data_seconds * 1000,
    maxCommandsPerMinute: smtp.max_commands_per_minute,
    maxErrors: smtp.max_errors,
    maxAuthAttempts: smtp.max_auth_attempts,
  };
}

/** A flood is told once when it begins and once a minute with its count, not line by line. */
const FLOOD_MS = 60_000;

/** Counts every case of a limit reached, and logs each flood. */
export class LimitLog {
  readonly #log: Logger;
  readonly #metrics: Pick<Metrics, 'smtpLimits'>;
  readonly #floods = new Map<SmtpLimit, { times: number; timer: NodeJS.Timeout }>();

  constructor({ log, metrics }: { log: Logger; metrics: Pick<Metrics, 'smtpLimits'> }) {
    this.#log = log;
    this.#metrics = metrics;
  }

  note(limit: SmtpLimit): void {
    this.#metrics.smtpLimits.inc({ limit });
    const flood = this.#floods.get(limit);
    if (flood) {
      flood.times += 1;
      return;
    }
    this.#log.warn({ limit }, 'a limit of the SMTP intake was reached; more of it is told once a minute');
    this.#floods.set(limit, { times: 0, timer: setTimeout(() => this.#tell(limit), FLOOD_MS).unref() });
  }

  close(): void {
    for (const { timer } of this.#floods.values()) clearTimeout(timer);
    this.#floods.clear();
  }

  #tell(limit: SmtpLimit): void {
    const times = this.#floods.get(limit)?.times ?? 0;
    this.#floods.delete(limit);
    if (times === 0) return;
    this.#log.warn({ limit, times }, 'a limit of the SMTP intake was reached again within the minute');
    this.#floods.set(limit, { times: 0, timer: setTimeout(() => this.#tell(limit), FLOOD_MS).unref() });
  }
}
