import type { Config } from '../config/config.ts';
import { addressKey } from '../crm/address.ts';
import type { SuppressionEvidence } from '../crm/prospect.ts';
import { decidingRule } from '../judge/deciding-rule.ts';
import { UNCALIBRATED } from '../judge/adapter/reading.ts';
import { type Opinion, combine, needsAdapter } from '../judge/combine.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { Verdict } from '../judge/verdict.ts';
import { judgeMail } from '../off-loop/judge.ts';
import { parseMail } from '../off-loop/mail.ts';
import type { ProviderName } from '../message/provider.ts';
import type { ParsedMessage } from '../message/types.ts';
import { type Disposal, type Judged, dispose } from '../pipeline/dispose.ts';
import { leavesByApi, withTroubleOf } from '../pipeline/route.ts';
import type { StoredVerdict } from '../pipeline/verdict-store.ts';
import type { StoredDelivery, StoredMessage } from './backtest-store.ts';
import type { BacktestChange, BacktestSide, NotComparable } from './backtest-types.ts';
import type { Asked, CandidateModel } from './candidate-model.ts';

export interface BacktestBy {
  /** null = each by the rubric it was judged by. */
  candidate: Rubric | null;
  /** The rubric of a version; undefined when its text is not kept. */
  rubricOf: (version: string) => Rubric | undefined;
  /** What decisions lead to. */
  config: Pick<Config, 'decisions' | 'escalation'>;
  accounts: ReadonlySet<ProviderName>;
  /** An adapter decides in this gate, so what it was never asked about may still be held by it. */
  adapterDecides: boolean;
  /** Another adapter that is asked again; null = its readings are kept as recorded. */
  model: CandidateModel | null;
}

/** What became of one delivery in the backtest. */
export type Outcome =
  | { kind: 'not_comparable'; why: NotComparable }
  | {
      kind: 'judged';
      before: Verdict;
      after: Verdict;
      change: BacktestChange | null;
      /** What the other adapter said; null where it was not asked. */
      asked: Asked | null;
    };

interface Judgement {
  before: Verdict;
  after: Verdict;
  asked: Asked | null;
}

/**
 * Judges a stored message again under another rubric, by another adapter, or both: the text and the CRM snapshot of its first
 * judgement, by the rules, with the adapter's reading as it was or that of the other one. First it is judged by the rubric it was judged by then; where that does not give the
 * stored verdict, a difference would say nothing about the candidate, and the delivery is left out. An adapter that was never
 * calibrated reads along and decides nothing: the recorded reading stands.
 *
 * What would be done is told as if the engine's mail were enforced, and from the verdicts alone: mail that waits behind other
 * mail, or for a colleague who took the prospect over, does so under any rubric.
 *
 * @returns one outcome for each judged delivery, in the message's order
 */
export async function backtestMessage(message: StoredMessage, by: BacktestBy): Promise<Outcome[]> {
  const whole = leavesByApi(message.request, message.engine, by.accounts);
  const parsed = await readable(message, whole);
  const judged = await Promise.all(
    message.deliveries.map(async (delivery) =>
      delivery.verdict === null || delivery.internal
        ? null
        : parsed === null
          ? ({ why: 'unreadable' } as const)
          : judgeAgain({ ...delivery, verdict: delivery.verdict }, parsed, by),
    ),
  );
  const before = disposals(message, parsed, whole, by, (i) => message.deliveries[i]!.verdict);
  const after = disposals(message, parsed, whole, by, (i) => {
    const one = judged[i];
    return one && 'after' in one ? one.after : message.deliveries[i]!.verdict;
  });
  return message.deliveries.flatMap((delivery, i): Outcome[] => {
    const one = judged[i];
    if (!one) return [];
    if ('why' in one) return [{ kind: 'not_comparable', why: one.why }];
    const sides = { before: side(one.before, before[i]!), after: side(one.after, after[i]!) };
    return [{ kind: 'judged', ...one, change: changeOf(message, delivery, sides, one.after, by) }];
  });
}

async function readable(message: StoredMessage, whole: boolean): Promise<ParsedMessage | null> {
  if (message.raw === null) return null;
  try {
    return withTroubleOf(await parseMail(message.raw), whole ? message.request : null);
  } catch {
    return null;
  }
}

async function judgeAgain(
  delivery: StoredDelivery & { verdict: StoredVerdict },
  parsed: ParsedMessage,
  { rubricOf, candidate, model }: BacktestBy,
): Promise<Judgement | { why: NotComparable }> {
  const { verdict: stored } = delivery;
  // A judge that failed has judged by no rubric.
  if (stored.rubric_version === '') return { why: 'judge_failed' };
  const rubric = rubricOf(stored.rubric_version);
  if (!rubric) return { why: 'rubric_unknown' };
  const again = await byRules(rubric, delivery, parsed);
  if (!sameVerdict(withReadingThen(again, stored, rubric), stored)) return { why: 'rules_changed' };
  const by = candidate ?? rubric;
  const rules = candidate ? await byRules(candidate, delivery, parsed) : again;
  const asked =
    model && stored.prospect && needsAdapter(rules)
      ? await model.ask({
          draft: parsed.draft,
          prospect: stored.prospect,
          channel: 'email',
          today: dayOf(stored),
        })
      : null;
  if (model?.mode !== 'active') {
    return { before: stored, after: withReadingThen(rules, stored, by), asked };
  }
  if (asked?.opinion.kind === 'unavailable') return { why: 'adapter_unavailable' };
  const after = asked ? combine(rules, asked.opinion, model.weighing(by)) : rules;
  return { before: stored, after, asked };
}

