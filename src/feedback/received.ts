import type { ProviderName } from '../message/provider.ts';
import type { FeedbackEvent, InboundMail } from './event.ts';

/** A mail to the engine's side that a provider took in, or where it keeps it. */
export interface InboundEvent {
  provider: ProviderName;
  /** Counts once, like an event's. */
  eventId: string;
  content: { mail: InboundMail } | { fetchPath: string };
  /** The event as it came, for passing on; null = too large for that, or a form. */
  payload: unknown;
}

/** What one request of a provider says, once its signature is verified. */
export interface Received {
  events: FeedbackEvent[];
  inbound: InboundEvent[];
}

export const NOTHING: Readonly<Received> = { events: [], inbound: [] };
