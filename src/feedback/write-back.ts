import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { addressesOf, dueWriteBacks, settleWriteBack, type WriteBack } from './write-back-queue-store.ts';
import type { WriteBackResult } from './write-back-request.ts';
import type { WriteBackTarget } from './write-back-targets.ts';

export interface WriteBacksOptions {
  database: Database;
  targets: ReadonlyMap<string, WriteBackTarget>;
  now: () => number;
  log: Logger;
  /** For the counter of results. */
  onResult?: (target: string, result: 'done' | 'temporary' | 'failed') => void;
}

const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;
/** With pauses of 1, 2, 4 … 60 minutes these take 24 hours. */
const MAX_ATTEMPTS = 30;
/** Rows of one round. */
const BATCH = 50;

/**
 * Writes opt-outs to the lists of providers and the CRM. A row is tried until its target says yes, for 24 hours; what
 * fails for good stays in the table and is shown. Killed between the request and its record it is written again, which
 * changes nothing.
 */
export class WriteBacks {
  readonly #options: WriteBacksOptions;

  constructor(options: WriteBacksOptions) {
    this.#options = options;
  }

  /** One round over what is due. @returns how many rows were tried */
  async round(): Promise<number> {
    const { database, now } = this.#options;
    const due = await dueWriteBacks(database.db, now(), BATCH);
    // One request at a time for each target; a slow one does not keep the others waiting.
    const lines = await Promise.allSettled(
      Array.from(new Set(due.map(({ target }) => target)), async (target) => {
        for (const row of due) if (row.target === target) await this.#write(row);
      }),
    );
    const failed = lines.find((line) => line.status === 'rejected');
    if (failed) throw failed.reason;
    return due.length;
  }

  async #write(row: WriteBack): Promise<void> {
    const { database, now, log, onResult } = this.#options;
    const result = await this.#attempt(row);
    const attempts = row.attempts + 1;
    const at = now();
    const again = result.kind === 'temporary' && attempts < MAX_ATTEMPTS;
    await database.transact((trx) =>
      settleWriteBack(trx, row, {
        state: result.kind === 'done' ? 'done' : again ? 'pending' : 'failed',
        attempts,
        next_attempt_at: again ? at + pauseMs(attempts, result.retryAfterMs) : null,
        finished_at: again ? null : at,
        error: result.kind === 'done' ? null : result.error,
      }),
    );
    const { id, target } = row;
    onResult?.(target, result.kind === 'done' ? 'done' : again ? 'temporary' : 'failed');
    if (result.kind === 'done') log.info({ write_back: id, target, attempts }, 'an opt-out was written back');
    else if (again)
      log.warn(
        { write_back: id, target, attempts, reason: result.error },
        'an opt-out could not be written back; trying again',
      );
    else {
      log.error(
        { write_back: id, target, attempts, reason: result.error },
        'an opt-out was not written back; mend it and run: presend write-backs retry',
      );
    }
  }

  /** Every address that the row stands for; the first that is refused ends it. */
  async #attempt(row: WriteBack): Promise<WriteBackResult> {
    const target = this.#options.targets.get(row.target);
    if (!target) {
      return { kind: 'permanent', error: `${row.target} is not configured for write-backs (any more)` };
    }
    for (const address of await addressesOf(this.#options.database.db, row)) {
      const result = await target.suppress(address);
      if (result.kind !== 'done') {
        return row.kind === 'domain' ? { ...result, error: `${address}: ${result.error}` } : result;
      }
    }
    return { kind: 'done' };
  }
}

function pauseMs(attempts: number, asked: number | null): number {
  const own = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
  return Math.max(own, Math.min(asked ?? 0, LONGEST_RETRY_MS));
}
