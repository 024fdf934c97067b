import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { findCheck } from '../kill-switch/spot-check/draw-store.ts';
import { checkDetails, checkResults, spotCheckPage } from '../kill-switch/spot-check/page.ts';
import { SpotChecks } from '../kill-switch/spot-check/spot-checks.ts';
import type { CheckResult } from '../kill-switch/spot-check/web-types.ts';
import { percent } from '../kill-switch/percent.ts';
import { counted } from '../message/counted.ts';
import type { Database } from '../store/database.ts';
import { actorName } from './actor.ts';
import { count } from './arguments.ts';
import { askerOn } from './ask.ts';
import { withExistingDatabase } from './context.ts';
import { printJson, printLine, printTable } from './output.ts';
import { label } from './spot-check-label.ts';

interface Options {
  json?: boolean;
  all?: boolean;
  limit: number;
  again?: number;
}

const time = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** `presend spot-check …`: people judge a few decisions again without seeing the verdict. */
export function register(program: Command): void {
  const command = program
    .command('spot-check')
    .description('judge drawn decisions again, blind, so that the gate knows when its judge is wrong')
    .addHelpText(
      'after',
      `
Once a week (kill_switch.spot_check) the gate draws decisions, passes too. People say what each should have been without
seeing the verdict. A probe with enough labels whose upper 95 % bound is below the limit trips the kill switch.

Examples:
  presend spot-check status
  presend spot-check label              one by one, blind; what you answer is kept at once
  presend spot-check label --again 41   change your answer to item 41 (for a week)
  presend spot-check results 3          what spot check 3 came to, item by item
  printf '3\\nthread_leak\\n\\n' | presend spot-check label --limit 1 --json`,
    );

  command
    .command('status')
    .description('what waits to be answered, and when is drawn next')
    .option('--json', 'print JSON')
    .action(async (options: Options, self: Command) => {
      await withExistingDatabase(self, async (database, config) => {
        const page = await spotCheckPage(pageOptions(database, config), person().key);
        const { schedule, adapter, waiting, checks } = page;
        if (options.json) return printJson({ schedule, adapter, waiting, check: checks[0] ?? null });
        printLine(
          schedule.next_at === null
            ? 'Nothing is drawn by itself (kill_switch.spot_check.enabled is false).'
            : `Drawn next: ${time(schedule.next_at)} UTC, ${counted(schedule.decisions, 'decision')}.`,
        );
        if (adapter === null) printLine('The rules judge alone: answers warn, and there is nothing to trip.');
        if (!checks[0]) return printLine('None was drawn yet. Draw one now: presend spot-check draw');
        printLine(resultLine(checks[0]));
        printLine(
          waiting === 0
            ? 'Nothing waits for you.'
            : `${counted(waiting, 'item waits', 'items wait')} for an answer: presend spot-check label`,
        );
      });
    });

  command
    .command('draw')
    .description('draw a spot check now, from what was judged since the last one')
    .option('--json', 'print JSON')
    .action(async (options: Options, self: Command) => {
      await withExistingDatabase(self, async (database, config) => {
        const checks = new SpotChecks({
          database,
          config: config.kill_switch.spot_check,
          now: Date.now,
          random: Math.random,
        });
        const drawn = await checks.draw(person().actor);
        if (!drawn) throw new UserError('nothing was judged since the last draw that could be drawn');
        const [result] = await checkResults({ db: database.db, now: Date.now() });
        if (options.json) return printJson(result);
        printLine(
          `Spot check ${drawn.id}: ${result?.items} of ${counted(drawn.population, 'decision')} drawn. Answer: presend spot-check label`,
        );
      });
    });

  command
    .command('label')
    .description('answer what waits, one by one, without seeing the verdict; reads standard input')
    .option('--limit <n>', 'at most this many', count, 200)
    .option('--all', 'also what others have answered')
    .option('--again <item>', 'change your answer to this item', count)
    .option('--json', 'print JSON at the end; mails and questions go to standard error')
    .action(async (options: Options, self: Command) => {
      await withExistingDatabase(self, async (database) => {
        const print = options.json ? (line: string) => void process.stderr.write(`${line}\n`) : printLine;
        const asker = askerOn();
        try {
          const result = await label({
            database,
            person: person(),
            now: Date.now,
            asker,
            print,
            all: options.all ?? false,
            limit: options.limit,
            again: options.again ?? null,
          });
          if (options.json) return printJson(result);
          const { answered, skipped, waiting } = result;
          printLine(
            answered.length + skipped === 0 && waiting === 0
              ? 'Nothing waits for you.'
              : `\n${counted(answered.length, 'answer')} kept, ${skipped} skipped, ${waiting} still waiting.`,
          );
        } finally {
          asker.close();
        }
      });
    });

  command
    .command('results')
    .description('what people found: each probe and each check, or one check item by item')
    .argument('[check]', 'number of a spot check', count)
    .option('--json', 'print JSON')
    .action(async (id: number | undefined, options: Options, self: Command) => {
      await withExistingDatabase(self, async (database, config) => {
        if (id !== undefined) return printCheck(database, id, options);
        const { probes, checks } = await spotCheckPage(pageOptions(database, config), person().key);
        if (options.json) return printJson({ probes, checks });
        printTable(
          ['PROBE', 'RIGHT', 'OF', '95 % INTERVAL', 'STATE'],
          probes.map(({ title, value, counted: of, needed, interval, state }) => [
            title,
            value === null ? '' : percent(value),
            String(of),
            interval ? between(interval) : '',
            state === 'not_enough' ? `not enough labels: ${of} of ${needed}` : state,
          ]),
        );
        printLine();
        if (checks.length === 0) return printLine('No spot check was drawn yet.');
        for (const check of checks) printLine(resultLine(check));
      });
    });
}

