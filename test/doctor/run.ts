import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { type Config, PROJECT_ROOT, configSchema } from '../../src/config/config.ts';
import { type Check, type Result, examine } from '../../src/doctor/check.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'presend-doctor-'));

/** A configuration as the gate reads it. */
export function configOf(dataDir: string, input: z.input<typeof configSchema> = {}): Config {
  return {
    ...configSchema.parse(input),
    hostname: 'gate.test',
    source: null,
    data_dir: dataDir,
    rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
  };
}

/** A folder with a database as a start makes it, closed again. */
export async function folderWithDatabase(): Promise<{ folder: string; path: string }> {
  const folder = newFolder();
  const path = join(folder, 'presend.db');
  const database = new SqliteDatabase(path);
  await database.migrate();
  await database.close();
  return { folder, path };
}

export async function findings(...checks: Check[]): Promise<Result[]> {
  const found: Result[] = [];
  for await (const result of examine(checks)) found.push(result);
  return found;
}

/** State of the one finding of a check. */
export async function stateOf(check: Check): Promise<string> {
  const found = await findings(check);
  return found.map(({ state }) => state).join();
}
