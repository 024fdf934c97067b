import type { DifferenceKind, HubSpotObject, SyncRunState } from '../../store/hubspot-schema.ts';

/** Wire types of `/api/sync/hubspot`, and what runs count. */

/** Records of a run, by what became of them; conflicts and the rest are counted by field. */
export interface SyncCounts {
  new: number;
  changed: number;
  unchanged: number;
  conflicts: number;
  kept: number;
  stops: number;
  stops_kept: number;
  gone: number;
  merged: number;
  invalid: number;
  /** Contacts that have no e-mail address and so are no prospects. */
  without_address: number;
}

export interface SyncRun {
  id: string;
  actor: string;
  kind: 'incremental' | 'full';
  dry_run: boolean;
  state: SyncRunState;
  started_at: number;
  finished_at: number | null;
  phase: string;
  done: number;
  total: number | null;
  counts: SyncCounts;
  requests: number;
  waited_ms: number;
  trouble: string | null;
  reverted_at: number | null;
  reverted_by: string | null;
}

export interface SyncDifference {
  id: number;
  kind: DifferenceKind;
  object: HubSpotObject;
  hubspot_id: string;
  record_id: string | null;
  label: string;
  field: string | null;
  mine: unknown;
  theirs: unknown;
  winner: 'hubspot' | 'presend' | null;
  note: string | null;
}

/** How the sync is. */
export interface SyncHealth {
  state: 'not_configured' | 'off' | 'waiting' | 'running' | 'well' | 'trouble';
  last_run: SyncRun | null;
  /** When the last real run that ended well was finished, milliseconds. */
  last_success_at: number | null;
  next_run_at: number | null;
  /** One sentence; null = none. */
  trouble: string | null;
}

/** A row of the mapping table. */
export interface SyncMappingRow {
  object: HubSpotObject;
  field: string;
  properties: string[];
  transform: string;
  conflict: string;
  configured: boolean;
}

export interface SyncStopRow {
  object: HubSpotObject;
  property: string;
  values: string[] | null;
  /** `email`, `unclear` … or null for a disqualifier. */
  channel: string | null;
  disqualifier: string | null;
  configured: boolean;
}

/** `GET /sync/hubspot` */
export interface SyncView {
  /** null: no token is configured. */
  settings: {
    enabled: boolean;
    every_minutes: number;
    base_url: string;
    token: 'given' | 'missing';
    objects: HubSpotObject[];
    conflict: string;
    on_delete: string;
    mapping: SyncMappingRow[];
    stops: SyncStopRow[];
  } | null;
  health: SyncHealth;
  runs: SyncRun[];
}

/** `GET /sync/hubspot/runs/:id` */
export interface SyncRunView {
  run: SyncRun;
  /** Number of differences of each kind. */
  kinds: Partial<Record<DifferenceKind, number>>;
  differences: SyncDifference[];
  /** Give it as `after` for the next page; null = no more. */
  next: number | null;
}
