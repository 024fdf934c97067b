import { DECISIONS } from '../message/types.ts';
import type { Classification } from '../judge/adapter/adapter.ts';
import type { Case } from './cases.ts';
import { likeliest } from './likeliest.ts';
import type { LabelledReading } from './temperature.ts';

/** A case that the adapter answered. */
export interface AnsweredCase {
  case: Case;
  classification: Classification;
}

/** How well a model understands a way of being asked. */
export interface ProfileScore {
  profile: string;
  cases: number;
  /** Cases beyond those that got no reading. */
  unanswered: number;
  /** Mean ln p of the right label at the answer, with what the model spent on anything but a label against it. Higher is better. */
  meanLogLikelihood: number;
  /** The same for bad and for good drafts; null where there are none. */
  bad: number | null;
  good: number | null;
  /** Share of cases whose likeliest label is right. */
  right: number;
  /** Mean probability spent on the five labels together. */
  mass: number;
}

/** A label that the host does not even list has some probability below this. */
const FLOOR = Math.log(1e-20);

/** What the adapter said, with finite likelihoods. */
export function labelledReading({ case: one, classification }: AnsweredCase): LabelledReading {
  const logLikelihood = Object.fromEntries(
    DECISIONS.map((decision) => [decision, Math.max(classification.logLikelihood[decision], FLOOR)]),
  ) as LabelledReading['logLikelihood'];
  return { logLikelihood, gold: one.gold };
}

/** Without any answer, the likelihood is that of nothing: minus infinity. */
export function scoreProfile(
  profile: string,
  answered: readonly AnsweredCase[],
  unanswered: number,
): ProfileScore {
  const readings = answered.map(labelledReading);
  const ofGold = (list: readonly LabelledReading[]): number | null =>
    mean(list.map(({ logLikelihood, gold }) => logLikelihood[gold]));
  return {
    profile,
    cases: answered.length,
    unanswered,
    meanLogLikelihood: ofGold(readings) ?? Number.NEGATIVE_INFINITY,
    bad: ofGold(readings.filter(({ gold }) => gold !== 'PASS')),
    good: ofGold(readings.filter(({ gold }) => gold === 'PASS')),
    right: mean(readings.map(({ logLikelihood, gold }) => +(likeliest(logLikelihood) === gold))) ?? 0,
    mass: mean(answered.map(({ classification }) => classification.mass)) ?? 0,
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
