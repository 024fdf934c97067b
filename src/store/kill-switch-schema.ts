import type { Generated } from 'kysely';
import type { Decision } from '../message/types.ts';

/** Tables behind the kill switch's monitors: what the adapter answered, what people said of it, how it did on known cases. */

/** A question that the adapter was asked, or an attempt to load it; the newest few thousand are kept. */
export interface AdapterCallTable {
  id: Generated<number>;
  at: number;
  adapter_version: string;
  /** `malformed`: no reading; `failed`: no answer (crash, time out); `load_failed`: it could not be loaded. */
  result: 'ok' | 'malformed' | 'failed' | 'load_failed';
  /** null where there was no answer. */
  latency_ms: number | null;
}

/** Adapters that judged here, each with the time since when; what is monitored begins anew with each. */
export interface AdapterVersionTable {
  version: string;
  /** When it last took the place of another. */
  since: number;
}

/** What each monitor said last, so that a change is told once and outlives the process. */
export interface MonitorStateTable {
  monitor: string;
  state: 'ok' | 'not_enough' | 'warn' | 'over';
  value: number | null;
  says: string;
  /** Since when it is in this state. */
  since: number;
  at: number;
}

/** A mail that went out and did damage, as a person reported it. */
export interface BrandDamageReportTable {
  id: Generated<number>;
  at: number;
  actor: string;
  delivery_id: string;
  /** The rule that should have stopped it; null = none of the rubric's. */
  rule: string | null;
  what_happened: string;
}

/** Twenty decisions drawn for people to judge without seeing the verdict. */
export interface SpotCheckTable {
  id: Generated<number>;
  drawn_at: number;
  /** `timer`, or who asked for it. */
  actor: string;
  /** Verdicts from `since` until before `until` were drawn from, so many. */
  since: number;
  until: number;
  population: number;
  seed: number;
}

export interface SpotCheckItemTable {
  id: Generated<number>;
  check_id: number;
  delivery_id: string;
  verdict_id: number;
  /** What the judge had decided, `HOLD` for doubt; kept here because verdicts are forgotten sooner. */
  decision: Decision | 'HOLD';
  /** The rule behind it, `adapter` for a stop of the adapter alone, the hold reason for doubt; null for PASS. */
  rule: string | null;
  /** The adapter that had a part in it; null = the rules decided alone. */
  adapter_version: string | null;
  /** When the verdict was given. */
  judged_at: number;
}

/** What one person says the decision should have been. */
export interface SpotCheckAnswerTable {
  item_id: number;
  person_key: string;
  person_name: string;
  at: number;
  decision: Decision | 'not_sure';
  /** null for PASS and not_sure. */
  rule: string | null;
  note: string | null;
}

/** The project's own probe cases put to the judge. */
export interface CanaryRunTable {
  id: Generated<number>;
  started_at: number;
  ended_at: number | null;
  adapter_version: string;
  rubric_version: string;
  /** sha256 over the cases, first 12 digits: only runs over the same cases can be compared one by one. */
  cases_version: string;
  /** `some`: twenty; `all`. */
  extent: 'some' | 'all';
  trigger: 'start' | 'model' | 'rubric' | 'daily' | 'asked';
  /** `fell`: tripped the switch; `broken`: the adapter could not be asked. */
  state: 'running' | 'passed' | 'fell' | 'broken' | 'cancelled';
  /** JSON of what came of each case. */
  results: string | null;
  /** One sentence. */
  says: string | null;
}

export interface KillSwitchSchema {
  adapter_calls: AdapterCallTable;
  adapter_versions: AdapterVersionTable;
  monitor_states: MonitorStateTable;
  brand_damage_reports: BrandDamageReportTable;
  spot_checks: SpotCheckTable;
  spot_check_items: SpotCheckItemTable;
  spot_check_answers: SpotCheckAnswerTable;
  canary_runs: CanaryRunTable;
}
