import { type Command, Option } from 'commander';
import { newestSwitchEntry, reset, trip } from '../kill-switch/switch-store.ts';
import { actorName } from './actor.ts';
import { reason } from './arguments.ts';
import { withExistingDatabase } from './context.ts';
import { registerReports } from './kill-switch-report.ts';
import { MEANS, printMonitors, printStatus, readStatus, trippedBy } from './kill-switch-status.ts';
import { printJson, printLine } from './output.ts';

/** `presend kill-switch …`: takes effect in a running gate with the next message. */
export function register(program: Command): void {
  const command = program
    .command('kill-switch')
    .description('take the adapter out of the judgement, at once, and put it back')
    .addHelpText(
      'after',
      `
It never lets mail go that a rule stops, nor mail that is held. A running gate follows it with the very next message.
The gate trips it by itself when a monitor passes its limit; only a person arms it again.`,
    );

  command
    .command('status')
    .description('what it says now and why, what the monitors say, and its history')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, self: Command) => {
      await withExistingDatabase(self, async (database, config) => {
        const status = await readStatus(database, config);
        if (options.json) return printJson(status);
        printStatus(status, Date.now());
      });
    });

  command
    .command('trip')
    .description('the rules decide alone from the next message on')
    .requiredOption('--reason <text>', 'why; recorded', reason)
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
    .requiredOption('--reason <text>', 'why it may judge again, at least 3 characters; recorded', reason)
    .addHelpText(
      'after',
      `
Prints first what tripped it and what the monitors say now. Their windows start anew with it: what was counted before is
settled. Nothing but this command and an admin's click under Settings, Adapter ever arms it.`,
    )
    .action(async (options: { reason: string }, self: Command) => {
      await withExistingDatabase(self, async (database, config) => {
        const now = Date.now();
        const before = await newestSwitchEntry(database.db);
        if (before && before.mode !== 'active') {
          printLine(trippedBy(before, now));
          printMonitors((await readStatus(database, config)).watched, now);
          printLine();
        }
        await database.transact((trx) => reset(trx, { by: actorName(), reason: options.reason, at: now }));
        printLine(`The kill switch is ${MEANS.active}. The windows of its monitors start anew.`);
      });
    });

  registerReports(command);
}
