import { DECISIONS, type Decision, type Draft } from '../message/types.ts';
import type { Case } from './cases.ts';
import { minimise } from './lbfgs.ts';

/**
 * The baseline that reads wording alone: it never sees the record, so whatever it gets right could be had without
 * judging. Multinomial logistic regression with L2 over words and pairs of words, tf-idf weighted.
 */
export interface BagOfWords {
  /** Sums to 1; 0 for decisions that no training case had. */
  probabilities(draft: Draft): Record<Decision, number>;
  /** Words and pairs of words that carry a weight. */
  features: number;
}

/** A word that only one training draft uses tells nothing about another. */
const MIN_DRAFTS = 2;
/** Bounds memory and time on large training sets; the most frequent are kept. */
const MAX_FEATURES = 100_000;
/** Inverse strength of the penalty, per training case. */
const FREEDOM = 10;

interface SparseRow {
  features: Int32Array;
  values: Float64Array;
}

/** Trains on drafts and labels. Deterministic: the same cases give the same weights. */
export function trainBagOfWords(cases: readonly Pick<Case, 'draft' | 'gold'>[]): BagOfWords {
  const texts = cases.map(({ draft }) => countTerms(draft));
  const { index, weight } = vocabularyOf(texts);
  const rows = texts.map((terms) => vectorOf(terms, index, weight));
  const classes = DECISIONS.filter((decision) => cases.some(({ gold }) => gold === decision));
  const golds = cases.map(({ gold }) => classes.indexOf(gold));
  const weights = fit(rows, golds, classes.length, index.size);
  return {
    features: index.size,
    probabilities: (draft) => {
      const shares = softmax(scores(vectorOf(countTerms(draft), index, weight), weights, classes.length));
      return Object.fromEntries(
        DECISIONS.map((decision) => [decision, shares[classes.indexOf(decision)] ?? 0]),
      ) as Record<Decision, number>;
    },
  };
}

/** Words and pairs of neighbouring words of subject and body, each with its count. */
function countTerms({ subject, body }: Draft): Map<string, number> {
  const words = `${subject ?? ''}\n${body}`.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu) ?? [];
  const counts = new Map<string, number>();
  words.forEach((word, i) => {
    const terms = i === 0 ? [word] : [word, `${words[i - 1]} ${word}`];
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  });
  return counts;
}

function vocabularyOf(texts: readonly Map<string, number>[]): {
  index: Map<string, number>;
  weight: Float64Array;
} {
  const drafts = new Map<string, number>();
  for (const terms of texts) for (const term of terms.keys()) drafts.set(term, (drafts.get(term) ?? 0) + 1);
  const kept = [...drafts]
    .filter(([, count]) => count >= MIN_DRAFTS)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, MAX_FEATURES);
  return {
    index: new Map(kept.map(([term], i) => [term, i])),
    weight: Float64Array.from(kept, ([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1),
  };
}

/** tf-idf of the known terms, of length 1. */
function vectorOf(terms: Map<string, number>, index: Map<string, number>, weight: Float64Array): SparseRow {
  const known = [...terms].flatMap(([term, count]) => {
    const feature = index.get(term);
    return feature === undefined ? [] : [{ feature, value: count * weight[feature]! }];
  });
  const length = Math.hypot(...known.map(({ value }) => value)) || 1;
  return {
    features: Int32Array.from(known, ({ feature }) => feature),
    values: Float64Array.from(known, ({ value }) => value / length),
  };
}

/** Weights by class, each with its bias last; the bias is not penalised. */
function fit(rows: readonly SparseRow[], golds: readonly number[], classes: number, features: number) {
  const width = features + 1;
  const penalty = 1 / (FREEDOM * rows.length);
  return minimise((weights, gradient) => {
    gradient.fill(0);
    let loss = 0;
    rows.forEach((row, i) => {
      const shares = softmax(scores(row, weights, classes));
      loss -= Math.log(Math.max(shares[golds[i]!]!, 1e-300)) / rows.length;
      for (let c = 0; c < classes; c += 1) {
        const error = (shares[c]! - (golds[i] === c ? 1 : 0)) / rows.length;
        for (let k = 0; k < row.features.length; k += 1) {
          gradient[c * width + row.features[k]!]! += error * row.values[k]!;
        }
        gradient[c * width + features]! += error;
      }
    });
    for (let c = 0; c < classes; c += 1) {
      for (let f = c * width; f < c * width + features; f += 1) {
        loss += (penalty / 2) * weights[f]! ** 2;
        gradient[f]! += penalty * weights[f]!;
      }
    }
    return loss;
  }, classes * width);
}

function scores({ features, values }: SparseRow, weights: Float64Array, classes: number): number[] {
  const width = weights.length / classes;
  return Array.from({ length: classes }, (_, c) => {
    let sum = weights[(c + 1) * width - 1]!;
    for (let k = 0; k < features.length; k += 1) sum += weights[c * width + features[k]!]! * values[k]!;
    return sum;
  });
}

function softmax(values: readonly number[]): number[] {
  const top = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
