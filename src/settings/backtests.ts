import { UserError } from '../config/user-error.ts';
import type { BacktestOptions } from '../evaluate/backtest-run.ts';
import { backtestInProcess } from '../evaluate/backtest-process.ts';
import type { BacktestChange, BacktestSummary } from '../evaluate/backtest-types.ts';
import type { StoreConfig } from '../config/store.ts';
import type { BacktestWork } from '../evaluate/backtest-worker.ts';
import type { Logger } from '../observability/logger.ts';

/** Changes kept to be shown; the counts are complete in any case. */
const KEPT_CHANGES = 5_000;

/** Finished runs that can still be looked at. */
const KEPT_RUNS = 5;

export interface Backtest {
  id: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  /** Version the candidate rubric would get, and the one it was made from; null = the rubric stays as it was for each mail. */
  candidate: string | null;
  base: string | null;
  /** Name of the model that is asked again; null = what the adapter said stays. */
  adapter: string | null;
  actor: string;
  started_at: number;
  done: number;
  /** Messages; null until they are counted. */
  total: number | null;
  summary: BacktestSummary | null;
  error: string | null;
  changes: BacktestChange[];
}

interface Options {
  /** Where the database is. */
  store: StoreConfig;
  now: () => number;
  log: Logger;
}

/** Backtests asked for in the settings: one at a time, in a process of its own, kept in memory for a while. */
export class Backtests {
  readonly #options: Options;
  readonly #runs = new Map<string, { run: Backtest; controller: AbortController; ended: Promise<void> }>();
  #next = 1;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws UserError while another one runs */
  start(
    options: BacktestOptions,
    by: Pick<Backtest, 'candidate' | 'base' | 'actor'>,
    model: BacktestWork['model'] = null,
  ): Backtest {
    const busy = [...this.#runs.values()].find(({ run }) => run.state === 'running');
    if (busy) throw new UserError(`a backtest of ${busy.run.actor} is running; wait for it or cancel it`);
    const { store, now, log } = this.#options;
    const run: Backtest = {
      id: String(this.#next++),
      state: 'running',
      ...by,
      adapter: model?.name ?? null,
      started_at: now(),
      done: 0,
      total: null,
      summary: null,
      error: null,
      changes: [],
    };
    const controller = new AbortController();
    const ended = backtestInProcess(
      { store, options, model },
      {
        onProgress: (done, total) => Object.assign(run, { done, total }),
        onChanges: (changes) => run.changes.push(...changes.slice(0, KEPT_CHANGES - run.changes.length)),
      },
      controller.signal,
    ).then(
      (summary) => void Object.assign(run, { summary, state: summary ? 'done' : 'cancelled' }),
      (err: unknown) => {
        if (!(err instanceof UserError)) log.error({ err }, 'a backtest failed');
        Object.assign(run, { state: 'failed', error: err instanceof Error ? err.message : String(err) });
      },
    );
    this.#runs.set(run.id, { run, controller, ended });
    for (const id of [...this.#runs.keys()].slice(0, -KEPT_RUNS)) this.#runs.delete(id);
    return run;
  }

  get(id: string): Backtest | null {
    return this.#runs.get(id)?.run ?? null;
  }

  /** Ends one that runs; what it has counted so far is thrown away. @returns null when there is none of that id */
  async cancel(id: string): Promise<Backtest | null> {
    const known = this.#runs.get(id);
    if (!known) return null;
    known.controller.abort();
    await known.ended;
    return known.run;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runs.keys()].map((id) => this.cancel(id)));
  }
}