function pageOptions({ db }: Database, { kill_switch: config }: Config) {
  return { db, config, now: Date.now() };
}

function person() {
  const actor = actorName();
  return { key: actor.toLowerCase(), name: actor, actor };
}

const between = ({ low, high }: { low: number; high: number }): string =>
  `${percent(low)} to ${percent(high)}`;

function resultLine(check: CheckResult): string {
  const { id, drawn_at, items, population, agreed, right, disputed, unanswered, rate, interval } = check;
  const figures =
    rate === null || interval === null
      ? 'not enough labels'
      : `the judge was right in ${right} of ${agreed}: ${percent(rate)} (95 % interval ${between(interval)})`;
  return `Spot check ${id}, drawn ${time(drawn_at)} UTC, ${items} of ${population}: ${figures}; ${disputed} disputed, ${unanswered} without an answer.`;
}

async function printCheck(database: Database, id: number, { json }: Options): Promise<void> {
  const check = await findCheck(database.db, id);
  if (!check) throw new UserError(`there is no spot check ${id}; see: presend spot-check results`);
  const details = await checkDetails({ db: database.db, now: Date.now() }, check, person().key);
  if (json) return printJson(details);
  printLine(resultLine(details));
  if (details.shown.length < details.items) {
    printLine(`${details.items - details.shown.length} are not shown: you have not answered them yet.`);
  }
  if (details.shown.length === 0) return;
  printTable(
    ['ITEM', 'JUDGE', 'PEOPLE', 'RIGHT', 'SUBJECT'],
    details.shown.map(({ id: item, subject, revealed: { decision, rule, answers, right, truth } }) => [
      String(item),
      said(decision, rule),
      answers.map((one) => `${one.by}: ${said(one.decision, one.rule)}`).join('; '),
      right === null ? truth : right ? 'right' : 'wrong',
      subject ?? '',
    ]),
  );
}

const said = (decision: string, rule: string | null): string =>
  rule === null ? decision : `${decision} ${rule}`;
