import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { finishExchange } from '../backup/swap.ts';
import { bringUpToDate } from '../backup/up-to-date.ts';
import type { Config } from '../config/config.ts';
import { isStore, postgresUrl, shownStore } from '../config/store.ts';
import { UserError } from '../config/user-error.ts';
import { type Progress, progressOn } from '../evaluate/progress.ts';
import { counted } from '../message/counted.ts';
import type { Database } from '../store/database.ts';
import { gateRuns, lockDataFolder, lockForCopy } from '../store/gate-lock.ts';
import { PostgresDatabase } from '../store/postgres/database.ts';
import { SqliteDatabase } from '../store/sqlite-database.ts';
import { copyStore, type Copied, type Store } from '../store-copy/copy.ts';
import { gateId } from '../transparent/loop.ts';
import { actorName } from './actor.ts';
import { configFor, databasePath } from './context.ts';
import { printJson, printLine } from './output.ts';

interface Options {
  from?: string;
  to: string;
  ahead?: boolean;
  json?: boolean;
}

/** `presend store copy`: moves a gate to the other engine, nothing lost and nothing sent twice. */
export function register(store: Command): void {
  store
    .command('copy')
    .description('move the gate’s database from SQLite to PostgreSQL, or back; can be ended and run again')
    .option('--from <store>', 'sqlite, postgres (as configured) or postgres://…; default: as configured')
    .requiredOption('--to <store>', 'sqlite, postgres (as configured) or postgres://…')
    .option('--ahead', 'copy what is there while the gate goes on; it is not finished by that')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A large gate is copied ahead while it works, then stopped, and what has changed meanwhile is copied:
  presend store copy --to postgres://presend@db.example:5432/presend --ahead
  (stop the gate, on every machine)
  presend store copy --to postgres://presend@db.example:5432/presend
  (write that address as store into the configuration; start the gate)
A small one needs the second line only. The way back: presend store copy --from postgres --to sqlite

The database must be there and empty, its owner the role that is named; the password comes from store_password_file of the
configuration, or PGPASSWORD. The keys in the data folder's secrets stay where they are and hold for both.

What it does, so that nothing accepted is lost and nothing is sent twice:
  1. It closes the store that is left: from then on the database itself refuses every change, also those of a gate that was
     forgotten to be stopped. It says so, and no gate starts there.
  2. It makes the other one equal, in batches. Ended in between (kill, power, network) it goes on from there when run again;
     no gate starts on an unfinished copy.
  3. It reads both wholly and compares count and SHA-256 of every table, the references between tables, and sets the counters.
  4. It notes in the old store that the gate was moved, and only then in the new one that a gate may work there.
Before step 4 presend store reopen takes it back; after it, copy in the other direction. PostgreSQL's text takes no NUL: U+FFFD
stands for it there.`,
    )
    .action(async (options: Options, self: Command) => {
      await run(configFor(self), options);
    });
}

async function run(config: Config, options: Options): Promise<void> {
  const { data_dir: dataDir, source: configFile } = config;
  const from = named(options.from ?? config.store, '--from', config);
  const to = named(options.to, '--to', config);
  if ((from === 'sqlite') === (to === 'sqlite'))
    throw new UserError(
      from === 'sqlite'
        ? 'name a PostgreSQL database: --to postgres://user@host:5432/name'
        : 'one of the two must be sqlite; PostgreSQL is copied to PostgreSQL by pg_dump and pg_restore',
    );
  if (from === 'sqlite' && !existsSync(databasePath(config)))
    throw new UserError(`there is no database at ${databasePath(config)}; name another folder with --data`);
  const ahead = options.ahead ?? false;
  if (!ahead && gateRuns(dataDir))
    throw new UserError(
      `a gate works on ${dataDir}: stop it first, or copy what is there already with --ahead`,
    );
  const unlock = [lockForCopy(dataDir)];
  const databases: Database[] = [];
  const open = (store: string, readonly: boolean): Store => {
    const database = openDirectly({ ...config, store }, readonly);
    databases.push(database);
    return { database, name: store === 'sqlite' ? databasePath(config) : shownStore(store) };
  };
  const progress = stepProgress();
  const began = performance.now();
  try {
    if (!ahead) {
      unlock.unshift(lockDataFolder(dataDir));
      await finishExchange(dataDir, { locked: true });
    }
    const source = open(from, ahead);
    if (!ahead) source.database.secureLog();
    await requireCurrent(source, config, ahead);
    const target = open(to, false);
    await target.database.migrate();
    const copied = await copyStore({
      source,
      target,
      gate: gateId(dataDir),
      ahead,
      actor: actorName(),
      now: Date.now,
      onProgress: progress.at,
    });
    progress.end();
    tell(copied, {
      source,
      target,
      configFile,
      seconds: (performance.now() - began) / 1000,
      json: options.json,
    });
  } finally {
    progress.end();
    for (const database of databases) await database.close();
    for (const letGo of unlock) letGo();
  }
}

/** A store as an option names it. */
function named(value: string, option: string, config: Config): string {
  if (value !== 'postgres') {
    if (isStore(value)) return value;
    throw new UserError(`${option}: write sqlite, postgres, or postgres://user@host:5432/name`);
  }
  if (config.store !== 'sqlite') return config.store;
  throw new UserError(
    `${option} postgres: the configuration names no PostgreSQL database; write its address`,
  );
}

