import type { ProspectSnapshot } from '../crm/prospect.ts';
import { RULES, type RuleName } from '../judge/verdict.ts';
import type { Decision, Draft } from '../message/types.ts';
import { decidingRule } from '../judge/deciding-rule.ts';
import type { Answer, JudgedText } from './answers.ts';
import { PROBE_OF } from '../kill-switch/probes.ts';

/** One answer of the judge, as it is trained on: `DECISION\nrationale`. */
export interface JudgeAnswer {
  decision: Decision;
  rationale: string;
}

/** One text with its record, and what a judge should say of it. */
export interface Example {
  /** Unique: the delivery's id, and the revision of its text where a reviewer edited it. */
  id: string;
  /** ISO date that counted as today. */
  as_of: string;
  prospect: ProspectSnapshot;
  draft: Draft;
  chosen: JudgeAnswer;
  /** null: nothing wrong was said or is likely to be. */
  rejected: JudgeAnswer | null;
  /** The rule that should fire, `none` for a good draft, null where the adapter alone was right. */
  rule: RuleName | 'none' | null;
  /** Probe class of the rule that decided, rightly or wrongly; null for the adapter's and for a pass. */
  probe: string | null;
  meta: ExampleMeta;
}

export interface ExampleMeta {
  delivery_id: string;
  /** When a person last answered, milliseconds since the epoch. */
  at: number;
  source: 'review';
  label: Answer['label'];
  labelled_by: string;
  /** What the judge had said of this text, and by which rule. */
  judged: Decision | null;
  judged_by: RuleName | 'adapter' | null;
  rubric_version: string;
  adapter_version: string | null;
}

/** As the training cases say it of a good draft, and of a stop without a rule of its own. */
const NO_RULE = 'No rule applies.';
const SOME_RULE = 'The mail breaks a rule.';
const TO_A_PERSON = 'A person at the sender should take this over.';

/** An answer with the text it is about. `snapshot` is the record of then. */
export function exampleOf(
  deliveryId: string,
  answer: Answer,
  { prospect, draft }: { prospect: ProspectSnapshot; draft: Draft },
): Example {
  const { verdict, gold, wrong, label, at, actor, reason } = answer;
  const decider = decidingRule(verdict);
  const rule = RULES.find((one) => one === decider) ?? null;
  const rejected = wrong ?? likeliestStop(verdict);
  return {
    id: verdict.revision === 0 ? deliveryId : `${deliveryId}@${verdict.revision}`,
    as_of: new Date(verdict.created_at).toISOString().slice(0, 10),
    prospect,
    draft,
    chosen: { decision: gold, rationale: reason ?? rationaleFor(gold, verdict) },
    rejected: rejected && { decision: rejected, rationale: rationaleFor(rejected, verdict) },
    rule: gold === 'PASS' ? 'none' : gold === verdict.decision ? rule : null,
    probe: rule && PROBE_OF[rule],
    meta: {
      delivery_id: deliveryId,
      at,
      source: 'review',
      label,
      labelled_by: actor,
      judged: verdict.decision,
      judged_by: decider,
      rubric_version: verdict.rubric_version,
      adapter_version: verdict.adapter_version,
    },
  };
}

/** Of a pass that was right: what the adapter would have said next, if it read the text. */
function likeliestStop({ adapter }: JudgedText): Decision | null {
  if (adapter === null) return null;
  const stops = (Object.keys(adapter.probabilities) as Decision[]).filter((one) => one !== 'PASS');
  return stops.reduce((best, one) => (adapter.probabilities[one] > adapter.probabilities[best] ? one : best));
}

/** Why somebody would say that: the finding's words where there is one. */
function rationaleFor(decision: Decision, { findings, adapter }: JudgedText): string {
  if (decision === 'PASS') return NO_RULE;
  const finding = findings.find((one) => one.decision === decision && one.rule !== 'adapter');
  const said = adapter?.decision === decision ? adapter.rationale : null;
  return finding?.rationale ?? said ?? (decision === 'ESCALATE' ? TO_A_PERSON : SOME_RULE);
}
