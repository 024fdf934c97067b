import type { CaseFile } from './case-files.ts';
import type { Case } from './cases.ts';
import { type CaseResult, type Summary, summarise } from './evaluate.ts';
import type { Run } from './report.ts';

/** A model as an evaluation asked it; nothing in it depends on the machine. */
export interface ModelDetails {
  name: string;
  /** Name and sum over weights, adapter, scale and prompt. */
  version: string;
  description: string;
  licence: string | null;
  /** File name and SHA-256 of the base; of a model on another host its dialect and name there. */
  base: string;
  /** File name and SHA-256 of the LoRA adapter; null for a base without one. */
  lora: string | null;
  /** Name of the prompt profile. */
  profile: string;
  /** Longest prompt, tokens. */
  contextSize: number;
  /** Regulated verticals it is validated for. */
  verticals: string[];
  /** null for a model that was never calibrated: it judges in shadow only. */
  calibration: { temperature: number; passesFrom: number } | null;
}

/** A judge under the name that reports show. */
export interface JudgeFacts {
  label: string;
  kind: 'rules' | 'adapter' | 'full' | 'bag-of-words';
  /** null for a judge that asks none. */
  model: ModelDetails | null;
}

/** What each kind of judge is. */
export const KIND_WORDS: Record<JudgeFacts['kind'], string> = {
  rules: 'the rules alone',
  adapter: 'the model alone',
  full: 'rules and model together, as the gate decides',
  'bag-of-words': 'a baseline that knows the wording and nothing else',
};

/** One evaluation: what was asked, of whom, and what came out. */
export interface Evaluation {
  /** Version of presend. */
  presend: string;
  /** When it ended. */
  at: Date;
  rubric: string;
  /** Each case was sent to a whole gate as a mail. */
  throughSmtp: boolean;
  files: readonly CaseFile[];
  judges: readonly JudgeFacts[];
  /** By file, then by judge. Ended early, some are missing or short. */
  runs: readonly Run[];
}

/** A result with the case it is about. */
export interface JudgedCase {
  file: string;
  case: Case;
  result: CaseResult;
}

/** One judge's results on all files together. */
export interface JudgeResults {
  facts: JudgeFacts;
  /** Where its colour stands in the report's row of colours, from 0. */
  index: number;
  judged: JudgedCase[];
  summary: Summary;
}

/** The judges that judged anything, in the order they were asked for. */
export function byJudge({ judges, runs, files }: Evaluation): JudgeResults[] {
  const cases = new Map(
    files.map(({ name, cases: own }) => [name, new Map(own.map((one) => [one.id, one]))]),
  );
  return judges.flatMap((facts, index) => {
    const own = runs.filter(({ judge }) => judge === facts.label);
    const judged = own.flatMap(({ file, results }) =>
      results.map((result) => ({ file, case: cases.get(file)!.get(result.id)!, result })),
    );
    if (judged.length === 0) return [];
    const summary = own.length === 1 ? own[0]!.summary : summarise(judged.map(({ result }) => result));
    return [{ facts, index, judged, summary }];
  });
}

/** How many judgements are missing because it was ended early. */
export function missing({ judges, runs, files }: Evaluation): number {
  const wanted = judges.length * files.reduce((sum, { cases }) => sum + cases.length, 0);
  return wanted - runs.reduce((sum, { results }) => sum + results.length, 0);
}
