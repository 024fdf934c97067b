import { SignatureError } from '../errors.ts';

/** How far a signed time may be from the gate's clock, milliseconds: Standard Webhooks' own tolerance. */
export const REPLAY_WINDOW_MS = 5 * 60_000;

/**
 * Refuses what was signed too long ago (somebody may have kept it) or in the future.
 *
 * @param signedAt milliseconds since the epoch; NaN counts as not given
 * @throws SignatureError
 */
export function checkWindow(signedAt: number, now: number, windowMs = REPLAY_WINDOW_MS): void {
  if (!Number.isFinite(signedAt)) throw new SignatureError('the signed time is missing or is no time');
  if (Math.abs(now - signedAt) > windowMs) {
    throw new SignatureError(
      `it was signed more than ${windowMs / 60_000} minutes away from the gate's clock; check that the clock is right`,
    );
  }
}

/** A timestamp in whole seconds, as text; NaN when it is anything else. */
export function secondsToMs(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) * 1000 : Number.NaN;
}
