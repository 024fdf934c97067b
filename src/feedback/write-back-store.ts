import type { Trx } from '../store/database.ts';

/** An opt-out, as a suppression names it. */
export interface OptOut {
  kind: 'address' | 'domain';
  value: string;
  reason: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  /** Where it was learned, so that it is not told back there; null = from nobody that keeps a list. */
  except: string | null;
}

/** Queues an opt-out for every target but the one it came from. What is queued or done already stays as it is. */
export async function queueWriteBacks(trx: Trx, optOut: OptOut, targets: readonly string[]): Promise<void> {
  const { kind, value, reason, at } = optOut;
  const rows = targets
    .filter((target) => target !== optOut.except)
    .map((target) => ({
      target,
      kind,
      value,
      reason,
      created_at: at,
      state: 'pending' as const,
      attempts: 0,
      next_attempt_at: at,
      finished_at: null,
      error: null,
    }));
  if (rows.length === 0) return;
  await trx
    .insertInto('write_backs')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['target', 'kind', 'value']).doNothing())
    .execute();
}
