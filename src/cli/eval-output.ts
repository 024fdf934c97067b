import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { compareJudges } from '../evaluate/compare.ts';
import { comparisonLines, comparisonTable, comparisonText } from '../evaluate/compare-report.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { htmlReport } from '../evaluate/html/page.ts';
import { modelCard } from '../evaluate/model-card.ts';
import { type Run, briefReport, jsonLines, markdownTable, textReport } from '../evaluate/report.ts';
import { writeWhole } from '../models/files.ts';

export interface OutputOptions {
  json?: boolean;
  table?: boolean;
  details?: boolean;
  compare?: boolean;
  report?: string;
  modelCard?: string;
}

/** Told before a long run, not after it. @throws UserError where a file cannot be written as asked */
export function checkOutputs({ report, modelCard: card }: OutputOptions): void {
  for (const [option, path] of [
    ['--report', report],
    ['--model-card', card],
  ] as const) {
    if (path === undefined) continue;
    if (existsSync(path) && statSync(path).isDirectory()) {
      throw new UserError(`${option} ${path}: is a folder; name a file in it`);
    }
    if (!existsSync(dirname(path))) {
      throw new UserError(`${option} ${path}: there is no folder ${dirname(path)}; create it first`);
    }
    try {
      accessSync(dirname(path), constants.W_OK);
    } catch {
      throw new UserError(
        `${option} ${path}: this user may not write to ${dirname(path)}; name another folder`,
      );
    }
  }
}

/** Prints the figures and writes the files that were asked for. */
export function writeOutputs(evaluation: Evaluation, options: OutputOptions): void {
  const { runs } = evaluation;
  if (runs.length === 0) return;
  process.stdout.write(printed(runs, options));
  for (const [path, write] of [
    [options.report, htmlReport],
    [options.modelCard, modelCard],
  ] as const) {
    if (path === undefined) continue;
    writeWhole(path, write(evaluation));
    process.stderr.write(`written to ${path}\n`);
  }
}

function printed(runs: readonly Run[], { json, table, details, compare }: OutputOptions): string {
  const comparisons = compare ? compareJudges(runs) : [];
  if (json) return runs.map(jsonLines).join('') + comparisonLines(comparisons);
  if (table) return markdownTable(runs) + comparisonTable(comparisons);
  if (runs.length === 1) return textReport(runs[0]!.summary);
  const figures = details
    ? runs.map(({ file, judge, summary }) => `${judge} on ${file}\n${textReport(summary)}`).join('\n')
    : briefReport(runs);
  return figures + comparisonText(comparisons);
}
