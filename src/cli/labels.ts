import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { gateSecret } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { interruptible } from '../evaluate/interrupt.ts';
import { type Progress, progressOn } from '../evaluate/progress.ts';
import type { Profile } from '../judge/adapter/profile.ts';
import { type ExportSummary, type Skipped, exportLabels } from '../labels/export.ts';
import { FORMATS, type Format } from '../labels/formats.ts';
import type { Agreement, AgreementReport } from '../labels/kappa.ts';
import { type LabelStats, labelStats } from '../labels/stats.ts';
import { counted } from '../message/counted.ts';
import { loadRegistry, modelFolders } from '../models/registry.ts';
import { moment } from './arguments.ts';
import { withReadOnlyDatabase } from './context.ts';
import { printJson, printLine, printTable } from './output.ts';

interface ExportArguments {
  since?: number;
  until?: number;
  format: Format;
  out?: string;
  scrub?: boolean;
  profile?: string;
  json?: boolean;
}

/** `presend labels export|stats`: reviewers' decisions as training data, and how far reviewers agree. */
export function register(program: Command): void {
  const labels = program
    .command('labels')
    .description('what reviewers answered to "was the judge right?": as training data, and counted');

  labels
    .command('export')
    .description('write preference pairs, or cases for presend eval, from review decisions (JSON lines)')
    .addOption(
      new Option('--format <which>', 'pairs (published schema), cases (presend eval, models/train), prompt')
        .choices(FORMATS)
        .default('pairs'),
    )
    .option('--since <time>', 'last labelled since: 30d, 12h or 2026-05-01', (value) => moment(value))
    .option('--until <time>', 'last labelled before', (value) => moment(value))
    .option('--out <file>', 'write to a file (default: standard output)')
    .option('--scrub', 'replace names, addresses, numbers, links and ids by placeholders')
    .option('--profile <name>', 'the prompt profile of the format prompt (default: the active model’s)')
    .option('--json', 'the summary, on standard error, as JSON')
    .addHelpText(
      'after',
      `
A pair is the record and the draft as judged, the answer that a judge should have given (chosen) and the one it gave or would
have been wrong with (rejected). What gives a pair and what gives none: docs/LABELS.md. Doubt that a reviewer released, "not
sure" and reviewers who disagree give none; the summary says how many and why.

  presend labels export --scrub --out pairs.jsonl
  presend labels export --format cases --since 30d --out cases.jsonl && presend eval cases.jsonl --judge rules,full
  presend labels export --format prompt --profile tenacious-card > orpo.jsonl`,
    )
    .action(runExport);

  labels
    .command('stats')
    .description('labels by answer, rule and reviewer, and how far reviewers agree (Cohen’s kappa)')
    .option('--since <time>', 'given since: 30d, 12h or 2026-05-01', (value) => moment(value))
    .option('--until <time>', 'given before', (value) => moment(value))
    .option('--json', 'print JSON')
    .action(
      async ({ since, until, json }: Pick<ExportArguments, 'since' | 'until' | 'json'>, command: Command) => {
        await withReadOnlyDatabase(command, async ({ db }) => {
          const stats = await labelStats(db, { from: since ?? 0, to: until ?? Date.now() + 1, engine: null });
          if (json) printJson(stats);
          else printStats(stats);
        });
      },
    );
}

async function runExport(options: ExportArguments, command: Command): Promise<void> {
  await withReadOnlyDatabase(command, async ({ db }, config) => {
    const { format, out } = options;
    const profile = profileFor(config, options.profile);
    const sink = out === undefined ? null : openSink(out);
    const { signal, done } = interruptible('mail');
    let progress: Progress | null = null;
    try {
      const summary = await exportLabels(
        db,
        {
          since: options.since ?? 0,
          until: options.until ?? Date.now() + 1,
          format,
          profile,
          scrubKey: options.scrub ? gateSecret(config.data_dir, 'derive') : null,
        },
        {
          signal,
          onRow: (row) => {
            const line = `${JSON.stringify(row)}\n`;
            if (sink) sink.write(line);
            else process.stdout.write(line);
          },
          onProgress: (at, total) => {
            progress ??= progressOn(process.stderr, 'exporting', total);
            progress.at(at);
          },
        },
      );
      (progress as Progress | null)?.end();
      sink?.keep();
      if (signal.aborted) process.exitCode = 130;
      process.stderr.write(options.json ? `${JSON.stringify(summary)}\n` : `${told(summary, out)}\n`);
    } finally {
      done();
      sink?.close();
    }
  });
}

/** A file that appears under its name only once it is whole; readable by its owner only, for it holds people's mail. */
function openSink(path: string): { write: (line: string) => void; keep: () => void; close: () => void } {
  const part = `${path}.part`;
  let file: number;
  try {
    file = openSync(part, 'w', 0o600);
  } catch (error) {
    throw new UserError(
      `${path}: cannot be written (${(error as NodeJS.ErrnoException).code}); check the path`,
    );
  }
  let kept = false;
  return {
    write: (line) => void writeSync(file, line),
    keep: () => {
      closeSync(file);
      renameSync(part, path);
      kept = true;
    },
    close: () => {
      if (kept) return;
      closeSync(file);
      rmSync(part, { force: true });
    },
  };
}

