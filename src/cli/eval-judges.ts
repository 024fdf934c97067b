import { UserError } from '../config/user-error.ts';
import { type AskAdapter, askAdapter } from '../evaluate/ask-adapter.ts';
import { trainBagOfWords } from '../evaluate/bag-of-words.ts';
import type { Case } from '../evaluate/cases.ts';
import type { JudgeCase } from '../evaluate/evaluate.ts';
import { adapterJudge, bagOfWordsJudge, fullJudge, rulesJudge } from '../evaluate/judges.ts';
import type { JudgeModel } from '../judge/adapter-judge.ts';
import { UNCALIBRATED } from '../judge/adapter/reading.ts';
import type { Rubric } from '../judge/rubric.ts';

export const JUDGES = ['rules', 'adapter', 'full', 'bag-of-words'] as const;
export type JudgeName = (typeof JUDGES)[number];

/** One judge that was asked for: `full`, or `full:some-model`. */
export interface JudgeChoice {
  /** As written; what reports call it. */
  label: string;
  name: JudgeName;
  /** null: the model of --model, or the active one. */
  model: string | null;
}

/** A model opened for an evaluation; whoever opened it releases the adapter. Without calibration it decides nothing. */
export type EvalModel = Pick<JudgeModel, 'adapter' | 'calibration' | 'validatedVerticals'>;

export interface JudgeSources {
  rubric: Rubric;
  /** null where no judge asks a model. */
  model: EvalModel | null;
  /** Cases that the baseline learns from; null where it is not asked for. */
  train: readonly Case[] | null;
}

/** "rules,full,full:other" as choices, in that order and each once. @throws UserError */
export function judgeChoices(list: string): JudgeChoice[] {
  const labels = list.split(',').map((label) => label.trim());
  return [...new Set(labels)].map((label) => {
    const [, word = '', model = null] = /^([^:]*)(?::(.*))?$/.exec(label) ?? [];
    const name = JUDGES.find((judge) => judge === word);
    if (!name) throw new UserError(`--judge ${word}: there is no such judge; use ${JUDGES.join(', ')}`);
    if (model !== null && !asksModel(name)) {
      throw new UserError(`--judge ${label}: ${name} asks no model; write ${name} alone`);
    }
    if (model === '') throw new UserError(`--judge ${label}: name a model after the colon`);
    return { label, name, model };
  });
}

export const asksModel = (name: JudgeName): boolean => name === 'adapter' || name === 'full';

/** The judges by name. All of them ask the model once per case between them. */
export function makeJudges({ rubric, model, train }: JudgeSources): (name: JudgeName) => JudgeCase {
  const ask = model && askAdapter(model.adapter);
  const baseline = train && bagOfWordsJudge(trainBagOfWords(train));
  return (name) => {
    switch (name) {
      case 'rules':
        return rulesJudge(rubric);
      case 'bag-of-words':
        return required(baseline);
      case 'adapter':
        return adapterJudge(required(ask), model?.calibration ?? UNCALIBRATED);
      case 'full':
        return full(required(ask), required(model), rubric);
    }
  };
}

/** As the gate would decide with this model: one that was never calibrated decides nothing. */
function full(ask: AskAdapter, { adapter, calibration, validatedVerticals }: EvalModel, rubric: Rubric) {
  return fullJudge(rubric, ask, {
    version: adapter.version,
    mode: calibration === null ? 'shadow' : 'active',
    calibration: calibration ?? UNCALIBRATED,
    validatedVerticals,
    verticals: rubric.regulated,
    whenUnavailable: 'rules',
  });
}

function required<T>(source: T | null): T {
  if (source === null) throw new Error('a judge was asked for whose source was not opened');
  return source;
}
