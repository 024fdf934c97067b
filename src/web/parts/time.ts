const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A stretch of time in its largest unit: "4 min", "3 h", "2 d". */
export function duration(ms: number): string {
  const length = Math.abs(ms);
  if (length < MINUTE) return '< 1 min';
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`;
  return `${Math.floor(length / DAY)} d`;
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** Date and time in the reader's zone and language. */
export function fullTime(at: number): string {
  return dateTime.format(at);
}

/** A time within the coming days: "14:00" today, else "Mon, 09:00"; farther off the date. */
export function soonTime(at: number, now = Date.now()): string {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return clock.format(at);
  return Math.abs(at - now) < 6 * DAY ? day.format(at) : dateTime.format(at);
}
