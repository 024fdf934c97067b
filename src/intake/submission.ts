import type { ProviderName } from '../message/provider.ts';
import type { Envelope, ParseTrouble } from '../message/types.ts';

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
  /** Given where the intake needed it before; made on acceptance otherwise. */
  id?: string;
  /** The provider-shaped request it came in. */
  request?: ProviderRequest | null;
}

/** What cannot be judged although it could be read; holds the message under its own name. */
export interface IntakeTrouble {
  kind: ParseTrouble;
  detail: string;
}

/** The request as it would go on to the same provider. */
export interface ProviderRequest {
  provider: ProviderName;
  path: string;
  contentType: string;
  /** For this message alone: of a batch its own part, byte for byte. */
  body: Buffer;
  trouble: IntakeTrouble[];
}

/** How a retry of a request is known. */
export interface Once {
  engineId: string;
  key: string;
  requestHash: string;
  windowMs: number;
  /** The client chose the key; otherwise the gate made it of the request. */
  explicit: boolean;
}

/** The client used its idempotency key for another request before. Nothing was stored. */
export class IdempotencyConflictError extends Error {
  override name = 'IdempotencyConflictError';
}

/** `duplicate` is true when this is a retry of a message already accepted, and `id` is the first one's. */
export interface Accepted {
  id: string;
  duplicate: boolean;
}
