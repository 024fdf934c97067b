import type { DeliveryState } from '../../src/message/disposition.ts';
import type { Decision } from '../../src/message/types.ts';

/** Who a recipient is, and so what the gate must make of a mail to them. */
export type Kind = 'pass' | 'disqualified' | 'opted-out' | 'chief' | 'rumour' | 'stranger' | 'disliked';

/** What the judge must say of each kind; null = doubt. `disliked` only with the scripted model, without it they pass. */
export const DECISION: Record<Kind, Decision | null> = {
  pass: 'PASS',
  disqualified: 'SUPPRESS',
  'opted-out': 'SUPPRESS',
  chief: 'ESCALATE',
  rumour: 'BLOCK',
  stranger: null,
  disliked: 'BLOCK',
};

/** One mail of an engine. */
export interface Mail {
  /** `c3-m17`, unique in a run; in its Message-ID, subject and text. */
  token: string;
  way: 'smtp' | 'resend' | 'postmark';
  /** Its domain names the engine. */
  from: string;
  recipients: { address: string; kind: Kind }[];
  /** What is submitted: MIME for SMTP, a JSON request otherwise. The same bytes at every try. */
  body: string;
  /** Resend's API only; Postmark's knows none. */
  key: string | null;
  tries: Told[];
}

/**
 * What the client was told. `taken`: 2xx; `suppressed`: refused for good, and kept by the gate; `later`: 4xx or 503, nothing was
 * stored; `cut`: no answer, so the client does not know; `refused`: another refusal, which no mail of this load deserves.
 */
export interface Told {
  generation: number;
  answer: 'taken' | 'suppressed' | 'later' | 'cut' | 'refused';
  /** The gate's id of the message. */
  id: string | null;
  text: string;
}

/** What a reviewer asked for and heard. `cut`: no answer. */
export interface ReviewAct {
  generation: number;
  deliveryId: string;
  act: 'release' | 'undo' | 'reject' | 'label' | 'confirm' | 'resend';
  heard: 'done' | 'refused' | 'cut';
  text: string;
}

/** An opt-out that an admin enters while mail is under way, and what they heard. */
export interface OptOut {
  generation: number;
  address: string;
  heard: 'done' | 'refused' | 'cut';
  text: string;
  /** How many of the ledger's mails had been submitted by then, answered or not. */
  after: number;
}

/** A mail the upstream has taken. */
export interface Taken {
  /** Of the gate that began the transaction. */
  generation: number;
  by: 'smtp' | 'api';
  /** The token of an engine's mail, the Message-ID of the gate's own. */
  mail: string;
  to: string;
  /** What became of the reply: it left, or the upstream kept it back, or the connection was cut. */
  reply: 'sent' | 'lost';
}

/** An event as the engine's webhook got it. */
export interface HeardEvent {
  id: string;
  type: string;
  deliveryId: string;
  state: DeliveryState;
}

/** What happened in a cycle as those outside of the gate saw it. */
export class Ledger {
  readonly mails: Mail[] = [];
  readonly acts: ReviewAct[] = [];
  readonly optOuts: OptOut[] = [];
  readonly taken: Taken[] = [];
  /** Transactions that the upstream let end without a final reply, whether it took the mail or not. */
  readonly unanswered: { generation: number; to: string }[] = [];
  /** Deliveries whose hand-over was marked and not settled when a gate died, with its number. */
  readonly inDoubt: { generation: number; deliveryId: string }[] = [];
  /** Each once, in the order in which they were answered 2xx for the first time. */
  readonly events = new Map<string, HeardEvent>();
  /** Number of the gate process that runs, from 1. */
  generation = 0;
}
