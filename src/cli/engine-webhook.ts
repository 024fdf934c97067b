import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { gateSecret, webhookSecret } from '../config/gate-secret.ts';
import { type Engine, requireEngine } from '../intake/engine-store.ts';
import { rotateWebhookSecret } from '../settings/engine-credentials.ts';
import { actorName } from './actor.ts';
import { withExistingDatabase } from './context.ts';
import { printJson, printLine } from './output.ts';

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
        const secret = options.rotate
          ? await rotateWebhookSecret(database, found, {
              actor: actorName(),
              now: Date.now(),
              derive: gateSecret(config.data_dir, 'derive'),
            })
          : secretOf(found, config);
        if (options.json) printJson({ name: found.name, webhookSecret: secret });
        else printLine(secret);
      });
    });
}
