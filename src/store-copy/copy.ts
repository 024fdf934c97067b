import { randomUUID } from 'node:crypto';
import { UserError } from '../config/user-error.ts';
import { counted } from '../message/counted.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import {
  closeStore,
  type CopyNote,
  type Moved,
  openAgain,
  readCopyNote,
  readMoved,
  time,
  writeCopyNote,
  writeMoved,
} from '../store/moved-store.ts';
import { type Changes, copyTable, type Copying, digestTable } from './copy-table.ts';
import type { Digest } from './row-form.ts';
import { countRows } from './rows-store.ts';
import { type Table, tablesOf } from './tables-store.ts';
import {
  addReferences,
  checkReferences,
  dropReferences,
  goOnAfter,
  lastNumber,
  orphans,
  otherGates,
} from './target-store.ts';

/** A database of a gate and what people call it. */
export interface Store {
  database: Database;
  /** As it may be shown. */
  name: string;
}

export interface CopyOptions {
  source: Store;
  /** Up to date. One of the two is SQLite. */
  target: Store;
  /** Of the data folder. */
  gate: string;
  /** The gate goes on working on the source; the copy is not finished by it. */
  ahead: boolean;
  actor: string;
  now: () => number;
  onProgress?: (step: 'copying' | 'verifying', done: number, total: number) => void;
}

export interface Copied {
  /** false = copied ahead: run it once more when the gate has stopped. */
  finished: boolean;
  changes: Changes;
  /** What both hold, by table; null = copied ahead. */
  tables: Record<string, Digest> | null;
}

/** The pass that may be made while the gate works. */
const AHEAD = 'ahead';

/**
 * Copies a gate's database to the other engine. Copied ahead, it changes nothing of the source. Otherwise the source is closed first:
 * then nothing of it can change, what an earlier run has copied needs not be looked at again, and the target is opened only after the
 * source says that the gate has moved. At no moment can a gate work on both.
 *
 * @throws UserError when a gate works on the source, the target is not empty, or holds something else at the end
 */
export async function copyStore(options: CopyOptions): Promise<Copied> {
  const { source, target, ahead } = options;
  const sqlite = source.database.engine === 'sqlite' ? source : target;
  const tables = await tablesOf(sqlite.database.db);
  await requireSource(options);
  await requireTarget(options, tables);
  const pass = ahead ? AHEAD : (await close(options, tables)).pass;
  await checkReferences(target.database, false);
  try {
    const note = await begin(options, tables, pass);
    const changes = await copyAll(options, tables, note);
    if (ahead) return { finished: false, changes, tables: null };
    const digests = await verify(options, tables);
    await finish(options, tables, digests);
    return { finished: true, changes, tables: digests };
  } finally {
    await checkReferences(target.database, true);
  }
}

async function requireSource({ source: { database, name }, ahead }: CopyOptions): Promise<void> {
  const note = await readCopyNote(database.db);
  if (note?.state === 'copying')
    throw new UserError(`${name} is itself a copy of ${note.from} that is not finished`);
  const others = ahead ? [] : await otherGates(database);
  if (others.length > 0)
    throw new UserError(
      `others work on ${name}: ${others.join(', ')}; stop every gate and command first, or copy ahead with --ahead`,
    );
}

/** @throws UserError for a database that is, or may be, somebody's */
async function requireTarget({ source, target, gate, ahead }: CopyOptions, tables: Table[]): Promise<void> {
  const { db } = target.database;
  const moved = await readMoved(source.database.db);
  const [note, closed] = [await readCopyNote(db), await readMoved(db)];
  if (moved && ahead)
    throw new UserError(`${source.name} is closed since ${time(moved.at)}; run this without --ahead`);
  if (moved && note?.pass !== moved.pass && moved.state === 'moved')
    throw new UserError(`the gate of ${source.name} was moved to ${moved.to} on ${time(moved.at)} already`);
  if (moved && note?.pass === moved.pass && note.state === 'complete')
    throw new UserError(`${source.name} was moved to ${target.name} on ${time(note.at)} already`);
  const ours = (note?.state === 'copying' && note.gate === gate) || (closed !== null && closed.gate === gate);
  if (ours) return;
  for (const table of tables) {
    if (table.name === 'settings' || (await countRows(db, table)) === 0) continue;
    throw new UserError(
      `${target.name} holds a gate's data already (table ${table.name}) and is no copy of this one; name an empty database`,
    );
  }
}

/** Nothing of the source changes after this. */
async function close(
  { source, target, gate, actor, now }: CopyOptions,
  tables: readonly Table[],
): Promise<Moved> {
  const before = await readMoved(source.database.db);
  if (before !== null) {
    if (before.to === target.name || before.state === 'moved') return before;
    throw new UserError(
      `${source.name} is being moved to ${before.to} since ${time(before.at)}; finish that, or take it back with presend store reopen`,
    );
  }
  const moved: Moved = { state: 'moving', to: target.name, at: now(), pass: randomUUID(), gate };
  await source.database.transact((trx) =>
    closeStore(trx, moved, { tables: tables.map(({ name }) => name), actor }),
  );
  return moved;
}

