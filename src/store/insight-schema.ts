import type { Generated } from 'kysely';

/** Tables behind searching and insight. All of it is made from other tables and can be made again. */

/** What a message says at one revision of its body, so that it can be searched and compared. */
export interface DraftTextTable {
  /** Greater for later mail; what was filled in for older mail counts down from zero. */
  id: Generated<number>;
  message_id: string;
  revision: number;
  subject: string;
  /** The shown text. */
  body: string;
  /** All header lines, encoded words read. */
  headers: string;
  /** Return path and envelope recipients, one a line. */
  addresses: string;
  /** The same for texts that read the same; null = there is no text of its own. */
  text_key: string | null;
  /** The same for texts that differ only in what differs between prospects; null = too little text to tell. */
  template_key: string | null;
  /** PostgreSQL alone: a tsvector of all the texts. SQLite has an FTS5 index, kept by triggers. Only `insight/` knows of either. */
  words?: string;
}

/** What happened in one hour that is over, added up. */
export interface InsightHourTable {
  /** Its first millisecond. */
  hour: number;
  engine_id: string;
  /**
   * `judged`: deliveries by their first verdict (a decision, or `doubt:` and the reason); `stopped`: of these by what stopped
   * them; `latency`: of these by rounded milliseconds; `attempt`: by `outcome:upstream`.
   */
  kind: 'judged' | 'stopped' | 'latency' | 'attempt';
  name: string;
  count: number;
}
