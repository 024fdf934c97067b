import { DECISIONS, type Decision } from '../../message/types.ts';
import { AdapterError, type Classification } from './adapter.ts';

/** One way to write a decision, as the model's tokens. */
export interface SpelledLabel {
  decision: Decision;
  tokens: readonly number[];
}

/** A place in the answer, after `path`, where the probabilities of the tokens `next` are needed. */
export interface Branch {
  path: readonly number[];
  next: readonly number[];
}

/** ln p of each token asked for, by the path after which it was asked. */
export type Readings = Map<string, ReadonlyMap<number, number>>;

/** Below this the model did not answer the question: its probability went to something that is no label. */
export const MIN_MASS = 0.1;

export const pathKey = (path: readonly number[]): string => path.join(' ');

/**
 * Every place that must be read to know the likelihood of each whole label, the first answer token first. A single
 * place means that every label is one token.
 */
export function branches(labels: readonly SpelledLabel[]): Branch[] {
  const places = new Map<string, { path: readonly number[]; next: Set<number> }>();
  for (const { tokens } of labels) {
    for (const [i, token] of tokens.entries()) {
      const path = tokens.slice(0, i);
      const key = pathKey(path);
      const place = places.get(key) ?? { path, next: new Set() };
      place.next.add(token);
      places.set(key, place);
    }
  }
  return [...places.values()].map(({ path, next }) => ({ path, next: [...next] }));
}

/** The longest paths among the branches: evaluating each once passes through all of them. Without the empty one. */
export function chains(places: readonly Branch[]): (readonly number[])[] {
  const paths = places.map(({ path }) => path).filter((path) => path.length > 0);
  return paths.filter(
    (path) => !paths.some((other) => other.length > path.length && startsWith(other, path)),
  );
}

/** One sentence on why these labels cannot be told apart by a model, or null. */
export function labelTrouble(labels: readonly SpelledLabel[]): string | null {
  for (const one of labels) {
    if (one.tokens.length === 0) return `a spelling of ${one.decision} is empty for this model's tokenizer`;
    for (const other of labels) {
      if (one.decision !== other.decision && startsWith(other.tokens, one.tokens)) {
        return `a spelling of ${one.decision} begins one of ${other.decision}, so that they cannot be told apart`;
      }
    }
  }
  return null;
}

/**
 * Whole-label likelihoods: the product over a label's tokens, the likeliest spelling of each decision. Mass counts one
 * spelling a decision, so it is never more than the model gave.
 *
 * @throws AdapterError malformed when a needed reading is missing or no number
 */
export function likelihoods(
  labels: readonly SpelledLabel[],
  readings: Readings,
): Pick<Classification, 'logLikelihood' | 'mass'> {
  const logLikelihood = Object.fromEntries(DECISIONS.map((decision) => [decision, -Infinity])) as Record<
    Decision,
    number
  >;
  for (const { decision, tokens } of labels) {
    let total = 0;
    for (const [i, token] of tokens.entries()) {
      const value = readings.get(pathKey(tokens.slice(0, i)))?.get(token);
      if (value === undefined || Number.isNaN(value)) {
        throw new AdapterError('malformed', `the model gave no probability for ${decision}`);
      }
      total += value;
    }
    logLikelihood[decision] = Math.max(logLikelihood[decision], total);
  }
  const mass = DECISIONS.reduce((sum, decision) => sum + Math.exp(logLikelihood[decision]), 0);
  return { logLikelihood, mass: Math.min(1, mass) };
}

/** @throws AdapterError malformed when the model spent too little probability on the labels */
export function requireMass(classification: Classification, least: number): Classification {
  if (classification.mass >= least) return classification;
  throw new AdapterError(
    'malformed',
    `the model spent ${(classification.mass * 100).toPrecision(2)} % on the five labels together, less than ${least * 100} %`,
  );
}

const startsWith = (tokens: readonly number[], beginning: readonly number[]): boolean =>
  tokens.length >= beginning.length && beginning.every((token, i) => tokens[i] === token);
