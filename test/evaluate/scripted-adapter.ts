import type { Adapter, AdapterInput, Classification } from '../../src/judge/adapter/adapter.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';

export interface ScriptedAdapter extends Adapter {
  /** Inputs it was asked about. */
  asked: AdapterInput[];
  released: boolean;
}

/** An adapter that reads what `probabilities` says of the input; what that throws, `classify` throws. */
export function scriptedAdapter(
  probabilities: (input: AdapterInput) => Record<Decision, number>,
  version = 'scripted@1',
): ScriptedAdapter {
  const adapter: ScriptedAdapter = {
    version,
    asked: [],
    released: false,
    warmup: async () => {},
    health: () => ({ state: 'ready' }),
    classify: async (input) => {
      adapter.asked.push(input);
      return classification(probabilities(input));
    },
    explain: async () => 'Because.',
    release: async () => {
      adapter.released = true;
    },
  };
  return adapter;
}

export function classification(probabilities: Record<Decision, number>): Classification {
  return {
    logLikelihood: Object.fromEntries(
      DECISIONS.map((decision) => [decision, Math.log(probabilities[decision])]),
    ) as Record<Decision, number>,
    mass: DECISIONS.reduce((sum, decision) => sum + probabilities[decision], 0),
    exact: true,
    promptTokens: 100,
    trimmed: [],
  };
}

/** `probability` for one decision, the rest shared by the others. */
export function mostly(decision: Decision, probability = 0.9): Record<Decision, number> {
  return Object.fromEntries(
    DECISIONS.map((one) => [one, one === decision ? probability : (1 - probability) / 4]),
  ) as Record<Decision, number>;
}
