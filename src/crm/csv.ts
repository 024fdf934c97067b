import { UserError } from '../config/user-error.ts';
import type { Database, Trx } from '../store/database.ts';
import { readCsv } from './csv-read.ts';
import { companiesImport } from './import-companies.ts';
import { commitmentsImport, peersImport, suppressionsImport } from './import-lists.ts';
import {
  applyPlan,
  checkColumns,
  differs,
  type ImportKind,
  type Plan,
  type Planned,
  type RowMessage,
} from './import-plan.ts';
import { newRecordId } from './record-id.ts';
import { prospectsImport } from './import-prospects.ts';
import { confirmRecords } from './import-store.ts';
import type { Change } from './records.ts';
import { threadsImport } from './import-threads.ts';
import { fieldChanges } from './revert.ts';
import type { Fingerprint } from './thread-store.ts';

export const KINDS = ['companies', 'prospects', 'suppressions', 'commitments', 'peers', 'threads'] as const;
export type Kind = (typeof KINDS)[number];

export interface ImportOptions {
  kind: Kind;
  bytes: Buffer;
  /** Name of the file, for messages. */
  name: string;
  actor: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Says what would happen and writes nothing. */
  dryRun?: boolean;
  /** Leaves bad rows out instead of writing nothing. */
  skipBad?: boolean;
  /** Lets the file take opt-outs and disqualifiers back. */
  allowLoosen?: boolean;
  /** judge/language/fingerprint.ts */
  fingerprint: Fingerprint;
  onProgress?: (done: number, total: number) => void;
}

export interface ImportReport {
  kind: Kind;
  /** For `presend crm revert --import`; null when nothing was written. */
  importId: string | null;
  /** Whether it was written: not in a dry run, and not with errors unless they are skipped. */
  applied: boolean;
  rows: number;
  new: number;
  changed: number;
  unchanged: number;
  invalid: number;
  errors: RowMessage[];
  notes: RowMessage[];
  /** Up to 20 field changes of records that exist. */
  sample: { row: number; record: string; field: string; before: unknown; after: unknown }[];
  ignoredColumns: string[];
}

const SAMPLE = 20;

/**
 * Imports a CSV file in one transaction: all of it or, with any bad row, nothing (unless `skipBad`).
 * Empty cells leave a field as it is; the word `null` clears it.
 *
 * @throws UserError when the file as a whole cannot be read: not UTF-8, not CSV, a needed column missing
 */
export async function importCsv(database: Database, options: ImportOptions): Promise<ImportReport> {
  const { kind, dryRun = false, skipBad = false, allowLoosen = false, at } = options;
  const file = readCsv(options.bytes, options.name);
  const importer = importerOf(kind, options.fingerprint);
  const ignoredColumns = checkColumns(file, importer, options.name);
  const reportOf = (plan: Plan, applied: boolean, importId: string | null): ImportReport => ({
    kind,
    importId,
    applied,
    rows: file.rows.length,
    ...summary(plan),
    ignoredColumns,
  });
  if (dryRun) return reportOf(await importer.plan(database.db, file.rows, { allowLoosen, at }), false, null);

  // Planned inside the transaction, so that what is compared is what is written over.
  return await database.transact(async (trx) => {
    const plan = await importer.plan(trx, file.rows, { allowLoosen, at });
    if (plan.errors.length > 0 && !skipBad) return reportOf(plan, false, null);
    const importId = newRecordId('i', at);
    const written = await writePlan(trx, plan, { actor: options.actor, at, importId }, options.onProgress);
    return reportOf(plan, true, written > 0 ? importId : null);
  });
}

/** Writes what a plan changes and confirms what it found unchanged. @returns how many records were written */
export async function writePlan(
  trx: Trx,
  { records }: Plan,
  change: Change,
  onProgress?: (done: number, total: number) => void,
): Promise<number> {
  const writing = records.filter(differs);
  await applyPlan(trx, writing, change, (done) => onProgress?.(done, writing.length));
  for (const [time, ids, table] of confirmations(records)) await confirmRecords(trx, table, ids, time);
  return writing.length;
}

/** How a kind of file is read. @throws UserError for a kind that is none */
export function importerOf(kind: Kind, fingerprint: Fingerprint): ImportKind {
  switch (kind) {
    case 'companies':
      return companiesImport;
    case 'prospects':
      return prospectsImport;
    case 'suppressions':
      return suppressionsImport;
    case 'commitments':
      return commitmentsImport;
    case 'peers':
      return peersImport;
    case 'threads':
      return threadsImport(fingerprint);
    default:
      throw new UserError(`"${String(kind)}" cannot be imported: write one of ${KINDS.join(', ')}`);
  }
}

/** Counts, messages and samples of a plan. */
export function summary(
  plan: Plan,
): Pick<ImportReport, 'new' | 'changed' | 'unchanged' | 'invalid' | 'errors' | 'notes' | 'sample'> {
  const changed = plan.records.filter((record) => record.before !== null && differs(record));
  const fresh = plan.records.filter((record) => record.before === null);
  return {
    new: fresh.length,
    changed: changed.length,
    unchanged: plan.records.length - fresh.length - changed.length,
    invalid: plan.errors.length,
    errors: plan.errors.toSorted((a, b) => a.row - b.row),
    notes: plan.notes.toSorted((a, b) => a.row - b.row),
    sample: changed.slice(0, SAMPLE).flatMap(changesOf).slice(0, SAMPLE),
  };
}

function changesOf({ row, label, before, columns }: Planned): ImportReport['sample'] {
  const after = { ...before, ...columns };
  return fieldChanges({ before: JSON.stringify(before), after: JSON.stringify(after) }).map((change) => ({
    row,
    record: label,
    ...change,
  }));
}

/** Records that the file found unchanged, by the time it vouches for. */
function confirmations(records: readonly Planned[]): [number, string[], 'companies' | 'prospects'][] {
  const groups = new Map<string, [number, string[], 'companies' | 'prospects']>();
  for (const record of records) {
    if (record.before === null || (record.table !== 'companies' && record.table !== 'prospects')) continue;
    const time = record.columns['updated_at'];
    if (typeof time !== 'number' || differs(record)) continue;
    const key = `${record.table} ${time}`;
    const group = groups.get(key) ?? [time, [], record.table];
    group[1].push(String(record.before.id));
    groups.set(key, group);
  }
  return [...groups.values()];
}
