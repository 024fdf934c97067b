import { DECISIONS, type Decision } from '../message/types.ts';

/** The decision with the highest probability; of equals, the one that comes first in the rubric. */
export function likeliest(probabilities: Readonly<Record<Decision, number>>): Decision {
  return DECISIONS.reduce((best, one) => (probabilities[one] > probabilities[best] ? one : best));
}
