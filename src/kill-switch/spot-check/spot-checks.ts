import { dayOf } from '../../config/local-time.ts';
import { UserError } from '../../config/user-error.ts';
import type { Database } from '../../store/database.ts';
import type { KillSwitchConfig } from '../config.ts';
import { draw, newSeed } from './draw.ts';
import { type SpotCheck, candidates, newestCheck, saveCheck, settleDue, settledDue } from './draw-store.ts';
import { isWeekAfter, lastDue } from './schedule.ts';

const WEEK = 7 * 86_400_000;
/** After a long gap older verdicts say little about the judge of today. */
const MOST_WEEKS = 4;

export interface SpotChecksOptions {
  database: Database;
  config: KillSwitchConfig['spot_check'];
  now: () => number;
  random: () => number;
}

/** Draws what people judge blind: weekly, and when somebody asks for it. */
export class SpotChecks {
  readonly #options: SpotChecksOptions;

  constructor(options: SpotChecksOptions) {
    this.#options = options;
  }

  /**
   * Draws from what was judged since the last draw; of the last week for the first, of four weeks at most.
   *
   * @returns null when there is nothing to draw from
   * @throws UserError when somebody else draws at this moment
   */
  async draw(actor: string): Promise<SpotCheck | null> {
    const { database, config, now, random } = this.#options;
    const at = now();
    const before = await newestCheck(database.db);
    const since = Math.max(before?.until ?? at - WEEK, at - MOST_WEEKS * WEEK);
    const population = await candidates(database.db, { since, until: at });
    if (population.length === 0) return null;
    const seed = newSeed(random);
    const drawn = draw(population, config.decisions, seed);
    const check = { drawn_at: at, actor, since, until: at, population: population.length, seed };
    return database.transact(async (trx) => {
      if ((await newestCheck(trx))?.id !== before?.id) {
        throw new UserError('somebody else drew a spot check just now; look at that one');
      }
      return saveCheck(trx, check, drawn);
    });
  }

  /**
   * The weekly draw, if it is due: once for each week, for missed ones once. Not where somebody has drawn by hand since it fell
   * due, and not before the first weekday after this gate first looked.
   *
   * @returns what was drawn; null = nothing
   */
  async drawIfDue(): Promise<SpotCheck | null> {
    const { database, config, now } = this.#options;
    if (!config.enabled) return null;
    const due = lastDue(now(), config);
    const settled = await settledDue(database.db);
    if (settled !== null && !isWeekAfter(due, settled)) return null;
    const newest = await newestCheck(database.db);
    const byHand = newest !== undefined && dayOf(newest.drawn_at, config.time_zone).name >= due;
    const check = settled === null || byHand ? null : await this.draw('timer');
    await database.transact((trx) => settleDue(trx, due));
    return check;
  }
}
