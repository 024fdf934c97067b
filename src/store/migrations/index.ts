import type { Migration, MigrationProvider } from 'kysely';
import * as first from './0001-first.ts';

/** Migrations in code, so that a build carries them and no folder is scanned at start. */
export const migrations: Record<string, Migration> = { '0001-first': first };

export const migrationProvider: MigrationProvider = { getMigrations: async () => migrations };
