import type { Generated } from 'kysely';

/** Tables of notifications: what happened, who was told what, and the signed links that were used. */

/** Something that people may want to hear of. Each is stored once, by its key. */
export interface NotifyOccurrenceTable {
  id: Generated<number>;
  /** What makes it one and the same, e.g. `audit:17`. */
  key: string;
  topic:
    | 'held'
    | 'due_soon'
    | 'flood'
    | 'uncertain'
    | 'expired'
    | 'kill_switch'
    | 'judge_warning'
    | 'spot_check';
  delivery_id: string | null;
  at: number;
  /** For what is about no delivery: one sentence; for a flood its cause. */
  note: string | null;
}

/** How far each channel has been told. */
export interface NotifyChannelTable {
  /** `slack`, or `email:` and the address. */
  channel: string;
  /** The last occurrence it was told of. */
  told_id: number;
  /** When it was last told. */
  last_at: number | null;
  /** The local day, YYYY-MM-DD, whose digest it had last. */
  digest_day: string;
}

/** One message to one channel. */
export interface NotificationTable {
  id: string;
  channel: string;
  kind: 'batch' | 'digest' | 'sample';
  /** JSON of NotificationContent: all that is told; links are made when it is sent. */
  content: string;
  created_at: number;
  /** `queued`: it is a delivery of the queue, which says what became of it. The others are Slack's. */
  state: 'queued' | 'pending' | 'sent' | 'given_up';
  attempts: number;
  /** Attempts in a row that nobody answered: Slack may have these. */
  unanswered: number;
  next_attempt_at: number | null;
  lease_until: number | null;
  /** Of the last attempt; null = none failed. */
  error: string | null;
  finished_at: number | null;
}

/** What a person with an account wants to hear. */
export interface NotifyPreferenceTable {
  user_id: string;
  /** JSON of NotifyPreferences. */
  preferences: string;
  updated_at: number;
}

/** A signed link works once. */
export interface LinkUseTable {
  /** sha256 of the token, hex. */
  token: string;
  delivery_id: string;
  act: string;
  person: string;
  used_at: number;
  expires_at: number;
}
