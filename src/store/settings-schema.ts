import type { Generated } from 'kysely';

/** Tables of the settings: versions of the rubric, the kill switch. */

/** Every rubric that was ever in force here, newest last. */
export interface RubricVersionTable {
  id: Generated<number>;
  /** As in `verdicts.rubric_version`. */
  version: string;
  /** The file as it was. */
  text: string;
  at: number;
  actor: string;
  /**
   * `saved` and `reverted` here, `configured` = back to the file of the configuration; `found` = the gate met a file it did not
   * write: at its first start, or edited by hand.
   */
  action: 'saved' | 'reverted' | 'configured' | 'found';
  /** Which file held it: the data folder's, or the one the configuration names. */
  origin: 'data' | 'configured';
  /** The entry that was gone back to. */
  reverts: number | null;
  why: string | null;
}

/** The kill switch's history; the newest entry is its state, and none means armed. */
export interface KillSwitchTable {
  id: Generated<number>;
  at: number;
  /** A user, `cli:…`, or the monitor that tripped it. */
  actor: string;
  mode: 'active' | 'shadow' | 'off';
  reason: string;
  /** What a monitor measured, one sentence; null where a person acted. */
  condition: string | null;
}
