import { Worker } from 'node:worker_threads';
import type { BacktestListener } from './backtest-run.ts';
import type { BacktestSummary } from './backtest-types.ts';
import type { BacktestWork, FromBacktest } from './backtest-worker.ts';

const FROM_SOURCES = import.meta.url.endsWith('.ts');

/**
 * Runs a backtest in a thread of its own, so that mail is accepted and judged meanwhile.
 *
 * @returns the summary; null when `signal` ended it before
 * @throws the thread's error
 */
export function backtestInThread(
  work: BacktestWork,
  { onProgress, onChanges }: BacktestListener,
  signal: AbortSignal,
): Promise<BacktestSummary | null> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve(null);
    const file = new URL(FROM_SOURCES ? './backtest-worker.ts' : './backtest-worker.js', import.meta.url);
    const worker = new Worker(file, {
      workerData: work,
      execArgv: FROM_SOURCES ? ['--import', 'tsx'] : [],
    });
    const abort = (): void => void worker.terminate();
    signal.addEventListener('abort', abort);
    let summary: BacktestSummary | null = null;
    worker.on('message', (message: FromBacktest) => {
      if (message.type === 'progress') onProgress?.(message.done, message.total);
      else if (message.type === 'changes') onChanges?.(message.changes);
      else summary = message.summary;
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', abort);
      if (summary || signal.aborted) resolve(summary);
      else reject(new Error(`the backtest's thread ended with code ${code}`));
    });
  });
}
