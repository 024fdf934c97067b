import type { Topic } from './topics.ts';

/** A delivery as a message tells of it. */
export interface ContentItem {
  delivery_id: string;
  recipient: string;
  subject: string | null;
  /** In words. */
  reason: string;
  /** The rationale. */
  why: string | null;
  /** `expires 28 Nov 09:12`, or null. */
  due: string | null;
  /** What an act by a link is bound to (`review/links.ts`); null = nothing can be done by a link. */
  seen: string | null;
}

/** One matter of a message. */
export interface ContentSection {
  topic: Topic | 'digest' | 'sample';
  headline: string;
  lines: string[];
  items: ContentItem[];
}

/** All that one message tells, in words, as stored. Only its links are made when it is sent. */
export interface NotificationContent {
  /** The subject; the same for all of a day, so that mail programs show one thread. */
  title: string;
  /** One line: what matters most. */
  summary: string;
  /** Messages with the same text are one thread. */
  thread: string;
  sections: ContentSection[];
  /** Slack member ids to mention. */
  mentions: string[];
}