/** Says in the target what it is, and where the pass stands. */
async function begin(
  { source, target, gate, now }: CopyOptions,
  tables: readonly Table[],
  pass: string,
): Promise<CopyNote> {
  const { database } = target;
  return database.transact(async (trx) => {
    const before = await readCopyNote(trx);
    const goesOn = before?.state === 'copying';
    if (goesOn && before.pass === pass) return before;
    await openAgain(
      trx,
      tables.map(({ name }) => name),
    );
    const note: CopyNote = {
      state: 'copying',
      from: source.name,
      at: now(),
      gate,
      pass,
      cursor: null,
      references: goesOn ? before.references : await dropReferences(trx),
    };
    await writeCopyNote(trx, note);
    return note;
  });
}

async function copyAll(
  { source, target, onProgress = () => {} }: CopyOptions,
  tables: readonly Table[],
  note: CopyNote,
): Promise<Changes> {
  let total = 0;
  for (const table of tables) total += await countRows(source.database.db, table);
  let done = 0;
  const copying: Copying = {
    source: source.database,
    target: target.database,
    note: (trx, cursor) => writeCopyNote(trx, { ...note, cursor }),
    onRows: (rows) => onProgress('copying', (done += rows), total),
  };
  const sum: Changes = { written: 0, removed: 0 };
  const at = tables.findIndex(({ name }) => name === note.cursor?.table);
  for (const table of tables.slice(0, Math.max(at, 0)))
    copying.onRows(await countRows(source.database.db, table));
  for (const table of tables.slice(Math.max(at, 0))) {
    const changes = await copyTable(copying, table, table.name === note.cursor?.table ? note.cursor : null);
    sum.written += changes.written;
    sum.removed += changes.removed;
  }
  // The next pass, or this one if verifying finds a difference, looks at everything again.
  await target.database.transact((trx) => writeCopyNote(trx, { ...note, cursor: null }));
  return sum;
}

/**
 * Reads all of both, each in the order of its own keys.
 *
 * @throws UserError when they differ
 */
async function verify(
  { source, target, onProgress = () => {} }: CopyOptions,
  tables: readonly Table[],
): Promise<Record<string, Digest>> {
  let total = 0;
  for (const table of tables) total += await countRows(source.database.db, table);
  let done = 0;
  const digests: Record<string, Digest> = {};
  const different: string[] = [];
  for (const table of tables) {
    const [here, there] = await Promise.all([
      digestTable(source.database, table, (rows) => onProgress('verifying', (done += rows), total)),
      digestTable(target.database, table),
    ]);
    digests[table.name] = here;
    if (here.sha256 === there.sha256) continue;
    different.push(
      here.rows === there.rows
        ? `${table.name} (rows differ)`
        : `${table.name} (${counted(here.rows, 'row')}, and ${there.rows.toLocaleString('en')} there)`,
    );
  }
  const lost = await orphans(target.database);
  if (different.length === 0 && lost.length === 0) return digests;
  throw new UserError(
    different.length > 0
      ? `${target.name} does not hold what ${source.name} does: ${different.join(', ')}. Somebody wrote to it; run the same again, which mends it`
      : `rows of ${lost.join(', ')} name others that are not there, in ${source.name} as well`,
  );
}

/** The source says that the gate has moved before the target lets one work on it. */
async function finish(
  { source, target, gate, actor, now }: CopyOptions,
  tables: readonly Table[],
  digests: Record<string, Digest>,
): Promise<void> {
  const numbers = new Map<Table, number>();
  for (const table of tables) numbers.set(table, await lastNumber(source.database.db, table));
  const moved = await readMoved(source.database.db);
  if (moved === null)
    throw new UserError(`${source.name} was opened again meanwhile; begin anew when its gate has stopped`);
  await source.database.transact((trx) => writeMoved(trx, { ...moved, state: 'moved', at: now() }));
  await target.database.transact(async (trx) => {
    const note = await readCopyNote(trx);
    if (note?.pass !== moved.pass) throw new UserError(`another copy to ${target.name} was begun meanwhile`);
    for (const [table, last] of numbers) await goOnAfter(trx, table, last);
    await addReferences(trx, note.references);
    const at = now();
    await writeCopyNote(trx, { ...note, state: 'complete', at, cursor: null, references: [] });
    await recordAudit(trx, {
      at,
      actor,
      subject: { type: 'gate', id: 'store' },
      action: 'moved',
      detail: {
        from: source.name,
        to: target.name,
        rows: Object.values(digests).reduce((sum, { rows }) => sum + rows, 0),
        gate,
      },
    });
  });
}
