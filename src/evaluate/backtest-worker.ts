import { constants, setPriority } from 'node:os';
import type { StoreConfig } from '../config/store.ts';
import { UserError } from '../config/user-error.ts';
import { type ModelConfig, openNamedModel } from '../judge/adapter/open.ts';
import type { JudgeModel } from '../judge/adapter-judge.ts';
import { openStore } from '../store/open.ts';
import { type BacktestListener, type BacktestOptions, runBacktest } from './backtest-run.ts';
import type { BacktestChange, BacktestSummary } from './backtest-types.ts';

export interface BacktestWork {
  /** Where the database is; it is only read. */
  store: StoreConfig;
  options: BacktestOptions;
  /** Another adapter, by its name in the registry; null = none. */
  model: { name: string; config: ModelConfig } | null;
}

export type FromBacktest =
  | { type: 'progress'; done: number; total: number }
  | { type: 'changes'; changes: BacktestChange[] }
  | { type: 'done'; summary: BacktestSummary }
  /** What its owner can mend, in their words. */
  | { type: 'refused'; message: string };

/**
 * The process of a backtest. Judging by the rules takes some milliseconds of a core a mail, which the thread that accepts mail
 * cannot spare; here it has the lowest priority, and a connection of its own, which only reads.
 */
process.once('message', (work: BacktestWork) => void run(work));

// The gate drains on a signal and ends this process itself; a terminal signals both at once.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));

async function run({ store, options, model: asked }: BacktestWork): Promise<void> {
  // Its own processes have it as well: the model's.
  setPriority(constants.priority.PRIORITY_LOW);
  const tell = (message: FromBacktest): void => void process.send?.(message);
  const database = openStore(store, { readonly: true });
  let model: JudgeModel | null = null;
  let last: FromBacktest;
  try {
    if (asked) model = await openNamedModel(asked.config, asked.name, { warn: () => {} });
    const listener: BacktestListener = {
      onProgress: (done, total) => tell({ type: 'progress', done, total }),
      onChanges: (changes) => tell({ type: 'changes', changes }),
    };
    last = { type: 'done', summary: await runBacktest(database.db, options, listener, model) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    last = { type: 'refused', message: error.message };
  } finally {
    await model?.adapter.release();
    await database.close();
  }
  process.send?.(last, () => process.disconnect());
}
