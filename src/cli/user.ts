import { type Command, Option } from 'commander';
import { sessionLengths } from '../access/context.ts';
import { appBase, linkTo, newSetupLink } from '../access/links.ts';
import { emailField, nameField } from '../access/fields.ts';
import { userViews } from '../access/user-list-store.ts';
import {
  type LinkToken,
  disableUser,
  enableUser,
  inviteUser,
  resetPassword,
  resetTotp,
  setRole,
} from '../access/user-acts.ts';
import type { By, User } from '../access/user-store.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { ROLES, type Role } from '../http/endpoint.ts';
import type { Trx } from '../store/database.ts';
import { actorName } from './actor.ts';
import { withDatabase, withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';
import { requireUser } from './user-find.ts';
import { registerTokens } from './user-tokens.ts';

interface Options {
  json?: boolean;
  name?: string;
  role?: Role;
}

/** `presend user …` */
export function register(program: Command): void {
  const user = program.command('user').description('who may use the browser app, and in which role');
  user.addHelpText(
    'after',
    `
Roles:
  reviewer   clears held mail
  admin      does everything: CRM records, settings, users
  auditor    reads everything and changes nothing

Examples:
  presend user setup-link                                   the link the first admin is made with
  presend user add bo@acme.example --name "Bo Berg" --role reviewer
                                                            prints a link; who opens it chooses the password
  presend user set-role bo@acme.example auditor             ends Bo's sessions
  presend user reset-password bo@acme.example               a new link; the old password stops working at once
  presend user reset-totp bo@acme.example                   for who lost phone and recovery codes
  presend user tokens bo@acme.example                       API tokens: what they may do, when they were used`,
  );

  user
    .command('list')
    .description('list the users')
    .option('--json', 'print JSON')
    .action(async (options: Options, command: Command) => {
      await withExistingDatabase(command, async (database, config) => {
        const now = Date.now();
        const users = await userViews(database.db, { lengths: sessionLengths({ config }), now });
        if (options.json) return printJson(users);
        if (users.length === 0)
          return printLine('No user yet. Make the first admin: presend user setup-link');
        printTable(
          ['E-MAIL', 'NAME', 'ROLE', 'STATE', 'ONE-TIME CODES', 'SESSIONS', 'TOKENS', 'LAST SEEN'],
          users.map((one) => [
            one.email,
            one.name,
            one.role,
            one.state,
            one.totp ? 'on' : 'off',
            String(one.sessions),
            String(one.tokens),
            one.last_seen_at === null ? 'never' : `${age(one.last_seen_at, now)} ago`,
          ]),
        );
      });
    });

  user
    .command('add <email>')
    .description('add a user and print the link they choose their password with')
    .requiredOption('--name <name>', 'as others see it')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory())
    .option('--json', 'print JSON')
    .action(async (email: string, options: Options, command: Command) => {
      const address = emailField.safeParse(email);
      if (!address.success) throw new UserError(`${email} ${address.error.issues[0]!.message}`);
      const name = nameField.safeParse(options.name);
      if (!name.success) throw new UserError(`--name ${name.error.issues[0]!.message}`);
      await withDatabase(command, async (database, config) => {
        const { user, link } = await database.transact((trx) =>
          inviteUser(trx, { email: address.data, name: name.data, role: options.role! }, by()),
        );
        printLink(config, user, link, options);
      });
    });

  user
    .command('set-role <email> <role>')
    .description('change what a user may do; their sessions end')
    .option('--json', 'print JSON')
    .action(async (email: string, role: string, options: Options, command: Command) => {
      if (!(ROLES as readonly string[]).includes(role)) {
        throw new UserError(`there is no role ${role}; roles are ${ROLES.join(', ')}`);
      }
      await change(command, email, options, `now has the role ${role}`, (trx, found) =>
        setRole(trx, found, role as Role, by()),
      );
    });

  user
    .command('disable <email>')
    .description('let a user in no more; sessions end and tokens stop working')
    .option('--json', 'print JSON')
    .action((email: string, options: Options, command: Command) =>
      change(command, email, options, 'is disabled', (trx, found) => disableUser(trx, found, by())),
    );

  user
    .command('enable <email>')
    .description('let a disabled user in again')
    .option('--json', 'print JSON')
    .action((email: string, options: Options, command: Command) =>
      change(command, email, options, 'is enabled', (trx, found) => enableUser(trx, found, by())),
    );

  user
    .command('reset-password <email>')
    .description('make the password void and print a link to choose another')
    .option('--revoke-tokens', 'end the API tokens too, as after a theft')
    .option('--json', 'print JSON')
    .action(async (email: string, options: Options & { revokeTokens?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database, config) => {
        const { found, link } = await database.transact(async (trx) => {
          const found = await requireUser(trx, email);
          const { revokeTokens = false } = options;
          return { found, link: await resetPassword(trx, found, by(), { revokeTokens }) };
        });
        printLink(config, found, link, options);
      });
    });

  user
    .command('reset-totp <email>')
    .description('switch one-time codes off for who lost phone and recovery codes')
    .option('--json', 'print JSON')
    .action((email: string, options: Options, command: Command) =>
      change(command, email, options, 'uses no one-time codes any more', (trx, found) =>
        resetTotp(trx, found, by()),
      ),
    );

  user
    .command('setup-link')
    .description('print a new link for making the first admin; the one before is void')
    .option('--json', 'print JSON')
    .action(async (options: Options, command: Command) => {
      await withDatabase(command, async (database, config) => {
        const made = await newSetupLink(database, { base: appBase(config.http), ...by() });
        if (options.json) return printJson({ link: made.link, expires_at: made.expiresAt });
        printLine(made.link);
      });
    });

  registerTokens(user);
}

const by = (): By => ({ actor: actorName(), now: Date.now() });

async function change(
  command: Command,
  email: string,
  { json }: Options,
  said: string,
  work: (trx: Trx, user: User) => Promise<User>,
): Promise<void> {
  await withExistingDatabase(command, async (database, config) => {
    const { id } = await database.transact(async (trx) => work(trx, await requireUser(trx, email)));
    const views = await userViews(database.db, { lengths: sessionLengths({ config }), now: Date.now() });
    const view = views.find((one) => one.id === id);
    if (json) printJson(view);
    else printLine(`${view?.email ?? email} ${said}.`);
  });
}

function printLink(config: Config, user: User, { token, expiresAt }: LinkToken, { json }: Options): void {
  const link = linkTo(appBase(config.http), token);
  if (json) return printJson({ email: user.email, role: user.role, link, expires_at: expiresAt });
  printLine(`Give this link to ${user.name}; it works once, until ${new Date(expiresAt).toISOString()}:`);
  printLine(link);
}