const dayOf = ({ created_at }: StoredVerdict): string => new Date(created_at).toISOString().slice(0, 10);

function byRules(
  rubric: Rubric,
  { verdict: stored, possibleOptOut }: StoredDelivery & { verdict: StoredVerdict },
  { draft, headers, trouble }: ParsedMessage,
): Promise<Verdict> {
  return judgeMail({
    draft,
    headers,
    trouble,
    prospect: stored.prospect,
    ...suppressedThen(stored),
    possibleOptOut,
    channel: 'email',
    today: dayOf(stored),
    rubric,
  });
}

/** With what the adapter of then had said. */
function withReadingThen(rules: Verdict, stored: StoredVerdict, rubric: Rubric): Verdict {
  const opinion = opinionThen(stored);
  if (opinion === null) return rules;
  return combine(rules, opinion, {
    version: stored.adapter_version ?? '',
    mode: stored.adapter?.mode ?? 'active',
    calibration: UNCALIBRATED,
    // Only whether the model was tested on the trade of this very prospect is known, and only where it was not.
    validatedVerticals: stored.hold_reason === 'unvalidated_vertical' ? [] : 'all',
    verticals: rubric.regulated,
    whenUnavailable: stored.hold_reason === 'adapter_unavailable' ? 'hold' : 'rules',
  });
}

/** Opt-outs of an unknown recipient, which no snapshot holds: the finding told of them. */
function suppressedThen({ prospect, findings }: StoredVerdict): {
  suppressedChannels?: string[];
  suppressions?: SuppressionEvidence[];
} {
  const finding = prospect === null ? findings.find(({ rule }) => rule === 'opt_out') : undefined;
  if (!finding) return {};
  const valueOf = (name: string): unknown => finding.fields.find(({ field }) => field === name)?.value;
  return {
    suppressedChannels: (valueOf('opt_out_channels') ?? []) as string[],
    suppressions: (valueOf('suppressions') ?? []) as SuppressionEvidence[],
  };
}

/** What the adapter said then; null when it was not asked. */
function opinionThen({ adapter, adapter_version, notices }: StoredVerdict): Opinion | null {
  if (adapter) return { kind: 'recorded', record: adapter };
  if (adapter_version === null) return null;
  for (const kind of ['unavailable', 'unreadable', 'too_long'] as const) {
    const notice = notices.find((one) => one.kind === `adapter_${kind}`);
    if (notice) return { kind, detail: notice.detail };
  }
  return null;
}

/** Same decision, same doubt, same findings; wording and evidence may differ. */
function sameVerdict(a: Verdict, b: Verdict): boolean {
  const fired = ({ findings }: Verdict): string =>
    findings.map(({ rule, enforced }) => `${rule} ${enforced}`).join();
  return a.decision === b.decision && a.hold_reason === b.hold_reason && fired(a) === fired(b);
}

function disposals(
  { engine, deliveries }: StoredMessage,
  parsed: ParsedMessage | null,
  whole: boolean,
  { config }: BacktestBy,
  verdictOf: (i: number) => Verdict | null,
): Disposal[] {
  const { to, cc } = parsed?.headers ?? { to: [], cc: [] };
  const visible = new Set([...to, ...cc].map((address) => addressKey(address) ?? address));
  const judged = deliveries.map(
    ({ addressKey: key, internal }, i): Judged => ({
      verdict: verdictOf(i),
      internal,
      visible: visible.has(key),
      front: null,
      takenOverBy: null,
    }),
  );
  return dispose(judged, { ...engine, mode: 'enforce' }, config, whole);
}

const side = ({ decision, hold_reason, rationale }: Verdict, disposal: Disposal): BacktestSide => ({
  decision,
  hold_reason,
  action: disposal.outcome,
  reason: disposal.reason,
  rationale: disposal.outcome === 'relay' ? rationale : (disposal.note ?? rationale),
});

function changeOf(
  message: StoredMessage,
  delivery: StoredDelivery,
  { before, after }: { before: BacktestSide; after: BacktestSide },
  verdict: Verdict,
  { adapterDecides, model }: BacktestBy,
): BacktestChange | null {
  const keys = ['decision', 'hold_reason', 'action', 'reason'] as const;
  if (keys.every((key) => before[key] === after[key])) return null;
  const asked = delivery.verdict?.adapter_version !== null || model?.mode === 'active';
  return {
    delivery_id: delivery.id,
    message_id: message.id,
    engine: message.engine.name,
    recipient: delivery.recipient,
    subject: message.subject,
    received_at: message.receivedAt,
    before,
    after,
    label: delivery.label,
    adapter_unasked: adapterDecides && !asked && needsAdapter(verdict),
  };
}

/** The rule that decides a verdict; null for a relay and for doubt. */
export const decides = (verdict: Verdict): ReturnType<typeof decidingRule> =>
  verdict.decision === null || verdict.decision === 'PASS' ? null : decidingRule(verdict);
