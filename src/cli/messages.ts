import { type Command, InvalidArgumentError } from 'commander';
import { DELIVERY_STATES, type DeliveryState } from '../message/disposition.ts';
import { listDeliveries } from '../review/read.ts';
import { count } from './arguments.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';
import { showDetails } from './show.ts';

function state(value: string, all?: DeliveryState[]): DeliveryState[] {
  const known = DELIVERY_STATES.find((name) => name === value);
  if (!known) throw new InvalidArgumentError(`states are ${DELIVERY_STATES.join(', ')}.`);
  return [...(all ?? []), known];
}

interface MessagesOptions {
  state?: DeliveryState[];
  engine?: string;
  search?: string;
  limit: number;
  json?: boolean;
}

/** `presend messages` and `presend show <id>` */
export function register(program: Command): void {
  program
    .command('messages')
    .description('deliveries and where they stand, newest first')
    .option('--state <state>', `only this state, repeat for several: ${DELIVERY_STATES.join(', ')}`, state)
    .option('--engine <name>', 'only this engine')
    .option('--search <text>', 'part of recipient, subject or id')
    .option('--limit <n>', 'at most this many', count, 50)
    .option('--json', 'print JSON')
    .action(async (options: MessagesOptions, command: Command) => {
      await withExistingDatabase(command, async (database) => {
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
