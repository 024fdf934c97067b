import type { Choice, RuleChoice } from '../../kill-switch/spot-check/web-types.ts';
import { DECISION_WORD, reasonChip, reasonSentence } from '../parts/words.ts';

/** A decision, the judge's doubt or a person's, in words. */
export function choiceWord(choice: Choice | 'HOLD'): string {
  if (choice === 'HOLD') return 'Doubt';
  return choice === 'not_sure' ? 'Not sure' : DECISION_WORD[choice];
}

/** A rule as a choice, and what it is about. */
export function ruleWords(rule: RuleChoice): { name: string; about: string } {
  if (rule === 'none') return { name: 'None of these', about: 'It should be stopped for another reason.' };
  return { name: reasonChip(rule), about: reasonSentence(rule) };
}

/** "Block (Thread leak)". */
export function decided(decision: Choice | 'HOLD', rule: string | null): string {
  if (rule === null) return choiceWord(decision);
  return `${choiceWord(decision)} (${rule === 'none' ? 'no rule of the rubric' : reasonChip(rule)})`;
}
