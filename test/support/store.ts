import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { openStore } from '../../src/store/open.ts';
import type { Database } from '../../src/store/database.ts';

/** Set by postgres-setup.ts: tests run on PostgreSQL, and this is its address; unset = SQLite. */
export const SERVER = process.env['PRESEND_TEST_POSTGRES'];

/** What `postgres-setup.ts` has brought up to date, to copy from. */
export const TEMPLATE = 'presend_template';

/** Whether this run's databases are PostgreSQL's. */
export const onPostgres = SERVER !== undefined;

const byFolder = new Map<string, string>();

/** Value of `store` for a data folder: SQLite, or a new database of the server of this run; the same one each time. */
export async function storeFor(folder: string): Promise<string> {
  if (SERVER === undefined) return 'sqlite';
  const known = byFolder.get(folder);
  if (known !== undefined) return known;
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: `${SERVER}/postgres` });
  await client.connect();
  await client.query(`create database ${name} template ${TEMPLATE}`);
  await client.end();
  const url = `${SERVER}/${name}`;
  byFolder.set(folder, url);
  configureCommands(url);
  return url;
}

/** Commands that a test starts without a configuration of its own work on the newest database. */
function configureCommands(url: string): void {
  const config = join(mkdtempSync(join(tmpdir(), 'presend-config-')), 'presend.yaml');
  writeFileSync(config, `store: ${url}\nrubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\n`);
  process.env['PRESEND_CONFIG'] = config;
}

/** The database of a data folder, up to date; whoever opens it closes it. */
export async function openDatabaseOf(folder: string): Promise<Database> {
  const database = openStore({ store: await storeFor(folder), source: null, data_dir: folder });
  await database.migrate();
  return database;
}

/** Drops the databases of this test file. */
export async function dropStores(): Promise<void> {
  if (SERVER === undefined || byFolder.size === 0) return;
  const client = new pg.Client({ connectionString: `${SERVER}/postgres` });
  await client.connect();
  for (const url of byFolder.values())
    await client.query(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
  byFolder.clear();
  await client.end();
}
