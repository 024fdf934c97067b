import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import type { CaseFile } from '../evaluate/case-files.ts';
import type { Case } from '../evaluate/cases.ts';
import { type JudgeCase, evaluate, summarise } from '../evaluate/evaluate.ts';
import type { JudgeFacts } from '../evaluate/evaluation.ts';
import { interruptible } from '../evaluate/interrupt.ts';
import { progressOn } from '../evaluate/progress.ts';
import type { Run } from '../evaluate/report.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { Model } from '../models/registry.ts';
import { type JudgeChoice, asksModel, makeJudges } from './eval-judges.ts';
import { calibrationOf, chooseModels, modelDetails, openForEval } from './eval-model.ts';
import { throughSmtp } from './through-smtp.ts';

/** What came of an evaluation. */
export interface Judgements {
  judges: JudgeFacts[];
  runs: Run[];
}

export interface JudgeOptions {
  config: Config;
  rubric: Rubric;
  /** Model of the judges that name none; null: the one that the gate would ask. */
  model: string | null;
  /** What bag-of-words learns from; null where it is not asked for. */
  train: readonly Case[] | null;
}

/**
 * Every judge on every file. Models are loaded one after the other, each once, and asked once for each case. After Ctrl-C,
 * what was judged until then.
 *
 * @throws UserError where a model is missing or cannot be loaded
 */
export async function judgeFiles(
  files: readonly CaseFile[],
  choices: readonly JudgeChoice[],
  options: JudgeOptions,
): Promise<Judgements> {
  const { config, rubric, train } = options;
  const facts = new Map<string, JudgeFacts>();
  const runs: Run[] = [];
  const { signal, done } = interruptible();
  try {
    for (const { model, judges } of byModel(choices, options)) {
      if (signal.aborted) break;
      const opened = model && (await openForEval(config, model));
      try {
        const details = model && opened && (await modelDetails(config, model, opened.calibration));
        for (const { label, name } of judges) facts.set(label, { label, kind: name, model: details });
        const judgeOf = makeJudges({ rubric, model: opened, train });
        runs.push(
          ...(await judgeAll(
            files,
            judges.map(({ label, name }) => ({ label, judge: judgeOf(name) })),
            signal,
          )),
        );
      } finally {
        await opened?.adapter.release();
      }
    }
  } finally {
    done();
  }
  return {
    judges: choices.map(({ label, name }) => facts.get(label) ?? { label, kind: name, model: null }),
    runs: inOrder(runs, files, choices),
  };
}

/**
 * As `judgeFiles`, through a whole gate: as it is configured (`full`), or with its adapter switched off (`rules`).
 *
 * @throws UserError for another judge, or several
 */
export async function judgeThroughSmtp(
  files: readonly CaseFile[],
  choices: readonly JudgeChoice[],
  { config, model }: Pick<JudgeOptions, 'config' | 'model'>,
): Promise<Judgements> {
  const [choice] = choices;
  if (!choice || choices.length > 1 || (choice.name !== 'rules' && choice.name !== 'full')) {
    throw new UserError('a whole gate judges by --judge rules or --judge full, one at a time');
  }
  const { label, name } = choice;
  const mode = name === 'rules' ? 'off' : config.adapter.mode;
  const named = choice.model ?? model ?? config.adapter.model;
  const [chosen = null] = mode === 'off' ? [] : chooseModels(config, [named]);
  const gate = await throughSmtp({ ...config, adapter: { ...config.adapter, mode, model: named } });
  const { signal, done } = interruptible();
  try {
    const runs = await judgeAll(files, [{ label, judge: gate.judge }], signal);
    const details = chosen && (await modelDetails(config, chosen, await calibrationOf(config, chosen)));
    return { judges: [{ label, kind: name, model: details }], runs };
  } finally {
    done();
    await gate.close();
  }
}

/** The judges that ask no model first, then those of each model together, so that no model is loaded twice. */
function byModel(
  choices: readonly JudgeChoice[],
  { config, model }: JudgeOptions,
): { model: Model | null; judges: JudgeChoice[] }[] {
  const asking = choices.filter(({ name }) => asksModel(name));
  const models =
    asking.length === 0
      ? []
      : chooseModels(
          config,
          asking.map((choice) => choice.model ?? model),
        );
  const modelOf = new Map(asking.map(({ label }, i) => [label, models[i]!]));
  return [null, ...new Set(models)]
    .map((one) => ({
      model: one,
      judges: choices.filter(({ label }) => (modelOf.get(label) ?? null) === one),
    }))
    .filter(({ judges }) => judges.length > 0);
}

async function judgeAll(
  files: readonly CaseFile[],
  judges: readonly { label: string; judge: JudgeCase }[],
  signal: AbortSignal,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const { name: file, cases, bad } of files) {
    for (const { label, judge } of judges) {
      const progress = progressOn(process.stderr, `${label} on ${file}`, cases.length);
      const results = await evaluate(cases, judge, { onProgress: progress.at, signal });
      progress.end();
      if (signal.aborted) {
        process.exitCode = 130;
        process.stderr.write(`${label} on ${file}: ended after ${results.length} of ${cases.length} cases\n`);
      }
      if (results.length > 0) {
        runs.push({ file, judge: label, results, summary: summarise(results), bad_rows: bad.length });
      }
      if (signal.aborted) return runs;
    }
  }
  return runs;
}

/** By file, then by judge, as they were asked for. */
function inOrder(runs: readonly Run[], files: readonly CaseFile[], choices: readonly JudgeChoice[]): Run[] {
  return files.flatMap(({ name }) =>
    choices.flatMap(({ label }) => runs.filter(({ file, judge }) => file === name && judge === label)),
  );
}
