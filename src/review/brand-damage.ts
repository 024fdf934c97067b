import { UserError } from '../config/user-error.ts';
import { changeEngine, requireEngine } from '../intake/engine-store.ts';
import type { RuleName } from '../judge/verdict.ts';
import type { KillSwitchConfig } from '../kill-switch/config.ts';
import { type BrandDamageReport, leftAt, reportsOn } from '../kill-switch/brand-damage-store.ts';
import { judgeStopped, recordDamage } from '../kill-switch/brand-damage.ts';
import { hasLeft } from '../kill-switch/left.ts';
import type { AdapterMode } from '../judge/adapter-judge.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import type { Delivery } from '../queue/settle.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { type Act, type Label, actorDetail } from './act.ts';
import { addLabel } from './label-store.ts';

export interface ReportedDamage {
  whatHappened: string;
  /** The rule that should have stopped it; null = none of the rubric's, or not known. */
  rule: RuleName | null;
  /** Sets the engine to `stopped` in the same transaction. */
  stopEngine: boolean;
  act: Act;
  at: number;
}

export interface DamageResult {
  report: BrandDamageReport;
  /** Earlier reports on the same delivery. */
  earlier: number;
  /** `tripped`: by this report; it was tripped before otherwise. */
  kill_switch: { mode: AdapterMode; tripped: boolean };
  engine: { id: string; name: string; mode: 'observe' | 'enforce' | 'stopped'; stopped_now: boolean };
  /** What is noted as the answer to "was the judge right?". */
  label: Label;
}

/**
 * A Tier-1 report: a mail went out that should not have. In one transaction the report is kept, the kill switch trips, the
 * delivery is labelled, and the engine is stopped if that is asked for.
 *
 * @throws UserError for mail that has not left
 */
export async function reportBrandDamage(
  trx: Trx,
  delivery: Delivery,
  { whatHappened, rule, stopEngine, act, at }: ReportedDamage,
  config: Pick<KillSwitchConfig, 'trip_to'>,
): Promise<DamageResult> {
  requireLeft(delivery);
  const engine = await requireEngine(trx, delivery.engine_id);
  const verdict = await newestVerdict(trx, delivery.id);
  const earlier = (await reportsOn(trx, delivery.id)).length;
  const { id, state, released_by: releasedBy } = delivery;
  const mail = { id, engine: engine.name, state, leftAt: await leftAt(trx, id), verdict, releasedBy };
  const { actor } = act;
  const damage = await recordDamage(trx, { mail, whatHappened, rule, by: actor, at }, config);

  const label = judgeStopped(mail) ? 'right' : 'wrong';
  await addLabel(trx, { deliveryId: id, at, actor, right: label, act: 'brand_damage' });
  const stoppedNow = stopEngine && engine.mode !== 'stopped';
  if (stoppedNow) await changeEngine(trx, engine.id, { mode: 'stopped' }, { actor, now: at });
  await recordAudit(trx, {
    at,
    actor,
    subject: { type: 'delivery', id },
    action: 'brand_damage',
    detail: {
      report: damage.report,
      note: whatHappened,
      traced: damage.traced,
      ...(rule === null ? {} : { rule }),
      label,
      kill_switch: damage.tripped ? `tripped: ${damage.entry.mode}` : `was ${damage.entry.mode} already`,
      ...(stoppedNow ? { engine_stopped: engine.name } : {}),
      ...actorDetail(act),
    },
  });
  return {
    report: { id: damage.report, at, actor, delivery_id: id, what_happened: whatHappened, rule },
    earlier,
    kill_switch: { mode: damage.entry.mode, tripped: damage.tripped },
    engine: {
      id: engine.id,
      name: engine.name,
      mode: stoppedNow ? 'stopped' : engine.mode,
      stopped_now: stoppedNow,
    },
    label,
  };
}

function requireLeft({ id, state }: Delivery): void {
  if (hasLeft(state)) return;
  const instead =
    state === 'held'
      ? 'reject it instead'
      : state === 'relaying' || state === 'deferred' || state === 'scheduled' || state === 'received'
        ? 'stop its engine to keep it back: presend engine set <name> --mode stopped'
        : 'there is nothing to report';
  throw new UserError(`${id} is ${state}, it has not gone out; ${instead}`);
}
