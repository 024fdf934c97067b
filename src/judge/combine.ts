import { DECISIONS, type Decision } from '../message/types.ts';
import type { Classification } from './adapter/adapter.ts';
import { type Calibration, readClassification } from './adapter/reading.ts';
import { type Vertical, regimeOf } from './language/regime.ts';
import type { AdapterRecord, Finding, HoldReason, Notice, Verdict } from './verdict.ts';

/**
 * What the adapter said about one draft, or why it said nothing. `unavailable`: it cannot be asked now. `unreadable`: it
 * answers other mail and fails on this one. `too_long`: the draft does not fit its context.
 */
export type Opinion =
  | { kind: 'reading'; classification: Classification; latencyMs: number }
  /** What it said when the mail was judged before: it stands as it was, calibration and all. */
  | { kind: 'recorded'; record: AdapterRecord }
  /** `failed`: it was asked and the call failed, so the mail itself may be why. */
  | { kind: 'unavailable'; failed?: boolean; detail: string }
  | { kind: 'unreadable' | 'too_long'; detail: string };

export interface CombineOptions {
  /** Version of the adapter that was asked. */
  version: string;
  mode: AdapterRecord['mode'];
  calibration: Calibration;
  /** Verticals (names of the rubric's `regulated`) the model was tested on. */
  validatedVerticals: 'all' | readonly string[];
  /** The rubric's regulated verticals. */
  verticals: readonly Vertical[];
  /** Who decides about a mail that waited for the adapter in vain. */
  whenUnavailable: 'rules' | 'hold';
}

interface Doubt {
  reason: HoldReason;
  rationale: string;
}

/**
 * Whether the adapter could change anything: it may raise a decision and never lower one, and what it raises is at most a
 * hold. So there is nothing to ask where a CRM fact suppresses or escalates, where a rule blocks (it is held or worse
 * already) or where doubt holds the mail; the CPU is better spent on mail that would go.
 */
export function needsAdapter({ decision, prospect }: Verdict): boolean {
  return prospect !== null && (decision === 'PASS' || decision === 'PENALISE');
}

/**
 * Joins the adapter's opinion to the rules' verdict. Pure. In `shadow` it is recorded and decides nothing.
 *
 * A SUPPRESS, ESCALATE or BLOCK of the adapter names the decision; a PENALISE does where the rules pass. Otherwise its doubt
 * holds what would pass, and what would only be penalised, since an engine may relay that. What happens to a decision that
 * no rule shares is `pipeline/dispose.ts`'s: always a hold.
 */
export function combine(rules: Verdict, opinion: Opinion, options: CombineOptions): Verdict {
  const asked: Verdict = { ...rules, adapter_version: options.version };
  const record = recordedIn(opinion, options);
  const finding = record && findingOf(record);
  const notice = opinion.kind === 'reading' || opinion.kind === 'recorded' ? [] : [noticeOf(opinion)];
  const seen: Verdict = {
    ...asked,
    findings: finding ? [...rules.findings, finding] : rules.findings,
    notices: [...rules.notices, ...notice],
    adapter: record,
  };
  if (options.mode === 'shadow' || !needsAdapter(rules)) return seen;
  if (finding && (finding.decision !== 'PENALISE' || rules.decision === 'PASS')) {
    const doubt = finding.decision === 'PENALISE' ? unvalidated(rules, options) : null;
    return doubt
      ? held(seen, doubt)
      : { ...seen, decision: finding.decision, hold_reason: null, rationale: finding.rationale };
  }
  const doubt = unvalidated(rules, options) ?? doubtOf(opinion, record, options);
  return doubt ? held(seen, doubt) : seen;
}

const held = (verdict: Verdict, { reason, rationale }: Doubt): Verdict => ({
  ...verdict,
  decision: null,
  hold_reason: reason,
  rationale,
});

/** The adapter's reading; null where it gave none. */
function recordedIn(opinion: Opinion, { version, mode, calibration }: CombineOptions): AdapterRecord | null {
  if (opinion.kind === 'recorded') return opinion.record;
  if (opinion.kind !== 'reading') return null;
  const { classification, latencyMs } = opinion;
  const { probabilities, decision } = readClassification(classification, calibration);
  return {
    version,
    mode,
    probabilities,
    mass: classification.mass,
    decision,
    latency_ms: latencyMs,
    trimmed: classification.trimmed,
    rationale: null,
  };
}

/** Null where the adapter would let the mail go, or is not sure. */
function findingOf({ decision, mode, probabilities }: AdapterRecord): Finding | null {
  if (decision === null || decision === 'PASS') return null;
  return {
    rule: 'adapter',
    decision,
    enforced: mode === 'active',
    rationale: `The adapter reads this as ${shown(decision, probabilities, 'p = ')}.`,
    spans: [],
    fields: [],
  };
}

function doubtOf(
  opinion: Opinion,
  record: AdapterRecord | null,
  { whenUnavailable }: CombineOptions,
): Doubt | null {
  switch (opinion.kind) {
    case 'reading':
    case 'recorded':
      return record?.decision === null ? unsure(record) : null;
    case 'too_long':
      return { reason: 'too_long', rationale: opinion.detail };
    case 'unreadable':
      return { reason: 'judge_error', rationale: opinion.detail };
    case 'unavailable':
      return whenUnavailable === 'hold' ? { reason: 'adapter_unavailable', rationale: opinion.detail } : null;
  }
}

function unsure({ probabilities }: AdapterRecord): Doubt {
  const [first, second] = DECISIONS.toSorted((a, b) => probabilities[b] - probabilities[a]) as [
    Decision,
    Decision,
  ];
  return {
    reason: 'low_confidence',
    rationale: `The adapter is not sure enough: ${shown(first, probabilities)}, ${shown(second, probabilities)}.`,
  };
}

/** A model says nothing reliable about a trade it was never tested on. */
function unvalidated({ prospect }: Verdict, { validatedVerticals, verticals }: CombineOptions): Doubt | null {
  if (prospect === null || validatedVerticals === 'all') return null;
  const regime = regimeOf(prospect, verticals);
  if (regime === null) return null;
  const known = new Set(validatedVerticals.map((name) => name.trim().toLowerCase()));
  const named = regime.verticals.map(({ name }) => name);
  const names = named.length > 0 ? named : [String(regime.evidence.value)];
  if (names.every((name) => known.has(name.trim().toLowerCase()))) return null;
  return {
    reason: 'unvalidated_vertical',
    rationale: `The prospect is regulated (${names.join(', ')}) and the adapter was not tested on that.`,
  };
}

function noticeOf(opinion: Exclude<Opinion, { kind: 'reading' | 'recorded' }>): Notice {
  return { kind: `adapter_${opinion.kind}`, detail: opinion.detail };
}

/** "BLOCK (p = 0.97)" or "BLOCK 0.97". Rounded down, so that doubt never reads as certainty. */
function shown(decision: Decision, probabilities: Record<Decision, number>, prefix?: string): string {
  const value = (Math.floor(probabilities[decision] * 100) / 100).toFixed(2);
  return prefix === undefined ? `${decision} ${value}` : `${decision} (${prefix}${value})`;
}
