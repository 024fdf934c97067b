import { type Command, InvalidArgumentError, Option } from 'commander';
import { decisionsSchema } from '../config/config.ts';
import { gateSecret } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { type Engine, changeEngine, listEngines, requireEngine } from '../intake/engine-store.ts';
import { type EngineInput, engineChanges } from '../settings/engine-changes.ts';
import { createEngine, rotatePassword } from '../settings/engine-credentials.ts';
import { withDatabase } from './context.ts';
import { actorName } from './actor.ts';
import { registerWebhookSecret, secretOf } from './engine-webhook.ts';
import { printKey, registerKeys } from './engine-key.ts';
import { printJson, printLine, printTable } from './output.ts';

interface EngineOptions {
  domain?: string[];
  upstream?: string[];
  mode?: Engine['mode'];
  answer?: 'sync' | 'async' | 'default';
  trustHeaders?: boolean;
  loopbackWithoutAuth?: boolean;
  decision?: Record<string, string>;
  webhook?: string | boolean;
  json?: boolean;
}

const collect = (value: string, list: string[] = []): string[] => [...list, value.toLowerCase()];

function decision(value: string, all: Record<string, string> = {}): Record<string, string> {
  const [name, outcome] = value.split('=');
  const next = { ...all, [name ?? '']: outcome ?? '' };
  const real = Object.fromEntries(Object.entries(next).filter(([, action]) => action !== 'default'));
  const checked = decisionsSchema.partial().safeParse(real);
  if (!checked.success) throw new InvalidArgumentError(checked.error.issues.map((i) => i.message).join('; '));
  return next;
}

function withOptions(command: Command): Command {
  return command
    .option(
      '--domain <domain>',
      'domain it may send as; repeat for several; ".example.com" allows subdomains',
      collect,
    )
    .option(
      '--upstream <name>',
      'upstream it sends through, in failover order; repeat for several; "default" for the configured order',
      collect,
    )
    .addOption(
      new Option('--mode <mode>', 'what the gate does with its mail').choices([
        'observe',
        'enforce',
        'stopped',
      ]),
    )
    .addOption(
      new Option('--answer <when>', 'wait for the verdict or answer at once').choices([
        'sync',
        'async',
        'default',
      ]),
    )
    .option('--trust-headers', 'believe its X-Prospect-Id and X-Thread-Id headers')
    .option('--no-trust-headers')
    .option('--loopback-without-auth', 'let it submit from this machine without AUTH')
    .option('--no-loopback-without-auth')
    .option(
      '--decision <DECISION=action>',
      'its own action for a decision, e.g. PENALISE=relay; PENALISE=default takes it back',
      decision,
    )
    .option('--webhook <url>', 'where events about its mail go: https, or http on this machine')
    .option('--no-webhook', 'tell it nothing')
    .option('--json', 'print JSON');
}

/** The options as the settings take them. */
function inputFrom(options: EngineOptions): EngineInput {
  const { domain, upstream, webhook, decision: decisions, ...same } = options;
  return {
    ...same,
    domains: domain,
    upstreams: upstream?.includes('default') ? [] : upstream,
    decisions,
    webhook: typeof webhook === 'string' ? webhook : webhook === false ? null : undefined,
  };
}

const shown = ({ secretHash, ...engine }: Engine) => ({ ...engine, hasPassword: secretHash !== null });

function summary(engine: Engine): string {
  const decisions = Object.entries(engine.decisions ?? {}).map(([name, action]) => `${name} → ${action}`);
  return [
    `Engine ${engine.name}: mode ${engine.mode}`,
    `sends as ${engine.senderDomains.join(', ')}`,
    `through ${engine.upstreams.join(', then ') || 'the default upstreams'}`,
    `answers ${engine.answer ?? 'as configured'}`,
    ...(decisions.length > 0 ? [`own decisions: ${decisions.join(', ')}`] : []),
    ...(engine.webhookUrl === null ? [] : [`events to ${engine.webhookUrl}`]),
  ].join('; ');
}

function printWebhook(engine: Engine, secret: string | undefined): void {
  if (secret === undefined) return;
  printLine(`Events go to:   ${engine.webhookUrl ?? ''}`);
  printLine(`Webhook secret: ${secret}   (again with: presend engine webhook-secret ${engine.name})`);
}

