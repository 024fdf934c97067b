import type { Config } from '../config/config.ts';
import type { Engine } from '../intake/engine-store.ts';
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
}

const held = (reason: GateHold, note: string): Disposal => ({ outcome: 'hold', reason, note });

/** What the verdict alone asks for, under the engine's mode and the configured action per decision. */
function ofVerdict(verdict: Verdict, engine: Engine, config: Config): Disposal {
  if (engine.mode === 'observe') return { outcome: 'relay', reason: null, note: verdict.rationale };
  if (verdict.decision === null) {
    return { outcome: 'hold', reason: verdict.hold_reason, note: verdict.rationale };
  }
  if (verdict.decision === 'PASS') return { outcome: 'relay', reason: null, note: verdict.rationale };
  const rule = verdict.findings.find((f) => f.enforced && f.decision === verdict.decision)?.rule ?? null;
  const outcome = engine.decisions?.[verdict.decision] ?? config.decisions[verdict.decision];
  if (outcome === 'forward' && accountOwner(verdict.prospect?.account_owner ?? null, config) === null) {
    const note = `${verdict.rationale} There is no account owner to forward to, and no escalation.fallback.`;
    return { outcome: 'hold', reason: rule, note };
  }
  return { outcome, reason: rule, note: verdict.rationale };
}

/** The prospect's account owner if that is an address, else the configured fallback. */
export function accountOwner(owner: string | null, config: Config): string | null {
  return owner !== null && /^[^\s@<>]+@[^\s@<>]+$/.test(owner) ? owner : config.escalation.fallback;
}

/**
 * Decides for a whole message what happens to each of its deliveries (in the order given).
 *
 * - A stopped engine's mail is all held.
 * - Internal addresses follow the message's prospects: they get the mail if one of the prospects does.
 * - If one visible To/Cc prospect is stopped, whatever else would be relayed waits for a reviewer.
 */
export function dispose(judged: Judged[], engine: Engine, config: Config): Disposal[] {
  const own = judged.map(({ verdict }) => (verdict ? ofVerdict(verdict, engine, config) : null));
  const prospects = own.filter((disposal) => disposal !== null);
  const visibleStop = judged.some(
    ({ visible }, i) => visible && own[i] !== null && own[i]?.outcome !== 'relay',
  );
  const allSuppressed = prospects.length > 0 && prospects.every((d) => d.outcome === 'suppress');

  return own.map((disposal): Disposal => {
    const wanted: Disposal =
      disposal ??
      (allSuppressed
        ? {
            outcome: 'suppress',
            reason: 'whole_message',
            note: 'every prospect of this message is suppressed',
          }
        : { outcome: 'relay', reason: null, note: 'internal address, not judged' });
    if (engine.mode === 'stopped' && wanted.outcome !== 'suppress') {
      return held('engine_stopped', `engine ${engine.name} is stopped`);
    }
    if (wanted.outcome === 'relay' && visibleStop) {
      return held('whole_message', 'another recipient of this message is stopped');
    }
    return wanted;
  });
}
