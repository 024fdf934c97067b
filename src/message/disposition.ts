import type { Decision } from './types.ts';

/**
 * Where a delivery stands.
 *
 * ```
 * received ─judged→ relaying ─→ relayed | deferred | failed | uncertain | held (undo) | suppressed (late opt-out)
 *               ├→ held ─→ relaying (released) | rejected | escalating | suppressed | expired | cancelled (by its engine)
 *               ├→ escalating ─→ escalated | deferred | failed | uncertain | held (undo)
 *               ├→ scheduled ─→ relaying | held | suppressed | cancelled
 *               └→ suppressed                 escalated ─→ relaying | closed
 * deferred returns to the state it came from or is suppressed | expired;
 * uncertain is settled to what it was attempting, or sent again, by an event or a person.
 * When an older database is restored, whatever was on its way (relaying, escalating, deferred, scheduled) is uncertain.
 * ```
 */
export const DELIVERY_STATES = [
  'received',
  'relaying',
  'relayed',
  'deferred',
  'failed',
  'uncertain',
  'held',
  'rejected',
  'escalating',
  'escalated',
  'closed',
  'scheduled',
  'cancelled',
  'suppressed',
  'expired',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** The part of a delivery that only `transition` writes. Times are milliseconds since the epoch. */
export interface Disposition {
  state: DeliveryState;
  /** Where `deferred` and `uncertain` go back to. */
  returns_to: 'relaying' | 'escalating' | null;
  decision: Decision | null;
  /** Why it was stopped: a rule's name, a HoldReason, or one of `GateHold`. */
  hold_reason: string | null;
  /** The delivery to the same prospect that this one waits behind. */
  held_behind: string | null;
  /** One sentence: the rationale, the upstream's reply or a person's reason. */
  note: string | null;
  body_revision: number;
  /** Earliest time of the next courier attempt. */
  next_attempt_at: number | null;
  /** A release or a person's escalation can be undone until then. */
  undo_until: number | null;
  /** When a hold expires, or a deferral is given up. */
  expires_at: number | null;
  released_by: string | null;
}

/** Reasons for a hold that come from the gate and not from the judge. */
export type GateHold =
  | 'held_behind'
  | 'whole_message'
  | 'engine_stopped'
  | 'reply_arrived'
  | 'taken_over'
  | 'judged_in_observe'
  | 'undone'
  | 'cannot_leave'
  | 'too_many_hops'
  | 'restored';

export type DispositionEvent =
  | {
      type: 'judged';
      outcome: 'relay' | 'hold' | 'forward' | 'suppress';
      decision: Decision | null;
      holdReason?: string | null;
      heldBehind?: string | null;
      note: string | null;
      /** Relay not before this time. */
      scheduledAt?: number | null;
      expiresAt: number | null;
    }
  /** A hold judged again after a CRM edit; it may be suppressed, never relayed. */
  | {
      type: 'rejudged';
      decision: Decision | null;
      holdReason: string | null;
      note: string;
      suppress: boolean;
      /** The reviewer's edit that was judged. */
      bodyRevision?: number;
    }
  | { type: 'due' }
  | { type: 'delivered'; note: string }
  | { type: 'deferred'; until: number; note: string; expiresAt?: number | null }
  | { type: 'failed'; note: string }
  | { type: 'lost'; note: string }
  | { type: 'suppress'; rule: string; note: string }
  | { type: 'hold'; reason: string; note: string; expiresAt: number | null }
  | { type: 'release'; by: string; notBefore: number; undoUntil: number | null; bodyRevision?: number }
  | { type: 'undo'; by: string; expiresAt: number | null }
  | { type: 'reject'; by: string; note: string }
  | { type: 'escalate'; by: string; notBefore: number; undoUntil: number | null }
  | { type: 'expire' }
  | { type: 'cancel'; by: string }
  /** Another time for a scheduled mail. */
  | { type: 'reschedule'; at: number }
  | { type: 'close'; by: string; note: string }
  | { type: 'confirm'; by: string }
  | { type: 'resend'; by: string }
  /**
   * The database is a restored one, older than what the gate did last. What was on its way may have gone out since; what a person was
   * to settle may have been settled.
   */
  | { type: 'restored'; note: string; expiresAt: number | null };

export type EventType = DispositionEvent['type'];

/** An event that the state does not allow. Nothing was changed. */
export class TransitionError extends Error {
  override name = 'TransitionError';
  readonly state: DeliveryState;
  readonly event: EventType;
  constructor(state: DeliveryState, event: EventType, why?: string) {
    super(why ?? `a delivery that is ${state} cannot be ${PAST[event]}`);
    this.state = state;
    this.event = event;
  }
}

const PAST: Record<EventType, string> = {
  judged: 'judged',
  rejudged: 'judged again',
  due: 'taken up',
  delivered: 'marked delivered',
  deferred: 'deferred',
  failed: 'marked failed',
  lost: 'marked uncertain',
  suppress: 'suppressed',
  hold: 'held',
  release: 'released',
  undo: 'taken back',
  reject: 'rejected',
  escalate: 'escalated',
  expire: 'expired',
  cancel: 'cancelled',
  reschedule: 'rescheduled',
  close: 'closed',
  confirm: 'confirmed',
  resend: 'sent again',
  restored: 'marked as restored',
};

/** States in which nothing more happens by itself or by a person. */
export const FINAL_STATES: readonly DeliveryState[] = [
  'relayed',
  'failed',
  'rejected',
  'closed',
  'cancelled',
  'suppressed',
  'expired',
];

/**
 * The one door for changes of a disposition. Pure.
 *
 * @returns the whole new disposition
 * @throws TransitionError when the state does not allow the event
 */
export function transition(from: Disposition, event: DispositionEvent, now: number): Disposition {
  const refuse = (why?: string): never => {
    throw new TransitionError(from.state, event.type, why);
  };
  const allow = (...states: DeliveryState[]): void => {
    if (!states.includes(from.state)) refuse();
  };
  /** Rest state: no attempt is planned, nothing waits. */
  const rest = (state: DeliveryState, note: string | null): Disposition => ({
    ...from,
    state,
    note,
    returns_to: null,
    next_attempt_at: null,
    undo_until: null,
    expires_at: null,
  });

  switch (event.type) {
    case 'judged': {
      allow('received');
      const base = {
        ...rest('held', event.note),
        decision: event.decision,
        hold_reason: null,
        held_behind: null,
      };
      switch (event.outcome) {
        case 'relay':
          return event.scheduledAt != null && event.scheduledAt > now
            ? { ...base, state: 'scheduled', next_attempt_at: event.scheduledAt }
            : { ...base, state: 'relaying', next_attempt_at: now };
        case 'forward':
          return {
            ...base,
            state: 'escalating',
            hold_reason: event.holdReason ?? null,
            next_attempt_at: now,
          };
        case 'suppress':
          return { ...base, state: 'suppressed', hold_reason: event.holdReason ?? null };
        case 'hold':
          return {
            ...base,
            state: 'held',
            hold_reason: event.holdReason ?? null,
            held_behind: event.heldBehind ?? null,
            expires_at: event.expiresAt,
          };
      }
      return refuse();
    }
    case 'rejudged': {
      allow('held');
      const judged = {
        ...from,
        decision: event.decision,
        hold_reason: event.holdReason,
        note: event.note,
        body_revision: event.bodyRevision ?? from.body_revision,
      };
      return event.suppress
        ? { ...judged, state: 'suppressed', expires_at: null, next_attempt_at: null, undo_until: null }
        : judged;
    }
    case 'due':
      if (from.state === 'scheduled') return { ...from, state: 'relaying' };
      allow('deferred');
      return { ...from, state: from.returns_to ?? refuse(), returns_to: null, expires_at: null };
    case 'delivered':
      allow('relaying', 'escalating');
      // An escalated mail is still open: its note goes on saying why it was stopped.
      return from.state === 'relaying' ? rest('relayed', event.note) : rest('escalated', from.note);
    case 'deferred':
      allow('relaying', 'escalating');
      return {
        ...from,
        state: 'deferred',
        returns_to: from.state as 'relaying' | 'escalating',
        next_attempt_at: event.until,
        undo_until: null,
        expires_at: event.expiresAt ?? null,
        note: event.note,
      };
    case 'failed':
      allow('relaying', 'escalating');
      return rest('failed', event.note);
    case 'lost':
      allow('relaying', 'escalating');
      return {
        ...rest('uncertain', event.note),
        returns_to: from.state as 'relaying' | 'escalating',
      };
    case 'suppress':
      allow('relaying', 'held', 'scheduled', 'deferred');
      // A forward to the account owner reaches no prospect: an opt-out does not stop it.
      if (from.state === 'deferred' && from.returns_to === 'escalating') refuse();
      return { ...rest('suppressed', event.note), decision: 'SUPPRESS', hold_reason: event.rule };
    case 'hold':
      allow('relaying', 'scheduled');
      return {
        ...rest('held', event.note),
        hold_reason: event.reason,
        expires_at: event.expiresAt,
        released_by: null,
      };
    case 'release':
      allow('held', 'escalated');
      return {
        ...rest('relaying', from.note),
        body_revision: event.bodyRevision ?? from.body_revision,
        next_attempt_at: event.notBefore,
        undo_until: event.undoUntil,
        released_by: event.by,
        held_behind: null,
      };
    case 'undo':
      allow('relaying', 'escalating');
      if (from.undo_until === null || now >= from.undo_until) {
        refuse('it can no longer be taken back: its undo time is over');
      }
      return {
        // It is held for what it was held for: its note goes on saying why.
        ...rest('held', from.note),
        hold_reason: from.hold_reason ?? 'undone',
        expires_at: event.expiresAt,
        released_by: null,
      };
    case 'reject':
      allow('held');
      return rest('rejected', event.note);
    case 'escalate':
      allow('held');
      return {
        ...rest('escalating', from.note),
        next_attempt_at: event.notBefore,
        undo_until: event.undoUntil,
      };
    case 'expire':
      allow('held', 'deferred');
      return rest('expired', 'nobody settled it in time; it was not sent');
    case 'cancel':
      allow('scheduled', 'held');
      return rest('cancelled', `cancelled by ${event.by}`);
    case 'reschedule':
      allow('scheduled');
      return { ...from, next_attempt_at: event.at };
    case 'close':
      allow('escalated');
      return rest('closed', event.note);
    case 'confirm':
      allow('uncertain');
      return rest(from.returns_to === 'escalating' ? 'escalated' : 'relayed', `confirmed by ${event.by}`);
    case 'resend':
      allow('uncertain');
      return {
        ...rest(from.returns_to ?? refuse(), `sent again by ${event.by}`),
        next_attempt_at: now,
        released_by: from.released_by ?? event.by,
      };
    case 'restored':
      // These wait for a person anyway; what they wait for is asked anew.
      if (from.state === 'held') return { ...from, expires_at: event.expiresAt };
      if (from.state === 'escalated') return from;
      allow('relaying', 'escalating', 'deferred', 'scheduled', 'uncertain');
      return {
        ...rest('uncertain', event.note),
        returns_to: from.returns_to ?? (from.state === 'escalating' ? 'escalating' : 'relaying'),
      };
    default:
      return event satisfies never;
  }
}
