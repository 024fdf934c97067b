import type { SuppressionTarget } from '../crm/suppression-store.ts';
import type { Trx } from '../store/database.ts';
import type { LearntOptOut } from './write-back-queue.ts';

/**
 * Queues an opt-out for every target but the one it came from. One that was told before is told again: somebody may have
 * subscribed the person anew since.
 */
export async function queueWriteBacks(
  trx: Trx,
  optOut: LearntOptOut,
  targets: readonly string[],
): Promise<void> {
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
    .onConflict((conflict) =>
      conflict.columns(['target', 'kind', 'value']).doUpdateSet({
        reason,
        created_at: at,
        state: 'pending',
        attempts: 0,
        next_attempt_at: at,
        finished_at: null,
        error: null,
      }),
    )
    .execute();
}

/**
 * Queues the write-backs of an opt-out that came about in the mirror by a person's command. To be called after
 * `addSuppression`, in the same transaction. Providers' lists know mail only, so another channel queues nothing.
 */
export async function queueWriteBacksFor(
  trx: Trx,
  { kind, value, channel, reason }: SuppressionTarget & { channel: string; reason: string | null },
  { targets, at }: { targets: readonly string[]; at: number },
): Promise<void> {
  if (channel !== 'email' && channel !== 'all') return;
  await queueWriteBacks(trx, { kind, value, reason, at, except: null }, targets);
}
