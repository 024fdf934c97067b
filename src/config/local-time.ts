/** Clock and calendar in a time zone. Moments are milliseconds since the epoch. */

const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;
const HALF_DAY = 43_200_000;

interface LocalTime {
  /** YYYY-MM-DD. */
  day: string;
  /** `mon` … `sun`. */
  weekday: string;
  /** Minutes since local midnight. */
  minute: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs far more than using it. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** What clock and calendar say at `at` in a time zone. */
export function localTime(at: number, timeZone: string): LocalTime {
  const parts = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  return {
    day: `${parts['year']}-${parts['month']}-${parts['day']}`,
    weekday: (parts['weekday'] ?? '').toLowerCase(),
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  };
}

/** `08:30` as minutes since midnight. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

export interface Day {
  /** YYYY-MM-DD */
  name: string;
  /** Its first moment. */
  start: number;
  /** The first moment of the next day. */
  end: number;
}

/** The local day of a moment. A day with a clock change has 23 or 25 hours. */
export function dayOf(at: number, timeZone: string): Day {
  const { day: name } = localTime(at, timeZone);
  const start = startOf(at, timeZone);
  // Half a day after the end of the longest or the shortest day it is the next day.
  return { name, start, end: startOf(start + 3 * HALF_DAY, timeZone) };
}

export function dayBefore(day: Day, timeZone: string): Day {
  return dayOf(day.start - HALF_DAY, timeZone);
}

function startOf(at: number, timeZone: string): number {
  const { day, minute } = localTime(at, timeZone);
  let start = Math.floor(at / MINUTE) * MINUTE - minute * MINUTE;
  while (localTime(start, timeZone).day !== day) start += HALF_HOUR;
  while (localTime(start - HALF_HOUR, timeZone).day === day) start -= HALF_HOUR;
  return start;
}
