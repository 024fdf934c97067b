import { randomUUID } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { UserError } from '../config/user-error.ts';
import { type Rubric, type RubricValues, parseRubric, rubricVersion } from '../judge/rubric.ts';
import type { RuleMode } from '../judge/verdict.ts';
import { changedFields, changedValues } from '../judge/rubric-fields.ts';
import { editRubric } from '../judge/rubric-edit.ts';
import { RubricSource, savedRubricPath } from '../judge/rubric-source.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { RubricSharing } from './rubric-sharing.ts';
import {
  type RubricVersion,
  addRubricVersion,
  getRubricVersion,
  markHeldForRejudging,
  newestRubricVersion,
} from './rubric-store.ts';

/** Rules that act on a CRM fact alone; nobody turns them down with a click. */
export const FIXED_RULES = ['disqualifier', 'opt_out'] as const;

/** Why a form may not turn these rules down. */
export const FIXED_WHY =
  'Rules 1 and 2 keep mail from people who must not get any. They can be turned down only in the file itself, by somebody who can answer for it.';

interface By {
  actor: string;
  why: string | null;
}

interface Options {
  database: Database;
  source: RubricSource;
  config: { data_dir: string; rubric: string };
  now: () => number;
  /** The rubric in force is another one, and what is held waits to be judged by it. */
  onChanged?: () => void;
}

/**
 * Changes of the rubric: the file, its history and the audit log change together. The file counts: what is in it holds for the
 * next message, and a change that somebody made there is noticed and entered in the history, never overwritten unseen.
 */
export class RubricChanges {
  readonly #options: Options;
  readonly #sharing: RubricSharing;
  #noticed = '';

  constructor(options: Options) {
    this.#options = options;
    const { database, source, config } = options;
    this.#sharing = new RubricSharing({ database, source, dataDir: config.data_dir });
  }

  /**
   * The file's text with other values.
   *
   * @param base the version that was edited
   * @throws UserError when another one is in force by now, or a fixed rule would be turned down
   */
  candidate(values: RubricValues, base: string): { text: string; rubric: Rubric } {
    const { source } = this.#options;
    const { rubric, text, path } = source.current();
    this.#requireBase(base);
    for (const rule of FIXED_RULES) {
      if (values.rules[rule] !== 'enforce' && values.rules[rule] !== rubric.rules[rule]) {
        throw new UserError(`The rule ${rule} cannot be turned down here. ${FIXED_WHY}`);
      }
    }
    const edited = editRubric(text, values, path);
    return { text: edited, rubric: parseRubric(edited, path) };
  }

  /** Puts edited values in force. @throws UserError as `candidate`, or when nothing changes */
  async save(values: RubricValues, base: string, by: By): Promise<RubricVersion> {
    const { text, rubric } = this.candidate(values, base);
    const before = this.#options.source.current().rubric;
    if (changedFields(before, rubric).length === 0) throw new UserError('nothing is changed');
    return this.#write({ text, action: 'saved', reverts: null, ...by });
  }

