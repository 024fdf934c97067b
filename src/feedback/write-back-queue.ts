import type { SuppressionTarget } from '../crm/suppression-store.ts';
import type { Trx } from '../store/database.ts';

/** An opt-out that the mirror has learnt, for the lists of providers and the CRM. */
export interface LearntOptOut extends SuppressionTarget {
  reason: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  /** The target that told of it and need not be told; null = none. */
  except: string | null;
}

/** Puts an opt-out in line for every target that is configured (write-back-store.ts), inside the caller's transaction. */
export type QueueWriteBacks = (trx: Trx, optOut: LearntOptOut) => Promise<void>;

/**
 * Queues the write-backs of an opt-out that came about in the mirror by any way: a person's command, an import, a page. To
 * be called after `addSuppression`, in the same transaction.
 *
 * @returns false for an opt-out that is not about mail; providers' lists know mail only
 */
export async function queueWriteBacksFor(
  trx: Trx,
  suppression: SuppressionTarget & { channel: string; reason: string | null },
  { queueWriteBacks, at }: { queueWriteBacks: QueueWriteBacks; at: number },
): Promise<boolean> {
  const { kind, value, channel, reason } = suppression;
  if (channel !== 'email' && channel !== 'all') return false;
  await queueWriteBacks(trx, { kind, value, reason, at, except: null });
  return true;
}
