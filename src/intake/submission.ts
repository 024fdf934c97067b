import type { Envelope } from '../message/types.ts';

/** Where a submission came from; goes into the Received line and the audit. */
export interface Origin {
  protocol: 'SMTP' | 'HTTP';
  remoteAddress: string;
  /** HELO/EHLO name; null for HTTP. */
  helo: string | null;
  /** For the `with` clause of Received: ESMTP, ESMTPS, ESMTPSA … */
  transmission: string;
  /** Engine name that authenticated; null when loopback was allowed without. */
  user: string | null;
}

/** What an intake hands over: one message as submitted. */
export interface Submission {
  engineId: string;
  envelope: Envelope;
  /** The bytes as received, unchanged. */
  raw: Buffer;
  origin: Origin;
  /** true when the client is answered before the verdict in any case. */
  answerEarly: boolean;
  /** Relay not before this time; null = at once. */
  scheduledAt?: number | null;
}

/** `duplicate` is true when this is a retry of a message already accepted, and `id` is the first one's. */
export interface Accepted {
  id: string;
  duplicate: boolean;
}