  /** Puts an earlier version in force again. @throws UserError when there is no such entry or it is no rubric any more */
  async revert(id: number, by: By): Promise<RubricVersion> {
    const entry = await getRubricVersion(this.#options.database.db, id);
    if (!entry) throw new UserError(`there is no rubric version ${id}; see presend rubric history`);
    parseRubric(entry.text, `version ${id}`);
    return this.#write({ text: entry.text, action: 'reverted', reverts: id, ...by });
  }

  /** Back to the file that the configuration names. @throws UserError when that is in force already, or is no rubric */
  async toConfigured(by: By): Promise<RubricVersion> {
    const { config } = this.#options;
    if (!existsSync(savedRubricPath(config)))
      throw new UserError('the configured rubric is in force already');
    const configured = new RubricSource({ data_dir: `${config.data_dir}/none`, rubric: config.rubric });
    const { text } = configured.current();
    return this.#write({ text, action: 'configured', reverts: null, ...by });
  }

  /**
   * Enters a rubric that came to be in force by a file somebody edited. Cheap when nothing happened.
   *
   * @returns whether the rubric in force is another one than at the last call
   */
  async notice(): Promise<boolean> {
    const { database, source, now } = this.#options;
    await this.#sharing.adopt();
    const { rubric, text, origin } = source.current();
    const mark = `${origin} ${rubric.version}`;
    if (mark === this.#noticed) return false;
    await database.transact(async (trx) => {
      const newest = await newestRubricVersion(trx);
      // Of several gates one may have it from its configured file, another from the settings.
      const elsewhere = database.engine === 'postgres';
      if (newest?.version === rubric.version && (elsewhere || newest.origin === origin)) return;
      const at = now();
      const { version } = rubric;
      await addRubricVersion(trx, {
        version,
        text,
        at,
        actor: 'file',
        action: 'found',
        origin,
        reverts: null,
        why: newest ? 'The file was changed outside of presend.' : 'In force when the history begins.',
      });
      if (!newest) return;
      await recordAudit(trx, {
        at,
        actor: 'file',
        subject: { type: 'rubric', id: version },
        action: 'found',
        before: { version: newest.version },
        after: { version, origin },
      });
      await markHeldForRejudging(trx);
    });
    const first = this.#noticed === '';
    this.#noticed = mark;
    this.#sharing.remember(rubric.version);
    if (!first) this.#options.onChanged?.();
    return !first;
  }

  #requireBase(base: string): void {
    const { source } = this.#options;
    const trouble = source.trouble();
    if (trouble !== null) {
      throw new UserError(
        `the rubric's file was edited by hand and is not valid: ${trouble} – mend it, or go back to a version of the history`,
      );
    }
    const { version } = source.current().rubric;
    if (version !== base) {
      throw new UserError(
        `the rubric was changed meanwhile (${base} → ${version}); look at what changed and edit again`,
      );
    }
  }

  async #write({
    text,
    action,
    reverts,
    actor,
    why,
  }: By & Pick<RubricVersion, 'text' | 'action' | 'reverts'>): Promise<RubricVersion> {
    const { database, source, config, now, onChanged } = this.#options;
    await this.notice();
    const path = savedRubricPath(config);
    // What somebody wrote by hand and presend cannot read is kept beside.
    if (source.trouble() !== null && existsSync(path)) copyFileSync(path, `${path}.invalid`);
    const before = source.current();
    const weaker = FIXED_RULES.find((rule) =>
      isWeaker(parseRubric(text, path).rules[rule], before.rubric.rules[rule]),
    );
    if (weaker) throw new UserError(`The rule ${weaker} cannot be turned down here. ${FIXED_WHY}`);
    const origin = action === 'configured' ? ('configured' as const) : ('data' as const);
    const version = rubricVersion(text);
    const part = action === 'configured' ? null : written(`${path}.${randomUUID()}`, text);
    const entry = { version, text, at: now(), actor, action, origin, reverts, why };
    try {
      const saved = await database.transact(async (trx) => {
        const id = await addRubricVersion(trx, entry);
        await recordAudit(trx, {
          at: entry.at,
          actor,
          subject: { type: 'rubric', id: version },
          action,
          before: {
            version: before.rubric.version,
            ...changedValues(before.rubric, parseRubric(text, path)),
          },
          after: { version, ...changedValues(parseRubric(text, path), before.rubric) },
          detail: { why },
        });
        const again = await markHeldForRejudging(trx);
        // Last, so that the file changes only if all else did; should the commit fail after it, `notice` enters it.
        if (part === null) rmSync(path);
        else renameSync(part, path);
        return { id, ...entry, again };
      });
      this.#noticed = `${origin} ${version}`;
      this.#sharing.remember(version);
      onChanged?.();
      return saved;
    } finally {
      if (part !== null) rmSync(part, { force: true });
    }
  }
}

const STRENGTH: Record<RuleMode, number> = { off: 0, observe: 1, enforce: 2 };
const isWeaker = (mode: RuleMode, before: RuleMode): boolean => STRENGTH[mode] < STRENGTH[before];

/** Writes a file whole and durably, readable by its owner only. @returns its path */
function written(path: string, text: string): string {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return path;
}
