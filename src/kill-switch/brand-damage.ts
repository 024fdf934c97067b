import { decidingRule } from '../judge/deciding-rule.ts';
import type { RuleName, Verdict } from '../judge/verdict.ts';
import type { DeliveryState } from '../message/disposition.ts';
import type { Trx } from '../store/database.ts';
import { addReport } from './brand-damage-store.ts';
import type { KillSwitchConfig } from './config.ts';
import { PROBE_OF } from './probes.ts';
import { type SwitchEntry, trip } from './switch-store.ts';

/** The mail that a report is traced to. */
export interface TracedMail {
  id: string;
  engine: string;
  state: DeliveryState;
  /** When it left; null = nobody knows. */
  leftAt: number | null;
  /** What the judge said last before it left; null = it was not judged. */
  verdict: Pick<Verdict, 'decision' | 'hold_reason' | 'findings' | 'adapter'> | null;
  /** The person who let it go; null = the judge did. */
  releasedBy: string | null;
}

export interface Damage {
  mail: TracedMail;
  /** One or more sentences of the person who reports it. */
  whatHappened: string;
  /** The rule that should have stopped it; null = none of the rubric's, or not known. */
  rule: RuleName | null;
  by: string;
  at: number;
}

/**
 * Whether the judge wanted this mail stopped, which a person, an observed engine or the configuration let go all the same. The
 * report then says nothing against the judge. Mail that went to a person only, as the judge wanted, is not such mail.
 */
export function judgeStopped({ verdict, state }: Pick<TracedMail, 'verdict' | 'state'>): boolean {
  if (verdict === null || verdict.decision === 'PASS') return false;
  return !(verdict.decision === 'ESCALATE' && state !== 'relayed');
}

/** The mail in one sentence, without any address: it is told to people away, and in the switch's history. */
export function traced({ mail, rule }: Pick<Damage, 'mail' | 'rule'>): string {
  const { id, engine, leftAt, verdict, releasedBy } = mail;
  const when = leftAt === null ? '' : `, ${LEFT_WORD[mail.state] ?? mail.state} ${utc(leftAt)}`;
  const who = releasedBy === null ? '' : `, let go by ${releasedBy}`;
  const probe = rule === null ? '' : `; ${rule} (probe ${PROBE_OF[rule]}) should have stopped it`;
  return `mail ${id} of engine ${engine}${when}${who}; ${judged(verdict)}${probe}`;
}

/**
 * Keeps the report and trips the switch at once, whatever let the mail go: the judge is out of it until somebody has looked.
 *
 * @returns the report's id, the mail in one sentence, the switch after it, and whether this tripped it
 */
export async function recordDamage(
  trx: Trx,
  damage: Damage,
  config: Pick<KillSwitchConfig, 'trip_to'>,
): Promise<{ report: number; traced: string; entry: SwitchEntry; tripped: boolean }> {
  const { mail, rule, by, at, whatHappened: what_happened } = damage;
  const report = await addReport(trx, { at, actor: by, delivery_id: mail.id, rule, what_happened });
  const condition = traced(damage);
  const { entry, changed } = await trip(trx, {
    by,
    reason: 'Brand damage was reported',
    condition,
    mode: config.trip_to,
    brandDamage: report,
    at,
  });
  return { report, traced: condition, entry, tripped: changed };
}

function judged(verdict: TracedMail['verdict']): string {
  if (verdict === null) return 'it was not judged';
  const { decision, hold_reason, adapter } = verdict;
  const rule = decidingRule(verdict);
  const said =
    decision === null
      ? `the judge was in doubt (${(hold_reason ?? 'no reason').replaceAll('_', ' ')})`
      : `the judge said ${decision}${rule === null ? '' : ` by ${rule}`}`;
  if (adapter === null) return `${said}, the rules alone`;
  const shadow = adapter.mode === 'shadow' ? ' in shadow' : '';
  const reading =
    adapter.decision === null
      ? 'was not sure'
      : `said ${adapter.decision} (${(adapter.probabilities[adapter.decision] * 100).toFixed(1)} %)`;
  return `${said}, the adapter ${adapter.version}${shadow} ${reading}`;
}

const LEFT_WORD: Partial<Record<DeliveryState, string>> = {
  escalated: 'forwarded',
  closed: 'forwarded',
  uncertain: 'handed over without an answer',
};

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
