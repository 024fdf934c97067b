import type { Command } from 'commander';
import { loadActiveRubric } from '../judge/rubric-source.ts';
import { listDeliveries } from '../review/read.ts';
import { Review } from '../review/review.ts';
import { actorName } from './actor.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

/** `presend uncertain list|confirm|resend` */
export function register(program: Command): void {
  const uncertain = program
    .command('uncertain')
    .description('mail whose hand-over was cut before the upstream answered: nobody knows if it took it')
    .addHelpText(
      'after',
      `
Look at the upstream's log or sent folder for the Message-ID, then
  presend uncertain confirm <id>    it did arrive
  presend uncertain resend <id>     it did not: send it again`,
    );
  uncertain
    .command('list')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const items = await listDeliveries(database.db, {
          states: ['uncertain'],
          limit: 1000,
          order: 'oldest',
        });
        if (options.json) return printJson(items);
        if (items.length === 0) return printLine('Nothing is uncertain.');
        printTable(
          ['ID', 'AGE', 'RECIPIENT', 'SUBJECT', 'WHAT HAPPENED'],
          items.map((i) => [i.id, age(i.updated_at, Date.now()), i.recipient, i.subject ?? '', i.note ?? '']),
        );
      });
    });
  for (const [name, description] of [
    ['confirm', 'the upstream did take it'],
    ['resend', 'the upstream did not take it: send it again'],
  ] as const) {
    uncertain
      .command(`${name} <id>`)
      .description(description)
      .option('--json', 'print JSON')
      .action(async (id: string, options: { json?: boolean }, command: Command) => {
        await withExistingDatabase(command, async (database, config) => {
          const rubric = loadActiveRubric(config);
          const review = new Review({ database, config, rubric: () => rubric, now: Date.now });
          const after = await review[name](id, { actor: actorName() });
          if (options.json) printJson(after);
          else printLine(`${id} is ${after.state}.`);
        });
      });
  }
}
