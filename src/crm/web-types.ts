/**
 * What the CRM part of the browser API takes and gives. Types only: the browser app imports them too. Times are milliseconds
 * since the epoch.
 */
import type { Decision } from '../message/types.ts';

export type GridTable = 'companies' | 'prospects' | 'suppressions' | 'commitments' | 'peers';

/**
 * How a column is shown, filtered and edited. `company` and `prospect` hold an id and have a label beside it; people write
 * a name, domain or address there.
 */
export type ColumnKind =
  | 'text'
  | 'number'
  | 'choice'
  | 'list'
  | 'date'
  | 'time'
  | 'json'
  | 'company'
  | 'prospect';

export interface GridColumn {
  field: string;
  title: string;
  kind: ColumnKind;
  /** For `choice` and `list`; with `open` other values are taken too. */
  choices: string[];
  open: boolean;
  editable: boolean;
  /** A new record needs it. */
  required: boolean;
  /** Pixels. */
  width: number;
  /** What may be written here. */
  hint: string | null;
}

/** `GET /crm/tables` */
export interface GridTableView {
  table: GridTable;
  title: string;
  /** What one record is called. */
  one: string;
  about: string;
  /** The column that names a record. */
  label: string;
  columns: GridColumn[];
  total: number;
}

export type CellValue = string | number | string[] | Record<string, unknown> | null;

export interface GridRecord {
  id: string;
  /** How people call it. */
  label: string;
  /** The newest revision; a change repeats it, so that nobody overwrites what they did not see. 0 = none. */
  version: number;
  values: Record<string, CellValue>;
  /** What ids in `values` stand for. */
  labels: Record<string, string>;
}

/** `GET /crm/:table`. Filters are `f.<field>`: words to find, values by comma, `from..to`, `(empty)` or `(filled)`. */
export interface GridPage {
  rows: GridRecord[];
  /** Of all pages, under the filters. */
  total: number;
}

export interface HeldSummary {
  id: string;
  recipient: string;
  subject: string | null;
  reason: string | null;
  rationale: string | null;
  held_at: number;
}

/** `GET /crm/:table/:id` */
export interface RecordView {
  record: GridRecord;
  company: GridRecord | null;
  prospects: GridRecord[];
  /** How many there are; `prospects` has the first. */
  prospects_total: number;
  suppressions: GridRecord[];
  commitments: GridRecord[];
  threads: { id: string; subject: string | null; messages: number; updated_at: number }[];
  held: HeldSummary[];
  held_total: number;
}

export interface FieldChangeView {
  field: string;
  title: string;
  before: unknown;
  after: unknown;
}

/** `GET /crm/:table/:id/history`, newest first. */
export interface RevisionView {
  id: number;
  at: number;
  actor: string;
  what: 'created' | 'changed' | 'deleted';
  changes: FieldChangeView[];
  /** The revision this one took back. */
  reverts: number | null;
  /** The revision that took this one back. */
  reverted_by: number | null;
  import_id: string | null;
}

/** Cells as a person wrote them: text, or parsed values as the API gives them. `null` empties. */
export type CellsBody = Record<string, CellValue>;

/** A change that is not made yet. */
export interface PendingBody {
  fields?: CellsBody;
  delete?: boolean;
  revert?: number;
  force?: boolean;
}

export interface VerdictShort {
  decision: Decision | null;
  /** Rule or hold reason. */
  reason: string | null;
}

export interface AffectedDelivery {
  id: string;
  recipient: string;
  subject: string | null;
  from: VerdictShort;
  to: VerdictShort;
  rationale: string;
}

/** `POST /crm/:table/affected`, `POST /crm/:table/:id/affected`: by the rules; the adapter is asked after the change. */
export interface Affected {
  changed: AffectedDelivery[];
  /** Held messages judged as if the change were made, of those it could touch. */
  looked_at: number;
  touched: number;
  /** false: there may be more than `changed`. */
  complete: boolean;
  /** What opt-out or disqualifier the change takes back; such a change needs a reason. */
  loosens: string | null;
}

/** What became of the held messages that a change touches. */
export interface Rejudged {
  touched: number;
  changed: AffectedDelivery[];
  /** Not judged again yet; that goes on by itself. */
  pending: number;
}

export interface EditResult {
  /** null when it is deleted. */
  record: GridRecord | null;
  /** To take it back; null when nothing changed. */
  revision_id: number | null;
  rejudged: Rejudged;
}

export type ImportKindName = GridTable | 'threads';

export interface BadRow {
  row: number;
  field: string | null;
  message: string;
}

/** `POST /crm/import/:kind/preview`. Nothing is written. */
export interface ImportPreview {
  id: string;
  kind: ImportKindName;
  name: string;
  rows: number;
  new: number;
  changed: number;
  unchanged: number;
  /** Rows, of which `bad` tells each thing that is wrong. */
  refused: number;
  bad: BadRow[];
  /** What the import does differently from what the file says, e.g. keeps an opt-out. */
  notes: { row: number; message: string }[];
  /** How each column of the file is read; null = ignored. */
  columns: { heading: string; field: string | null }[];
  /** What a column may be read as. */
  fields: string[];
  /** The first rows as they are in the file, in the order of `columns`. */
  first: { row: number; cells: string[] }[];
  /** Field changes of records that exist. */
  sample: { row: number; record: string; field: string; before: unknown; after: unknown }[];
  expires_at: number;
}

/** `GET /crm/jobs/:id` */
export interface ImportJobView {
  id: string;
  kind: ImportKindName;
  name: string;
  state: 'running' | 'done' | 'failed' | 'reverted';
  rows: number;
  rows_done: number;
  /** Records written. */
  new: number;
  changed: number;
  unchanged: number;
  left_out: number;
  /** For reverting; null while nothing was written. */
  import_id: string | null;
  error: string | null;
}
