import { dayBefore, dayOf, localTime, minuteOf } from '../../config/local-time.ts';
import type { KillSwitchConfig } from '../config.ts';

type When = Pick<KillSwitchConfig['spot_check'], 'day' | 'at' | 'time_zone'>;

const DAY = 86_400_000;
const WEEK_DAYS = 7;

/**
 * The local day (YYYY-MM-DD) of the weekly draw that was due last: today's once the clock shows the time, the one a week ago
 * until then. A gate that was down at the time finds it due when it is back, however long that was.
 */
export function lastDue(now: number, { day, at, time_zone: zone }: When): string {
  let one = dayOf(now, zone);
  if (localTime(now, zone).minute < minuteOf(at)) one = dayBefore(one, zone);
  while (localTime(one.start, zone).weekday !== day) one = dayBefore(one, zone);
  return one.name;
}

/** When the next draw falls due: the first minute of that day whose clock shows the time or a later one. */
export function nextDue(now: number, when: When): number {
  const zone = when.time_zone;
  const last = lastDue(now, when);
  let one = dayOf(now, zone);
  while (one.name <= last || localTime(one.start, zone).weekday !== when.day) one = dayOf(one.end, zone);
  for (let at = one.start; at < one.end; at += 60_000) {
    if (localTime(at, zone).minute >= minuteOf(when.at)) return at;
  }
  return one.end;
}

/** Whether a draw is a week after another, by their local days; a changed weekday never makes two in a week. */
export function isWeekAfter(due: string, before: string): boolean {
  return Date.parse(due) - Date.parse(before) >= WEEK_DAYS * DAY;
}
