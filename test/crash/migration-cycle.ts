import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { GateChild } from './child.ts';
import { configOf } from './cycle-config.ts';
import type { CycleOptions, CycleOutcome } from './cycle.ts';
import { makeFirstSchema } from './first-schema.ts';
import type { Lane } from './lane.ts';
import { Ledger } from './ledger.ts';
import type { Spot } from './plan.ts';
import { type Breach, reconcile } from './reconcile.ts';
import { rest } from './rest.ts';

/**
 * A database of the first schema, with mail in it, whose migration to today's is killed again and again; in the end it has today's
 * schema and its mail went out once.
 */
export async function runMigrationCycle(
  lane: Lane,
  {
    seed,
    model,
    onKill,
    spots,
  }: Pick<CycleOptions, 'seed' | 'model' | 'onKill'> & { spots: readonly Spot[] },
): Promise<CycleOutcome> {
  const random = randomFrom(seed);
  const old = await makeFirstSchema();
  const ledger = new Ledger();
  ledger.mails.push(...old.mails);
  ledger.inDoubt.push({ generation: 0, deliveryId: old.inDoubt });
  lane.ledger = ledger;
  lane.upstreams.calm = true;
  const folder = mkdtempSync(join(tmpdir(), 'presend-crash-'));
  cpSync(old.folder, folder, { recursive: true });
  rmSync(old.folder, { recursive: true });
  const child = (env: Record<string, string> = {}): GateChild =>
    new GateChild(
      lane.gate,
      { folder, rubric: join(PROJECT_ROOT, 'config/rubric.yaml'), config: configOf(lane), model },
      env,
    );
  const breaches: Breach[] = [];
  const died: Spot[] = [];
  for (const spot of spots) {
    // Of all but the first.
    const nth = 1 + Math.floor(random() * (Object.keys(migrations).length - 1));
    const gate = child({ PRESEND_FAIL_POINT: `${spot}:${nth}` });
    ledger.generation += 1;
    await gate.loaded();
    const ports = await gate.start(0);
    if (ports) breaches.push({ what: 'unexpected', why: `the gate did not meet ${spot}:${nth}` });
    const { point, killed, stderr } = ports ? await gate.kill() : await gate.ended;
    if (!killed)
      breaches.push({ what: 'stuck', why: `killed at ${died.at(-1)}, it starts no more: ${stderr}` });
    died.push(point ?? 'random');
    onKill?.(point ?? 'random');
  }
  const gate = child();
  ledger.generation += 1;
  await gate.loaded();
  const ports = await gate.start(0);
  const database = new SqliteDatabase(join(folder, 'presend.db'), { readonly: true });
  try {
    if (ports) await rest(database, null, gate, ports, { offsetMs: 0 });
    else breaches.push({ what: 'stuck', why: `it starts no more: ${(await gate.ended).stderr}` });
    await gate.kill();
    const [is, ought] = [await schemaOf(database), await freshSchema()];
    if (is !== ought)
      breaches.push({ what: 'damaged', why: `the schema is not that of a new database: ${is}` });
    const reconciled = await reconcile(database, ledger, model);
    breaches.push(...reconciled.breaches);
    return { ...reconciled, breaches, kills: died, folder: breaches.length > 0 ? folder : null };
  } finally {
    await gate.kill();
    await database.close();
    if (breaches.length === 0) rmSync(folder, { recursive: true, force: true });
  }
}

async function freshSchema(): Promise<string> {
  const database = new SqliteDatabase(':memory:');
  await database.migrate();
  const schema = await schemaOf(database);
  await database.close();
  return schema;
}

async function schemaOf({ db }: Database): Promise<string> {
  const { rows } = await sql<{ sql: string }>`
    select sql from sqlite_master where sql is not null order by type, name`.execute(db);
  return rows.map((row) => row.sql).join('\n');
}
