import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { askAdapter } from '../evaluate/ask-adapter.ts';
import { interruptible } from '../evaluate/interrupt.ts';
import { progressOn } from '../evaluate/progress.ts';
import { modelLimit, safest } from '../judge/adapter-mode.ts';
import { RubricSource } from '../judge/rubric-source.ts';
import { askCases } from '../kill-switch/canary/ask.ts';
import { PROBE_FOLDER, casesVersion, readOwnCases, readProbes } from '../kill-switch/canary/cases.ts';
import { conclude, weigh } from '../kill-switch/canary/conclude.ts';
import { drawSome, seedOfDay } from '../kill-switch/canary/draw.ts';
import { type CanaryReport, newestReport, reportOf } from '../kill-switch/canary/report.ts';
import { type NewRun, acceptedRun, beginRun, listRuns, readRun } from '../kill-switch/canary/store.ts';
import { currentAdapter } from '../kill-switch/monitor-store.ts';
import { actorName } from './actor.ts';
import { withDatabase, withExistingDatabase } from './context.ts';
import { chooseModels, openForEval } from './eval-model.ts';
import { age, printJson, printLine, printTable } from './output.ts';
import { printReport } from './print-canary.ts';

/** `presend canary …`: the project's own probe cases, put to the judge. */
export function register(program: Command): void {
  const command = program
    .command('canary')
    .description("put the project's own probe cases to the judge, and see how it did")
    .addHelpText(
      'after',
      `
A running gate does this by itself: some cases at each start, all after every change of model or rubric and daily. An adapter
that has never passed all of them is asked about no mail. What counts as a fall stands in src/kill-switch/README.md.`,
    );

  command
    .command('run')
    .description('put some or all probe cases to an adapter now; exits 1 when it falls')
    .option('--all', 'all cases; otherwise as many as at a start of the gate')
    .option('--model <name>', 'this model instead of the active one, for instance before it is chosen')
    .option('--json', 'print JSON, with what came of every case')
    .addHelpText(
      'after',
      `
It loads the model into this process, so it may run beside the gate. The run is kept in the history. A fall trips the kill
switch if this is the adapter that judges here; a model that passes here is not barred when it is chosen later.`,
    )
    .action(run);

  command
    .command('status')
    .description(
      'whether the adapter is barred, how its last runs ended, and the newest one over all cases in figures',
    )
    .option('--json', 'print JSON')
    .action(status);
}

interface RunOptions {
  all?: boolean;
  model?: string;
  json?: boolean;
}

async function run(options: RunOptions, command: Command): Promise<void> {
  await withDatabase(command, async (database, config) => {
    const probes = readProbes(PROBE_FOLDER);
    const extent = options.all ? 'all' : 'some';
    const { rubric } = new RubricSource(config).current();
    const [chosen] = chooseModels(config, [options.model ?? null]);
    const model = await openForEval(config, chosen!);
    const { signal, done } = interruptible();
    try {
      const made: NewRun = {
        started_at: Date.now(),
        adapter_version: model.adapter.version,
        rubric_version: rubric.version,
        cases_version: casesVersion(PROBE_FOLDER),
        extent,
        trigger: 'asked',
      };
      const known = await acceptedRun(database.db, made.adapter_version, made.cases_version);
      const reference = known ? ((await readRun(database.db, known.id))?.results ?? null) : null;
      const cases = options.all
        ? [...probes, ...readOwnCases(config.data_dir)]
        : drawSome(probes, config.kill_switch.canary.at_start, {
            seed: seedOfDay(made.started_at),
            reference,
          });
      const progress = progressOn(
        process.stderr,
        `${model.adapter.version} on the probe cases`,
        cases.length,
      );
      const results = await askCases(cases, {
        ask: askAdapter(model.adapter),
        model,
        rubric,
        brokenLimit: config.kill_switch.failures.limit,
        concurrency: 1,
        signal,
        onProgress: progress.at,
      });
      progress.end();
      if (signal.aborted) {
        process.exitCode = 130;
        printLine(`Ended after ${results.length} of ${cases.length} cases; nothing is kept.`);
        return;
      }
      const outcome = await weigh(database.db, made, results, config.kill_switch);
      const judges = (await currentAdapter(database.db))?.version === made.adapter_version;
      const decides = safest(config.adapter.mode, modelLimit({ ...model, shadowOnly: false })) === 'active';
      const id = await database.transact(async (trx) => {
        const begun = await beginRun(trx, made);
        await conclude(trx, {
          id: begun,
          run: made,
          outcome,
          actor: actorName(),
          now: Date.now(),
          tripTo: judges && decides ? config.kill_switch.trip_to : null,
        });
        return begun;
      });
      if (outcome.state === 'fell') process.exitCode = 1;
      const kept = (await readRun(database.db, id))!;
      const report = await reportOf(database.db, kept);
      if (options.json) return printJson({ ...report, falls: outcome.falls, results });
      printReport(report);
      if (outcome.state === 'fell') printLine(fallMeans(judges && decides));
    } finally {
      done();
      await model.adapter.release();
    }
  });
}

const fallMeans = (trips: boolean): string =>
  trips
    ? '\nThe kill switch is tripped: the rules decide alone. See presend kill-switch status.'
    : '\nIt does not judge here, so nothing was tripped.';

async function status(options: { json?: boolean }, command: Command): Promise<void> {
  await withExistingDatabase(command, async ({ db }, config) => {
    const adapter = await currentAdapter(db);
    const runs = await listRuns(db, 12);
    const { enabled } = config.kill_switch.canary;
    const accepted = adapter ? ((await acceptedRun(db, adapter.version)) ?? null) : null;
    const report: CanaryReport | null = adapter ? await newestReport(db, adapter.version) : null;
    if (options.json)
      return printJson({ enabled, adapter: adapter?.version ?? null, accepted, runs, newest: report });
    if (!enabled) printLine('The canary is off (kill_switch.canary.enabled in the configuration).');
    if (!adapter) throw new UserError('no adapter has judged here yet; start the gate with one');
    const now = Date.now();
    if (accepted === null)
      printLine(
        `${adapter.version} has never passed all probe cases here: a gate puts no mail to it before.`,
      );
    else
      printLine(
        `${adapter.version} ${accepted.state === 'passed' ? 'passed all probe cases' : 'fell on the probe cases and was accepted by a person'}, run ${accepted.id}, ${age(accepted.ended_at ?? now, now)} ago.`,
      );
    if (runs.length === 0) return printLine('No run yet: presend canary run --all');
    printTable(
      ['RUN', 'WHEN', 'CASES', 'BECAUSE', 'ADAPTER', 'STATE', 'WHAT'],
      runs.map((one) => [
        String(one.id),
        `${age(one.started_at, now)} ago`,
        one.extent,
        one.trigger,
        one.adapter_version,
        one.state,
        one.says ?? '',
      ]),
    );
    if (!report) return;
    printLine();
    printReport(report);
  });
}
