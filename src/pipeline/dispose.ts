import type { Config } from '../config/config.ts';
import type { Engine } from '../intake/engine-store.ts';
import { decidingRule } from '../judge/deciding-rule.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { GateHold } from '../message/disposition.ts';

export type Outcome = 'relay' | 'hold' | 'forward' | 'suppress';

/** What is to happen to one delivery, and why. */
export interface Disposal {
  outcome: Outcome;
  /** A rule's name or a hold reason; null for a relay. */
  reason: string | null;
  note: string | null;
}

/** One delivery with its verdict; no verdict for an internal address. */
export interface Judged {
  verdict: Verdict | null;
  internal: boolean;
  /** The recipient stands in To or Cc, where the others see it. */
  visible: boolean;
  /** The unsettled delivery to the same prospect that this one has to wait behind. */
  front: string | null;
  /** The account owner who has taken the prospect over. */
  takenOverBy: string | null;
}

/** What decisions lead to, and who gets what is forwarded. */
export type DisposeConfig = Pick<Config, 'decisions' | 'escalation'>;

const held = (reason: GateHold, note: string): Disposal => ({ outcome: 'hold', reason, note });

/** What the verdict alone asks for, under the engine's mode and the configured action per decision. */
function ofVerdict(verdict: Verdict, engine: Engine, config: DisposeConfig): Disposal {
  if (engine.mode === 'observe') return { outcome: 'relay', reason: null, note: verdict.rationale };
  if (verdict.decision === null) {
    return { outcome: 'hold', reason: verdict.hold_reason, note: verdict.rationale };
  }
  if (verdict.decision === 'PASS') return { outcome: 'relay', reason: null, note: verdict.rationale };
  const rule = decidingRule(verdict);
  // What the adapter alone asks for is at most a hold, PENALISE too, whatever is configured for the decision: only a CRM
  // fact or a rule acts by itself, and a reviewer sees and labels every stop that no rule shares.
  if (rule === 'adapter') return { outcome: 'hold', reason: rule, note: verdict.rationale };
  const outcome = engine.decisions?.[verdict.decision] ?? config.decisions[verdict.decision];
  if (outcome === 'forward' && accountOwner(verdict.prospect?.account_owner ?? null, config) === null) {
    const note = `${verdict.rationale} There is no account owner to forward to, and no escalation.fallback.`;
    return { outcome: 'hold', reason: rule, note };
  }
  return { outcome, reason: rule, note: verdict.rationale };
}

/** The prospect's account owner if that is an address, else the configured fallback. */
export function accountOwner(owner: string | null, config: Pick<Config, 'escalation'>): string | null {
  return owner !== null && /^[^\s@<>]+@[^\s@<>]+$/.test(owner) ? owner : config.escalation.fallback;
}

/** What one delivery alone asks for; null for an internal address. */
function ofDelivery(
  { verdict, front, takenOverBy }: Judged,
  engine: Engine,
  config: DisposeConfig,
): Disposal | null {
  if (!verdict) return null;
  const wanted = ofVerdict(verdict, engine, config);
  if (wanted.outcome !== 'relay' || engine.mode === 'observe') return wanted;
  if (takenOverBy !== null) return held('taken_over', `${takenOverBy} has taken over this prospect`);
  if (front !== null)
    return held('held_behind', `earlier mail to this prospect (${front}) is not settled yet`);
  return wanted;
}

/**
 * A message that a restored database holds unjudged may have been judged and sent by the gate that the backup was made of: what would
 * go by itself is held instead, and so is what only waits for its engine.
 */
export function holdRestored(disposals: Disposal[]): Disposal[] {
  return disposals.map((wanted) =>
    wanted.outcome === 'relay' || wanted.outcome === 'forward' || wanted.reason === 'engine_stopped'
      ? held(
          'restored',
          'it came before the backup that the gate was restored from, and may have been sent since',
        )
      : wanted,
  );
}

/**
 * Decides for a whole message what happens to each of its deliveries (in the order given).
 *
 * - A stopped engine's mail is all held.
 * - Internal addresses follow the message's prospects: they get the mail if one of the prospects does.
 * - If one visible To/Cc prospect is stopped, whatever else would be relayed waits for a reviewer.
 * - A message that leaves whole (through a provider's API): unless all of it passes, what is not suppressed is held.
 *
 * @param whole the message leaves in one request for all recipients
 */
export function dispose(judged: Judged[], engine: Engine, config: DisposeConfig, whole = false): Disposal[] {
  const own = judged.map((one) => ofDelivery(one, engine, config));
  const prospects = own.filter((disposal) => disposal !== null);
  const visibleStop = judged.some(
    ({ visible }, i) => visible && own[i] !== null && own[i]?.outcome !== 'relay',
  );
  const anyStop = prospects.some(({ outcome }) => outcome !== 'relay');
  const all = (test: (outcome: Outcome) => boolean): boolean =>
    prospects.length > 0 && prospects.every(({ outcome }) => test(outcome));
  const internal: Disposal = all((outcome) => outcome === 'suppress')
    ? { outcome: 'suppress', reason: 'whole_message', note: 'every prospect of this message is suppressed' }
    : all((outcome) => outcome !== 'relay')
      ? held('whole_message', 'no prospect of this message gets it yet')
      : { outcome: 'relay', reason: null, note: 'internal address, not judged' };

  return own.map((disposal): Disposal => {
    const wanted = disposal ?? internal;
    if (engine.mode === 'stopped' && wanted.outcome !== 'suppress') {
      return held('engine_stopped', `engine ${engine.name} is stopped`);
    }
    // Others of the message wait, so that they and this one can leave together once a person has looked.
    if (whole && wanted.outcome === 'forward' && judged.length > 1) return { ...wanted, outcome: 'hold' };
    if (wanted.outcome === 'relay' && (visibleStop || (whole && anyStop))) {
      return held('whole_message', 'another recipient of this message is stopped');
    }
    return wanted;
  });
}
