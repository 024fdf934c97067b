import type { Config } from '../config/config.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { DispositionEvent } from '../message/disposition.ts';
import { type Delivery, settle } from '../queue/settle.ts';
import type { Trx } from '../store/database.ts';
import { together } from '../store/together.ts';
import { dropIdempotency, unansweredAttempt } from './attempt-store.ts';
import { queueReport } from './own-mail.ts';
import { recheck } from './recheck.ts';

/** What is checked inside the transactions before an attempt and before its last byte. */
export interface GuardOptions {
  config: Config;
  rubric: () => Rubric;
  now: () => number;
}

/**
 * An earlier attempt got no answer, and was to be made again under its key. That is the same mail only while the provider
 * remembers the key and the bytes are the same; and nothing may be held or suppressed as unsent that may have been sent.
 *
 * @param key of the attempt that is to be made; null = it goes another way now
 * @returns true when it is `uncertain` now
 */
export async function mayBeThereAlready(
  trx: Trx,
  options: GuardOptions,
  taken: Delivery[],
  key: string | null,
): Promise<boolean> {
  const now = options.now();
  const unanswered = await together(taken.map((one) => unansweredAttempt(trx, one.id)));
  for (const last of unanswered) {
    if (last === null) continue;
    const same = last.idempotency_key === key && (last.idempotent_until ?? 0) > now;
    if (same && !(await anyForbidden(trx, options, taken))) continue;
    for (const lost of taken) {
      await dropIdempotency(trx, lost.id);
      await settle(trx, lost.id, lostEvent(last.upstream), {
        actor: 'gate',
        now,
        leaseToken: lost.lease_token,
      });
    }
    return true;
  }
  return false;
}

/** The event of a mail that an upstream may have. */
export function lostEvent(upstream: string): DispositionEvent {
  const note = `${upstream} may have it from an attempt that got no answer, and it can no longer be repeated safely`;
  return { type: 'lost', note };
}

async function anyForbidden(trx: Trx, options: GuardOptions, deliveries: Delivery[]): Promise<boolean> {
  return (await stopsOf(trx, options, deliveries)).some((stop) => stop !== null);
}

/** What the re-check says of each; changes nothing. */
export function stopsOf(
  trx: Trx,
  options: GuardOptions,
  deliveries: readonly Delivery[],
): Promise<(DispositionEvent | null)[]> {
  return together(deliveries.map((one) => recheck(trx, one, context(options))));
}

/**
 * What a re-check stops is settled here. Through an API the mail leaves whole: when one delivery is stopped, those that are
 * not suppressed are held together.
 *
 * @param stops what the re-check says of each, in this transaction
 */
export async function stopIfForbidden(
  trx: Trx,
  options: GuardOptions,
  deliveries: Delivery[],
  stops: readonly (DispositionEvent | null)[],
): Promise<boolean> {
  if (stops.every((stop) => stop === null)) return false;
  const now = options.now();
  for (const [i, one] of deliveries.entries()) {
    const stop =
      stops[i] ?? holdEvent(options, 'whole_message', 'another recipient of this message is stopped');
    const after = await settle(trx, one.id, stop, { actor: 'gate', now, leaseToken: one.lease_token });
    // The engine was told that it relays; what stops it now must reach it.
    await queueReport(trx, after, after.state === 'suppressed' ? 'report_failed' : 'report_delayed', now);
  }
  return true;
}

/** The event that keeps a mail for a reviewer. */
export function holdEvent({ config, now }: GuardOptions, reason: string, note: string): DispositionEvent {
  return { type: 'hold', reason, note, expiresAt: now() + config.review.expire_days * 86_400_000 };
}

function context({ rubric, config, now }: GuardOptions) {
  return {
    rubric: rubric(),
    decisions: config.decisions,
    now: now(),
    holdMs: config.review.expire_days * 86_400_000,
  };
}