/** @throws UserError for a profile that there is not */
function profileFor(config: Config, name: string | undefined): Profile {
  const { active, profiles } = loadRegistry(modelFolders(config));
  if (name === undefined && active) return active.profile;
  const profile = profiles.get(name ?? 'tenacious-card');
  if (profile) return profile;
  throw new UserError(`there is no prompt profile "${name}"; known are: ${[...profiles.keys()].join(', ')}`);
}

const WHY: Record<Skipped, string> = {
  not_sure: 'the reviewer was not sure',
  reviewers_disagree: 'reviewers disagree',
  doubt: 'held for doubt, which is no decision',
  wrong_not_released: 'the judge was called wrong, but the mail was not released',
  right_but_released: 'the judge was called right, and the mail was released all the same',
  decision_unknown: 'relayed wrongly; nobody said which decision it should have been',
  not_judged: 'not judged when it was labelled',
  no_record: 'the recipient was not in the CRM mirror',
  text_gone: 'the mail is not kept any more',
  no_rejected: 'rightly passed, with nothing to reject (the format cases has them)',
  scrub_incomplete: 'a name was left after scrubbing, so the row was dropped',
};

function told(summary: ExportSummary, out: string | undefined): string {
  const { rows, deliveries, looked_at, by_decision, by_rule, skipped, scrubbed } = summary;
  if (deliveries === 0) {
    return 'No labels in that time. Reviewers give them with every act: presend review release <id> --right wrong, or in the app.';
  }
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  const what = `${counted(rows, 'row')} from ${counted(deliveries, 'delivery', 'deliveries')} that people decided about`;
  return [
    `${what}${out === undefined ? '' : `, in ${out}`}.`,
    ...(looked_at < deliveries ? [`Ended by hand after ${looked_at} of ${deliveries}.`] : []),
    ...(rows > 0 ? [`Chosen: ${list(by_decision)}. By rule: ${list(by_rule)}.`] : []),
    ...Object.entries(skipped).map(([why, n]) => `Left out: ${n}, ${WHY[why as Skipped]}.`),
    ...(scrubbed
      ? ['Scrubbed. Read a sample before you give it away: docs/LABELS.md says what cannot be found.']
      : ['Not scrubbed: the rows hold people’s names and mail. --scrub replaces them.']),
  ].join('\n');
}

function printStats(stats: LabelStats): void {
  const { labels, deliveries, by_rule, by_reviewer, agreement, spot_check_agreement } = stats;
  if (labels.total === 0 && spot_check_agreement.pairs.length === 0) {
    printLine(
      'No labels in that time. Reviewers give them with every act: presend review release <id> --right wrong.',
    );
    return;
  }
  const cells = (row: LabelStats['labels']): string[] =>
    [row.right, row.wrong, row.not_sure, row.total].map(String);
  const head = ['RIGHT', 'WRONG', 'NOT SURE', 'LABELS'];
  printLine(
    `${counted(labels.total, 'label')} on ${counted(deliveries, 'delivery', 'deliveries')}; of each reviewer the newest on each counts.`,
  );
  printLine();
  printTable(
    ['STOPPED FOR', ...head],
    by_rule.map((row) => [row.rule, ...cells(row)]),
  );
  printLine();
  printTable(
    ['REVIEWER', ...head],
    by_reviewer.map((row) => [row.reviewer, ...cells(row)]),
  );
  printLine();
  if (agreement.pairs.length === 0) {
    printLine('No two reviewers labelled the same mail, so their agreement is not known.');
  } else printAgreement('AGREEMENT', agreement);
  if (spot_check_agreement.pairs.length === 0) return;
  printLine();
  printAgreement('ON SPOT CHECKS', spot_check_agreement);
}

function printAgreement(title: string, agreement: AgreementReport): void {
  const rows = [
    ...agreement.pairs.map(({ raters, ...pair }) => [raters.join(' and '), pair] as const),
    ['all together', agreement.pooled] as const,
  ];
  printTable(
    [title, 'MAILS', 'AGREED', 'KAPPA', '95 %'],
    rows.map(([who, one]) => [
      who,
      String(one.n),
      one.observed === null ? '–' : `${Math.round(one.observed * 100)} %`,
      kappaWords(one),
      one.low === null || one.high === null ? '–' : `${one.low.toFixed(2)} to ${one.high.toFixed(2)}`,
    ]),
  );
}

function kappaWords({ kappa, why_none }: Agreement): string {
  if (kappa !== null) return kappa.toFixed(2);
  return why_none === 'one_category' ? 'undefined: one answer throughout' : 'not enough (10 needed)';
}
