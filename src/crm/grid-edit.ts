import { UserError } from '../config/user-error.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { readCells } from './grid-fields.ts';
import { loosened } from './grid-loosen.ts';
import { TABLES } from './grid-tables.ts';
import { newestOf, revisionsAfter } from './grid-revision-store.ts';
import { peersBy } from './import-store.ts';
import {
  addCommitment,
  addPeer,
  type CommitmentFields,
  deleteCommitment,
  deletePeer,
  type PeerFields,
  updateCommitment,
  updatePeer,
} from './list-store.ts';
import { nameKey } from './names.ts';
import type { Change } from './records.ts';
import { fieldChanges, revert, revertImport } from './revert.ts';
import { getRow, type Revision, type Row } from './revision-store.ts';
import {
  createCompany,
  createProspect,
  deleteCompany,
  deleteProspect,
  updateCompany,
  updateProspect,
} from './store.ts';
import {
  addSuppression,
  deleteSuppression,
  type SuppressionTarget,
  updateSuppression,
} from './suppression-store.ts';
import type { CellsBody, GridTable } from './web-types.ts';
import { countedId } from './record-id.ts';

/** One change of the mirror as the browser asks for it. */
export type Edit =
  | { type: 'create'; table: GridTable; cells: CellsBody }
  | { type: 'change'; table: GridTable; id: string; cells: CellsBody; version: number | null }
  | { type: 'delete'; table: GridTable; id: string; version: number | null }
  | { type: 'revert'; table: GridTable; id: string; revision: number; force: boolean }
  | { type: 'revert_import'; importId: string; force: boolean };

/** What an edit did, by the revisions it left, oldest first. */
export interface Edited {
  /** Of the record asked for; null for an import. */
  id: string | null;
  revisions: Revision[];
  /** What opt-out or disqualifier it takes back; null = none. */
  loosens: string | null;
}

/** A suppression that a person added, for the lists of others. */
export type OnOptOut = (
  trx: Trx,
  optOut: SuppressionTarget & { channel: string; reason: string | null },
  at: number,
) => Promise<void>;

/** Somebody else changed the same cells since they were loaded. */
export class StaleError extends Error {
  override name = 'StaleError';
  readonly fields: Record<string, string>;

  constructor(message: string, fields: Record<string, string>) {
    super(message);
    this.fields = fields;
  }
}

/** The edit takes an opt-out or a disqualifier back, which asks for a reason. */
export class ReasonNeededError extends Error {
  override name = 'ReasonNeededError';
}

/**
 * Makes an edit with its revisions and audit entry.
 *
 * @param reason why an opt-out or disqualifier is taken back; recorded
 * @throws CellsError, StaleError, ReasonNeededError, UserError; nothing is changed then
 */
export async function makeEdit(
  trx: Trx,
  edit: Edit,
  change: Change,
  { reason, onOptOut }: { reason: string | null; onOptOut: OnOptOut | null },
): Promise<Edited> {
  const edited = await tryEdit(trx, edit, change);
  if (edited.loosens !== null && reason === null)
    throw new ReasonNeededError(`${edited.loosens}. Say why; it is recorded.`);
  for (const revision of edited.revisions) {
    if (revision.table_name === 'suppressions' && revision.before === null && revision.reverts === null)
      await onOptOut?.(trx, JSON.parse(revision.after ?? '{}') as Row<'suppressions'>, change.at);
  }
  if (edit.type === 'revert_import') {
    await recordAudit(trx, {
      at: change.at,
      actor: change.actor,
      subject: { type: 'import', id: edit.importId },
      action: 'reverted',
      detail: { changes: edited.revisions.length, ...given(edited.loosens, reason) },
    });
    return edited;
  }
  for (const revision of edited.revisions) await audit(trx, revision, edit, edited.loosens, reason);
  return edited;
}

/** The edit without its consequences for others: for saying beforehand what it would do. */
export async function tryEdit(trx: Trx, edit: Edit, change: Change): Promise<Edited> {
  const newest = await newestOf(trx);
  const id = await writeEdit(trx, edit, change);
  const revisions = await revisionsAfter(trx, newest);
  return { id, revisions, loosens: await loosened(trx, revisions) };
}

async function writeEdit(trx: Trx, edit: Edit, change: Change): Promise<string | null> {
  switch (edit.type) {
    case 'create':
      return String(
        await create(trx, edit.table, await readCells(trx, edit.table, edit.cells, true), change),
      );
    case 'change': {
      const cells = await readCells(trx, edit.table, edit.cells, false);
      await refuseStale(trx, edit, Object.keys(edit.cells));
      await update(trx, edit.table, edit.id, cells, change);
      return edit.id;
    }
    case 'delete':
      await refuseStale(trx, edit, null);
      await remove(trx, edit.table, edit.id, change);
      return edit.id;
    case 'revert':
      await revert(trx, edit.revision, change, { force: edit.force });
      return edit.id;
    case 'revert_import':
      await revertImport(trx, edit.importId, change, { force: edit.force });
      return null;
    default:
      throw new Error('there is no such edit');
  }
}

