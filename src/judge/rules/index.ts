import type { Rule } from '../rule.ts';
import { RULES } from '../verdict.ts';
import { cLevel } from './c-level.ts';
import { disqualifier } from './disqualifier.ts';
import { fundingTier } from './funding-tier.ts';
import { genericPeers } from './generic-peers.ts';
import { lowConfidenceFunding } from './low-confidence-funding.ts';
import { optOut } from './opt-out.ts';
import { priorCommitment } from './prior-commitment.ts';
import { regulatedCaveat } from './regulated-caveat.ts';
import { softRejection } from './soft-rejection.ts';
import { threadLeak } from './thread-leak.ts';

const all: readonly Rule[] = [
  disqualifier,
  optOut,
  cLevel,
  threadLeak,
  lowConfidenceFunding,
  priorCommitment,
  softRejection,
  regulatedCaveat,
  fundingTier,
  genericPeers,
];

/** Every rule, in the rubric's priority order. */
export const rulesInOrder: readonly Rule[] = RULES.map((name) => {
  const rule = all.find((one) => one.name === name);
  if (!rule) throw new Error(`no rule is written for ${name}`);
  return rule;
});

/** Those whose answer hangs on the draft, in the same order: another reading of it changes nothing for the others. */
export const rulesOfText: readonly Rule[] = rulesInOrder.filter(
  (rule) => rule !== disqualifier && rule !== cLevel,
);