/** `presend engine …` */
export function register(program: Command): void {
  const engine = program
    .command('engine')
    .description('the clients that submit mail, their credentials and modes');
  engine.addHelpText(
    'after',
    `
Examples:
  presend engine add sdr-bot --domain acme.example          prints a new password once
  presend engine set sdr-bot --mode observe                 judge and record, relay as before
  presend engine set sdr-bot --mode stopped                 hold everything it sends
  presend engine set sdr-bot --webhook https://bot.example/events   tell it what became of its mail
  presend engine webhook-secret sdr-bot --rotate            a new secret for those; the old one stops working
  presend engine password sdr-bot                           a new password; the old one stops working
  presend engine key sdr-bot                                one more API key, for engines that speak HTTP`,
  );

  withOptions(engine.command('add <name>').description('add an engine and print its password')).action(
    async (name: string, options: EngineOptions, command: Command) => {
      if (!options.domain) throw new UserError('name at least one sender domain, e.g. --domain acme.example');
      const senderDomains = options.domain;
      await withDatabase(command, async (database, config) => {
        const changes = engineChanges(inputFrom(options), config);
        const derive = gateSecret(config.data_dir, 'derive');
        const by = { actor: actorName(), now: Date.now(), derive };
        const made = await createEngine(database, { ...changes, name, senderDomains }, by);
        const { engine: added, password, key } = made;
        const signs = made.webhookSecret === null ? {} : { webhookSecret: made.webhookSecret };
        if (options.json) {
          return printJson({
            ...shown(added),
            password,
            ...(key.kind === 'bearer' ? { apiKey: key.key } : {}),
            ...signs,
          });
        }
        printLine(`Engine ${name} may send as ${added.senderDomains.join(', ')}.`);
        printLine(`SMTP user:     ${name}`);
        printLine(`SMTP password: ${password}   (shown once)`);
        printKey(key);
        printWebhook(added, signs.webhookSecret);
      });
    },
  );

  engine
    .command('list')
    .description('list the engines')
    .option('--json', 'print JSON')
    .action(async (options: EngineOptions, command: Command) => {
      await withDatabase(command, async (database) => {
        const engines = await listEngines(database.db);
        if (options.json) return printJson(engines.map(shown));
        if (engines.length === 0)
          return printLine('No engine yet. Add one: presend engine add <name> --domain <domain>');
        printTable(
          ['NAME', 'MODE', 'SENDER DOMAINS', 'UPSTREAMS', 'ANSWER', 'OWN DECISIONS', 'AUTH', 'EVENTS TO'],
          engines.map((e) => [
            e.name,
            e.mode,
            e.senderDomains.join(', '),
            e.upstreams.join(', ') || '(default order)',
            e.answer ?? '(default)',
            Object.entries(e.decisions ?? {})
              .map(([name, action]) => `${name}=${action}`)
              .join(' ') || '–',
            [e.secretHash && 'password', e.loopbackWithoutAuth && 'none on loopback']
              .filter(Boolean)
              .join(', ') || 'none: cannot submit',
            e.webhookUrl ?? '–',
          ]),
        );
      });
    });

  withOptions(engine.command('set <name>').description('change an engine')).action(
    async (name: string, options: EngineOptions, command: Command) => {
      await withDatabase(command, async (database, config) => {
        const found = await requireEngine(database.db, name);
        const changes = engineChanges(inputFrom(options), config, found);
        if (Object.keys(changes).length === 0)
          throw new UserError('nothing to change; see presend engine set --help');
        await database.transact((trx) =>
          changeEngine(trx, found.id, changes, { actor: actorName(), now: Date.now() }),
        );
        const now = await requireEngine(database.db, found.id);
        const signs = options.webhook ? { webhookSecret: secretOf(now, config) } : {};
        if (options.json) return printJson({ ...shown(now), ...signs });
        printLine(`Changed. ${summary(now)}`);
        printWebhook(now, signs.webhookSecret);
      });
    },
  );

  engine
    .command('password <name>')
    .description('give an engine a new password and print it')
    .option('--json', 'print JSON')
    .action(async (name: string, options: EngineOptions, command: Command) => {
      await withDatabase(command, async (database, config) => {
        const found = await requireEngine(database.db, name);
        const password = await rotatePassword(database, found.id, {
          actor: actorName(),
          now: Date.now(),
          derive: gateSecret(config.data_dir, 'derive'),
        });
        if (options.json) printJson({ name, password });
        else printLine(`SMTP password: ${password}   (shown once; the old one no longer works)`);
      });
    });

  registerKeys(engine);
  registerWebhookSecret(engine);
}
