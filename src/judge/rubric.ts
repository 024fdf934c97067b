import type { RuleMode, RuleName } from './verdict.ts';

/** The rubric as configured (`config/rubric.yaml`): switches, lists and thresholds. */
export interface Rubric {
  /** Short hash of the file's content; stored with each verdict. */
  version: string;
  rules: Record<RuleName, RuleMode>;
}
