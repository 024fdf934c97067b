import { existsSync, renameSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { finishExchange } from '../backup/swap.ts';
import type { Config } from '../config/config.ts';
import { gateSecret, hasSecret, secretPath } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { countErased, forgetErased } from '../crm/erased-store.ts';
import { counted } from '../message/counted.ts';
import { auditKeyFits, replaceAuditKey } from '../store/audit-segment-store.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { noteReplacedKey } from '../store/shared-keys-store.ts';
import { openStore } from '../store/open.ts';
import { lockDataFolder } from '../store/gate-lock.ts';
import type { GateKey } from '../store/gate-keys.ts';
import { actorName } from './actor.ts';
import { reason } from './arguments.ts';
import { configFor, databasePath } from './context.ts';
import { printJson, printLine } from './output.ts';

interface Flags {
  yes?: boolean;
  reason?: string;
  json?: boolean;
}

/** `presend keys replace`: going on without a key that is lost, and saying what is lost with it. */
export function register(program: Command): void {
  const command = program
    .command('keys')
    .description('the gate’s own keys, where one is lost and no backup has it');
  command
    .command('replace')
    .description('go on with a new key in place of one that is lost')
    .addArgument(new Argument('<key>', 'which one').choices(['audit', 'erased']))
    .option('--yes', 'do it; without this it is only told what is lost')
    .option('--reason <text>', 'how it was lost; kept in the audit log', reason)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A gate does not start where secrets/audit.key or secrets/erased.key is missing and its database was written under it. Look for the
file in every backup first: put back, it mends all. Without it:

  audit   Who changed entries before today cannot be told any more. They stay, and from now on count as they are found; the break
          shows in "presend audit verify" for ever. Heads that were kept elsewhere are still compared.
  erased  Nobody can tell any more whom the hashes of erased people mean. They are forgotten: mail to these people is not stopped,
          and an import or sync may bring their records back. Opt them out again from your own list of requests.

The gate must be stopped. Examples:
  presend keys replace audit
  presend keys replace audit --yes --reason "disk of 2026-05-04, no backup of secrets"`,
    )
    .action(async (name: GateKey, flags: Flags, self: Command) => {
      const config = configFor(self);
      const path = databasePath(config);
      if (config.store === 'sqlite' && !existsSync(path))
        throw new UserError(`there is no database at ${path}; name another folder with --data`);
      const unlock = lockDataFolder(config.data_dir);
      try {
        await finishExchange(config.data_dir, { locked: true });
        const database = openStore(config);
        try {
          await replace(database, config, name, flags);
        } finally {
          await database.close();
        }
      } finally {
        unlock();
      }
    });
}

async function replace(database: Database, config: Config, name: GateKey, flags: Flags): Promise<void> {
  const { data_dir: dataDir } = config;
  if ((await database.schemaState()).pending.length > 0)
    throw new UserError('the database is of an older presend: start the gate once first, which updates it');
  await refuseGood(database, dataDir, name);
  const key = secretPath(dataDir, name);
  if (!flags.yes) {
    const erased = name === 'erased' ? await countErased(database.db) : null;
    if (flags.json) return printJson({ key, replaced: false, ...(erased === null ? {} : { erased }) });
    printLine(
      name === 'audit'
        ? `With ${key} is lost: proof of who changed entries of the audit log up to now. They stay and count as they are found.`
        : `With ${key} is lost: who the ${counted(erased ?? 0, 'erased person is', 'erased people are')}. They are forgotten, and mail to them is not stopped any more.`,
    );
    return printLine('Nothing was changed. To go on with a new key: the same with --yes and --reason.');
  }
  if (flags.reason === undefined) throw new UserError('say how the key was lost: --reason TEXT');
  const by = { actor: actorName(), reason: flags.reason, now: Date.now() };
  const setAside = existsSync(key) ? key.replace(/\.key$/, `.key.not-fitting-${by.now}`) : null;
  const count =
    name === 'audit'
      ? await replaceAuditKey((work) => database.transact(work), { dataDir, ...by, setAside })
      : await replaceErasedKey(database, dataDir, { ...by, setAside });
  await database.transact((trx) => noteReplacedKey(trx, dataDir));
  if (flags.json) return printJson({ key, replaced: true, [name === 'audit' ? 'entries' : 'erased']: count });
  printLine(
    name === 'audit'
      ? `The audit log goes on under a new key. ${counted(count, 'entry', 'entries')} before it count as they were found.`
      : `${counted(count, 'erased person is', 'erased people are')} forgotten. Opt them out again from your own list of requests: presend crm erase ADDRESS`,
  );
  if (setAside !== null) printLine(`The key that did not fit: ${setAside}`);
  printLine(`Back up ${key} now: presend backup`);
}

/** @throws UserError where nothing is lost */
async function refuseGood(database: Database, dataDir: string, name: GateKey): Promise<void> {
  const key = secretPath(dataDir, name);
  if (name === 'audit') {
    if (await auditKeyFits(database.db, dataDir))
      throw new UserError(`${key} is there and fits the log: nothing is lost`);
    if (existsSync(key) || database.isKeyLost('audit')) return;
    throw new UserError(`no entry of the log was written under a key yet: the next start makes ${key}`);
  }
  if (hasSecret(dataDir, 'erased')) throw new UserError(`${key} is there: nothing is lost`);
  if (!existsSync(key) && !database.isKeyLost('erased'))
    throw new UserError(`nobody was erased yet: ${key} is made when somebody is`);
}

async function replaceErasedKey(
  database: Database,
  dataDir: string,
  by: { actor: string; reason: string; now: number; setAside: string | null },
): Promise<number> {
  const { actor, reason: why, now: at, setAside } = by;
  const count = await database.transact(async (trx) => {
    const forgotten = await forgetErased(trx, { actor, at });
    await recordAudit(trx, {
      at,
      actor,
      subject: { type: 'erasure', id: 'key' },
      action: 'key_replaced',
      detail: { forgotten, reason: why },
    });
    return forgotten;
  });
  if (setAside !== null) renameSync(secretPath(dataDir, 'erased'), setAside);
  gateSecret(dataDir, 'erased');
  return count;
}
