import type { Decision } from '../message/types.ts';
import type { StoredVerdict } from '../pipeline/verdict-store.ts';
import type { Label } from '../review/act.ts';

/** A verdict with the revision of the text that it is about; 0 is the mail as accepted. */
export type JudgedText = StoredVerdict & { revision: number };

export interface GivenLabel {
  at: number;
  actor: string;
  right: Label;
  /** `release`, `reject`, `escalate` … or `label` for an answer without an act. */
  act: string;
}

/** What the gate knows of one delivery that people decided about. Lists are oldest first. */
export interface DecidedDelivery {
  id: string;
  messageId: string;
  /** It was let go: by a person, or by itself. */
  went: boolean;
  /** A person let it go; null = nobody did. */
  released: { at: number; by: string } | null;
  labels: GivenLabel[];
  verdicts: JudgedText[];
  /** What people gave as reason when they ended it. */
  reasons: { at: number; actor: string; reason: string }[];
}

/** What one judged text teaches: what the judge should have said, and what it said or could have said instead. */
export interface Answer {
  verdict: JudgedText;
  gold: Decision;
  /** null: the judge was right to pass it, so there is nothing wrong that anybody said. */
  wrong: Decision | null;
  /** `edited`: a reviewer changed the text before letting it go, which says more than a label. */
  label: 'right' | 'wrong' | 'edited';
  at: number;
  actor: string;
  reason: string | null;
}

/** Why a delivery teaches nothing (docs/LABELS.md says more on each). */
export type Unclear =
  | 'not_sure'
  | 'reviewers_disagree'
  | 'doubt'
  | 'wrong_not_released'
  | 'right_but_released'
  | 'decision_unknown'
  | 'not_judged';

/**
 * What a delivery that people decided about teaches. Pure.
 *
 * | the judge | a person | gold | instead |
 * |---|---|---|---|
 * | stopped | right; not released | its decision | PASS |
 * | stopped | right, and released | – | |
 * | stopped | wrong, and it went | PASS | its decision |
 * | stopped, not as ESCALATE | wrong, and escalated | ESCALATE | its decision |
 * | stopped | wrong, and it did not go | – | |
 * | stopped | edited the text and released that | its decision, for the text before | PASS |
 * | anything | … and for the edited text | PASS | its decision on it, else on the text before |
 * | passed | right | PASS | nothing |
 * | passed | wrong, and escalated | ESCALATE | PASS |
 * | passed | wrong | –: nobody said which decision it should have been | |
 * | doubted | anything | –: doubt is no decision, and a release does not make it wrong | |
 * | anything | not sure, or people who disagree | – | |
 *
 * Of each person the newest label counts. Where they disagree, a third person's later label settles it. Labels about an
 * earlier verdict than the newest label's, with another decision or another text, answered another question and do not count.
 */
export function answersOf(delivery: DecidedDelivery): { answers: Answer[]; unclear: Unclear | null } {
  const { labels, verdicts, released } = delivery;
  const last = labels.at(-1);
  const at = last?.at ?? released?.at;
  const seen = at === undefined ? undefined : verdictAt(verdicts, at);
  if (!seen) return none('not_judged');
  const settled = last ? settledLabel(sameQuestion(delivery, seen)) : null;
  if (typeof settled === 'string') return none(settled);
  if (seen.revision > 0 && released) return { answers: ofEdit(delivery, seen, settled), unclear: null };
  return settled ? ofLabel(delivery, seen, settled) : none('not_judged');
}

const none = (unclear: Unclear) => ({ answers: [], unclear });

const verdictAt = (verdicts: readonly JudgedText[], at: number): JudgedText | undefined =>
  verdicts.findLast(({ created_at }) => created_at <= at);

/** Labels about this verdict, or an earlier one that said the same of the same text. */
function sameQuestion({ labels, verdicts }: DecidedDelivery, asked: JudgedText): GivenLabel[] {
  return labels.filter(({ at }) => {
    const about = verdictAt(verdicts, at);
    return (
      about?.revision === asked.revision &&
      about.decision === asked.decision &&
      about.hold_reason === asked.hold_reason
    );
  });
}

/** The label that stands after everybody's newest answer. */
function settledLabel(labels: readonly GivenLabel[]): GivenLabel | 'not_sure' | 'reviewers_disagree' {
  const newest = new Map<string, GivenLabel>();
  for (const label of labels) {
    newest.delete(label.actor);
    newest.set(label.actor, label);
  }
  const sure = [...newest.values()].filter(({ right }) => right !== 'not_sure');
  const last = sure.at(-1);
  if (!last) return 'not_sure';
  const before = new Set(sure.slice(0, -1).map(({ right }) => right));
  const agreed = !before.has(last.right === 'right' ? 'wrong' : 'right');
  return agreed || before.size === 2 ? last : 'reviewers_disagree';
}

function ofLabel(
  delivery: DecidedDelivery,
  verdict: JudgedText,
  label: GivenLabel,
): ReturnType<typeof answersOf> {
  const { decision } = verdict;
  if (decision === null) return none('doubt');
  const answer = (gold: Decision, wrong: Decision | null): ReturnType<typeof answersOf> => ({
    answers: [{ verdict, gold, wrong, ...given(delivery, label) }],
    unclear: null,
  });
  if (label.right === 'right') {
    if (decision === 'PASS') return answer('PASS', null);
    return delivery.released ? none('right_but_released') : answer(decision, 'PASS');
  }
  if (label.act === 'escalate' && decision !== 'ESCALATE') return answer('ESCALATE', decision);
  if (decision === 'PASS') return none('decision_unknown');
  return delivery.went ? answer('PASS', decision) : none('wrong_not_released');
}

/** A text that a reviewer wrote and somebody let go, and the one before it. */
function ofEdit(delivery: DecidedDelivery, edited: JudgedText, label: GivenLabel | null): Answer[] {
  const { verdicts, released } = delivery;
  const before = verdicts.findLast(({ revision }) => revision < edited.revision);
  const stopped = (verdict: JudgedText | undefined): Decision | null =>
    verdict?.decision === 'PASS' ? null : (verdict?.decision ?? null);
  const source = label ? given(delivery, label) : { at: released!.at, actor: released!.by, reason: null };
  const common = { ...source, label: 'edited' as const };
  const stop = stopped(before);
  const answers: Answer[] = [];
  // A reviewer who calls the judge wrong and edits all the same says nothing sure about the text before.
  if (before && stop !== null && label?.right !== 'wrong') {
    answers.push({ ...common, verdict: before, gold: stop, wrong: 'PASS' });
  }
  answers.push({ ...common, verdict: edited, gold: 'PASS', wrong: stopped(edited) ?? stop });
  return answers;
}

function given(
  { reasons, labels }: DecidedDelivery,
  { at, actor, right }: GivenLabel,
): Pick<Answer, 'label' | 'at' | 'actor' | 'reason'> {
  const agree = new Set(labels.filter((one) => one.right === right).map((one) => one.actor));
  const reason = reasons.findLast((one) => agree.has(one.actor))?.reason ?? null;
  return { label: right === 'wrong' ? 'wrong' : 'right', at, actor, reason };
}
