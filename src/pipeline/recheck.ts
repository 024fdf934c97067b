import type { Config } from '../config/config.ts';
import { aliasRecords } from '../crm/aliases.ts';
import { recheckRecord } from '../crm/recheck.ts';
import type { EngineMode } from '../intake/engine-store.ts';
import { decidingRule } from '../judge/deciding-rule.ts';
import type { Rubric } from '../judge/rubric.ts';
import { aliasRationale, decidedByRecord } from '../judge/record-rules.ts';
import type { DispositionEvent } from '../message/disposition.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';
import { prepared } from '../store/prepared.ts';
import { together } from '../store/together.ts';
import { newestVerdict } from './verdict-store.ts';

const engineNow = prepared((db, { id }: { id: string }) =>
  db.selectFrom('engines').select(['name', 'mode', 'decisions']).where('id', '=', id),
);

/**
 * What changed since the judgement and stops a relay after all: run inside the transaction before every courier attempt
 * and again with the hand-over, so that an opt-out that arrived meanwhile wins.
 *
 * @returns the event that takes the delivery off its way, or null when it may go
 */
export async function recheck(
  trx: Trx,
  delivery: Delivery,
  {
    rubric,
    decisions,
    now,
    holdMs,
  }: { rubric: Rubric; decisions: Config['decisions']; now: number; holdMs: number },
): Promise<DispositionEvent | null> {
  // The gate's own mails and forwards reach no prospect.
  if (delivery.kind !== 'mail' || delivery.state === 'escalating') return null;
  const [[engine], record, aliases] = await together([
    engineNow(trx, { id: delivery.engine_id }),
    recheckRecord(trx, { address: delivery.recipient, prospectId: delivery.prospect_id }),
    delivery.released_by === null ? aliasRecords(trx, delivery.recipient) : [],
  ]);
  const mode: EngineMode = engine?.mode ?? 'stopped';
  const hold = (reason: string, note: string): DispositionEvent => ({
    type: 'hold',
    reason,
    note,
    expiresAt: now + holdMs,
  });
  if (mode === 'stopped') return hold('engine_stopped', `engine ${engine?.name ?? 'unknown'} is stopped`);
  if (mode === 'observe' || delivery.internal === 1) return null;

  const ownDecisions = engine?.decisions
    ? (JSON.parse(engine.decisions) as Partial<Config['decisions']>)
    : {};
  const stop = decidedByRecord(record, rubric);
  if (stop) return { type: 'suppress', rule: stop.rule, note: stop.rationale };
  // Judged while the engine was only observed, and stopped now that it is not.
  if (delivery.released_by === null && !(await mayRelay(trx, delivery, { ...decisions, ...ownDecisions }))) {
    return hold(
      'judged_in_observe',
      `it was judged ${delivery.decision ?? 'doubtful'} while the engine was observed`,
    );
  }
  for (const { address, record: other } of aliases) {
    const meant = decidedByRecord(other, rubric);
    if (meant) return hold('possible_alias', aliasRationale(address, meant));
  }
  if (record.taken_over_by !== null) {
    return hold('taken_over', `${record.taken_over_by} has taken over this prospect`);
  }
  if (record.newest_reply_at !== null && record.newest_reply_at > (delivery.judged_at ?? 0)) {
    return hold('reply_arrived', 'the prospect wrote after this mail was judged');
  }
  return null;
}

/** Does the decision let a mail go without a person? Doubt (null) does not, and no stop that is the adapter's alone. */
async function mayRelay(
  trx: Trx,
  { id, decision }: Delivery,
  decisions: Config['decisions'],
): Promise<boolean> {
  if (decision === 'PASS') return true;
  if (decision !== 'PENALISE' || decisions.PENALISE !== 'relay') return false;
  const verdict = await newestVerdict(trx, id);
  return verdict !== null && decidingRule(verdict) !== 'adapter';
}
