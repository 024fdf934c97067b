import type { Choice, RuleChoice } from './web-types.ts';

/** The key of each answer, the same in the browser and the terminal. */
export const CHOICE_KEYS: Record<Choice, string> = {
  SUPPRESS: '1',
  ESCALATE: '2',
  BLOCK: '3',
  PENALISE: '4',
  PASS: '5',
  not_sure: '0',
};

/** … and of each rule of the rubric, in its order. */
export const RULE_KEYS: Record<RuleChoice, string> = {
  disqualifier: 'a',
  opt_out: 'b',
  c_level: 'c',
  thread_leak: 'd',
  low_confidence_funding: 'e',
  prior_commitment: 'f',
  soft_rejection: 'g',
  regulated_caveat: 'h',
  funding_tier: 'i',
  generic_peers: 'j',
  none: 'n',
};

/** Whether a choice stops the mail, and so has a rule. */
export function isStop(choice: Choice): boolean {
  return choice !== 'PASS' && choice !== 'not_sure';
}
