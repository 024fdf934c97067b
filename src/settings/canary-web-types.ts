/** What the canary's part of the settings takes and gives. Types only. Times are milliseconds since the epoch. */
import type { CanaryProgress } from '../kill-switch/canary/options.ts';
import type { CanaryReport } from '../kill-switch/canary/report.ts';
import type { CanaryHead } from '../kill-switch/canary/store.ts';

export type { CanaryProgress } from '../kill-switch/canary/options.ts';
export type { CanaryReport, Turned, TurnedCase } from '../kill-switch/canary/report.ts';
export type { ProbeTally } from '../kill-switch/canary/result.ts';
export type { CanaryHead } from '../kill-switch/canary/store.ts';

/** `GET /settings/canary` */
export interface CanaryPage {
  /** Why there is no canary; null = there is one. */
  off: string | null;
  /** Why no mail may be put to the adapter; null = it may. */
  barred: string | null;
  running: CanaryProgress | null;
  at_start: number;
  every_hours: number;
  /** When the next run over all cases begins by itself, if nothing changes before; null before the first. */
  next_at: number | null;
  /** Newest first. */
  runs: CanaryHead[];
  /** The newest run fell, and a person has accepted that by arming the switch again. */
  fall_accepted: boolean;
  /** The newest run of this adapter over all cases; null before the first. */
  newest: CanaryReport | null;
}

/** `POST /settings/canary/runs` */
export interface CanaryRunBody {
  extent: 'some' | 'all';
}
