import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { gateSecret } from '../config/gate-secret.ts';
import { type NewApiKey, addApiKey, listApiKeys, revokeApiKey } from '../intake/api-keys.ts';
import { requireEngine } from '../intake/engine-store.ts';
import type { Database } from '../store/database.ts';
import { actorName } from './actor.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

/** Makes a key; it can be shown this once. */
function newKey(
  database: Database,
  config: Config,
  engineId: string,
  kind: NewApiKey['kind'],
): Promise<NewApiKey> {
  const derive = gateSecret(config.data_dir, 'derive');
  return database.transact((trx) =>
    addApiKey(trx, engineId, { kind, derive, actor: actorName(), now: Date.now() }),
  );
}

export function printKey(key: NewApiKey): void {
  if (key.kind === 'bearer') return printLine(`API key:       ${key.key}   (shown once)`);
  printLine(`Access key id:     ${key.accessKeyId}`);
  printLine(`Secret access key: ${key.secretAccessKey}   (shown once)`);
}

/** `presend engine key|keys|revoke` */
export function registerKeys(engine: Command): void {
  engine
    .command('key <name>')
    .description('make an API key for an engine that speaks HTTP, and print it')
    .option('--sigv4', 'an access key pair, for clients of Amazon SES')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The key is the same for every provider's shape: Bearer token (Resend, SendGrid, MailerSend, /v1), server token (Postmark),
password of user "api" (Mailgun). A prefix that an SDK insists on may stand before it: SG.psk_…, re_psk_….
Several keys can be in use at once, so that an engine can be moved to a new one without a pause.`,
    )
    .action(async (name: string, options: { sigv4?: boolean; json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database, config) => {
        const { id } = await requireEngine(database.db, name);
        const key = await newKey(database, config, id, options.sigv4 ? 'sigv4' : 'bearer');
        if (options.json) printJson({ engine: name, ...key });
        else printKey(key);
      });
    });

  engine
    .command('keys <name>')
    .description("list an engine's API keys")
    .option('--json', 'print JSON')
    .action(async (name: string, options: { json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const { id } = await requireEngine(database.db, name);
        const keys = await listApiKeys(database.db, id);
        if (options.json) return printJson(keys);
        if (keys.length === 0) return printLine(`No key yet. Make one: presend engine key ${name}`);
        const now = Date.now();
        printTable(
          ['ID', 'KIND', 'ENDS IN', 'MADE', 'IN USE'],
          keys.map((key) => [
            key.id,
            key.kind,
            key.hint,
            `${age(key.created_at, now)} ago`,
            key.revoked_at === null ? 'yes' : `revoked ${age(key.revoked_at, now)} ago`,
          ]),
        );
      });
    });

  engine
    .command('revoke <name> <key-id>')
    .description('revoke an API key; the next request with it is refused')
    .action(async (name: string, keyId: string, _options: unknown, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const { id } = await requireEngine(database.db, name);
        const by = { actor: actorName(), now: Date.now() };
        await database.transact((trx) => revokeApiKey(trx, id, keyId, by));
        printLine(`Key ${keyId} is revoked.`);
      });
    });
}
