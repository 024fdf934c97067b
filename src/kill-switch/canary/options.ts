import type { AdapterJudge } from '../../judge/adapter-judge.ts';
import type { Rubric } from '../../judge/rubric.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Database } from '../../store/database.ts';
import type { KillSwitchConfig } from '../config.ts';
import type { KillSwitch } from '../switch.ts';
import type { Due } from './due.ts';

export interface CanaryOptions {
  database: Database;
  config: KillSwitchConfig;
  dataDir: string;
  /** Folder of the probe cases. */
  folder: string;
  judge: AdapterJudge;
  /** Configuration and model let it decide; otherwise runs are for the record, and nothing is barred or tripped. */
  mayDecide: boolean;
  rubric: () => Rubric;
  killSwitch: KillSwitch;
  now: () => number;
  log: Logger;
  /** Mail may be put to the adapter now. */
  onLifted: () => void;
}

/** How far a run is. */
export interface CanaryProgress {
  extent: 'some' | 'all';
  trigger: Due['trigger'];
  actor: string;
  started_at: number;
  done: number;
  total: number;
  /** Cases a second so far; null before the first. */
  rate: number | null;
  /** Milliseconds to go; null before the first. */
  left_ms: number | null;
}
