import { resolve, sep } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { counted } from '../message/counted.ts';
import { type BadRow, type Case, readCaseRows, refuseBadRows } from './cases.ts';

/** A file of cases under the name that reports show. */
export interface CaseFile {
  /** Without ending, and without folders where it tells the files apart; the same wherever the files lie. */
  name: string;
  cases: Case[];
  /** Rows that were left out. */
  bad: BadRow[];
  /** Of the file, lower-case hex. */
  sha256: string;
}

/** What to do about rows that cannot be used: refuse the files, or go on without the rows. */
export type BadRows = 'stop' | 'skip';

export interface ReadOptions {
  badRows?: BadRows;
  /** Told of each row that is left out, in a line. */
  warn?: (line: string) => void;
}

/**
 * Reads several files of cases; one that is named twice is read once.
 *
 * @param today what a case without `as_of` is judged as of
 * @throws UserError naming file and line of rows that cannot be used, and for a file that has no other
 */
export function readCaseFiles(
  paths: readonly string[],
  today: string,
  { badRows = 'stop', warn = () => {} }: ReadOptions = {},
): CaseFile[] {
  const distinct = paths.filter((path, i) => paths.findIndex((one) => resolve(one) === resolve(path)) === i);
  const names = shortest(distinct);
  const read = distinct.map((path, i) => ({ path, name: names[i]!, ...readCaseRows(path, today) }));
  const bad = read.flatMap((file) => file.bad.map((one) => ({ ...one, path: file.path })));
  if (badRows === 'stop') refuseBadRows(bad, ' (--bad-rows skip goes on with the other rows)');
  const useless = read.find(({ cases }) => cases.length === 0);
  if (useless) {
    const { path, bad: rows } = useless;
    throw new UserError(
      `${path}: none of its ${counted(rows.length, 'row')} can be used; the first is line ${rows[0]!.line}: ${rows[0]!.why}`,
    );
  }
  for (const { path, line, why } of bad) warn(`${path}:${line}: left out: ${why}`);
  return read.map(({ name, cases, bad: rows, sha256 }) => ({ name, cases, bad: rows, sha256 }));
}

/** The last parts of each path, as few as tell it from the others. */
function shortest(paths: readonly string[]): string[] {
  const parts = paths.map((path) =>
    resolve(path)
      .replace(/\.jsonl?$/, '')
      .split(sep),
  );
  const last = (all: readonly string[], length: number): string => all.slice(-length).join('/');
  return parts.map((own, i) => {
    const others = parts.filter((_, other) => other !== i);
    const length = own.findIndex((_, index) => {
      const short = last(own, index + 1);
      return others.every((other) => last(other, index + 1) !== short);
    });
    return length < 0 ? paths[i]! : last(own, length + 1);
  });
}
