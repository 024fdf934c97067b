import { createHash, type Hash } from 'node:crypto';
import type { Table } from './tables-store.ts';

export type Value = string | number | Buffer | null;
export type Row = Record<string, Value>;
/** Values of a table's key, in its order. */
export type Key = (string | number)[];

/**
 * A row in one form, whichever engine it was read from: a JSON array of its values in the order of the columns' names, bytes as
 * lower-case hexadecimal, numbers as the shortest text of the double (ECMA-262, Number::toString). PostgreSQL's text takes no NUL;
 * U+FFFD stands for it there, and so it does here.
 */
export function rowForm(table: Table, row: Row): string {
  return JSON.stringify(
    table.columns.map(({ name }) => {
      const value = row[name] ?? null;
      if (Buffer.isBuffer(value)) return value.toString('hex');
      return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;
    }),
  );
}

export const keyOf = (table: Table, row: Row): Key => table.key.map((name) => row[name] as string | number);

/** For comparing keys of two engines. */
export const keyForm = (table: Table, row: Row): string => JSON.stringify(keyOf(table, row));

/** What a table holds, in short. */
export interface Digest {
  rows: number;
  /** SHA-256 over the forms of its rows in the order of its key, each followed by a line feed; hexadecimal. */
  sha256: string;
}

/** Adds rows up in the order of their key. */
export class TableDigest {
  readonly #hash: Hash = createHash('sha256');
  #rows = 0;

  add(table: Table, row: Row): void {
    this.#hash.update(`${rowForm(table, row)}\n`);
    this.#rows += 1;
  }

  /** Once, at the end. */
  digest(): Digest {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') };
  }
}
