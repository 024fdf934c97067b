/** What the notification part of the browser API takes and gives. Types only; times are milliseconds since the epoch. */
import type { NotifyPreferences } from './person.ts';
import type { Topic } from './topics.ts';

export type { NotifyPreferences } from './person.ts';
export type { Topic } from './topics.ts';

/** `GET /account/notifications` */
export interface NotificationSettings {
  preferences: NotifyPreferences;
  /** false: what the gate does for who has chosen nothing. */
  chosen: boolean;
  /** Where mail goes: the account's address. */
  address: string;
  /** Whether the gate has a Slack channel. */
  slack: boolean;
  topics: { key: Topic; title: string; about: string }[];
  /** Why the account's links do not act; null = they do. */
  no_links: string | null;
  /** How often messages come at most, minutes. */
  every_minutes: number;
  /** The last messages to this account, newest first. */
  recent: NotificationEntry[];
}

export interface NotificationEntry {
  id: string;
  at: number;
  channel: string;
  kind: 'batch' | 'digest' | 'sample';
  summary: string;
  state: 'on its way' | 'sent' | 'failed' | 'uncertain';
  /** Of the last failed attempt. */
  error: string | null;
}
