import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type FoundBackup,
  checkBackup,
  findBackup,
  restoreBackup,
  type Restored,
} from '../backup/restore.ts';
import { finishRestore, reconcile } from '../backup/reconcile-store.ts';
import type { Opening } from '../backup/seal.ts';
import { PASSPHRASE_VARIABLE, readOpening } from '../backup/sealing.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { lockDataFolder } from '../store/gate-lock.ts';
import { type Progress, progressOn } from '../evaluate/progress.ts';
import { bytes } from '../insight/words.ts';
import { counted } from '../message/counted.ts';
import { sizeOf } from '../backup/last-backup-store.ts';
import { actorName } from './actor.ts';
import { moment } from './arguments.ts';
import { configBase, configFor, withExistingDatabase } from './context.ts';
import { fileProgress } from './file-progress.ts';
import { printJson, printLine } from './output.ts';

interface Options {
  force?: boolean;
  identity?: string;
  passphraseFile?: string;
  trustNothingSent?: boolean;
  check?: boolean;
  done?: boolean;
  dumpOf?: number;
  json?: boolean;
}

/** `presend restore`: a backup back into a data folder, so that nothing goes out twice. */
export function register(program: Command): void {
  program
    .command('restore [backup]')
    .description('put a backup back, and hold whatever may have gone out since it was made')
    .option('--force', 'exchange the database that is there; it is moved aside, not deleted')
    .option('--identity <file>', 'age identity that opens a backup encrypted for a recipient')
    .option('--passphrase-file <file>', `passphrase that opens it; default: $${PASSPHRASE_VARIABLE}`)
    .option(
      '--trust-nothing-sent',
      'the gate was stopped when the backup was made and has not run since: go on where it stood',
    )
    .option('--check', 'read the whole backup and change nothing')
    .option('--done', 'opt-outs are in again and nothing else is open: let the engines go on')
    .option(
      '--dump-of <time>',
      'PostgreSQL: pg_restore has put back a dump begun at this time (UTC); hold what may have gone out since',
      (value) => moment(value),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
BACKUP is a folder that presend backup made, or the folder that it makes them in: then the newest. Stop the gate first.

A backup does not know what happened after it. So that no mail goes out twice, what was on its way is uncertain afterwards
(presend uncertain list), what was held has a comment, what was not judged is judged and held, and the engines are stopped: the
gate accepts their mail and holds it. Import the opt-outs since the backup, settle what is uncertain, then: presend restore --done

A database in PostgreSQL is put back by pg_restore, and the gate's own files by hand; then, before any gate starts:
  presend restore --dump-of 2026-05-01T12:00`,
    )
    .action(async (argument: string | undefined, options: Options, command: Command) => {
      if (options.done) return await done(command, options);
      if (argument === undefined && options.dumpOf === undefined)
        throw new UserError('name the backup: presend restore FOLDER');
      const config = configFor(command);
      if (options.dumpOf !== undefined) return await afterDump(command, options.dumpOf, options);
      if (config.store !== 'sqlite' && !options.check)
        throw new UserError(
          'the database is in PostgreSQL: put a dump of it back by pg_restore, then run presend restore --dump-of TIME (docs/OPERATING.md, PostgreSQL)',
        );
      const backup = await findBackup(resolve(argument ?? ''));
      const opening = openingFor(backup, config, options);
      if (options.check) return await check(config, backup, opening, options);
      await restore(config, backup, opening, options);
    });
}

function openingFor({ manifest }: FoundBackup, config: Config, options: Options): Opening | null {
  if (manifest.sealed === null) return null;
  return readOpening(options, manifest.sealed.to, {
    config: config.backup.encrypt,
    base: configBase(config),
  });
}

async function check(
  { data_dir: dataDir }: Config,
  backup: FoundBackup,
  opening: Opening | null,
  { json }: Options,
): Promise<void> {
  const progress = fileProgress(process.stderr);
  await checkBackup({ backup, dataDir, opening, onProgress: progress }).finally(progress.end);
  const { path, manifest } = backup;
  if (json)
    return printJson({
      path,
      at: manifest.at,
      whole: true,
      bytes: sizeOf(manifest),
      tables: manifest.tables,
    });
  printLine(
    `${path} is whole: the state of ${manifest.at}, ${bytes(sizeOf(manifest))}, made by presend ${manifest.presend}.`,
  );
}

async function restore(
  config: Config,
  backup: FoundBackup,
  opening: Opening | null,
  options: Options,
): Promise<void> {
  const progress = fileProgress(process.stderr);
  let settling: Progress | null = null;
  const restored = await restoreBackup({
    backup,
    dataDir: config.data_dir,
    opening,
    force: options.force ?? false,
    trustNothingSent: options.trustNothingSent ?? false,
    actor: actorName(),
    now: Date.now,
    holdMs: config.review.expire_days * 86_400_000,
    onProgress: progress,
    onSettled: (done, total) => {
      progress.end();
      settling ??= progressOn(process.stderr, 'settling deliveries', total);
      settling.at(done);
    },
  }).finally(() => {
    progress.end();
    settling?.end();
  });
  const { path, manifest } = backup;
  if (options.json) {
    return printJson({
      path,
      at: manifest.at,
      data: config.data_dir,
      opt_outs_missing_since: manifest.at,
      ...restored,
    });
  }
  printLine(`${config.data_dir} has the state of ${manifest.at} again, from ${path}.`);
  if (restored.migrated.length > 0) printLine(`It was brought up to date: ${restored.migrated.join(', ')}.`);
  if (restored.aside)
    printLine(`What was there before is in ${restored.aside}; delete it when you no longer need it.`);
  if (restored.config)
    printLine(`The configuration of the backup is in ${restored.config}; it is not in use.`);
  printLine();
  tellSince(manifest.at, restored.reconciled);
}

/** What `reconcile` does for a backup of presend's, for a database that was put back by PostgreSQL's own tools. */
async function afterDump(command: Command, backupAt: number, { json }: Options): Promise<void> {
  await withExistingDatabase(command, async (database, config) => {
    if (database.engine === 'sqlite')
      throw new UserError('--dump-of is for PostgreSQL; restore a backup: presend restore FOLDER');
    const unlock = lockDataFolder(config.data_dir);
    const settling: Progress[] = [];
    try {
      const reconciled = await reconcile(database, {
        backupAt,
        actor: actorName(),
        now: Date.now(),
        expiresAt: Date.now() + config.review.expire_days * 86_400_000,
        onProgress: (done, total) => {
          if (settling.length === 0) settling.push(progressOn(process.stderr, 'settling deliveries', total));
          settling[0]?.at(done);
        },
      });
      const at = new Date(backupAt).toISOString();
      if (json) return printJson({ at, opt_outs_missing_since: at, reconciled });
      tellSince(at, reconciled);
    } finally {
      settling[0]?.end();
      unlock();
    }
  });
}

/** What the operator has to see to, and in which order. */
function tellSince(at: string, reconciled: Restored['reconciled']): void {
  if (reconciled === null) {
    printLine(
      'The gate goes on where it stood. If it did run after the backup, mail may go out twice: then restore it again without --trust-nothing-sent.',
    );
    return;
  }
  const { uncertain, held, unjudged, stopped, sessions } = reconciled;
  printLine(`It does not know what happened after ${at}. So that nothing goes out twice:`);
  printLine(
    `  ${counted(uncertain, 'delivery', 'deliveries')} on the way ${uncertain === 1 ? 'is' : 'are'} uncertain: presend uncertain list`,
  );
  printLine(
    `  ${counted(held, 'delivery', 'deliveries')} held or with an account owner ${held === 1 ? 'has' : 'have'} a comment that says so`,
  );
  printLine(`  ${counted(unjudged, 'message')} not judged yet will be judged and held`);
  printLine(
    stopped.length === 0
      ? '  No engine was to be stopped.'
      : `  ${counted(stopped.length, 'engine')} stopped (mail is accepted and held): ${stopped.join(', ')}`,
  );
  if (sessions > 0)
    printLine(`  ${counted(sessions, 'session')} of the browser app ended: people sign in again`);
  printLine(`
What to do, in this order:
  1. See that no other gate runs on the old data. Start this one: presend start
  2. Bring in the opt-outs since ${at}: your provider's suppression list (presend crm import suppressions FILE),
     HubSpot (presend crm sync hubspot --full). Replies in mailboxes that the gate reads are read again by themselves.
  3. Settle what is uncertain, by the provider's log: presend uncertain confirm ID, or resend ID
  4. Take away again the access that was taken away since: presend user list, presend engine list
     Erase again who was erased since: presend crm erase ADDRESS
  5. Mail that was accepted since is not known here; ask your engines which they sent after ${at}
  6. presend restore --done`);
}

async function done(command: Command, { json }: Options): Promise<void> {
  await withExistingDatabase(command, async (database) => {
    const finished = await database.transact((trx) =>
      finishRestore(trx, { actor: actorName(), now: Date.now() }),
    );
    if (finished === null) throw new UserError('no restore waits for its end here');
    if (json) return printJson(finished);
    const { started, uncertain, unjudged } = finished;
    printLine(started.length === 0 ? 'No engine was waiting.' : `On again: ${started.join(', ')}.`);
    printLine('Mail that was held meanwhile waits for a reviewer: presend review list');
    if (unjudged > 0)
      printLine(`${counted(unjudged, 'message')} of before the restore will still be judged and held.`);
    if (uncertain > 0)
      printLine(`${counted(uncertain, 'delivery', 'deliveries')} still uncertain: presend uncertain list`);
  });
}
