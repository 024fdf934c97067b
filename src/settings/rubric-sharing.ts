import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../config/whole-file.ts';
import { parseRubric } from '../judge/rubric.ts';
import { type RubricSource, savedRubricPath } from '../judge/rubric-source.ts';
import type { Database } from '../store/database.ts';
import { newestRubricVersion } from './rubric-store.ts';

/** Which rubric was in force here last, in the data folder: tells a file that was edited from one that is only old. */
const SEEN = 'rubric.seen';

/**
 * The rubric of several gates on one database. Each reads its own file, so that judging asks nobody; what one of them puts in force
 * the others write into theirs. The newest entry of the history wins, but for a file that somebody edited since this gate last ran:
 * that is a new entry (`RubricChanges.notice`).
 */
export class RubricSharing {
  readonly #database: Database;
  readonly #source: RubricSource;
  readonly #dataDir: string;
  /** Of the history, the newest entry that was looked at. */
  #known = 0;

  constructor({ database, source, dataDir }: { database: Database; source: RubricSource; dataDir: string }) {
    this.#database = database;
    this.#source = source;
    this.#dataDir = dataDir;
  }

  /**
   * Puts in force here what another gate has put in force. With one gate there is nothing to share.
   *
   * @throws ConfigError when it is no rubric to this version of presend
   */
  async adopt(): Promise<void> {
    if (this.#database.engine === 'sqlite') return;
    const newest = await newestRubricVersion(this.#database.db);
    if (!newest || newest.id === this.#known) return;
    const { version } = this.#source.current().rubric;
    const first = this.#known === 0;
    this.#known = newest.id;
    if (newest.version === version || (first && this.#editedSince(version))) return;
    const path = savedRubricPath({ data_dir: this.#dataDir });
    parseRubric(newest.text, `version ${newest.id} of the rubric's history`);
    writeWhole(path, newest.text, 0o600);
  }

  /** The rubric that is in force here now. */
  remember(version: string): void {
    if (this.#database.engine === 'postgres') writeWhole(join(this.#dataDir, SEEN), version, 0o600);
  }

  #editedSince(version: string): boolean {
    const path = join(this.#dataDir, SEEN);
    return existsSync(path) && readFileSync(path, 'utf8') !== version;
  }
}
