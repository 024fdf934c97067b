import type { ProspectSnapshot } from '../crm/prospect.ts';
import type { FoldedText } from '../message/fold.ts';
import type { Draft, Span } from '../message/types.ts';
import type { Finding, HoldReason, Notice, RuleName } from './verdict.ts';
import type { Rubric } from './rubric.ts';

/** What every rule reads. Built once per judgement; rules are pure functions of it. */
export interface RuleInput {
  draft: Draft;
  subject: FoldedText;
  body: FoldedText;
  prospect: ProspectSnapshot;
  /** The channel the draft goes out on; SMTP and provider APIs are both `email`. */
  channel: string;
  /** "Today" for dates, ISO date. The wall clock in production, a case's `as_of` in evaluation. */
  today: string;
  rubric: Rubric;
}

/** Evidence that a rule fired; null when it did not. A doubt holds instead of deciding. */
export type RuleResult =
  | { fired: true; rationale: string; spans: Span[]; fields: Finding['fields'] }
  | { fired: false; doubt?: { reason: HoldReason; rationale: string }; notices?: Notice[] };

export interface Rule {
  name: RuleName;
  check(input: RuleInput): RuleResult;
}
