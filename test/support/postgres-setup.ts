import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresDatabase } from '../../src/store/postgres/database.ts';
import { PostgresServer } from './postgres.ts';
import { TEMPLATE } from './store.ts';

/** One server for the whole run, with a database that is up to date: copying it is faster than migrating each. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await PostgresServer.start();
  await server.query(`create database ${TEMPLATE}`);
  const folder = mkdtempSync(join(tmpdir(), 'presend-template-'));
  const database = new PostgresDatabase(server.url(TEMPLATE), folder);
  await database.migrate();
  await database.close();
  rmSync(folder, { recursive: true });
  process.env['PRESEND_TEST_POSTGRES'] = server.url('').replace(/\/$/, '');
  return () => server.stop();
}
