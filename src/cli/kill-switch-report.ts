import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../config/user-error.ts';
import { RULES, type RuleName } from '../judge/verdict.ts';
import { leftTo, listReports } from '../kill-switch/brand-damage-store.ts';
import { type DamageResult, reportBrandDamage } from '../review/brand-damage.ts';
import { findOwnId } from '../review/read.ts';
import { requireDelivery } from '../review/require-delivery.ts';
import type { Database } from '../store/database.ts';
import { actorName } from './actor.ts';
import { reason } from './arguments.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

const HOUR = 3_600_000;
/** Looked back for mail to an address, without a time. */
const LOOK_BACK = 30 * 24 * HOUR;
/** … and around a time, both ways: people remember the day and not the minute. */
const AROUND = 12 * HOUR;

interface Options {
  whatHappened: string;
  to?: string;
  around?: number;
  rule?: RuleName;
  stopEngine?: boolean;
  json?: boolean;
}

/** `presend kill-switch report|reports`: mail that went out and should not have. */
export function registerReports(killSwitch: Command): void {
  killSwitch
    .command('report [id]')
    .description(
      'report a mail that went out and did damage: trips the switch at once, and everybody is told',
    )
    .requiredOption('--what-happened <text>', 'what went wrong, for whoever looks into it', reason)
    .option('--to <address>', 'instead of an id: the newest mail that left to this address')
    .option('--around <time>', 'with --to: about when it was sent, e.g. 2026-03-09T14:00', moment)
    .addOption(
      new Option(
        '--rule <rule>',
        'the rule that should have stopped it; without: none of the rubric’s',
      ).choices(RULES),
    )
    .option('--stop-engine', 'stop the engine in the same step: its mail is accepted and held')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The id is a delivery's or a message's: the gate's own, the engine's Message-ID or the upstream's. Only mail that left can be
reported; reject what is held. Another report on the same mail is kept too. Examples:
  presend kill-switch report 01JC2Q… --what-happened "She opted out by phone and complained" --stop-engine
  presend kill-switch report --to lena.vogt@quillstone.example --what-happened "Named a rumour as fact" --rule low_confidence_funding`,
    )
    .action(async (id: string | undefined, options: Options, self: Command) => {
      await withExistingDatabase(self, async (database, config) => {
        const found =
          id === undefined ? await search(database, options) : ((await findOwnId(database.db, id)) ?? id);
        const at = Date.now();
        const result = await database.transact(async (trx) =>
          reportBrandDamage(
            trx,
            await requireDelivery(trx, found),
            {
              whatHappened: options.whatHappened,
              rule: options.rule ?? null,
              stopEngine: options.stopEngine ?? false,
              act: { actor: actorName() },
              at,
            },
            config.kill_switch,
          ),
        );
        if (options.json) return printJson(result);
        for (const line of sentences(result)) printLine(line);
      });
    });

  killSwitch
    .command('reports')
    .description('mail that was reported, the newest first')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, self: Command) => {
      await withExistingDatabase(self, async (database) => {
        const reports = await listReports(database.db);
        if (options.json) return printJson({ reports });
        if (reports.length === 0) return printLine('No mail was ever reported.');
        const now = Date.now();
        printTable(
          ['REPORTED', 'BY', 'DELIVERY', 'ENGINE', 'RECIPIENT', 'RULE', 'WHAT HAPPENED'],
          reports.map((one) => [
            `${age(one.at, now)} ago`,
            one.actor,
            one.delivery_id,
            one.engine,
            one.recipient,
            one.rule ?? '–',
            one.what_happened,
          ]),
        );
      });
    });
}

/** The one mail that left to an address. @throws UserError for none and for several */
async function search(database: Database, { to: address, around }: Options): Promise<string> {
  if (address === undefined) throw new UserError('name the mail by its id, or by --to <address>');
  const now = Date.now();
  const [from, to] = around === undefined ? [now - LOOK_BACK, now] : [around - AROUND, around + AROUND];
  const found = await leftTo(database.db, { address, from, to });
  const [only] = found;
  if (!only) {
    const span = around === undefined ? 'in the last 30 days' : 'within 12 hours of that time';
    throw new UserError(`no mail left to ${address} ${span}; look for it with: presend trace ${address}`);
  }
  if (found.length === 1) return only.id;
  const list = found.map(
    ({ id, created_at, subject }) =>
      `  ${id}  ${new Date(created_at).toISOString().slice(0, 16)}Z  ${subject ?? '(no subject)'}`,
  );
  throw new UserError(
    `${found.length} mails left to ${address}; name one of them by its id:\n${list.join('\n')}`,
  );
}

function sentences({ report, earlier, kill_switch, engine, label }: DamageResult): string[] {
  const { mode, tripped } = kill_switch;
  return [
    `Report ${report.id} on ${report.delivery_id} is kept${earlier === 0 ? '' : `; it was reported ${earlier === 1 ? 'once' : `${earlier} times`} before`}.`,
    tripped
      ? `The kill switch is tripped: the adapter is ${mode === 'off' ? 'not asked' : 'in shadow'} from the next message on.`
      : `The kill switch was tripped already (${mode}).`,
    engine.stopped_now
      ? `Engine ${engine.name} is stopped: its mail is accepted and held. Start it with: presend engine set ${engine.name} --mode enforce`
      : engine.mode === 'stopped'
        ? `Engine ${engine.name} was stopped already.`
        : `Engine ${engine.name} goes on (${engine.mode}); stop it with: presend engine set ${engine.name} --mode stopped`,
    label === 'wrong'
      ? 'The judge counts as wrong about it.'
      : 'The judge had wanted it stopped, so it counts as right about it.',
    'Look into it before you arm the switch again: presend kill-switch reset --reason …',
  ];
}

function moment(value: string): number {
  const at = Date.parse(value);
  if (Number.isNaN(at))
    throw new InvalidArgumentError('write a time like 2026-03-09T14:00 or 2026-03-09T14:00Z.');
  return at;
}
