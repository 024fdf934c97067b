import { type Command, InvalidArgumentError } from 'commander';
import type { DeliveryState } from '../message/disposition.ts';
import { listDeliveries } from '../review/read.ts';
import { withDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';
import { showDetails } from './show.ts';

interface MessagesOptions {
  state?: DeliveryState[];
  engine?: string;
  search?: string;
  limit: number;
  json?: boolean;
}

function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('write a whole number from 1.');
  return number;
}

/** `presend messages` and `presend show <id>` */
export function register(program: Command): void {
  program
    .command('messages')
    .description('deliveries and where they stand, newest first')
    .option('--state <state>', 'only this state; repeat for several', (v: string, all?: string[]) => [
      ...(all ?? []),
      v,
    ])
    .option('--engine <name>', 'only this engine')
    .option('--search <text>', 'part of recipient, subject or id')
    .option('--limit <n>', 'at most this many', count, 50)
    .option('--json', 'print JSON')
    .action(async (options: MessagesOptions, command: Command) => {
      await withDatabase(command, async (database) => {
        const items = await listDeliveries(database.db, {
          ...options,
          states: options.state,
          order: 'newest',
        });
        if (options.json) return printJson(items);
        if (items.length === 0) return printLine('No mail matches. Send some: npm run demo');
        const now = Date.now();
        printTable(
          ['ID', 'AGE', 'ENGINE', 'STATE', 'DECISION', 'RECIPIENT', 'SUBJECT', 'NOTE'],
          items.map((item) => [
            item.id,
            age(item.created_at, now),
            item.engine,
            item.state,
            item.decision ?? '–',
            item.recipient,
            (item.subject ?? '').slice(0, 40),
            item.note ?? '',
          ]),
        );
      });
    });
  program
    .command('show <id>')
    .description('one message or delivery: mail, verdict, evidence, CRM snapshot, timeline')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: boolean }, command: Command) => showDetails(id, options, command));
}
