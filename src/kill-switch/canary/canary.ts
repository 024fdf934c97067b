import { UserError } from '../../config/user-error.ts';
import { casesVersion } from './cases.ts';
import type { Outcome } from './conclude.ts';
import { type Due, whatIsDue } from './due.ts';
import type { CanaryOptions, CanaryProgress } from './options.ts';
import { CanaryRound } from './round.ts';
import { acceptedRun, endCutRuns, newestDecided } from './store.ts';

/** After a run in which the adapter could not be asked, the next one begins by itself no sooner. */
const REST_MS = 600_000;

/**
 * Puts the project's probe cases to the judge: when it starts, after every change of adapter or rubric, and daily. An adapter
 * that nobody has seen pass all of them here is barred: no mail is put to it until it has. One run at a time; one over all cases
 * takes the place of one over some.
 */
export class Canary {
  readonly #options: CanaryOptions;
  readonly #cases: string;
  #accepted = false;
  #fell = false;
  #round: CanaryRound | null = null;
  #asked: Due | null = null;
  #led = false;
  /** Something was asked of the adapter since this process began. */
  #begun = false;
  #rest: { what: string; until: number } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #ending: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: CanaryOptions) {
    this.#options = options;
    this.#cases = casesVersion(options.folder);
  }

  /** Looks up what is known, before the first mail. */
  async open(): Promise<void> {
    const { log, mayDecide } = this.#options;
    await this.#takeOver();
    await this.#learn();
    if (mayDecide && !this.#accepted)
      log.info('the adapter is barred until it has passed the probe cases; mail waits in its line meanwhile');
  }

  /** Why no mail may be put to the adapter; null = it may. */
  readonly barred = (): string | null => {
    if (!this.#options.mayDecide || this.#accepted) return null;
    if (this.#round?.extent === 'all') {
      const { done, total } = this.#round;
      return `barred until the canary has passed${total === 0 ? '' : ` (${done} of ${total})`}`;
    }
    return this.#fell
      ? 'barred: it fell on the probe cases; an admin accepts it as it is by arming the kill switch again'
      : 'barred until the canary has passed';
  };

  /** The run in progress; null = none. */
  progress(): CanaryProgress | null {
    return this.#round?.progress() ?? null;
  }

  /** Looks whether a run is due, and begins it in the background. */
  look(): Promise<void> {
    const turn = this.#turn.then(() => this.#look());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** The adapter, the rubric or the switch has changed: looks at once, and leaves nothing for later. */
  again(): void {
    this.#rest = null;
    this.look().catch((err: unknown) => this.#options.log.error({ err }, 'the canary could not look'));
  }

  /**
   * Begins a run that a person asked for.
   *
   * @throws UserError while as large a one is in progress, or when the adapter cannot be asked
   */
  async ask(extent: 'some' | 'all', actor: string): Promise<void> {
    const { judge } = this.#options;
    if (this.#round && !(extent === 'all' && this.#round.extent === 'some')) {
      const { done, total } = this.#round;
      throw new UserError(`a run is in progress (${done} of ${total}); wait for it or cancel it`);
    }
    const health = judge.model.adapter.health();
    if (judge.mode() === 'off') throw new UserError('the adapter is off, so it cannot be asked');
    if (health.state !== 'ready') {
      const why = health.state === 'failed' ? health.reason : 'it is being loaded';
      throw new UserError(`the adapter cannot be asked now: ${why}`);
    }
    this.#asked = { extent, trigger: 'asked', actor };
    await this.look();
    if (this.#asked === null) return;
    this.#asked = null;
    throw new UserError('the adapter cannot be asked any more; try again in a moment');
  }

  /** Ends the run in progress; what it found is thrown away. @returns whether there was one */
  async cancel(actor: string): Promise<boolean> {
    const round = this.#round;
    if (!round) return false;
    this.#rest = { what: this.#what(round), until: this.#options.now() + this.#everyMs() };
    await round.cancel(`Cancelled by ${actor}.`);
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
    await this.#round?.cancel('Cut short by the end of the gate.');
    await this.#ending;
  }

  async #look(): Promise<void> {
    const { judge, now } = this.#options;
    if (this.#stopped) return;
    await this.#takeOver();
    await this.#learnAndTell();
    if (judge.mode() === 'off' || judge.model.adapter.health().state !== 'ready') return;
    const due = this.#asked ?? (this.#options.database.peers.leads() ? await this.#due() : null);
    if (!due) return;
    if (due !== this.#asked && this.#rest?.what === this.#what(due) && now() < this.#rest.until) return;
    if (this.#round) {
      if (due.extent === 'some' || this.#round.extent === 'all') return;
      await this.#round.cancel('A run over all cases took its place.');
    }
    this.#asked = null;
    this.#begun = true;
    const round = new CanaryRound({ ...this.#options, cases: this.#cases }, due);
    this.#round = round;
    this.#ending = round.run().then((outcome) => this.#ended(round, outcome));
  }

  async #ended(round: CanaryRound, outcome: Outcome): Promise<void> {
    const { now, log, killSwitch } = this.#options;
    if (this.#round === round) this.#round = null;
    if (outcome.state === 'broken') this.#rest = { what: this.#what(round), until: now() + REST_MS };
    log[outcome.state === 'passed' ? 'info' : 'warn'](
      { state: outcome.state, cases: outcome.results.length, trigger: round.due.trigger },
      `the canary: ${outcome.says}`,
    );
    try {
      if (outcome.state === 'fell') await killSwitch.refresh();
      await this.#learnAndTell();
    } catch (err) {
      log.error({ err }, 'the canary could not look');
    }
  }

  /** What a gate that is gone was at is over, as soon as this one leads. */
  async #takeOver(): Promise<void> {
    const { database, now } = this.#options;
    const leads = database.peers.leads();
    if (leads && !this.#led && this.#round) return;
    if (leads && !this.#led) await database.transact((trx) => endCutRuns(trx, now()));
    this.#led = leads;
  }

  #due(): Promise<Due | null> {
    const { database, judge, rubric, now } = this.#options;
    return whatIsDue(database.db, {
      version: judge.model.adapter.version,
      rubric: rubric().version,
      cases: this.#cases,
      everyMs: this.#everyMs(),
      begun: this.#begun,
      now: now(),
    });
  }

  /** Whether the adapter was accepted meanwhile: it passed, in this process or another one, or a person armed the switch again. */
  async #learn(): Promise<void> {
    const { database, judge } = this.#options;
    if (this.#accepted) return;
    const { version } = judge.model.adapter;
    this.#fell = (await newestDecided(database.db, version, 'all'))?.state === 'fell';
    this.#accepted = (await acceptedRun(database.db, version)) !== undefined;
  }

  async #learnAndTell(): Promise<void> {
    const before = this.barred();
    await this.#learn();
    if (before !== null && this.barred() === null) this.#options.onLifted();
  }

  /** Another rubric is another run. */
  #what({ extent, trigger }: Pick<Due, 'extent' | 'trigger'>): string {
    return `${extent} ${trigger} ${this.#options.rubric().version}`;
  }

  #everyMs(): number {
    return this.#options.config.canary.every_hours * 3_600_000;
  }
}
