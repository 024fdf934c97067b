import {
  type Adapter,
  AdapterError,
  type AdapterInput,
  type AdapterTrouble,
  type Classification,
} from '../judge/adapter/adapter.ts';
import { DECISIONS } from '../message/types.ts';
import type { Case } from './cases.ts';

/** What the adapter said of one case, or why it said nothing. */
export interface Answer {
  classification: Classification | null;
  trouble: { kind: Exclude<AdapterTrouble, 'busy'>; detail: string } | null;
  /** How long it took, milliseconds. */
  took_ms: number;
  /** true where the answer was known from an earlier question about the same case. */
  remembered: boolean;
}

export type AskAdapter = (one: Case) => Promise<Answer>;

/** Asks once for each case, however many judges want to know; otherwise as `answerTo`. */
export function askAdapter(adapter: Pick<Adapter, 'classify'>): AskAdapter {
  const answers = new WeakMap<Case, Answer>();
  return async (one) => {
    const known = answers.get(one);
    if (known) return { ...known, remembered: true };
    const { draft, prospect, asOf } = one;
    const answer = await answerTo(adapter, { draft, prospect, channel: 'email', today: asOf });
    answers.set(one, answer);
    return answer;
  };
}

/**
 * What the adapter says of one mail. One that is unavailable is asked a second time, as the gate does; one that is closed is an
 * error of the caller.
 */
export async function answerTo(adapter: Pick<Adapter, 'classify'>, input: AdapterInput): Promise<Answer> {
  const began = performance.now();
  const said = await classify(adapter, input, 2);
  return { ...said, took_ms: performance.now() - began, remembered: false };
}

async function classify(
  adapter: Pick<Adapter, 'classify'>,
  input: AdapterInput,
  attempts: number,
): Promise<Pick<Answer, 'classification' | 'trouble'>> {
  try {
    const classification = await adapter.classify(input);
    if (DECISIONS.some((decision) => Number.isFinite(classification.logLikelihood[decision]))) {
      return { classification, trouble: null };
    }
    return {
      classification: null,
      trouble: { kind: 'malformed', detail: 'it gave no likelihood for any decision' },
    };
  } catch (error) {
    if (!(error instanceof AdapterError) || error.trouble === 'closed') throw error;
    // A host went away, or others ask the same hosts: for whoever counts, it could not be asked.
    const kind = error.trouble === 'busy' ? 'unavailable' : error.trouble;
    if (kind === 'unavailable' && attempts > 1) return classify(adapter, input, attempts - 1);
    return { classification: null, trouble: { kind, detail: error.message } };
  }
}