/** With one connection to PostgreSQL: all others that are seen there are somebody else's. */
function openDirectly(config: Config, readonly: boolean): Database {
  const url = postgresUrl(config);
  return url === null
    ? new SqliteDatabase(databasePath(config), { readonly })
    : new PostgresDatabase(url, config.data_dir, { readonly, single: true });
}

/** Both stores must have the same schema. */
async function requireCurrent({ database, name }: Store, config: Config, ahead: boolean): Promise<void> {
  const { applied, pending, unknown } = await database.schemaState();
  if (applied.length === 0) throw new UserError(`${name} holds no gate that could be moved`);
  if (ahead && pending.length + unknown.length > 0)
    throw new UserError(`${name} is of another version of presend; start the gate with this one first`);
  if (!ahead) await bringUpToDate(database, config.data_dir, Date.now);
}

function stepProgress(): { at: (step: string, done: number, total: number) => void; end: () => void } {
  let current: { step: string; progress: Progress } | null = null;
  const end = (): void => {
    current?.progress.end();
    current = null;
  };
  return {
    at: (step, done, total) => {
      if (current?.step !== step) {
        end();
        process.stderr.write(`${step} ${counted(total, 'row')} …\n`);
        current = { step, progress: progressOn(process.stderr, step, total) };
      }
      current.progress.at(done);
    },
    end,
  };
}

function tell(
  { finished, changes, tables }: Copied,
  by: { source: Store; target: Store; configFile: string | null; seconds: number; json: boolean | undefined },
): void {
  const { source, target, configFile, seconds } = by;
  if (by.json)
    return printJson({
      from: source.name,
      to: target.name,
      finished,
      ...changes,
      seconds: Number(seconds.toFixed(3)),
      tables,
    });
  const rate = Math.round(changes.written / Math.max(seconds, 0.001)).toLocaleString('en');
  printLine(
    `${counted(changes.written, 'row')} written and ${changes.removed.toLocaleString('en')} taken out in ${seconds.toFixed(1)} s (${rate}/s).`,
  );
  if (tables === null)
    return printLine(
      'Copied ahead. Stop the gate and run the same without --ahead: it copies what has changed since.',
    );
  const rows = Object.values(tables).reduce((sum, one) => sum + one.rows, 0);
  printLine(
    `Both hold the same: ${counted(rows, 'row')} in ${counted(Object.keys(tables).length, 'table')}, compared by count and SHA-256.`,
  );
  printLine(`The gate was moved to ${target.name}. No gate starts on ${source.name} any more.`);
  const store = target.database.engine === 'sqlite' ? 'sqlite' : target.name;
  printLine(`Now write "store: ${store}" into ${configFile ?? 'the configuration'} and start the gate.`);
}
