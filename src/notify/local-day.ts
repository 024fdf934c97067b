/** What people are told by the clock of their place. Moments are milliseconds since the epoch. */
import { dayBefore, dayOf, localTime, minuteOf } from '../config/local-time.ts';

const MINUTE = 60_000;

/** `from` inclusive, `to` exclusive; over midnight where `from` is later. */
export function isQuiet(at: number, quiet: { from: string; to: string } | null, timeZone: string): boolean {
  if (quiet === null) return false;
  const { minute } = localTime(at, timeZone);
  const [from, to] = [minuteOf(quiet.from), minuteOf(quiet.to)];
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/**
 * The day whose digest was due last: today's once the clock shows the time (or, where a clock change skips it, a later one),
 * yesterday's until then. A gate that was down at the time finds it due when it is back.
 */
export function digestDay(now: number, at: string, timeZone: string): string {
  const today = dayOf(now, timeZone);
  // When the clock goes back it may say yesterday once more; whoever had today's does not get yesterday's again.
  const passed = localTime(now, timeZone).minute >= minuteOf(at);
  return passed ? today.name : dayBefore(today, timeZone).name;
}

/** `09:12`; with the date where it was not on the local day of `now`. */
export function clock(at: number, now: number, timeZone: string): string {
  const { day, minute } = localTime(at, timeZone);
  const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return day === localTime(now, timeZone).day ? time : `${shortDate(at, timeZone)} ${time}`;
}

/** `27 Nov` */
function shortDate(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' }).format(at);
}

/** `Friday 27 November` */
export function longDate(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'long', day: 'numeric', month: 'long' })
    .format(at)
    .replace(',', '');
}

/** How long ago or ahead: `5 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`;
}
