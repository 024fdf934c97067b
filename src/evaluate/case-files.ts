import { basename } from 'node:path';
import { type Case, readCases } from './cases.ts';

/** A file of cases under the name that reports show. */
export interface CaseFile {
  /** Without folder and ending where that tells the files apart. */
  name: string;
  cases: Case[];
}

/**
 * Reads several files of cases.
 *
 * @param today what a case without `as_of` is judged as of
 * @throws UserError naming file and line of the first row that cannot be used
 */
export function readCaseFiles(paths: readonly string[], today: string): CaseFile[] {
  const short = paths.map((path) => basename(path).replace(/\.jsonl?$/, ''));
  return paths.map((path, i) => ({
    name: short.filter((name) => name === short[i]).length > 1 ? path : short[i]!,
    cases: readCases(path, today),
  }));
}
