import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { gateSecret, webhookSecret } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { assertWebhookUrl } from '../events/webhook-target.ts';
import { type Engine, changeEngine, requireEngine } from '../intake/engine-store.ts';
import { actorName } from './actor.ts';
import { withExistingDatabase } from './context.ts';
import { printJson, printLine } from './output.ts';

/**
 * The webhook as `--webhook` and `--no-webhook` give it.
 *
 * @returns undefined = not asked for, null = to be taken away
 * @throws UserError for a URL that cannot be one
 */
export function webhookFrom(
  value: string | boolean | undefined,
  { webhooks }: Config,
): string | null | undefined {
  if (typeof value !== 'string') return value === false ? null : undefined;
  return assertWebhookUrl(value, { allowPrivate: webhooks.allow_private }).href;
}

/** What signs the engine's events, as its owner gives it to the library that verifies them. */
export function secretOf(engine: Engine, config: Config): string {
  return webhookSecret(gateSecret(config.data_dir, 'derive'), engine);
}

/** `presend engine webhook-secret` */
export function registerWebhookSecret(engine: Command): void {
  engine
    .command('webhook-secret <name>')
    .description("print the secret that signs an engine's events (Standard Webhooks and Svix)")
    .option('--rotate', 'make a new one; the old one signs nothing any more')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { rotate?: boolean; json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database, config) => {
        const found = await requireEngine(database.db, name);
        if (options.rotate && found.webhookUrl === null) {
          throw new UserError(
            `engine ${found.name} has no webhook; set it with: presend engine set ${found.name} --webhook <url>`,
          );
        }
        const changed = {
          ...found,
          webhookSecretVersion: found.webhookSecretVersion + (options.rotate ? 1 : 0),
        };
        if (options.rotate) {
          const { webhookSecretVersion } = changed;
          await database.transact((trx) =>
            changeEngine(trx, found.id, { webhookSecretVersion }, { actor: actorName(), now: Date.now() }),
          );
        }
        const secret = secretOf(changed, config);
        if (options.json) printJson({ name: found.name, webhookSecret: secret });
        else printLine(secret);
      });
    });
}
