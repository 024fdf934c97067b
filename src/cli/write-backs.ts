import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { countWriteBacks, listWriteBacks, retryWriteBacks } from '../feedback/write-back-queue-store.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

interface Flags {
  json?: boolean;
  all?: boolean;
}

/** `presend write-backs list|retry` */
export function register(program: Command): void {
  const writeBacks = program
    .command('write-backs')
    .description("opt-outs on their way to the providers' suppression lists and the CRM");
  writeBacks
    .command('list')
    .description('those that failed or are still in line')
    .option('--all', 'those that are done too')
    .option('--json', 'print JSON')
    .action(async (flags: Flags, command: Command) => {
      await withExistingDatabase(command, async ({ db }) => {
        const states = flags.all
          ? (['failed', 'pending', 'done'] as const)
          : (['failed', 'pending'] as const);
        const rows = await listWriteBacks(db, states, 1000);
        const counts = await countWriteBacks(db);
        if (flags.json) return printJson({ counts, write_backs: rows });
        printLine(`${counts.failed} failed, ${counts.pending} in line, ${counts.done} done.`);
        if (rows.length === 0) return;
        printTable(
          ['ID', 'STATE', 'TARGET', 'WHO', 'AGE', 'TRIES', 'LAST ERROR'],
          rows.map((row) => [
            String(row.id),
            row.state,
            row.target,
            row.kind === 'domain' ? `@${row.value}` : row.value,
            age(row.created_at, Date.now()),
            String(row.attempts),
            row.error ?? '',
          ]),
        );
      });
    });
  writeBacks
    .command('retry [ids...]')
    .description('put failed ones back in line: those named, or all')
    .option('--json', 'print JSON')
    .action(async (ids: string[], flags: Flags, command: Command) => {
      const wrong = ids.find((id) => !/^\d{1,15}$/.test(id));
      if (wrong !== undefined) {
        throw new UserError(`"${wrong}" is not a write-back: presend write-backs list shows their numbers`);
      }
      await withExistingDatabase(command, async (database) => {
        const named = ids.length === 0 ? null : ids.map(Number);
        const count = await database.transact((trx) => retryWriteBacks(trx, named, Date.now()));
        if (count === 0 && named !== null) {
          throw new UserError('none of these has failed: presend write-backs list shows which have');
        }
        if (flags.json) return printJson({ retried: count });
        printLine(`${count} ${count === 1 ? 'write-back is' : 'write-backs are'} in line again.`);
      });
    });
}
