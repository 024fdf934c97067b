import type { Database, Trx } from '../store/database.ts';
import type { CopyCursor } from '../store/moved-store.ts';
import { type Digest, type Key, keyForm, keyOf, rowForm, TableDigest } from './row-form.ts';
import { countRows, deleteRows, insertRows, nextEnd, readKeys, readRows } from './rows-store.ts';
import type { Table } from './tables-store.ts';

export interface Copying {
  source: Database;
  target: Database;
  /** Notes in the transaction of a batch that all up to here is done. */
  note: (trx: Trx, cursor: CopyCursor) => Promise<void>;
  /** So many more rows of the source are known to be in the target. */
  onRows: (rows: number) => void;
}

/** Rows written and taken out. */
export interface Changes {
  written: number;
  removed: number;
}

/**
 * Makes a table of the target equal to the source's. First what is not in the source as it is in the target goes, then what is
 * missing comes: in between the target holds nothing but rows of the source, so no unique value is in the way.
 *
 * @param from where an earlier run of the same pass was in this table; null = at the beginning
 */
export async function copyTable(
  copying: Copying,
  table: Table,
  from: CopyCursor | null = null,
): Promise<Changes> {
  const removed = from?.step === 'fill' ? 0 : await clear(copying, table, from?.after ?? null);
  const written = await fill(copying, table, from?.step === 'fill' ? from.after : null);
  return { written, removed };
}

async function clear({ source, target, note }: Copying, table: Table, from: Key | null): Promise<number> {
  let removed = 0;
  for (let after = from; ; ) {
    const to = await nextEnd(target.db, table, after);
    if (to === null) return removed;
    const range = { after, to };
    const [there, here] = await Promise.all([
      readRows(target.db, table, range),
      readRows(source.db, table, range),
    ]);
    const right = new Set(here.map((row) => rowForm(table, row)));
    const wrong = there.filter((row) => !right.has(rowForm(table, row))).map((row) => keyOf(table, row));
    if (wrong.length > 0) {
      await target.transact(async (trx) => {
        await deleteRows(trx, table, wrong);
        await note(trx, { table: table.name, step: 'clear', after: to });
      });
      removed += wrong.length;
    }
    after = to;
  }
}

async function fill(
  { source, target, note, onRows }: Copying,
  table: Table,
  from: Key | null,
): Promise<number> {
  let written = 0;
  if (from !== null) onRows(await countRows(source.db, table, { after: null, to: from }));
  for (let after = from; ; ) {
    const to = await nextEnd(source.db, table, after);
    if (to === null) return written;
    const range = { after, to };
    const [rows, there] = await Promise.all([
      readRows(source.db, table, range),
      readKeys(target.db, table, range),
    ]);
    const known = new Set(there.map((row) => keyForm(table, row)));
    const missing = rows.filter((row) => !known.has(keyForm(table, row)));
    if (missing.length > 0) {
      await target.transact(async (trx) => {
        await insertRows(trx, table, missing);
        await note(trx, { table: table.name, step: 'fill', after: to });
      });
      written += missing.length;
    }
    onRows(rows.length);
    after = to;
  }
}

/** Reads a whole table. */
export async function digestTable(
  { db }: Database,
  table: Table,
  onRows: (rows: number) => void = () => {},
): Promise<Digest> {
  const digest = new TableDigest();
  for (let after: Key | null = null; ; ) {
    const to: Key | null = await nextEnd(db, table, after);
    if (to === null) return digest.digest();
    const rows = await readRows(db, table, { after, to });
    for (const row of rows) digest.add(table, row);
    onRows(rows.length);
    after = to;
  }
}
