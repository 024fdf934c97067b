import { type Calibration, readClassification } from '../judge/adapter/reading.ts';
import { type CombineOptions, type Opinion, combine, needsAdapter } from '../judge/combine.ts';
import { judgeByRules } from '../judge/judge.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Answer, AskAdapter } from './ask-adapter.ts';
import type { BagOfWords } from './bag-of-words.ts';
import type { Case } from './cases.ts';
import type { JudgeCase } from './evaluate.ts';
import { likeliest } from './likeliest.ts';

/** Judges each case as of its own date by the rules. */
export function rulesJudge(rubric: Rubric): (one: Case) => Verdict {
  return ({ draft, prospect, asOf, trouble }) =>
    judgeByRules({ draft, prospect, channel: 'email', today: asOf, rubric, trouble });
}

/** The adapter alone: its calibrated reading is the decision, doubt and trouble hold. */
export function adapterJudge(ask: AskAdapter, calibration: Calibration): JudgeCase {
  return async (one) => {
    const { classification, trouble, took_ms, remembered } = await ask(one);
    const spared_ms = remembered ? took_ms : 0;
    if (classification === null) {
      const hold_reason = trouble?.kind === 'too_long' ? 'too_long' : 'adapter_unavailable';
      return { decision: null, hold_reason, findings: [], spared_ms };
    }
    const { decision, probabilities } = readClassification(classification, calibration);
    const hold_reason = decision === null ? 'low_confidence' : null;
    const prompt_tokens = classification.promptTokens;
    return { decision, hold_reason, findings: [], probabilities, prompt_tokens, spared_ms };
  };
}

/** Rules and adapter together, as the gate decides. */
export function fullJudge(rubric: Rubric, ask: AskAdapter, options: CombineOptions): JudgeCase {
  const byRules = rulesJudge(rubric);
  return async (one) => {
    const rules = byRules(one);
    if (!needsAdapter(rules)) return rules;
    const answer = await ask(one);
    return {
      ...combine(rules, opinionOf(answer), options),
      spared_ms: answer.remembered ? answer.took_ms : 0,
    };
  };
}

/** An answer as `combine` weighs it. */
export function opinionOf({ classification, trouble, took_ms }: Answer): Opinion {
  if (classification !== null) return { kind: 'reading', classification, latencyMs: took_ms };
  const detail = trouble?.detail ?? '';
  switch (trouble?.kind) {
    case 'too_long':
      return { kind: 'too_long', detail };
    case 'malformed':
      return { kind: 'unreadable', detail };
    default:
      return { kind: 'unavailable', failed: true, detail };
  }
}

/** The baseline that knows the wording and nothing else; it never doubts. */
export function bagOfWordsJudge(model: BagOfWords): JudgeCase {
  return ({ draft }) => {
    const probabilities = model.probabilities(draft);
    return { decision: likeliest(probabilities), hold_reason: null, findings: [], probabilities };
  };
}
