import type { Command } from 'commander';
import { revokeApiToken } from '../access/api-token-store.ts';
import { tokenViews } from '../access/user-list-store.ts';
import { UserError } from '../config/user-error.ts';
import { actorName } from './actor.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';
import { requireUser } from './user-find.ts';

/** `presend user tokens` */
export function registerTokens(user: Command): void {
  user
    .command('tokens <email>')
    .description("list a user's API tokens, or revoke one")
    .option('--revoke <id>', 'revoke this token; the next request with it is refused')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A person makes their own tokens in the app, under "Your account". A token never allows more than its owner's role:
  curl -H "Authorization: Bearer psn_…" http://127.0.0.1:8080/api/queue`,
    )
    .action(async (email: string, options: { revoke?: string; json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const { id } = await requireUser(database.db, email);
        const now = Date.now();
        const { revoke } = options;
        if (revoke !== undefined) {
          const by = { actor: actorName(), now };
          if (!(await database.transact((trx) => revokeApiToken(trx, id, revoke, by)))) {
            throw new UserError(`${email} has no token ${revoke} in use`);
          }
        }
        const tokens = await tokenViews(database.db, id, now);
        if (options.json) return printJson(tokens);
        if (tokens.length === 0) return printLine(`${email} has no token.`);
        printTable(
          ['ID', 'NAME', 'ENDS IN', 'SCOPES', 'STATE', 'MADE', 'LAST USED'],
          tokens.map((token) => [
            token.id,
            token.name,
            token.hint,
            token.scopes.join(', '),
            token.state,
            `${age(token.created_at, now)} ago`,
            token.last_used_at === null ? 'never' : `${age(token.last_used_at, now)} ago`,
          ]),
        );
      });
    });
}
