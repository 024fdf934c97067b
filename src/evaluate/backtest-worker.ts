import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
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

/** The lowest priority (nice 19): on Linux it holds for this thread alone, elsewhere it may be refused or do nothing. */
const LOWEST = 19;

/**
 * The thread of a backtest: judging by the rules takes some milliseconds of a core a mail, which the thread that accepts mail
 * cannot spare. It has a connection of its own, which only reads.
 */
async function work({ path, options }: BacktestWork): Promise<void> {
  if (process.platform === 'linux') setPriority(LOWEST);
  const tell = (message: FromBacktest): void => parentPort?.postMessage(message);
  const database = new Database(path, { readonly: true });
  try {
    const summary = await runBacktest(database.db, options, {
      onProgress: (done, total) => tell({ type: 'progress', done, total }),
      onChanges: (changes) => tell({ type: 'changes', changes }),
    });
    tell({ type: 'done', summary });
  } finally {
    await database.close();
  }
}

await work(workerData as BacktestWork);
