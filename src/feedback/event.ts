import type { ProviderName } from '../message/provider.ts';

/** What a provider can tell about a mail, in one vocabulary. `other` is passed on and changes nothing. */
export type FeedbackKind =
  | 'accepted'
  | 'delivered'
  | 'deferred'
  | 'hard_bounce'
  | 'soft_bounce'
  | 'complaint'
  | 'unsubscribe'
  | 'other';

/** One event of a provider, its signature verified, in the gate's words. */
export interface FeedbackEvent {
  provider: ProviderName;
  /** The provider's id of the event, or a hash of what makes it that event; an id counts once. */
  eventId: string;
  kind: FeedbackKind;
  /** Milliseconds since the epoch. */
  at: number;
  /** Whom it is about, as spelled by the provider. */
  recipients: string[];
  /** The provider's id of the mail, as it answered when the mail was handed over; null = not told. */
  upstreamId: string | null;
  /** Message-ID header with angle brackets; null = not told. */
  messageId: string | null;
  subject: string | null;
  /** The provider's own words, one line: a bounce's diagnostic. */
  detail: string | null;
  /** This one event as it came, for passing on. */
  payload: unknown;
}

/** A mail that came in, from whichever side: a provider's inbound event, IMAP or the forwarding address. */
export interface InboundMail {
  /** Address of the From header. */
  from: string;
  name: string | null;
  to: string[];
  subject: string | null;
  /** All of the text, quotes and signature included. */
  text: string;
  /** With angle brackets. */
  messageId: string | null;
  inReplyTo: string | null;
  /** With angle brackets, oldest first. */
  references: string[];
  /** Auto-Submitted, vacation and list headers, or a delivery report: nobody wrote it. */
  automatic: boolean;
  at: number;
}
