import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../config/user-error.ts';
import { askAdapter } from '../../evaluate/ask-adapter.ts';
import { AdapterError } from '../../judge/adapter/adapter.ts';
import type { Rubric } from '../../judge/rubric.ts';
import { askCases } from './ask.ts';
import { type CanaryCase, readOwnCases, readProbes } from './cases.ts';
import { type Outcome, conclude, weigh } from './conclude.ts';
import { drawSome, seedOfDay } from './draw.ts';
import type { Due } from './due.ts';
import type { CanaryOptions, CanaryProgress } from './options.ts';
import type { CanaryResult } from './result.ts';
import { type NewRun, acceptedRun, beginRun, noteProgress, readRun } from './store.ts';

/** How long a run waits for an adapter that is being loaded or failed. */
const PATIENCE_MS = 300_000;
const LOOK_MS = 250;
/** How often other processes are told how far it is. */
const TELL_MS = 2_000;

/** The adapter cannot be asked, and not because of the case at hand. */
class NotAsked extends Error {}

/** One run of the canary in a gate, from the drawing of its cases to its place in the history. */
export class CanaryRound {
  readonly due: Due;
  readonly #made: NewRun;
  readonly #options: CanaryOptions;
  readonly #rubric: Rubric;
  readonly #abort = new AbortController();
  readonly #aborted: Promise<never>;
  readonly #began = performance.now();
  #why = '';
  #id: number | null = null;
  #told = performance.now();
  #telling: Promise<unknown> = Promise.resolve();
  #ended: Promise<Outcome> | null = null;
  done = 0;
  total = 0;

  constructor(options: CanaryOptions & { cases: string }, due: Due) {
    const { judge, rubric, now } = options;
    this.#options = options;
    this.#aborted = new Promise((_, reject) => {
      this.#abort.signal.addEventListener('abort', () => reject(new NotAsked(this.#why)), { once: true });
    });
    this.#aborted.catch(() => {});
    this.#rubric = rubric();
    this.due = due;
    this.#made = {
      started_at: now(),
      adapter_version: judge.model.adapter.version,
      rubric_version: this.#rubric.version,
      cases_version: options.cases,
      extent: due.extent,
      trigger: due.trigger,
    };
  }

  get extent(): Due['extent'] {
    return this.due.extent;
  }

  get trigger(): Due['trigger'] {
    return this.due.trigger;
  }

  progress(): CanaryProgress {
    const { done, total, due } = this;
    const rate = done === 0 ? null : done / ((performance.now() - this.#began) / 1_000);
    return {
      ...due,
      started_at: this.#made.started_at,
      done,
      total,
      rate,
      left_ms: rate === null ? null : Math.ceil(((total - done) / rate) * 1_000),
    };
  }

  /** Never rejects: what goes wrong is an outcome too. */
  run(): Promise<Outcome> {
    this.#ended ??= this.#run();
    return this.#ended;
  }

  /** @param why one sentence for the history */
  async cancel(why: string): Promise<void> {
    this.#why = why;
    this.#abort.abort();
    await this.#ended;
  }

  async #run(): Promise<Outcome> {
    const { database, log, now, config, mayDecide } = this.#options;
    let outcome: Outcome;
    try {
      const id = await database.transact((trx) => beginRun(trx, this.#made));
      this.#id = id;
      outcome = await this.#ask();
      await this.#telling;
      await database.transact((trx) =>
        conclude(trx, {
          id,
          run: this.#made,
          outcome,
          actor: this.due.actor,
          now: now(),
          tripTo: mayDecide ? config.trip_to : null,
        }),
      );
    } catch (err) {
      log.error({ err }, 'a run of the canary could not be kept');
      outcome = {
        state: 'broken',
        results: [],
        falls: [],
        says: 'The run could not be kept; the log says why.',
      };
    }
    return outcome;
  }

  async #ask(): Promise<Outcome> {
    const { database, config, judge, log } = this.#options;
    const none = { results: [], falls: [] };
    try {
      const cases = await this.#draw();
      this.total = cases.length;
      const results = await askCases(cases, {
        ask: askAdapter({ classify: (input) => this.#classify(input) }),
        model: judge.model,
        rubric: this.#rubric,
        brokenLimit: config.failures.limit,
        concurrency: Math.max(1, Math.floor(judge.concurrency / 2)),
        signal: this.#abort.signal,
        onProgress: (done) => this.#tell(done),
      });
      if (this.#abort.signal.aborted) return { ...none, state: 'cancelled', says: this.#why };
      return await weigh(database.db, this.#made, results, config);
    } catch (error) {
      if (this.#abort.signal.aborted) return { ...none, state: 'cancelled', says: this.#why };
      const known = error instanceof NotAsked || error instanceof UserError || error instanceof AdapterError;
      if (!known) log.error({ err: error }, 'a run of the canary failed');
      const why = error instanceof Error ? error.message : String(error);
      return { ...none, state: 'broken', says: `The cases could not be put to the adapter: ${why}.` };
    }
  }

  async #draw(): Promise<CanaryCase[]> {
    const { folder, dataDir, database, config, log, now } = this.#options;
    const probes = readProbes(folder);
    if (probes.length === 0) throw new UserError(`there are no probe cases in ${folder}`);
    if (this.extent === 'all') {
      try {
        return [...probes, ...readOwnCases(dataDir)];
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        log.warn(`own probe cases are left out of the canary: ${error.message}`);
        return probes;
      }
    }
    const { adapter_version, cases_version } = this.#made;
    const known = await acceptedRun(database.db, adapter_version, cases_version);
    const reference: CanaryResult[] | null = known
      ? ((await readRun(database.db, known.id))?.results ?? null)
      : null;
    return drawSome(probes, config.canary.at_start, { seed: seedOfDay(now()), reference });
  }

  /**
   * Waits for an adapter that is being loaded: an outage is no answer. A run that is cancelled does not wait for the answer in
   * flight, which ends in its own time.
   */
  async #classify(input: Parameters<CanaryOptions['judge']['probe']>[0]) {
    const { judge } = this.#options;
    const since = performance.now();
    for (;;) {
      if (this.#abort.signal.aborted) throw new NotAsked(this.#why);
      if (judge.mode() === 'off') throw new NotAsked('it was switched off');
      const health = judge.model.adapter.health();
      if (health.state === 'ready') return Promise.race([judge.probe(input), this.#aborted]);
      if (performance.now() - since > PATIENCE_MS)
        throw new NotAsked(health.state === 'failed' ? health.reason : 'it is still being loaded');
      await setTimeout(LOOK_MS, undefined, { ref: false });
    }
  }

  #tell(done: number): void {
    this.done = done;
    const id = this.#id;
    if (id === null || performance.now() - this.#told < TELL_MS) return;
    this.#told = performance.now();
    const { rate } = this.progress();
    const says = `${done} of ${this.total}, ${rate?.toFixed(1) ?? '–'} a second`;
    this.#telling = this.#options.database
      .transact((trx) => noteProgress(trx, id, says))
      .catch((err: unknown) => this.#options.log.error({ err }, 'the progress of the canary is not told'));
  }
}
