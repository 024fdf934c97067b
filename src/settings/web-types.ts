/** What the settings part of the browser API takes and gives. Types only. Times are milliseconds since the epoch. */
import type { Backtest } from './backtests.ts';
import type { BacktestChange } from '../evaluate/backtest-types.ts';
import type { NewApiKey } from '../intake/api-keys.ts';
import type { RubricValues } from '../judge/rubric.ts';
import type { MonitorsNow } from '../kill-switch/monitors-now.ts';
import type { Decision } from '../message/types.ts';

export type EngineMode = 'observe' | 'enforce' | 'stopped';

export interface ApiKeyView {
  id: string;
  kind: 'bearer' | 'sigv4';
  /** Its last characters. */
  hint: string;
  created_at: number;
  revoked_at: number | null;
}

export interface EngineView {
  id: string;
  name: string;
  mode: EngineMode;
  domains: string[];
  /** Empty = the configured order. */
  upstreams: string[];
  answer: 'sync' | 'async' | null;
  /** Only where it differs from the configuration. */
  decisions: Record<string, string>;
  webhook: string | null;
  trust_headers: boolean;
  loopback_without_auth: boolean;
  has_password: boolean;
  keys: ApiKeyView[];
  held: number;
  /** Received, relaying, deferred, scheduled or escalating: what a stop would hold. */
  on_the_way: number;
  /** Its newest mail among the gate's last 20,000; null = none of these. */
  last_mail_at: number | null;
}

/** One line of "your engine uses … → set this". */
export interface GuideLine {
  uses: string;
  set: string;
}

/** `GET /settings/engines` */
export interface EnginesPage {
  engines: EngineView[];
  /** Names an engine can be given. */
  upstreams: string[];
  /** The configured order, for those that name none. */
  default_upstreams: string[];
  default_answer: 'sync' | 'async';
  /** What each decision leads to where an engine says nothing else, and what it may lead to. */
  decisions: { decision: string; action: string; choices: string[] }[];
  /** `{user}` stands for the engine's name. */
  guide: GuideLine[];
  smtp: { host: string; port: number; tls_port: number | null };
  http: string;
}

/** `POST /settings/engines`, `PATCH /settings/engines/:id` */
export interface EngineBody {
  name?: string;
  domains?: string[];
  upstreams?: string[];
  mode?: EngineMode;
  answer?: 'sync' | 'async' | 'default';
  decisions?: Record<string, string>;
  webhook?: string | null;
  trust_headers?: boolean;
  loopback_without_auth?: boolean;
}

/** Shown once and never again. */
export interface EngineSecrets {
  engine: { id: string; name: string };
  password?: string;
  key?: NewApiKey;
  webhook_secret?: string;
}

export interface UpstreamView {
  name: string;
  kind: 'smtp' | 'account' | 'outbox';
  /** Host and port, or the base URL. */
  where: string;
  tls: string | null;
  auth: boolean;
  /** In the default order. */
  used_by_default: boolean;
  engines: string[];
  last_success: AttemptView | null;
  last_failure: AttemptView | null;
}

export interface AttemptView {
  at: number;
  outcome: string;
  response: string | null;
}

/** `GET /settings/upstreams` */
export interface UpstreamsPage {
  upstreams: UpstreamView[];
  /** No upstream is configured: mail stays in the outbox. */
  outbox_only: boolean;
  outbox_folder: string;
  config_file: string | null;
  /** Addresses a test can be sent from: the gate's own, and any at these domains. */
  from: { own: string; domains: string[] };
}

/** `POST /settings/upstreams/:name/test` */
export interface TestBody {
  to: string;
  from: string;
}

export interface TestResult {
  outcome: 'delivered' | 'temporary' | 'permanent' | 'lost' | 'aborted';
  upstream: string;
  /** The upstream's own words, one line. */
  response: string;
  status: string | null;
  took_ms: number;
  /** One sentence. */
  meaning: string;
  /** How to mend it; null after a success. */
  advice: string | null;
}

export interface RubricVersionView {
  id: number;
  version: string;
  at: number;
  actor: string;
  action: 'saved' | 'reverted' | 'configured' | 'found';
  origin: 'data' | 'configured';
  reverts: number | null;
  why: string | null;
  /** Dotted fields that differ from the entry before. */
  changed: string[];
}

/** `GET /settings/rubric` */
export interface RubricPage {
  version: string;
  values: RubricValues;
  text: string;
  path: string;
  origin: 'data' | 'configured';
  configured_path: string;
  /** Why the file as it is on the disk is not in force. */
  trouble: string | null;
  /** Set when the file in force was written by somebody's hand after the history began. */
  by_hand: { at: number } | null;
  /** Rules that cannot be turned down here, and why. */
  fixed_rules: string[];
  fixed_why: string;
  history: RubricVersionView[];
}

/** `POST /settings/rubric/backtests` (`since_days`, `limit`), `PUT /settings/rubric` (`why`) */
export interface RubricBody {
  /** The version that was edited; another one in force answers 409. */
  base: string;
  values: RubricValues;
}

/** `GET /settings/rubric/backtests/:id` */
export type BacktestView = Omit<Backtest, 'changes'> & { kept_changes: number };

/** `GET /settings/rubric/backtests/:id/changes?from=hold&to=relay&offset=0` */
export interface BacktestChangesPage {
  total: number;
  changes: BacktestChange[];
}

export type AdapterMode = 'active' | 'shadow' | 'off';

export interface SwitchEntryView {
  id: number;
  at: number;
  actor: string;
  mode: AdapterMode;
  reason: string;
  condition: string | null;
}

/** `GET /settings/adapter` */
export interface AdapterPage {
  /** What it may do now: the safest of the three below. */
  effective: AdapterMode;
  configured: AdapterMode;
  /** null = no model is chosen. */
  model: {
    name: string;
    version: string;
    limit: AdapterMode;
    calibrated: boolean;
    calibration: { temperature: number; thresholds: Record<string, number> } | null;
    validated_verticals: 'all' | string[];
    state: 'loading' | 'ready' | 'failed';
    trouble: string | null;
    /** Of its newest readings, milliseconds; null without any. */
    latency: { readings: number; p50_ms: number; p95_ms: number } | null;
  } | null;
  kill_switch: { mode: AdapterMode; entry: SwitchEntryView | null; history: SwitchEntryView[] };
  /** null = no adapter judges here: there is nothing to watch. */
  monitors: MonitorsNow | null;
  /** Messages that wait for the adapter. */
  in_line: number;
  when_unavailable: 'rules' | 'hold';
  wait_minutes: number;
  config_file: string | null;
}

/** `GET /settings/decisions`: read only, with where each is changed. */
export interface DecisionsPage {
  config_file: string | null;
  decisions: { decision: Decision; action: string; choices: string[] }[];
  engines: { name: string; decisions: Record<string, string> }[];
  answer: { mode: string; wait_ms: number; suppressed: string };
  review: { expire_days: number; remind_days: number; deputy: string | null };
  escalation: { from: string; fallback: string | null };
}
