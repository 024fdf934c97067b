import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { recordBackup, sizeOf } from '../backup/last-backup-store.ts';
import { CONFIG } from '../backup/files.ts';
import { deleteOld } from '../backup/list.ts';
import { makeBackup } from '../backup/make.ts';
import { type SealingOptions, PASSPHRASE_VARIABLE, readSealing } from '../backup/sealing.ts';
import type { Config } from '../config/config.ts';
import { shownStore } from '../config/store.ts';
import { UserError } from '../config/user-error.ts';
import { bytes } from '../insight/words.ts';
import { counted } from '../message/counted.ts';
import { SqliteDatabase } from '../store/sqlite-database.ts';
import { actorName } from './actor.ts';
import { count } from './arguments.ts';
import { configBase, configFor, databasePath } from './context.ts';
import { fileProgress } from './file-progress.ts';
import { printJson, printLine } from './output.ts';

interface Options extends SealingOptions {
  withConfig?: boolean;
  keep?: number;
  keepDays?: number;
  json?: boolean;
}

/** Exit code when the backup is made and good, but something after it failed. */
const AFTERWARDS_FAILED = 2;

/** `presend backup`: a copy of all that a restore needs, made beside a running gate. */
export function register(program: Command): void {
  program
    .command('backup [folder]')
    .description('copy the database and the gate’s keys, while it runs; read the copy back before it counts')
    .option('--with-config', 'take the configuration, the rubric and the TLS files it names along')
    .option(
      '--encrypt',
      `encrypt it for backup.encrypt of the configuration, or with $${PASSPHRASE_VARIABLE}`,
    )
    .option('--recipient <age1…>', 'encrypt it for this age recipient; repeat for several', collect)
    .option('--recipients-file <file>', 'encrypt it for the recipients in this file')
    .option('--passphrase-file <file>', 'encrypt it with the first line of this file')
    .option('--keep <n>', 'delete older backups of this gate in the folder, all but so many', count)
    .option('--keep-days <n>', 'and all but those younger than so many days', count)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Each backup is a folder of its own, presend-<time>, in FOLDER (default: backup.folder of the configuration). Its manifest says
what is in it. Models and captured mail are not. Whoever has an unencrypted backup has the mails and the gate's keys.

Exit codes, for timers: 0 made and read back · 1 not made · 2 made and read back, but it could not be noted in the database or
old ones not deleted. Restore with presend restore.

A database in PostgreSQL is backed up by pg_dump or pg_basebackup: docs/OPERATING.md, PostgreSQL.`,
    )
    .action(async (folder: string | undefined, options: Options, command: Command) => {
      const config = configFor(command);
      if (config.store !== 'sqlite') throw new UserError(inPostgres(config));
      await run(config, folder, options);
    });
}

/** A copy of the data folder alone would look like a backup and be none. */
function inPostgres({ store, data_dir: dataDir }: Config): string {
  return (
    `the database is in PostgreSQL, which presend backup does not copy. Nothing was made. Use PostgreSQL's own tools: ` +
    `pg_dump --format=custom --file=presend.dump ${shownStore(store)} (or pg_basebackup with the log archived), and beside it the gate's own files: ` +
    `tar --create --file=presend-files.tar --directory=${dataDir} secrets gate-id. How to restore both: docs/OPERATING.md, PostgreSQL`
  );
}

async function run(config: Config, argument: string | undefined, options: Options): Promise<void> {
  const folder = argument === undefined ? config.backup.folder : resolve(argument);
  if (folder === null) {
    throw new UserError(
      'say where the backup goes: presend backup FOLDER, or set backup.folder in the configuration',
    );
  }
  const progress = fileProgress(process.stderr);
  const made = await makeBackup({
    dataDir: config.data_dir,
    folder,
    reason: 'asked',
    now: Date.now,
    sealing: readSealing(options, config.backup.encrypt, configBase(config)),
    extra: (options.withConfig ?? config.backup.with_config) ? configFiles(config) : {},
    onProgress: progress,
  }).finally(progress.end);
  const { path, manifest } = made;

  const troubles: string[] = [];
  const afterwards = async <T>(what: string, work: Promise<T>): Promise<T | null> =>
    work.catch((error: unknown) => {
      troubles.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
  await afterwards('the backup could not be noted in the database', note(config, made));
  // The command line's choice stands in the place of the configuration's, not beside it.
  const asked = options.keep !== undefined || options.keepDays !== undefined;
  const retention = asked
    ? { keep: options.keep ?? null, keepDays: options.keepDays ?? null }
    : { keep: config.backup.keep, keepDays: config.backup.keep_days };
  // Without a word about it, only the configured folder is tidied.
  const tidies = asked || argument === undefined;
  const deleted = tidies
    ? await afterwards(
        'old backups could not be deleted',
        deleteOld(folder, manifest.gate, retention, Date.now()),
      )
    : [];

  const rows = Object.values(manifest.tables).reduce((sum, one) => sum + one, 0);
  if (options.json) {
    const { at, migrations, tables, files, sealed, gate_running } = manifest;
    const size = sizeOf(manifest);
    printJson({
      path,
      at,
      bytes: size,
      encrypted: sealed !== null,
      gate_running,
      migrations,
      tables,
      files,
      deleted: deleted ?? [],
      troubles,
    });
  } else {
    printLine(
      `${path}: ${bytes(sizeOf(manifest))}, ${counted(rows, 'row')} in ${counted(Object.keys(manifest.tables).length, 'table')}, state of ${manifest.at}${manifest.sealed ? `, encrypted with ${manifest.sealed.to}` : ''}. It was read back and is whole.`,
    );
    for (const old of deleted ?? []) printLine(`Deleted ${basename(old)}.`);
  }
  for (const trouble of troubles) process.stderr.write(`presend: ${trouble}\n`);
  if (troubles.length > 0) process.exitCode = AFTERWARDS_FAILED;
}

/** The schema is left as it is: a gate of another version may be at work on it. */
async function note(config: Config, made: Awaited<ReturnType<typeof makeBackup>>): Promise<void> {
  const database = new SqliteDatabase(databasePath(config));
  try {
    await database.transact((trx) => recordBackup(trx, made, { actor: actorName(), now: Date.now() }));
  } finally {
    await database.close();
  }
}

/** What stands outside the data folder and is the operator's own. */
function configFiles({ source, rubric, smtp }: Config): Record<string, string> {
  const files: Record<string, string> = { [`${CONFIG}/rubric.yaml`]: rubric };
  if (source !== null) files[`${CONFIG}/${basename(source)}`] = source;
  if (smtp.tls) {
    files[`${CONFIG}/tls/${basename(smtp.tls.certificate)}`] = smtp.tls.certificate;
    files[`${CONFIG}/tls/${basename(smtp.tls.key)}`] = smtp.tls.key;
  }
  return files;
}

const collect = (value: string, all?: string[]): string[] => [...(all ?? []), value];
