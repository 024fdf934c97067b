import { constants, setPriority } from 'node:os';
import { Database } from '../store/database.ts';
import { type BacktestOptions, runBacktest } from './backtest-run.ts';
import type { BacktestChange, BacktestSummary } from './backtest-types.ts';

export interface BacktestWork {
  /** The database's file; it is only read. */
  path: string;
  options: BacktestOptions;
}

export type FromBacktest =
  | { type: 'progress'; done: number; total: number }
  | { type: 'changes'; changes: BacktestChange[] }
  | { type: 'done'; summary: BacktestSummary };

/**
 * The process of a backtest. Judging by the rules takes some milliseconds of a core a mail, which the thread that accepts mail
 * cannot spare; here it has the lowest priority, and a connection of its own, which only reads.
 */
process.once('message', (work: BacktestWork) => void run(work));

// The gate drains on a signal and ends this process itself; a terminal signals both at once.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));

async function run({ path, options }: BacktestWork): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  const tell = (message: FromBacktest): void => void process.send?.(message);
  const database = new Database(path, { readonly: true });
  const summary = await runBacktest(database.db, options, {
    onProgress: (done, total) => tell({ type: 'progress', done, total }),
    onChanges: (changes) => tell({ type: 'changes', changes }),
  });
  await database.close();
  process.send?.({ type: 'done', summary } satisfies FromBacktest, () => process.disconnect());
}
