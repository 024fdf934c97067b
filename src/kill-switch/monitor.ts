import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { KillSwitchConfig } from './config.ts';

/**
 * `not_enough`: too little is known to say anything. `warn`: people are told. `over`: the limit is passed, which trips the
 * switch where the monitor may.
 */
export type MonitorState = 'ok' | 'not_enough' | 'warn' | 'over';

/** What one monitor says now. */
export interface MonitorReading {
  /** `false_positives`, `failures`, `probe_A07` …, `latency`, `drift_PASS` … */
  monitor: string;
  title: string;
  state: MonitorState;
  /** In the unit of `limit`; null where nothing was counted. */
  value: number | null;
  /** 95 % interval of a share; null where there is none. */
  interval: { low: number; high: number } | null;
  limit: number | null;
  unit: 'share' | 'ms' | 'points';
  /** How much it is made of, and how much it needs before it may say more than `not_enough`. */
  counted: number;
  needed: number;
  /** One sentence with the figures, for people; the reason when it trips. */
  says: string;
}

export interface MonitorContext {
  db: Pick<Kysely<Schema>, 'selectFrom'>;
  config: KillSwitchConfig;
  /** The adapter that is watched. */
  version: string;
  /** What happened before is another adapter's, or was settled by a reset. Milliseconds since the epoch, as all times. */
  since: number;
  now: number;
}

/** Looks at what is stored and says how it is. Changes nothing. */
export interface Monitor {
  name: string;
  /** `warn`-only monitors never trip. */
  trips: boolean;
  read(context: MonitorContext): Promise<MonitorReading[]>;
}
