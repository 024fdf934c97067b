import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../config/user-error.ts';
import {
  EVENT_STATES,
  type EventDetail,
  type EventState,
  type Replay,
  listEvents,
  readEvent,
  replayEvents,
} from '../events/event-log-store.ts';
import { requireEngine } from '../intake/engine-store.ts';
import type { Database } from '../store/database.ts';
import { actorName } from './actor.ts';
import { count } from './arguments.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

interface ListOptions {
  engine?: string;
  state?: EventState;
  delivery?: string;
  limit: number;
  json?: boolean;
}

interface ReplayOptions {
  delivery?: string;
  engine?: string;
  since?: number;
  all?: boolean;
  json?: boolean;
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "30m", "24h", "7d" in milliseconds. */
function span(value: string): number {
  const [, number, unit] = /^(\d{1,5})([mhd])$/.exec(value) ?? [];
  if (number === undefined || unit === undefined) {
    throw new InvalidArgumentError('write a time like 30m, 24h or 7d.');
  }
  return Number(number) * UNIT_MS[unit]!;
}

const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

/** `presend events list|show|replay` */
export function register(program: Command): void {
  const events = program
    .command('events')
    .description("what engines' webhooks are told about their mail, and how that went");
  events.addHelpText(
    'after',
    `
Examples:
  presend engine set sdr-bot --webhook https://sdr-bot.example/presend   where its events go
  presend events list --state given_up                                   what could not be told
  presend events show evt_01K…                                           body and every attempt
  presend events replay evt_01K…                                         send one again
  presend events replay --engine sdr-bot --since 24h                     all that were given up since`,
  );

  events
    .command('list')
    .description('events, newest first')
    .option('--engine <name>', 'only this engine')
    .addOption(new Option('--state <state>', 'only this state').choices(EVENT_STATES))
    .option('--delivery <id>', 'only about this delivery')
    .option('--limit <n>', 'at most this many', count, 50)
    .option('--json', 'print JSON')
    .action(async (options: ListOptions, command: Command) => {
      await withExistingDatabase(command, async ({ db }) => {
        const engine = options.engine && (await requireEngine(db, options.engine)).name;
        const found = await listEvents(db, { ...options, engine });
        if (options.json) return printJson(found);
        if (found.length === 0) {
          return printLine(
            'No event matches. An engine hears of its mail once it has a webhook: presend engine set <name> --webhook <url>',
          );
        }
        const now = Date.now();
        printTable(
          ['ID', 'AGE', 'ENGINE', 'TYPE', 'STATE', 'TRIES', 'DELIVERY', 'LAST ANSWER'],
          found.map((event) => [
            event.id,
            age(event.created_at, now),
            event.engine,
            event.type,
            event.state,
            String(event.attempts),
            event.delivery_id ?? '–',
            event.last_error ?? (event.last_status === null ? '–' : String(event.last_status)),
          ]),
        );
      });
    });

  events
    .command('show <id>')
    .description('one event: its body and every attempt')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async ({ db }) => {
        const event = await readEvent(db, id);
        if (options.json) printJson(event);
        else print(event);
      });
    });

  events
    .command('replay [id]')
    .description('send again: one event, or those of a delivery or an engine that were given up')
    .option('--delivery <id>', 'the events about this delivery')
    .option('--engine <name>', 'the events of this engine, with --since')
    .option('--since <time>', 'how far back, e.g. 30m, 24h, 7d', span)
    .option('--all', 'delivered ones too')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, options: ReplayOptions, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const now = Date.now();
        const which = await chosen(database, id, options, now);
        const ids = await database.transact((trx) => replayEvents(trx, which, { actor: actorName(), now }));
        if (options.json) return printJson(ids);
        if (ids.length === 0) {
          return printLine(
            options.all ? 'No event matches.' : 'No event that was given up matches; --all takes every one.',
          );
        }
        printLine(
          `${ids.length === 1 ? '1 event is' : `${ids.length} events are`} in line again; a running gate sends ${ids.length === 1 ? 'it' : 'them'} at once.`,
        );
      });
    });
}

/** @throws UserError unless exactly one way to choose is given */
async function chosen(
  { db }: Database,
  id: string | undefined,
  { delivery, engine, since, all = false }: ReplayOptions,
  now: number,
): Promise<Replay> {
  if ([id, delivery, engine].filter((way) => way !== undefined).length !== 1) {
    throw new UserError('name one event, or --delivery <id>, or --engine <name> with --since');
  }
  if ((engine === undefined) !== (since === undefined)) {
    throw new UserError('--engine and --since go together, e.g. --engine sdr-bot --since 24h');
  }
  if (id !== undefined) return { id };
  if (delivery !== undefined) return { delivery, all };
  const { id: engineId } = await requireEngine(db, engine!);
  return { engineId, since: now - since!, all };
}

function print(event: EventDetail): void {
  printLine(`Event      ${event.id}`);
  printLine(`Type       ${event.type}`);
  printLine(`Engine     ${event.engine}`);
  printLine(`Delivery   ${event.delivery_id ?? '(none)'}`);
  printLine(`State      ${event.state}`);
  printLine(`Created    ${time(event.created_at)} UTC`);
  if (event.next_attempt_at !== null) printLine(`Next       ${time(event.next_attempt_at)} UTC`);
  printLine(`\n── Body (${event.content_type}) ──`);
  printLine(pretty(event.body));
  printLine('\n── Attempts ──');
  if (event.log.length === 0) printLine('None yet.');
  for (const { at, status, error, duration_ms } of event.log) {
    printLine(
      `${time(at)}  ${String(status ?? '–').padEnd(4)} ${duration_ms} ms${error ? `  ${error}` : ''}`,
    );
  }
}

/** A provider's body need not be JSON. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
