import { UserError } from '../config/user-error.ts';
import type { Trx } from '../store/database.ts';
import { refuseErased } from './erased-store.ts';
import type { Change } from './records.ts';
import {
  deleteRow,
  deleteRows,
  getRevision,
  getRow,
  getRows,
  history,
  refuseWithProspects,
  restoreRow,
  type Revision,
  type Row,
  revisionsOfImport,
  type TrackedTable,
  updateRow,
} from './revision-store.ts';
import { carryStops } from './store.ts';

type AnyRow = Record<string, unknown>;

export interface RevertOptions {
  /** Take the change back although the record changed since; later changes of other fields stay. */
  force?: boolean;
}

/** One field's change, lists and objects parsed. */
export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** What a revision changed, field by field, without keys and times that follow from other fields. */
export function fieldChanges(revision: Pick<Revision, 'before' | 'after'>): FieldChange[] {
  const before = rowOf(revision.before) ?? {};
  const after = rowOf(revision.after) ?? {};
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !/^(?:id|created_at|updated_at|.*_key|fingerprint_count)$/u.test(field))
    .map((field) => ({ field, before: shown(before[field]), after: shown(after[field]) }))
    .filter((c) => JSON.stringify(c.before) !== JSON.stringify(c.after));
}

/**
 * Takes one revision back. That is itself a revision, so it can be taken back too.
 *
 * @throws UserError when there is no such revision, or the record changed since and `force` is not set
 */
export async function revert(
  trx: Trx,
  revisionId: number,
  change: Change,
  options: RevertOptions = {},
): Promise<void> {
  await takeBack(trx, await getRevision(trx, revisionId), change, options);
}

/**
 * Takes back every change of an import, the last first.
 *
 * @returns how many changes were taken back
 * @throws UserError when there is no such import or one of its records changed since; run inside one
 *   transaction, nothing is taken back then
 */
export async function revertImport(
  trx: Trx,
  importId: string,
  change: Change,
  options: RevertOptions = {},
): Promise<number> {
  const revisions = await revisionsOfImport(trx, importId);
  if (revisions.length === 0) throw new UserError(`there is no import ${importId}`);
  for (const run of runsOf(revisions)) {
    const [first] = run;
    if (first?.before === null) await takeBackNew(trx, run, change, options);
    else for (const revision of run) await takeBack(trx, revision, change, options);
  }
  return revisions.length;
}

const MAX_RUN = 400;

/** Neighbours that made records of one table, so that they can be deleted together; every other revision is its own run. */
function* runsOf(revisions: readonly Revision[]): Generator<Revision[]> {
  let run: Revision[] = [];
  for (const revision of revisions) {
    const joins =
      run.length < MAX_RUN &&
      revision.before === null &&
      run.at(-1)?.before === null &&
      run.at(-1)?.table_name === revision.table_name;
    if (!joins && run.length > 0) {
      yield run;
      run = [];
    }
    run.push(revision);
  }
  if (run.length > 0) yield run;
}

/** Deletes records that were new, as `takeBack` does one by one. */
async function takeBackNew(
  trx: Trx,
  revisions: readonly Revision[],
  change: Change,
  { force = false }: RevertOptions,
): Promise<void> {
  const table = revisions[0]?.table_name as TrackedTable;
  const ids = revisions.map(({ record_id }) => record_id);
  const current = await getRows(trx, table, ids);
  const rows = [];
  for (const revision of revisions) {
    const before = current.get(revision.record_id);
    const record = `${table} ${revision.record_id}`;
    if (!before) throw new UserError(`${record} is gone: revision ${revision.id} cannot be taken back`);
    if (!force && !sameRecord(before, rowOf(revision.after) ?? {})) await refuseChanged(trx, revision);
    rows.push({ before, reverts: revision.id });
  }
  if (table === 'companies') await refuseWithProspects(trx, ...ids);
  await deleteRows(trx, table, rows, change);
}

async function refuseChanged(trx: Trx, revision: Revision): Promise<never> {
  throw new UserError(
    `${revision.table_name} ${revision.record_id} changed since revision ${revision.id}: ${await laterChange(trx, revision)}; ` +
      'take that back first, or use --force to undo only the fields of this revision',
  );
}

async function takeBack(trx: Trx, revision: Revision, change: Change, { force = false }: RevertOptions) {
  const table = revision.table_name as TrackedTable;
  const record = `${table} ${revision.record_id}`;
  const before = rowOf(revision.before);
  const after = rowOf(revision.after);
  const current = await getRow(trx, table, revision.record_id);

  if (after === null) {
    if (current) throw new UserError(`${record} exists again: revision ${revision.id} cannot be taken back`);
    if (table === 'prospects') await refuseErased(trx, String(before?.['address_key']));
    await uniqueOrRefuse(record, () => restoreRow(trx, table, before ?? {}, change, revision.id));
    return;
  }
  if (!current) {
    throw new UserError(`${record} is gone: revision ${revision.id} cannot be taken back`);
  }
  if (!force && !sameRecord(current, after)) await refuseChanged(trx, revision);
  if (before === null) {
    if (table === 'companies') await refuseWithProspects(trx, revision.record_id);
    await deleteRow(trx, table, current, change, revision.id);
    return;
  }
  const patch = Object.fromEntries(
    Object.entries(before).filter(([field, value]) => field !== 'updated_at' && value !== after[field]),
  );
  if (table === 'prospects' && typeof patch['address_key'] === 'string') {
    await refuseErased(trx, patch['address_key']);
    const changedSince = !sameRecord(current, after);
    await carryStops(trx, current as Row<'prospects'>, patch['address_key'], change, changedSince);
  }
  // The record is as old as it was before the change, unless something newer stays.
  if (sameRecord(current, after) && 'updated_at' in before) {
    patch['updated_at'] = before['updated_at'];
  }
  await uniqueOrRefuse(record, () =>
    updateRow(trx, table, current, patch as Partial<Row<TrackedTable>>, change, revision.id),
  );
}

async function laterChange(trx: Trx, revision: Revision): Promise<string> {
  const [last] = await history(trx, revision.table_name as TrackedTable, revision.record_id, 1);
  return last && last.id !== revision.id ? `revision ${last.id} by ${last.actor}` : 'by an unknown hand';
}

async function uniqueOrRefuse(record: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    if (!/constraint/iu.test(error.message)) throw error;
    throw new UserError(`${record} cannot be restored: another record has taken its place`, { cause: error });
  }
}

/** Whether two rows hold the same facts; a later confirmation (`updated_at`) is no change. */
function sameRecord(a: AnyRow, b: AnyRow): boolean {
  return Object.keys({ ...a, ...b }).every((field) => field === 'updated_at' || a[field] === b[field]);
}

function rowOf(json: string | null): AnyRow | null {
  return json === null ? null : (JSON.parse(json) as AnyRow);
}

function shown(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/u.test(value)) return value ?? null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
