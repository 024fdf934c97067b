import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { finishExchange } from '../backup/swap.ts';
import type { Config } from '../config/config.ts';
import { shownStore } from '../config/store.ts';
import { UserError } from '../config/user-error.ts';
import { bytes } from '../insight/words.ts';
import { counted } from '../message/counted.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { openAgain, readCopyNote, readMoved, time } from '../store/moved-store.ts';
import { openStore } from '../store/open.ts';
import { lockDataFolder } from '../store/gate-lock.ts';
import { tableNames } from '../store-copy/tables-store.ts';
import { actorName } from './actor.ts';
import { configFor, databasePath } from './context.ts';
import { printJson, printLine } from './output.ts';
import { register as copy } from './store-copy.ts';

interface Options {
  trustNothingSent?: boolean;
  json?: boolean;
}

/** `presend store`: where the gate's database is, and moving it between SQLite and PostgreSQL. */
export function register(program: Command): void {
  const command = program
    .command('store')
    .description('where the gate’s database is; moving it between SQLite and PostgreSQL');
  command
    .command('status')
    .description('what the configuration names, how large it is, and whether its gate was moved')
    .option('--json', 'print JSON')
    .action(async ({ json }: Options, self: Command) => {
      const config = configFor(self);
      await withStore(config, { readonly: true }, async (database) =>
        status(database, config, json ?? false),
      );
    });
  copy(command);
  command
    .command('reopen')
    .description('take back presend store copy: let a gate work again where it was moved away from')
    .option('--trust-nothing-sent', 'no gate has worked on the other store since it was moved there')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
It opens the store that the configuration names. While a move is not finished nothing can have happened in the other store, and it
is simply taken back. After that a gate may have sent mail from there which this store takes for not sent yet: then copy it back
(presend store copy --from … --to …), which brings all of it here and closes the other one. Only where no gate has worked there,
--trust-nothing-sent opens this store as it was left. The other one must not be used after that.`,
    )
    .action(async (options: Options, self: Command) => {
      const config = configFor(self);
      const unlock = lockDataFolder(config.data_dir);
      try {
        await finishExchange(config.data_dir, { locked: true });
        await withStore(config, {}, (database) => reopen(database, config, options));
      } finally {
        unlock();
      }
    });
}

/** As it is: a store that was moved away is not worked on, but looked at. */
async function withStore(
  config: Config,
  options: { readonly?: boolean },
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const path = databasePath(config);
  if (config.store === 'sqlite' && !existsSync(path))
    throw new UserError(`there is no database at ${path}; name another folder with --data`);
  const database = openStore(config, options);
  try {
    if ((await database.schemaState()).applied.length === 0)
      throw new UserError(
        `${shownStore(config.store)} holds no gate yet: the first start, or presend store copy, makes it`,
      );
    await work(database);
  } finally {
    await database.close();
  }
}

async function status(database: Database, { store, data_dir }: Config, json: boolean): Promise<void> {
  const { total } = await database.size();
  const { applied, pending, unknown } = await database.schemaState();
  const [moved, note] = [await readMoved(database.db), await readCopyNote(database.db)];
  const name = store === 'sqlite' ? databasePath({ data_dir } as Config) : shownStore(store);
  if (json)
    return printJson({
      store: name,
      engine: database.engine,
      bytes: total,
      schema: applied.at(-1),
      pending,
      unknown,
      moved: moved && { state: moved.state, to: moved.to, at: new Date(moved.at).toISOString() },
      copy: note && { state: note.state, from: note.from, at: new Date(note.at).toISOString() },
    });
  printLine(`${name}: ${bytes(total)}, schema ${applied.at(-1)}.`);
  if (pending.length > 0)
    printLine(`${counted(pending.length, 'migration')} to go; the next start applies them.`);
  if (unknown.length > 0) printLine('It is of a newer presend than this one.');
  if (note?.state === 'copying')
    printLine(
      `It is a copy of ${note.from}, begun ${time(note.at)} and not finished: presend store copy goes on.`,
    );
  if (note?.state === 'complete') printLine(`It was copied from ${note.from} on ${time(note.at)}.`);
  if (moved)
    printLine(
      moved.state === 'moved'
        ? `Its gate was moved to ${moved.to} on ${time(moved.at)}; nothing is written here any more.`
        : `Its gate is being moved to ${moved.to} since ${time(moved.at)}; nothing is written here any more.`,
    );
  else if (note?.state !== 'copying') printLine('A gate may work on it.');
}

async function reopen(database: Database, config: Config, options: Options): Promise<void> {
  const moved = await readMoved(database.db);
  if (moved === null) throw new UserError('its gate was not moved: there is nothing to open again');
  if (moved.state === 'moved' && !options.trustNothingSent)
    throw new UserError(
      `the gate was moved to ${moved.to} on ${time(moved.at)} and may have sent mail from there; copy it back (presend store copy --from … --to …), or, if no gate has worked there, add --trust-nothing-sent`,
    );
  const tables = await tableNames(database);
  await database.transact(async (trx) => {
    await openAgain(trx, tables);
    await recordAudit(trx, {
      at: Date.now(),
      actor: actorName(),
      subject: { type: 'gate', id: 'store' },
      action: 'reopened',
      detail: { moved_to: moved.to, state: moved.state },
    });
  });
  if (options.json) return printJson({ reopened: true, moved_to: moved.to, state: moved.state });
  printLine(
    `A gate may work on ${config.store === 'sqlite' ? databasePath(config) : shownStore(config.store)} again. What was copied to ${moved.to} must not be used.`,
  );
}
