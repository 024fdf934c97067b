import type { AdapterMode } from '../judge/adapter-judge.ts';
import type { Database } from '../store/database.ts';
import { type SwitchEntry, newestSwitchEntry } from './switch-store.ts';

/**
 * The kill switch as a running gate sees it: what the adapter may do at most. Its state is in the database, where any process
 * may change it; the gate looks there before each message it judges and each attempt it makes (one read by the primary key),
 * and between them uses what it saw last.
 *
 * It acts on the adapter alone. Rules 1 and 2 and every other stop of the rules stay as they are, so tripping it never lets
 * mail go that a rule stops, nor mail that is held already.
 */
export class KillSwitch {
  readonly #database: Database;
  readonly #onChange: (entry: SwitchEntry) => void;
  #entry: SwitchEntry | undefined;

  constructor(database: Database, onChange: (entry: SwitchEntry) => void = () => {}) {
    this.#database = database;
    this.#onChange = onChange;
  }

  readonly mode = (): AdapterMode => this.#entry?.mode ?? 'active';

  /** The newest entry of its history; null = never touched. */
  state(): SwitchEntry | null {
    return this.#entry ?? null;
  }

  /** Looks at the database. */
  async refresh(): Promise<void> {
    const before = this.#entry?.id;
    this.#entry = await newestSwitchEntry(this.#database.db);
    if (this.#entry && this.#entry.id !== before) this.#onChange(this.#entry);
  }
}
