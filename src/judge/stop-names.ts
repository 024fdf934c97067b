import type { GateHold } from '../message/disposition.ts';
import { DECISIONS } from '../message/types.ts';
import { type HoldReason, RULES } from './verdict.ts';

/** Kept exhaustive by its type. */
const DOUBT: Record<HoldReason, true> = {
  malformed_mime: true,
  ambiguous_mime: true,
  parts_differ: true,
  hidden_text: true,
  unreadable: true,
  unknown_field: true,
  too_complex: true,
  disguised_text: true,
  unknown_recipient: true,
  stale_record: true,
  possible_opt_out: true,
  possible_alias: true,
  language: true,
  unknown_headcount: true,
  unvalidated_vertical: true,
  low_confidence: true,
  adapter_unavailable: true,
  too_long: true,
  judge_error: true,
};

const GATE: Record<GateHold, true> = {
  held_behind: true,
  whole_message: true,
  engine_stopped: true,
  reply_arrived: true,
  taken_over: true,
  judged_in_observe: true,
  undone: true,
  cannot_leave: true,
  too_many_hops: true,
  restored: true,
};

/** Reasons of holds where the judge had no decision. */
export const DOUBTS = Object.keys(DOUBT) as HoldReason[];

/** Every value that `hold_reason` of a delivery can have. */
const HOLD_REASONS: readonly string[] = [...RULES, 'adapter', ...DOUBTS, ...Object.keys(GATE)];

/** What can be named where a setting is about a kind of stop: a rule, another hold reason, or a decision. */
export const STOP_NAMES: readonly string[] = [...HOLD_REASONS, ...DECISIONS.filter((one) => one !== 'PASS')];
