import { type BigIntStats, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Rubric, loadRubric, readRubric } from './rubric.ts';

/** Which file a rubric is from: the data folder's, saved in the settings, or the one that the configuration names. */
export type RubricOrigin = 'data' | 'configured';

interface Files {
  data_dir: string;
  /** The configured file. */
  rubric: string;
}

/** Where the settings keep the rubric they saved. While it is there, it wins over the configured file. */
export function savedRubricPath({ data_dir }: Pick<Files, 'data_dir'>): string {
  return join(data_dir, 'rubric.yaml');
}

/** The rubric that is in force, for a command. @throws ConfigError as `loadRubric` */
export function loadActiveRubric(config: Files): Rubric {
  const saved = savedRubricPath(config);
  return loadRubric(statSync(saved, { throwIfNoEntry: false }) ? saved : config.rubric);
}

/** A rubric with the file it was read from. */
export interface ReadRubric {
  rubric: Rubric;
  text: string;
  path: string;
  origin: RubricOrigin;
}

/**
 * The rubric that is in force in a running gate. Every look asks the file system whether the file has changed (some
 * microseconds), so that a change holds for the very next message, whoever made it. A file that cannot be read or is no rubric
 * changes nothing: the last good one stays in force, and `trouble` says why.
 */
export class RubricSource {
  readonly #files: Files;
  readonly #onTrouble: (why: string) => void;
  #seen = '';
  #read: ReadRubric;
  #trouble: string | null = null;

  /** @throws ConfigError when the file that is in force cannot be used: a gate does not start without a rubric */
  constructor(files: Files, onTrouble: (why: string) => void = () => {}) {
    this.#files = files;
    this.#onTrouble = onTrouble;
    const { path, origin, mark } = this.#look();
    this.#read = read(path, origin);
    this.#seen = mark;
  }

  readonly rubric = (): Rubric => this.current().rubric;

  current(): ReadRubric {
    const { path, origin, mark } = this.#look();
    if (mark !== this.#seen) {
      this.#seen = mark;
      try {
        this.#read = read(path, origin);
        this.#trouble = null;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        this.#onTrouble(this.#trouble);
      }
    }
    return this.#read;
  }

  /** Why the file as it is now is not in force; null when it is. */
  trouble(): string | null {
    this.current();
    return this.#trouble;
  }

  #look(): { path: string; origin: RubricOrigin; mark: string } {
    const saved = savedRubricPath(this.#files);
    const found = statSync(saved, { throwIfNoEntry: false, bigint: true });
    if (found) return { path: saved, origin: 'data', mark: markOf('data', found) };
    const { rubric: path } = this.#files;
    const configured = statSync(path, { throwIfNoEntry: false, bigint: true });
    return { path, origin: 'configured', mark: markOf('configured', configured) };
  }
}

const markOf = (origin: RubricOrigin, stats: BigIntStats | undefined): string =>
  stats ? `${origin} ${stats.ino} ${stats.size} ${stats.mtimeNs}` : `${origin} missing`;

const read = (path: string, origin: RubricOrigin): ReadRubric => ({ ...readRubric(path), path, origin });
