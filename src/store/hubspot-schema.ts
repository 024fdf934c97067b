import type { Generated } from 'kysely';

/** Tables of the HubSpot sync. */

export type HubSpotObject = 'companies' | 'contacts';

/** Which record of the mirror a HubSpot record is, and what HubSpot said of it last. */
export interface HubSpotLinkTable {
  object: HubSpotObject;
  hubspot_id: string;
  /** Id of the company or prospect. */
  record_id: string;
  /** JSON object: the value of each mapped field as HubSpot last said it; a field that is missing was never synced. */
  fields: string;
  /** JSON array: properties that were stops when last seen. */
  stops: string;
  /** HubSpot's own time of its last change, milliseconds. */
  modified_at: number;
  /** 0 = live; 1 = archived, merged away or gone in HubSpot; 2 = deleted here by a person. */
  gone: number;
  /** The full sync that saw it last; tells what HubSpot no longer lists. */
  seen_in: string | null;
  /** The run that changed the record last. */
  run_id: string;
}

/** How far each kind of object was read. */
export interface HubSpotCursorTable {
  object: HubSpotObject;
  /** Changes up to this time of HubSpot's clock are in the mirror, milliseconds; null = never synced in full. */
  since: number | null;
  /** JSON of the pass in progress (crm/hubspot/pass.ts); null = none. */
  pass: string | null;
  /** The mapping that the mirror was filled by, as a hash; another one means reading everything again. */
  mapping: string | null;
  /** When deleted records were last listed, milliseconds of HubSpot's clock. */
  archived_at: number | null;
  updated_at: number;
}

export type SyncRunState = 'running' | 'done' | 'failed' | 'stopped' | 'interrupted';

/** One sync, dry or not. Its id is the import id of its revisions. */
export interface HubSpotRunTable {
  id: string;
  actor: string;
  kind: 'incremental' | 'full';
  dry_run: number;
  state: SyncRunState;
  started_at: number;
  finished_at: number | null;
  /** While it is running: who stops renewing it has died. */
  lease_until: number;
  /** A person asked it to stop. */
  stop_asked: number;
  /** What it is doing, e.g. `contacts`. */
  phase: string;
  done: number;
  /** null = not known yet. */
  total: number | null;
  /** JSON of SyncCounts. */
  counts: string;
  requests: number;
  /** Spent waiting because HubSpot asked for it, milliseconds. */
  waited_ms: number;
  trouble: string | null;
  reverted_at: number | null;
  reverted_by: string | null;
}

export type DifferenceKind =
  | 'new'
  | 'changed'
  | 'conflict'
  | 'kept'
  | 'stop'
  | 'stop_kept'
  | 'gone'
  | 'merged'
  | 'invalid';

/** What a run did, or would do, differently from before; one row a field. */
export interface HubSpotDifferenceTable {
  id: Generated<number>;
  run_id: string;
  kind: DifferenceKind;
  object: HubSpotObject;
  hubspot_id: string;
  record_id: string | null;
  /** How people call the record. */
  label: string;
  field: string | null;
  /** JSON values: what presend had, and what HubSpot says. */
  mine: string | null;
  theirs: string | null;
  /** Whose value stands after the run; null where that is no question. */
  winner: 'hubspot' | 'presend' | null;
  /** One sentence where the rest does not say it. */
  note: string | null;
}
