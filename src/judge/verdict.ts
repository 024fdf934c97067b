import type { FieldEvidence, ProspectSnapshot } from '../crm/prospect.ts';
import type { Decision, ParseTrouble, Span } from '../message/types.ts';

/** The ten rules of the rubric, in priority order. */
export const RULES = [
  'disqualifier',
  'opt_out',
  'c_level',
  'thread_leak',
  'low_confidence_funding',
  'prior_commitment',
  'soft_rejection',
  'regulated_caveat',
  'funding_tier',
  'generic_peers',
] as const;
export type RuleName = (typeof RULES)[number];

/** The decision each rule stands for (DESIGN, "The rubric"). */
export const RULE_DECISION: Record<RuleName, Decision> = {
  disqualifier: 'SUPPRESS',
  opt_out: 'SUPPRESS',
  c_level: 'ESCALATE',
  thread_leak: 'BLOCK',
  low_confidence_funding: 'BLOCK',
  prior_commitment: 'BLOCK',
  soft_rejection: 'BLOCK',
  regulated_caveat: 'PENALISE',
  funding_tier: 'PENALISE',
  generic_peers: 'PENALISE',
};

/** `enforce` acts, `observe` records only, `off` does not run. */
export type RuleMode = 'enforce' | 'observe' | 'off';

/** One rule's (or the adapter's) result with its evidence. */
export interface Finding {
  rule: RuleName | 'adapter';
  decision: Decision;
  /** false for a rule in `observe` mode: shown, but decides nothing. */
  enforced: boolean;
  /** One sentence for a reviewer. */
  rationale: string;
  spans: Span[];
  fields: FieldEvidence[];
}

/** Doubt: why there is no decision. Each is shown to the reviewer under its own name. */
export type HoldReason =
  | ParseTrouble
  | 'unknown_recipient'
  | 'disguised_text'
  | 'stale_record'
  | 'possible_opt_out'
  | 'possible_alias'
  | 'language'
  | 'unknown_headcount'
  | 'unvalidated_vertical'
  | 'low_confidence'
  | 'adapter_unavailable'
  | 'too_long'
  | 'judge_error';

/** What is worth telling but is not judged (missing unsubscribe, hidden preheader, link text vs target …). */
export interface Notice {
  kind: string;
  detail: string;
}

/** What the adapter made of one delivery, as stored with the verdict. */
export interface AdapterRecord {
  /** Model and adapter. */
  version: string;
  /** `shadow`: recorded only, it decided nothing. */
  mode: 'active' | 'shadow';
  /** Calibrated, of all five decisions; sums to 1. */
  probabilities: Record<Decision, number>;
  /** Probability the model spent on the five labels together, 0 to 1. */
  mass: number;
  /** null: not sure enough of any. */
  decision: Decision | null;
  /** Time the adapter took, milliseconds. */
  latency_ms: number;
  /** Parts of the record that did not fit the prompt. */
  trimmed: string[];
  /** One sentence by the model, written after the decision; null = none, or none yet. */
  rationale: string | null;
}

/**
 * The judge's answer for one delivery. Exactly one of `decision` and `hold_reason` is set: doubt is not
 * a decision.
 */
export interface Verdict {
  decision: Decision | null;
  hold_reason: HoldReason | null;
  /** One sentence: the first finding's rationale, or what the doubt is. */
  rationale: string;
  /** All findings, in rubric order, the adapter's last. */
  findings: Finding[];
  notices: Notice[];
  /** null when the recipient is unknown to the CRM mirror. */
  prospect: ProspectSnapshot | null;
  rubric_version: string;
  /** The adapter that was asked, whether or not it answered; null = the rules alone. */
  adapter_version: string | null;
  /** Its reading; null when it was not asked or did not answer. */
  adapter: AdapterRecord | null;
  /** Time spent judging, milliseconds. */
  latency_ms: number;
}
