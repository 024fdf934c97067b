import type { Random } from '../../src/evaluate/random.ts';
import { exponential } from './distributions.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Mail of one working hour, as a share of the day's, from midnight on where the prospect is: a bell over 8 to 18 h. */
const HOURS = [0, 0, 0, 0, 0, 0, 0, 1, 6, 12, 14, 12, 9, 10, 12, 11, 8, 4, 1, 0, 0, 0, 0, 0];
const SUM = HOURS.reduce((sum, share) => sum + share, 0);

/** Where prospects are: hours from UTC and the share of mail that goes there. */
const ZONES = [
  { hours: -5, share: 0.4 },
  { hours: 1, share: 0.45 },
  { hours: 8, share: 0.15 },
];

/** A campaign that is started: much mail at once. */
export interface Burst {
  /** Milliseconds after midnight UTC. */
  at: number;
  ms: number;
  /** Of the day's mail. */
  share: number;
}

/** 20 % of a day within ten minutes, at nine in Berlin. */
export const CAMPAIGN: Burst = { at: 8 * HOUR_MS, ms: 10 * MINUTE_MS, share: 0.2 };

/** @returns mails a second at a moment of the day (milliseconds after midnight UTC) */
export function rateAt(at: number, { perDay, bursts }: { perDay: number; bursts: readonly Burst[] }): number {
  const inBursts = bursts.reduce((sum, { share }) => sum + share, 0);
  const hour = Math.floor(at / HOUR_MS);
  const usual = ZONES.reduce(
    (sum, { hours, share }) => sum + (share * HOURS[(hour + hours + 48) % 24]) / SUM,
    0,
  );
  const burst = bursts.reduce(
    (sum, one) => sum + (at >= one.at && at < one.at + one.ms ? (1_000 * one.share) / one.ms : 0),
    0,
  );
  return perDay * ((usual * (1 - inBursts) * 1_000) / HOUR_MS + burst);
}

/** When mail comes between two moments of a day: by chance, with a rate that changes from minute to minute. */
export function* arrivals(
  { from, to, ...day }: { from: number; to: number; perDay: number; bursts: readonly Burst[] },
  random: Random,
): Generator<number> {
  for (let minute = from; minute < to; minute += MINUTE_MS) {
    const everyMs = 1_000 / rateAt(minute, day);
    const end = Math.min(minute + MINUTE_MS, to);
    // Without memory: what was drawn beyond the minute is drawn anew at the next one's rate.
    for (let at = minute + exponential(everyMs, random); at < end; at += exponential(everyMs, random))
      yield at;
  }
}
