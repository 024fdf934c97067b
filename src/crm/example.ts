import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { fingerprints } from '../judge/language/fingerprint.ts';
import type { Database } from '../store/database.ts';
import { importCsv, type ImportReport, KINDS } from './csv.ts';

/**
 * Loads the example CRM: `companies.csv`, `prospects.csv` … of a folder, as an import would.
 *
 * @throws UserError naming the file and row when one cannot be loaded
 */
export async function loadExampleCrm(
  database: Database,
  folder: string,
  at: number = Date.now(),
): Promise<ImportReport[]> {
  const reports: ImportReport[] = [];
  for (const kind of KINDS) {
    const file = join(folder, `${kind}.csv`);
    if (!existsSync(file)) continue;
    const report = await importCsv(database, {
      kind,
      bytes: readFileSync(file),
      name: `${kind}.csv`,
      actor: 'example',
      at,
      fingerprint: fingerprints,
    });
    const [bad] = report.errors;
    if (bad) throw new UserError(`${file}, row ${bad.row}: ${bad.message}`);
    reports.push(report);
  }
  return reports;
}
