import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { draftFromText, prospectFromContext } from '../evaluate/context.ts';
import type { AdapterInput } from '../judge/adapter/adapter.ts';
import { judgeByRules } from '../judge/judge.ts';
import { type Rubric, loadRubric } from '../judge/rubric.ts';
import { loadActiveRubric } from '../judge/rubric-source.ts';
import type { Verdict } from '../judge/verdict.ts';
import { type AdapterBench, asks, consultInShadow, consultNow } from '../pipeline/consult-adapter.ts';
import { openBench } from './adapter-bench.ts';
import { configFor } from './context.ts';
import { printJson, printLine } from './output.ts';
import { printAdapter } from './print-adapter.ts';

interface Options {
  context: string;
  draft: string;
  subject?: string;
  today?: string;
  rubric?: string;
  /** --adapter true, --no-adapter false, neither: as configured. */
  adapter?: boolean;
  json?: boolean;
}

/** `presend judge`: a dry run of the judge over one draft and one record; nothing is sent or stored. */
export function register(program: Command): void {
  program
    .command('judge')
    .description('judge one draft against one record without sending anything')
    .requiredOption('--context <file>', 'the record as JSON (company, headcount, disqualifiers …)')
    .requiredOption('--draft <file>', 'the draft as text; a first line "Subject: …" is its subject')
    .option('--subject <text>', 'the subject')
    .option('--today <date>', 'the date to judge as of (default: today)')
    .option('--rubric <file>', 'another rubric than the configured one')
    .option('--adapter', 'ask the judge model too; fail when there is none or it does not load')
    .option('--no-adapter', 'by the rules alone')
    .option('--json', 'print the whole verdict as JSON')
    .addHelpText(
      'after',
      `
With neither --adapter nor --no-adapter it judges as the gate would: with the model that is active, if there is one.
As in the gate, the model is asked only about what the rules let pass or penalise.`,
    )
    .action(async (options: Options, command: Command) => {
      const config = configFor(command);
      const rubric = options.rubric === undefined ? loadActiveRubric(config) : loadRubric(options.rubric);
      const input = {
        prospect: readContext(options.context),
        draft: draftFromText(readText(options.draft), options.subject ?? null),
        channel: 'email',
        today: readDate(options.today),
      };
      const began = performance.now();
      const rules = judgeByRules({ ...input, rubric });
      const byRules = { ...rules, latency_ms: performance.now() - began };
      const verdict = await withAdapter(byRules, input, { choice: options.adapter, config, rubric });
      if (options.json) printJson(verdict);
      else print(verdict);
    });
}

/** The rules' verdict joined with the model's reading and its sentence. */
async function withAdapter(
  verdict: Verdict,
  input: AdapterInput,
  { choice, config, rubric }: { choice: boolean | undefined; config: Config; rubric: Rubric },
): Promise<Verdict> {
  if (choice === false || (choice === undefined && !asks({ verdict, input }))) return verdict;
  const off = config.adapter.mode === 'off' && choice === true;
  const adapter = off ? { ...config.adapter, mode: 'active' as const } : config.adapter;
  const bench = await openBench({ ...config, adapter }, rubric);
  if (!bench) {
    if (choice === undefined) return verdict;
    throw new UserError('no judge model is chosen; see presend models list and presend models use');
  }
  try {
    const health = bench.judge.model.adapter.health();
    if (health.state !== 'ready') {
      const why = health.state === 'failed' ? health.reason : 'it did not load';
      throw new UserError(`${bench.judge.model.name}: ${why} (by the rules alone: --no-adapter)`);
    }
    if (!asks({ verdict, input })) return verdict;
    const shadow = bench.judge.mode() === 'shadow';
    const judged = shadow
      ? consultInShadow(bench, { verdict, input })
      : consultNow(bench, { verdict, input });
    return await explained(bench, (await judged) ?? verdict, input);
  } finally {
    await bench.judge.stop();
  }
}

async function explained(bench: AdapterBench, verdict: Verdict, input: AdapterInput): Promise<Verdict> {
  const { adapter } = verdict;
  if (!adapter || adapter.decision === null || adapter.decision === 'PASS') return verdict;
  const rationale = await bench.judge.explain(input, adapter.decision).catch(() => null);
  return { ...verdict, adapter: { ...adapter, rationale } };
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
  if (verdict.adapter) {
    printLine();
    printAdapter(verdict.adapter, '');
  }
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
