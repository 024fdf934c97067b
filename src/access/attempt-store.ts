import { deriveSecret } from '../config/gate-secret.ts';
import type { Trx } from '../store/database.ts';
import { type Attempts, type BackoffLimits, MEMORY_MS, failed } from './backoff.ts';

/** One thing that attempts are counted on. */
export interface Counted {
  key: string;
  limits: BackoffLimits;
}

/** The key a count is kept under: keyed, so that the table tells neither addresses nor accounts. */
export function attemptKey(
  key: Buffer,
  kind: 'account' | 'address' | 'device' | 'second_step' | 'own',
  value: string,
): string {
  return `${kind}:${deriveSecret(key, 'attempts', kind, value).toString('hex', 0, 16)}`;
}

/**
 * Counts an attempt as failed before it is tried, so that guesses in parallel do not slip through between check and count;
 * `attemptSucceeded` takes it back.
 *
 * @returns null, or for how long to wait, milliseconds; nothing is counted then, so that asking again does not prolong it
 */
export async function beginAttempt(trx: Trx, counted: Counted[], now: number): Promise<number | null> {
  await trx
    .deleteFrom('sign_in_attempts')
    .where('last_failed_at', '<', now - MEMORY_MS)
    .execute();
  const rows = await trx
    .selectFrom('sign_in_attempts')
    .selectAll()
    .where(
      'key',
      'in',
      counted.map(({ key }) => key),
    )
    .execute();
  const wait = Math.max(0, ...rows.map((row) => row.locked_until - now));
  if (wait > 0) return wait;
  for (const { key, limits } of counted) {
    const next: Attempts = failed(
      rows.find((row) => row.key === key),
      limits,
      now,
    );
    await trx
      .insertInto('sign_in_attempts')
      .values({ key, ...next })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ ...next }))
      .execute();
  }
  return null;
}

/**
 * @param cleared counts that a success ends
 * @param returned counts that only get this one attempt back: who has an account must not clear an address for guesses
 *   on others'
 */
export async function attemptSucceeded(
  trx: Trx,
  { cleared, returned }: { cleared: Counted[]; returned: Counted[] },
): Promise<void> {
  if (cleared.length > 0) {
    await trx
      .deleteFrom('sign_in_attempts')
      .where(
        'key',
        'in',
        cleared.map(({ key }) => key),
      )
      .execute();
  }
  for (const { key } of returned) {
    await trx
      .updateTable('sign_in_attempts')
      .set((eb) => ({ failures: eb('failures', '-', 1), locked_until: 0 }))
      .where('key', '=', key)
      .where('failures', '>', 0)
      .execute();
  }
}
