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
