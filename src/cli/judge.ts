import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { draftFromText, prospectFromContext } from '../evaluate/context.ts';
import { judgeByRules } from '../judge/judge.ts';
import { loadRubric } from '../judge/rubric.ts';
import type { Verdict } from '../judge/verdict.ts';
import { configFor } from './context.ts';
import { printJson, printLine } from './output.ts';

interface Options {
  context: string;
  draft: string;
  subject?: string;
  today?: string;
  rubric?: string;
  json?: boolean;
}

/** `presend judge`: a dry run of the rules over one draft and one record; nothing is sent or stored. */
export function register(program: Command): void {
  program
    .command('judge')
    .description('judge one draft against one record without sending anything')
    .requiredOption('--context <file>', 'the record as JSON (company, headcount, disqualifiers …)')
    .requiredOption('--draft <file>', 'the draft as text; a first line "Subject: …" is its subject')
    .option('--subject <text>', 'the subject')
    .option('--today <date>', 'the date to judge as of (default: today)')
    .option('--rubric <file>', 'another rubric than the configured one')
    .option('--json', 'print the whole verdict as JSON')
    .action((options: Options, command: Command) => {
      const began = performance.now();
      const verdict = judgeByRules({
        prospect: readContext(options.context),
        draft: draftFromText(readText(options.draft), options.subject ?? null),
        channel: 'email',
        today: readDate(options.today),
        rubric: loadRubric(options.rubric ?? configFor(command).rubric),
      });
      const timed = { ...verdict, latency_ms: performance.now() - began };
      if (options.json) printJson(timed);
      else print(timed);
    });
}

function print(verdict: Verdict): void {
  printLine(`${verdict.decision ?? `HOLD (${verdict.hold_reason})`}: ${verdict.rationale}`);
  for (const { rule, decision, enforced, rationale, spans, fields } of verdict.findings) {
    printLine(`\n${rule} → ${decision}${enforced ? '' : ' (observe only)'}`);
    printLine(`  ${rationale}`);
    for (const { part, start, end, text } of spans) printLine(`  ${part} ${start}–${end}: "${text}"`);
    for (const { field, value } of fields) printLine(`  ${field} = ${JSON.stringify(value)}`);
  }
  for (const { kind, detail } of verdict.notices) printLine(`\nnote (${kind}): ${detail}`);
}

function readContext(path: string) {
  let context: unknown;
  try {
    context = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: not JSON (${(error as Error).message})`);
  }
  try {
    return prospectFromContext(context);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
}

function readDate(given: string | undefined): string {
  if (given === undefined) return new Date().toISOString().slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d$/.test(given) || Number.isNaN(Date.parse(given))) {
    throw new UserError(`--today ${given}: give a date as YYYY-MM-DD`);
  }
  return given;
}