async function create(
  trx: Trx,
  table: GridTable,
  cells: Record<string, unknown>,
  change: Change,
): Promise<string | number> {
  switch (table) {
    case 'companies':
      return (await createCompany(trx, cells as { name: string }, change)).id;
    case 'prospects':
      return (await createProspect(trx, cells as { address: string }, change)).id;
    case 'suppressions': {
      const { target, channel, reason } = cells as {
        target: SuppressionTarget;
        channel: string;
        reason?: string | null;
      };
      const row = { ...target, channel, reason: reason ?? null, source: change.actor };
      return (await addSuppression(trx, row, change)).id;
    }
    case 'commitments': {
      const fields = {
        prospect_id: null,
        starts: null,
        ends: null,
        type: 'reserved',
        note: null,
        ...cells,
      } as CommitmentFields;
      refuseBackwards(fields);
      return (await addCommitment(trx, fields, change)).id;
    }
    case 'peers': {
      const fields = { city: null, industry: null, ...cells } as PeerFields;
      await refuseKnownPeer(trx, fields.name, null);
      return (await addPeer(trx, fields, change)).id;
    }
    default:
      throw new Error('there is no such table');
  }
}

async function update(
  trx: Trx,
  table: GridTable,
  id: string,
  cells: Record<string, unknown>,
  change: Change,
): Promise<void> {
  switch (table) {
    case 'companies':
      await updateCompany(trx, id, cells, change);
      return;
    case 'prospects':
      await updateProspect(trx, id, cells, change);
      return;
    case 'suppressions':
      await updateSuppression(trx, countedId(id), cells, change);
      return;
    case 'commitments': {
      const before = await getRow(trx, 'commitments', id);
      if (before) refuseBackwards({ ...before, ...cells });
      await updateCommitment(trx, countedId(id), cells, change);
      return;
    }
    case 'peers':
      if (typeof cells['name'] === 'string') await refuseKnownPeer(trx, cells['name'], countedId(id));
      await updatePeer(trx, countedId(id), cells, change);
      return;
    default:
      throw new Error('there is no such table');
  }
}

async function remove(trx: Trx, table: GridTable, id: string, change: Change): Promise<void> {
  switch (table) {
    case 'companies':
      return await deleteCompany(trx, id, change);
    case 'prospects':
      return await deleteProspect(trx, id, change);
    case 'suppressions':
      return await deleteSuppression(trx, countedId(id), change);
    case 'commitments':
      return await deleteCommitment(trx, countedId(id), change);
    case 'peers':
      return await deletePeer(trx, countedId(id), change);
    default:
      throw new Error('there is no such table');
  }
}

/**
 * Refuses an edit of cells that changed since `version`; later changes of other cells do not matter.
 *
 * @param fields null = any change matters
 */
async function refuseStale(
  trx: Trx,
  { table, id, version }: { table: GridTable; id: string; version: number | null },
  fields: readonly string[] | null,
): Promise<void> {
  if (version === null) return;
  const later = await revisionsAfter(trx, version, { table, id });
  const said: Record<string, string> = {};
  for (const revision of later) {
    if (revision.after === null)
      throw new StaleError(`${revision.actor} deleted this ${TABLES[table].one} meanwhile.`, {});
    for (const { field, before, after } of fieldChanges(revision)) {
      if (fields !== null && !fields.includes(field)) continue;
      said[field] =
        `${revision.actor} changed ${field} from ${inWords(before)} to ${inWords(after)} meanwhile.`;
    }
  }
  const sentences = Object.values(said);
  if (sentences.length > 0) throw new StaleError(sentences.join(' '), said);
}

function inWords(value: unknown): string {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return 'nothing';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : `"${value as string | number}"`;
}

function refuseBackwards({ starts, ends }: { starts: string | null; ends: string | null }): void {
  if (starts !== null && ends !== null && ends < starts)
    throw new UserError(`ends ${ends} is before starts ${starts}: write a later day`);
}

async function refuseKnownPeer(trx: Trx, name: string, id: number | null): Promise<void> {
  const [known] = (await peersBy(trx, [nameKey(name)])).filter((peer) => peer.id !== id);
  if (known) throw new UserError(`${known.name} is a peer already`);
}

const SUBJECT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(TABLES).map(([table, { one }]) => [table, one])),
  threads: 'thread',
  thread_messages: 'thread_message',
};

async function audit(
  trx: Trx,
  revision: Revision,
  edit: Edit,
  loosens: string | null,
  reason: string | null,
): Promise<void> {
  const changes = fieldChanges(revision);
  const side = (of: 'before' | 'after'): Record<string, unknown> =>
    Object.fromEntries(changes.map((change) => [change.field, change[of]]));
  await recordAudit(trx, {
    at: revision.at,
    actor: revision.actor,
    subject: { type: SUBJECT[revision.table_name] ?? revision.table_name, id: revision.record_id },
    action:
      edit.type === 'revert' && revision.reverts !== null
        ? 'reverted'
        : revision.before === null
          ? 'created'
          : revision.after === null
            ? 'deleted'
            : 'changed',
    ...(revision.before === null ? {} : { before: side('before') }),
    ...(revision.after === null ? {} : { after: side('after') }),
    detail: { revision: revision.id, ...given(loosens, reason) },
  });
}

function given(loosens: string | null, reason: string | null): Record<string, string> {
  return { ...(loosens === null ? {} : { loosens }), ...(reason === null ? {} : { reason }) };
}
