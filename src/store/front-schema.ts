import type { Generated } from 'kysely';
import type { ProviderName } from '../message/provider.ts';

/** Tables of the provider front: keys and requests in, events out and in, replies. */

/** A key an engine presents to the HTTP intake. */
export interface ApiKeyTable {
  /** For `sigv4` this is the access key id. */
  id: string;
  engine_id: string;
  kind: 'bearer' | 'sigv4';
  /** sha256 of a bearer key, hex; null for sigv4, whose secret is derived from its id. */
  key_hash: string | null;
  /** The last characters, to tell keys apart. */
  hint: string;
  created_at: number;
  revoked_at: number | null;
}

/** The HTTP request a message came in, as it would go on to the same provider. */
export interface ProviderRequestTable {
  message_id: string;
  provider: ProviderName;
  /** Path of the request at the provider, e.g. `/emails`. */
  path: string;
  content_type: string;
  /** Bytes for this one message: of a batch its own part. */
  body: Buffer;
  /** JSON array of { kind, detail }: why it cannot be judged although it could be read. */
  trouble: string | null;
}

/** Requests that must not be done twice. */
export interface IdempotencyKeyTable {
  engine_id: string;
  /** The client's key, or one made of the request where it gave none. */
  key: string;
  request_hash: string;
  /** JSON array of the messages that came of it. */
  message_ids: string;
  created_at: number;
}

/** Events for engines' webhooks: queue and log. */
export interface EventTable {
  id: string;
  engine_id: string;
  delivery_id: string | null;
  type: string;
  content_type: string;
  body: string;
  created_at: number;
  state: 'pending' | 'delivered' | 'given_up';
  attempts: number;
  next_attempt_at: number | null;
  finished_at: number | null;
  lease_until: number | null;
}

export interface EventAttemptTable {
  id: Generated<number>;
  event_id: string;
  at: number;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  error: string | null;
  duration_ms: number;
}

/** Events of providers, so that none counts twice. */
export interface ProviderEventTable {
  provider: ProviderName;
  event_id: string;
  received_at: number;
  kind: string;
  address: string | null;
  delivery_id: string | null;
  /** One sentence: what it changed. */
  effect: string | null;
}

/** Opt-outs on their way to a provider's suppression list or the CRM. */
export interface WriteBackTable {
  id: Generated<number>;
  /** A provider's name or `hubspot`. */
  target: string;
  kind: 'address' | 'domain';
  value: string;
  reason: string | null;
  created_at: number;
  state: 'pending' | 'done' | 'failed';
  attempts: number;
  next_attempt_at: number | null;
  finished_at: number | null;
  error: string | null;
}

/** How far a mailbox of replies was read (RFC 3501 2.3.1.1). */
export interface MailboxCursorTable {
  mailbox: string;
  uid_validity: string;
  last_uid: number;
  updated_at: number;
}
