import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { randomFrom } from '../../src/evaluate/random.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { GateChild } from './child.ts';
import { configOf } from './cycle-config.ts';
import type { CycleOptions, CycleOutcome } from './cycle.ts';
import type { Lane } from './lane.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { Mails } from './mails.ts';
import type { Spot } from './plan.ts';
import { type Breach, reconcile } from './reconcile.ts';
import { rest } from './rest.ts';

const CHILD = join(import.meta.dirname, '../backup/backup-child.mjs');

/**
 * A gate under load that is not harmed, and backups of it that are killed: what has a backup's name is a whole one, with all
 * that clients had been told by then, and nothing is in the way of the next.
 */
export async function runBackupCycle(
  lane: Lane,
  options: Pick<CycleOptions, 'seed' | 'name' | 'model' | 'onKill'> & { spots: readonly Spot[] },
): Promise<CycleOutcome> {
  const { seed, name, model, spots, onKill } = options;
  const random = randomFrom(seed);
  const ledger = new Ledger();
  lane.ledger = ledger;
  lane.upstreams.calm = true;
  lane.webhook.calm = true;
  const folder = mkdtempSync(join(tmpdir(), 'presend-crash-'));
  cpSync(lane.template.folder, folder, { recursive: true });
  const backups = join(folder, 'copies');
  const breaches: Breach[] = [];
  const died: Spot[] = [];
  ledger.generation = 1;
  const gate = new GateChild(lane.gate, {
    folder,
    rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
    config: configOf(lane),
    model,
  });
  const database = new SqliteDatabase(join(folder, 'presend.db'), { readonly: true });
  try {
    const ports = await gate.start(0);
    if (!ports) throw new Error(`the gate does not start: ${(await gate.ended).stderr}`);
    const load = new Load({ ledger, mails: new Mails(name, random), template: lane.template, random });
    let enough = (): void => {};
    const loading = load.run(ports, new Promise<void>((resolve) => (enough = resolve)));
    for (const spot of [...spots, null]) {
      const told = ledger.mails.flatMap(({ tries }) => tries.flatMap(({ id }) => id ?? []));
      const before = visible(backups);
      const ended = await backUp(folder, backups, spot);
      const made = visible(backups).filter((one) => !before.includes(one));
      if (ended !== (spot === null ? 0 : 'SIGKILL')) {
        breaches.push({ what: 'unexpected', why: `a backup to be killed at ${spot} ended with ${ended}` });
      }
      if (made.length !== (spot === 'backup-copied' ? 0 : 1)) {
        breaches.push({ what: 'damaged', why: `a backup killed at ${spot} left ${made.length} backups` });
      }
      for (const one of made) breaches.push(...(await unsound(join(backups, one), told)));
      if (spot === null) continue;
      died.push(spot);
      onKill?.(spot);
    }
    enough();
    await loading;
    await rest(database, load, gate, ports, { offsetMs: 0 });
    await gate.kill();
    const left = readdirSync(backups).filter((one) => one.startsWith('.'));
    if (left.length > 0) breaches.push({ what: 'damaged', why: `backups left ${left.join(', ')}` });
    const reconciled = await reconcile(database, ledger, model);
    breaches.push(...reconciled.breaches);
    return { ...reconciled, breaches, kills: died, folder: breaches.length > 0 ? folder : null };
  } finally {
    await gate.kill();
    await database.close();
    if (breaches.length === 0) rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns its exit status, or the signal that ended it */
async function backUp(folder: string, backups: string, spot: Spot | null): Promise<number | string> {
  const child = spawn(process.execPath, [CHILD, folder, backups, 'to the end', ''], {
    stdio: ['ignore', 'ignore', spot === null ? 'inherit' : 'ignore'],
    env: { ...process.env, ...(spot === null ? {} : { PRESEND_FAIL_POINT: spot }) },
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code ?? 1;
}

/** Those that have a name. */
function visible(backups: string): string[] {
  return existsSync(backups) ? readdirSync(backups).filter((name) => !name.startsWith('.')) : [];
}

/** What a backup lacks. */
async function unsound(backup: string, told: string[]): Promise<Breach[]> {
  const database = new SqliteDatabase(join(backup, 'presend.db'), { readonly: true });
  try {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.db);
    const messages = await database.db.selectFrom('messages').select('id').execute();
    const there = new Set(messages.map(({ id }) => id));
    const missing = told.filter((id) => !there.has(id));
    return [
      ...(rows[0]?.integrity_check === 'ok' ? [] : [{ what: 'damaged' as const, why: `${backup}: damaged` }]),
      ...missing.map((id) => ({ what: 'lost' as const, why: `${id} is not in the backup made after it` })),
    ];
  } finally {
    await database.close();
  }
}
