import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { accountsOf } from '../config/providers.ts';
import { loadActiveRubric } from '../judge/rubric-source.ts';
import type { Verdict } from '../judge/verdict.ts';
import { createJudge, createRejudge } from '../pipeline/judge-delivery.ts';
import type { Delivery } from '../queue/settle.ts';
import { editDelivery } from '../review/edit.ts';
import { listDeliveries } from '../review/read.ts';
import { type Label, Review } from '../review/review.ts';
import { openBench } from './adapter-bench.ts';
import { actorName } from './actor.ts';
import { count } from './arguments.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';
import { registerNotes } from './review-notes.ts';
import { showDetails } from './show.ts';

interface ReviewOptions {
  json?: boolean;
  right?: Label;
  reason?: string;
  text?: string;
  subject?: string;
  release?: boolean;
  force?: boolean;
  search?: string;
  engine?: string;
  rule?: string;
  limit?: number;
}

type ActName = 'release' | 'undo' | 'reject' | 'escalate' | 'close' | 'takeOver' | 'cancel';

const DONE: Partial<Record<Delivery['state'], string>> = {
  relaying: 'It is sent after the undo time; take it back with: presend review undo',
  rejected: 'It is not sent; the engine is told.',
  escalating: 'It goes to the account owner.',
  held: 'It is held again.',
  closed: 'It is not sent.',
};

/** What became of a mail by an act. */
function sentenceOn(id: string, { state }: Delivery, act: ActName): string {
  if (act === 'release' && state !== 'relaying') {
    return `Your approval is noted and ${id} is still ${state}: another person has to release it too.`;
  }
  return `${id} is ${state}. ${DONE[state] ?? ''}`.trim();
}

/** `presend review …` */
export function register(program: Command): void {
  const review = program.command('review').description('clear held mail from the terminal');
  review.addHelpText(
    'after',
    `
Every act can carry a label: was the judge right? (--right right|wrong|not_sure)

Examples:
  presend review list --rule thread_leak
  presend review show 01JD…-1
  presend review release 01JD…-1 --right wrong
  presend review edit 01JD…-1 --text better.txt --release
  presend review reject 01JD…-1 --reason "names a rumour as fact" --right right`,
  );

  review
    .command('list')
    .description('held and escalated mail, oldest first')
    .option('--search <text>', 'part of recipient, subject or id')
    .option('--engine <name>', 'only this engine')
    .option('--rule <name>', 'only this rule or hold reason')
    .option('--limit <n>', 'at most this many', count, 50)
    .option('--json', 'print JSON')
    .action(async (options: ReviewOptions, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const items = await listDeliveries(database.db, {
          states: ['held', 'escalated', 'uncertain'],
          search: options.search,
          engine: options.engine,
          reason: options.rule,
          limit: options.limit ?? 50,
          order: 'oldest',
        });
        if (options.json) return printJson(items);
        if (items.length === 0) return printLine('Nothing is waiting for you.');
        const now = Date.now();
        printTable(
          ['ID', 'AGE', 'STATE', 'WHY', 'RECIPIENT', 'SUBJECT', 'RATIONALE'],
          items.map((item) => [
            item.id,
            age(item.created_at, now),
            item.state,
            item.hold_reason ?? item.decision ?? '',
            item.recipient,
            (item.subject ?? '').slice(0, 40),
            item.note ?? '',
          ]),
        );
      });
    });

  review
    .command('show <id>')
    .description('the mail, why it is held, and its history')
    .option('--json', 'print JSON')
    .action((id: string, options: ReviewOptions, command: Command) => showDetails(id, options, command));

  const act = (name: ActName, command: string, description: string): void => {
    const sub = review
      .command(`${command} <id>`)
      .description(description)
      .addOption(
        new Option('--right <label>', 'was the judge right?').choices(['right', 'wrong', 'not_sure']),
      )
      .option('--json', 'print JSON');
    if (name === 'reject' || name === 'close') sub.option('--reason <text>', 'goes to the engine');
    sub.action(async (id: string, options: ReviewOptions, self: Command) => {
      await withExistingDatabase(self, async (database, config) => {
        const rubric = loadActiveRubric(config);
        const service = new Review({ database, config, rubric: () => rubric, now: Date.now });
        const after = await service[name](id, {
          actor: actorName(),
          label: options.right,
          reason: options.reason,
        });
        if (options.json) return printJson(after);
        printLine(sentenceOn(id, after, name));
      });
    });
  };
  act('release', 'release', 'let it go to the recipient');
  act('undo', 'undo', 'take a release back while it can be');
  act('reject', 'reject', 'end it; the engine is told why');
  act('escalate', 'escalate', 'hand it to the account owner');
  act('close', 'close', 'end an escalated mail without sending it');
  act('takeOver', 'take-over', 'end an escalated mail and pause every engine for that prospect');
  act('cancel', 'cancel', 'take a scheduled mail off the schedule');

  registerNotes(review);

  review
    .command('edit <id>')
    .description('replace the text of a held mail; it is judged again')
    .requiredOption('--text <file>', 'the new text (- for standard input)')
    .option('--subject <subject>', 'a new subject')
    .option('--release', 'release it if the new text passes')
    .option(
      '--force',
      'with --release: release it even if the new text is stopped (rules 1 and 2 still hold)',
    )
    .addOption(new Option('--right <label>', 'was the judge right?').choices(['right', 'wrong', 'not_sure']))
    .option('--json', 'print JSON')
    .action(async (id: string, options: ReviewOptions, command: Command) => {
      const text = readFileSync(options.text === '-' ? 0 : options.text!, 'utf8');
      await withExistingDatabase(command, async (database, config) => {
        const rubric = loadActiveRubric(config);
        const actor = actorName();
        const judge = createJudge({ database, rubric: () => rubric });
        const bench = await openBench(config, rubric);
        const rejudge = createRejudge({
          database,
          judge,
          bench,
          accounts: accountsOf(config.providers),
          now: Date.now,
        });
        const edit = { text, subject: options.subject, actor };
        let verdict: Verdict;
        try {
          verdict = await editDelivery({ database, config, now: Date.now, rejudge }, id, edit);
        } finally {
          await bench?.judge.stop();
        }
        const passes = verdict.decision === 'PASS';
        let after: Delivery | null = null;
        if (options.release && (passes || options.force)) {
          const service = new Review({ database, config, rubric: () => rubric, now: Date.now });
          after = await service.release(id, { actor, label: options.right });
        }
        if (options.json) return printJson({ verdict, delivery: after });
        printLine(
          `The new text is judged ${verdict.decision ?? `in doubt (${verdict.hold_reason})`}: ${verdict.rationale}`,
        );
        if (after) printLine(sentenceOn(id, after, 'release'));
        else if (options.release) printLine('It stays held. Release it all the same with --release --force.');
        else printLine(`It stays held with the new text. Release it with: presend review release ${id}`);
      });
    });
}
