import { type Command, Option } from 'commander';
import { newestSwitchEntry, reset, switchHistory, trip } from '../kill-switch/switch-store.ts';
import { actorName } from './actor.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

const MEANS = {
  active: 'armed: the adapter judges as configured',
  shadow: 'tripped: the adapter is asked for the record only, the rules decide alone',
  off: 'tripped: the adapter is not asked, the rules decide alone',
};

/** `presend kill-switch …`: takes effect in a running gate with the next message. */
export function register(program: Command): void {
  const command = program
    .command('kill-switch')
    .description('take the adapter out of the judgement, at once, and put it back')
    .addHelpText(
      'after',
      `
It never lets mail go that a rule stops, nor mail that is held. A running gate follows it with the very next message.`,
    );

  command
    .command('status')
    .description('what it says now, and its history')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, self: Command) => {
      await withExistingDatabase(self, async (database) => {
        const newest = await newestSwitchEntry(database.db);
        const history = await switchHistory(database.db);
        const mode = newest?.mode ?? 'active';
        if (options.json) return printJson({ mode, history });
        printLine(`The kill switch is ${MEANS[mode]}.`);
        if (history.length === 0) return;
        const now = Date.now();
        printTable(
          ['WHEN', 'MODE', 'BY', 'REASON'],
          history.map(({ at, mode: to, actor, reason, condition }) => [
            `${age(at, now)} ago`,
            to,
            actor,
            condition === null ? reason : `${reason} (${condition})`,
          ]),
        );
      });
    });

  command
    .command('trip')
    .description('the rules decide alone from the next message on')
    .requiredOption('--reason <text>', 'why; recorded')
    .addOption(
      new Option('--mode <mode>', 'shadow: still asked, for the record; off: not asked')
        .choices(['shadow', 'off'])
        .default('shadow'),
    )
    .action(async (options: { reason: string; mode: 'shadow' | 'off' }, self: Command) => {
      await withExistingDatabase(self, async (database) => {
        const { entry, changed } = await database.transact((trx) =>
          trip(trx, { by: actorName(), reason: options.reason, mode: options.mode, at: Date.now() }),
        );
        printLine(
          changed
            ? `The kill switch is ${MEANS[entry.mode]}.`
            : `Nothing changed: it is ${entry.mode} already (${entry.reason}).`,
        );
      });
    });

  command
    .command('reset')
    .description('arm it again: the adapter judges as configured')
    .requiredOption('--reason <text>', 'why it may judge again; recorded')
    .action(async (options: { reason: string }, self: Command) => {
      await withExistingDatabase(self, async (database) => {
        await database.transact((trx) =>
          reset(trx, { by: actorName(), reason: options.reason, at: Date.now() }),
        );
        printLine(`The kill switch is ${MEANS.active}.`);
      });
    });
}
