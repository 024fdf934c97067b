import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Change } from '../../src/crm/records.ts';
import type { Database } from '../../src/store/database.ts';
import { openDatabaseOf } from '../support/store.ts';

export const NOW = Date.parse('2026-03-01T09:00:00Z');
export const ann: Change = { actor: 'test:ann', at: NOW };
export const later = (minutes: number): Change => ({ actor: 'test:ben', at: NOW + minutes * 60_000 });

const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'presend-crm-'));
  opened.push(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
  return folder;
}

/** A migrated database in a file of its own; closed and removed when the test ends. */
export async function openDatabase(): Promise<Database> {
  const database = await openDatabaseOf(temporaryFolder());
  opened.unshift(() => database.close());
  return database;
}
