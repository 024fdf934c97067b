/** What a backtest tells. Types only: the browser app imports them too. Times are milliseconds since the epoch. */
import type { Finding } from '../judge/verdict.ts';
import type { Decision } from '../message/types.ts';

export type Action = 'relay' | 'hold' | 'forward' | 'suppress';

/** One side of a change: the verdict and what would be done by it. */
export interface BacktestSide {
  decision: Decision | null;
  hold_reason: string | null;
  action: Action;
  /** Rule or hold reason behind the action; null for a relay. */
  reason: string | null;
  rationale: string;
}

/** A delivery that would be judged otherwise. */
export interface BacktestChange {
  delivery_id: string;
  message_id: string;
  engine: string;
  recipient: string;
  subject: string | null;
  received_at: number;
  before: BacktestSide;
  after: BacktestSide;
  /** The newest answer to "was the judge right?" about what it was judged then. */
  label: 'right' | 'wrong' | 'not_sure' | null;
  /** A rule had decided, so the adapter was never asked; it may still hold the mail. */
  adapter_unasked: boolean;
}

/**
 * Why a stored verdict cannot be compared: `rubric_unknown` its rubric's text is not kept (older than the history);
 * `rules_changed` judged again by its own rubric it comes out otherwise, so the program's rules or what was stored differ;
 * `judge_failed` there was no verdict but a failure; `unreadable` the mail cannot be read any more; `adapter_unavailable` the
 * other adapter could not be asked about it.
 */
export type NotComparable =
  | 'rubric_unknown'
  | 'rules_changed'
  | 'judge_failed'
  | 'unreadable'
  | 'adapter_unavailable';

/** How many deliveries go from one action to another. */
export interface Transition {
  from: Action;
  to: Action;
  count: number;
  /** Of these: what reviewers had said of the verdict before. */
  labels: { right: number; wrong: number; not_sure: number };
  adapter_unasked: number;
}

export interface RuleTally {
  rule: Finding['rule'];
  /** Findings that count (the rule is enforced). */
  fired_before: number;
  fired_after: number;
  /** The first of them, which decides. */
  decided_before: number;
  decided_after: number;
}

/** How many, and what reviewers had said of the verdict before. */
export interface LabelledCount {
  count: number;
  right: number;
  wrong: number;
  not_sure: number;
}

/** What changes by one rule or hold reason. */
export interface RuleChanges {
  rule: string;
  /** Stopped by it then, and would be relayed: `wrong` of these were stopped wrongly. */
  released: LabelledCount;
  /** Relayed then, and would be stopped by it: `wrong` of these should not have gone. */
  stopped: LabelledCount;
  /** Stopped by it then, and would be stopped in another way. */
  otherwise: LabelledCount;
}

/** What an adapter made of a mail: `unsure` of any decision, `none` it was not asked or gave no reading. */
export type Read = Decision | 'unsure' | 'none';

/** What another adapter said when it was asked again. */
export interface AdapterTally {
  /** Its name in the registry. */
  name: string;
  version: string;
  /** `shadow`: never calibrated, so its readings are told and change nothing. */
  mode: 'active' | 'shadow';
  asked: number;
  trouble: Partial<Record<'unavailable' | 'malformed' | 'too_long', number>>;
  /** Deliveries that both the adapter of then and this one read, and of these whose readings differ. */
  compared: number;
  changed: number;
  /** From the recorded reading to this one's, most first; equal ones too. */
  readings: { from: Read; to: Read; count: number }[];
  /** Of its answers, milliseconds; null without any. */
  latency: { p50_ms: number; p95_ms: number } | null;
}

export interface BacktestSummary {
  since: number;
  until: number;
  /** Ended by hand: the figures are of what was judged until then. */
  partial: boolean;
  /** Judged messages in that time. */
  messages: number;
  /** Of these, judged again: all, or a random sample above the limit. */
  messages_judged: number;
  sampled: boolean;
  /** Deliveries of the messages that were judged again. */
  deliveries: number;
  comparable: number;
  not_comparable: Partial<Record<NotComparable, number>>;
  /** Where the action differs. */
  transitions: Transition[];
  /** Decision or reason differ, the action does not. */
  same_action: number;
  rules: RuleTally[];
  /** Rules and hold reasons by which the action differs, most first. */
  rule_changes: RuleChanges[];
  /** null: the adapter's readings were kept as recorded. */
  adapter: AdapterTally | null;
  took_ms: number;
}
