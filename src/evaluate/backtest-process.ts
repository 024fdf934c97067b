import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../config/user-error.ts';
import type { BacktestListener } from './backtest-run.ts';
import type { BacktestSummary } from './backtest-types.ts';
import type { BacktestWork, FromBacktest } from './backtest-worker.ts';

const FROM_SOURCES = import.meta.url.endsWith('.ts');

/** How much of its last words is kept, characters. */
const LAST_WORDS = 500;

/**
 * Runs a backtest in a process of its own, so that mail is accepted and judged meanwhile.
 *
 * @returns the summary; null when `signal` ended it before
 * @throws UserError with what its owner can mend, else Error with the process's last words
 */
export function backtestInProcess(
  work: BacktestWork,
  { onProgress, onChanges }: Pick<BacktestListener, 'onProgress' | 'onChanges'>,
  signal: AbortSignal,
): Promise<BacktestSummary | null> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve(null);
    const file = new URL(FROM_SOURCES ? './backtest-worker.ts' : './backtest-worker.js', import.meta.url);
    const child: ChildProcess = fork(fileURLToPath(file), {
      // Sets and maps survive.
      serialization: 'advanced',
      execArgv: FROM_SOURCES ? ['--import', 'tsx'] : [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const abort = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', abort);
    let lastWords = '';
    let summary: BacktestSummary | null = null;
    let refused: string | null = null;
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS);
    });
    child.on('message', (message: FromBacktest) => {
      if (message.type === 'progress') onProgress?.(message.done, message.total);
      else if (message.type === 'changes') onChanges?.(message.changes);
      else if (message.type === 'refused') refused = message.message;
      else summary = message.summary;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', abort);
      if (refused !== null && !signal.aborted) reject(new UserError(refused));
      else if (summary || signal.aborted) resolve(summary);
      else reject(new Error(`the backtest's process ended with code ${code}: ${lastWords.trim()}`));
    });
    child.send(work, () => {});
  });
}
