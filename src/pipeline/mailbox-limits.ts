import type { Config } from '../config/config.ts';
import { localTime, minuteOf } from '../config/local-time.ts';

export interface MailboxLimits {
  dailyCap: number | null;
  window: { days: string[]; from: string; to: string } | null;
  timeZone: string;
}

/** The limits of the mailbox a mail is sent from. */
export function limitsOf(config: Config['mailboxes'], mailbox: string): MailboxLimits {
  const own = config.overrides.find((entry) => entry.mailbox.toLowerCase() === mailbox.toLowerCase());
  const { daily_cap, window, time_zone } = own ?? config.default;
  return { dailyCap: daily_cap, window, timeZone: time_zone };
}

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;

/** Is `at` inside the send window? `to` is exclusive; a window may run over midnight. */
function isOpen(at: number, { window, timeZone }: MailboxLimits): boolean {
  if (!window) return true;
  const { weekday, minute } = localTime(at, timeZone);
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
  if (from < to) return window.days.includes(weekday) && minute >= from && minute < to;
  const yesterday = localTime(at - DAY_MINUTES * MINUTE, timeZone).weekday;
  return (
    (minute >= from && window.days.includes(weekday)) || (minute < to && window.days.includes(yesterday))
  );
}

/**
 * When the send window is next open.
 *
 * @returns `now` when it is open or there is none; otherwise the first open minute of the next eight days
 */
export function nextOpening(now: number, limits: MailboxLimits): number {
  if (isOpen(now, limits) || !limits.window) return now;
  const from = minuteOf(limits.window.from);
  const start = Math.ceil(now / MINUTE) * MINUTE;
  let at = start;
  // To the opening time of each day in turn.
  for (let round = 0; round < 64 && !isOpen(at, limits); round++) {
    const { minute } = localTime(at, limits.timeZone);
    if (minute >= from) at = nextDay(at, limits.timeZone);
    else {
      const target = at + (from - minute) * MINUTE;
      // What a clock change on the way put it off by, over midnight too.
      const off =
        ((localTime(target, limits.timeZone).minute - from + 2.5 * DAY_MINUTES) % DAY_MINUTES) -
        DAY_MINUTES / 2;
      at = Math.max(at + MINUTE, target - off * MINUTE);
    }
  }
  while (at - MINUTE >= start && isOpen(at - MINUTE, limits)) at -= MINUTE;
  return at;
}

/** The first moment of the next local day, when a daily cap starts anew. */
export function nextDay(now: number, timeZone: string): number {
  const { minute } = localTime(now, timeZone);
  const today = localTime(now, timeZone).day;
  let at = Math.floor(now / MINUTE) * MINUTE + (DAY_MINUTES - minute) * MINUTE;
  // A day of 23 or 25 hours moves midnight.
  while (localTime(at, timeZone).day === today) at += 30 * MINUTE;
  while (localTime(at - 30 * MINUTE, timeZone).day !== today) at -= 30 * MINUTE;
  return at;
}
