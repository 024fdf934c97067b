import { type Command, InvalidArgumentError, Option } from 'commander';
import { decisionsSchema } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { hashPassword, newPassword } from '../intake/credentials.ts';
import {
  type Engine,
  type EngineChanges,
  addEngine,
  changeEngine,
  listEngines,
  requireEngine,
} from '../intake/engine-store.ts';
import { withDatabase } from './context.ts';
import { actorName } from './actor.ts';
import { printJson, printLine, printTable } from './output.ts';

interface EngineOptions {
  domain?: string[];
  upstream?: string[];
  mode?: Engine['mode'];
  answer?: 'sync' | 'async' | 'default';
  trustHeaders?: boolean;
  loopbackWithoutAuth?: boolean;
  decision?: Record<string, string>;
  newPassword?: boolean;
  json?: boolean;
}

const collect = (value: string, list: string[] = []): string[] => [...list, value.toLowerCase()];

function decision(value: string, all: Record<string, string> = {}): Record<string, string> {
  const [name, outcome] = value.split('=');
  const next = { ...all, [name ?? '']: outcome ?? '' };
  const checked = decisionsSchema.partial().safeParse(next);
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
    .option('--upstream <name>', 'upstream it sends through, in failover order; repeat for several', collect)
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
    .option('--decision <DECISION=action>', 'its own action for a decision, e.g. PENALISE=relay', decision)
    .option('--json', 'print JSON');
}

function changesFrom(options: EngineOptions): EngineChanges {
  return {
    ...(options.domain ? { senderDomains: options.domain } : {}),
    ...(options.upstream ? { upstreams: options.upstream } : {}),
    ...(options.mode ? { mode: options.mode } : {}),
    ...(options.answer ? { answer: options.answer === 'default' ? null : options.answer } : {}),
    ...(options.trustHeaders === undefined ? {} : { trustedHeaders: options.trustHeaders }),
    ...(options.loopbackWithoutAuth === undefined
      ? {}
      : { loopbackWithoutAuth: options.loopbackWithoutAuth }),
    ...(options.decision ? { decisions: options.decision } : {}),
  };
}

const shown = ({ secretHash, ...engine }: Engine) => ({ ...engine, hasPassword: secretHash !== null });

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
  presend engine password sdr-bot                           a new password; the old one stops working`,
  );

  withOptions(engine.command('add <name>').description('add an engine and print its password')).action(
    async (name: string, options: EngineOptions, command: Command) => {
      if (!options.domain) throw new UserError('name at least one sender domain, e.g. --domain acme.example');
      const password = newPassword();
      const secretHash = await hashPassword(password);
      await withDatabase(command, async (database) => {
        const added = await database.transact((trx) =>
          addEngine(
            trx,
            { ...changesFrom(options), name, senderDomains: options.domain ?? [], secretHash },
            { actor: actorName(), now: Date.now() },
          ),
        );
        if (options.json) return printJson({ ...shown(added), password });
        printLine(`Engine ${name} may send as ${added.senderDomains.join(', ')}.`);
        printLine(`SMTP user:     ${name}`);
        printLine(`SMTP password: ${password}   (shown once)`);
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
          ['NAME', 'MODE', 'SENDER DOMAINS', 'UPSTREAMS', 'AUTH'],
          engines.map((e) => [
            e.name,
            e.mode,
            e.senderDomains.join(', '),
            e.upstreams.join(', ') || '(default order)',
            [e.secretHash && 'password', e.loopbackWithoutAuth && 'none on loopback']
              .filter(Boolean)
              .join(', ') || 'none: cannot submit',
          ]),
        );
      });
    });

  withOptions(engine.command('set <name>').description('change an engine')).action(
    async (name: string, options: EngineOptions, command: Command) => {
      await withDatabase(command, async (database) => {
        const found = await requireEngine(database.db, name);
        const changes = changesFrom(options);
        if (Object.keys(changes).length === 0)
          throw new UserError('nothing to change; see presend engine set --help');
        await database.transact((trx) =>
          changeEngine(trx, found.id, changes, { actor: actorName(), now: Date.now() }),
        );
        const now = await requireEngine(database.db, found.id);
        if (options.json) printJson(shown(now));
        else printLine(`Changed. Engine ${name} is in mode ${now.mode}.`);
      });
    },
  );

  engine
    .command('password <name>')
    .description('give an engine a new password and print it')
    .option('--json', 'print JSON')
    .action(async (name: string, options: EngineOptions, command: Command) => {
      const password = newPassword();
      const secretHash = await hashPassword(password);
      await withDatabase(command, async (database) => {
        const found = await requireEngine(database.db, name);
        await database.transact((trx) =>
          changeEngine(trx, found.id, { secretHash }, { actor: actorName(), now: Date.now() }),
        );
        if (options.json) printJson({ name, password });
        else printLine(`SMTP password: ${password}   (shown once; the old one no longer works)`);
      });
    });
}
