import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../config/config.ts';
import { type Case, readCases } from '../../evaluate/cases.ts';
import { PROBES } from '../probes.ts';

/** Where the project's own probe cases are, one file a probe. */
export const PROBE_FOLDER = join(PROJECT_ROOT, 'models/probes');

export interface CanaryCase {
  case: Case;
  /** Marked by its author as hard. */
  hard: boolean;
  /** The operator's, saved from the playground: shown apart, and never a reason to trip. */
  own: boolean;
}

/** What the canary knows of a row beside what every case has. */
const marks = z.object({ id: z.coerce.string(), hard: z.boolean().default(false) });

/** Files of a folder of probe cases that are there, in the rubric's order. */
function files(folder: string): string[] {
  return PROBES.map((probe) => join(folder, `${probe}.jsonl`)).filter((path) => existsSync(path));
}

/** Names the cases of a folder by their bytes, 12 digits: only runs over the same cases can be compared one by one. */
export function casesVersion(folder: string): string {
  const hash = createHash('sha256');
  for (const path of files(folder)) hash.update(readFileSync(path)).update('\0');
  return hash.digest('hex').slice(0, 12);
}

/**
 * The probe cases of a folder, as their authors ordered them.
 *
 * @throws UserError naming file and line of the first row that cannot be used
 */
export function readProbes(folder: string): CanaryCase[] {
  return files(folder).flatMap((path) => withMarks(path, false));
}

/**
 * The operator's own cases; none where there is no file.
 *
 * @throws UserError naming file and line of the first row that cannot be used
 */
export function readOwnCases(dataDir: string): CanaryCase[] {
  const path = join(dataDir, 'probe-cases.jsonl');
  if (!existsSync(path) || readFileSync(path, 'utf8').trim() === '') return [];
  return withMarks(path, true);
}

function withMarks(path: string, own: boolean): CanaryCase[] {
  const hard = new Map<string, boolean>();
  const cases = readCases(path, new Date().toISOString().slice(0, 10));
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const row = marks.safeParse(JSON.parse(line));
    if (row.success) hard.set(row.data.id, row.data.hard);
  }
  return cases.map((one) => ({ case: one, hard: hard.get(one.id) ?? false, own }));
}
