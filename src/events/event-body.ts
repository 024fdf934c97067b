import type { Selectable } from 'kysely';
import type { DeliveryState, DispositionEvent } from '../message/disposition.ts';
import type { Decision } from '../message/types.ts';
import type { DeliveryTable } from '../store/schema.ts';

export type DeliveryRow = Selectable<DeliveryTable>;

/** What an engine's webhook hears of: a state that was reached, or an act that left the mail under way. */
export type DeliveryEventType =
  | `delivery.${Exclude<DeliveryState, 'received' | 'relaying'>}`
  | 'delivery.released'
  | 'delivery.edited';

/** One delivery before and after an event that `transition` allowed. */
export interface Change {
  before: DeliveryRow;
  after: DeliveryRow;
  event: DispositionEvent;
}

/** Body of an event in the envelope of Standard Webhooks ("Payload structure"): ids and reasons, never the mail's text. */
export interface DeliveryEventBody {
  type: DeliveryEventType;
  /** ISO 8601: when it happened. */
  timestamp: string;
  data: {
    /** What the engine was given as the mail's id when it submitted it. */
    id: string;
    delivery_id: string;
    message_id: string;
    /** Message-ID header with angle brackets; null = the mail has none. */
    message_id_header: string | null;
    recipient: string;
    state: DeliveryState;
    decision: Decision | null;
    /** A rule's name or another reason for a hold; null = nothing stopped it. */
    rule: string | null;
    /** Why the judge or the gate stopped it, one line; passages of the draft are left out. */
    rationale: string | null;
    /** What a reviewer or the upstream said, one line. */
    reason: string | null;
    /** true = it was stopped, or may have arrived: submitting it again would go around the gate. */
    do_not_resend: boolean;
    /** true = a reviewer changed the text. */
    edited: boolean;
    /** The upstream's own id of the mail, once it took it. */
    provider_id: string | null;
  };
}

const MAX_SENTENCE = 500;

/** States whose mail must not be submitted again. */
const STOPPED: readonly DeliveryState[] = [
  'held',
  'rejected',
  'suppressed',
  'escalating',
  'escalated',
  'expired',
  'closed',
  'cancelled',
  'uncertain',
];

/** @returns null when the engine has nothing to do about it: the attempt that follows tells more */
export function eventType({ after, event }: Omit<Change, 'before'>): DeliveryEventType | null {
  switch (event.type) {
    case 'due':
    case 'resend':
      return null;
    case 'restored':
      return after.state === 'uncertain' ? 'delivery.uncertain' : null;
    case 'release':
      return 'delivery.released';
    case 'rejudged':
      if (after.state === 'suppressed') return 'delivery.suppressed';
      return event.bodyRevision === undefined ? null : 'delivery.edited';
    case 'judged':
    case 'delivered':
    case 'deferred':
    case 'failed':
    case 'lost':
    case 'suppress':
    case 'hold':
    case 'undo':
    case 'reject':
    case 'escalate':
    case 'expire':
    case 'cancel':
    case 'close':
    case 'confirm':
    case 'reschedule':
      return after.state === 'received' || after.state === 'relaying' ? null : `delivery.${after.state}`;
  }
}

export function eventBody(
  change: Change & { type: DeliveryEventType },
  more: { id: string; messageIdHeader: string | null; providerId: string | null; at: number },
): DeliveryEventBody {
  const { before, after, type } = change;
  return {
    type,
    timestamp: new Date(more.at).toISOString(),
    data: {
      id: more.id,
      delivery_id: after.id,
      message_id: after.message_id,
      message_id_header: more.messageIdHeader,
      recipient: after.recipient,
      state: after.state,
      decision: after.decision,
      rule: after.hold_reason,
      ...explained(change),
      do_not_resend: STOPPED.includes(after.state) || wasForPerson(before, after),
      edited: after.body_revision > 0,
      provider_id: more.providerId,
    },
  };
}

/** Stopped already and meant for a person: that the person could not be reached (yet) does not free the mail. */
function wasForPerson(before: DeliveryRow, after: DeliveryRow): boolean {
  return before.state === 'escalating' && (after.state === 'deferred' || after.state === 'failed');
}

/** A delivery has one note; by the event it says why the mail was stopped, or what somebody did about it since. */
function explained({ before, after, event }: Change): { rationale: string | null; reason: string | null } {
  switch (event.type) {
    case 'judged':
    case 'rejudged':
    case 'suppress':
    case 'hold':
    case 'release':
    case 'escalate':
      return { rationale: withoutQuotes(after.note), reason: null };
    case 'undo':
      return { rationale: withoutQuotes(before.note), reason: 'taken back by a reviewer' };
    case 'reject':
    case 'close':
    case 'cancel':
      return { rationale: withoutQuotes(before.note), reason: sentence(after.note) };
    case 'expire':
      return {
        rationale: before.state === 'held' ? withoutQuotes(before.note) : null,
        reason: sentence(after.note),
      };
    case 'delivered':
      return after.state === 'escalated'
        ? { rationale: withoutQuotes(after.note), reason: null }
        : { rationale: null, reason: sentence(after.note) };
    case 'deferred':
    case 'failed':
    case 'lost':
    case 'confirm':
    case 'reschedule':
    case 'due':
    case 'resend':
    case 'restored':
      return { rationale: null, reason: sentence(after.note) };
  }
}

/**
 * A rationale quotes the passage it is about, which is the mail's text. The passage may itself hold quotation marks, so it
 * ends at the last one; only a CRM field's value, one quoted word further on (`is "low"`), is left.
 */
function withoutQuotes(note: string | null): string | null {
  return sentence(note?.replace(/".*?"(?=[^"]*(?:"[A-Za-z_]+"[^"]*)*$)/s, '"…"') ?? null);
}

/** One line of at most 500 characters. */
function sentence(note: string | null): string | null {
  if (note === null) return null;
  const line = Array.from(note.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  return line.length <= MAX_SENTENCE ? line.join('') : `${line.slice(0, MAX_SENTENCE - 1).join('')}…`;
}
