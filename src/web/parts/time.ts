// Times as every page writes them: in the reader's zone and language.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const WITH_SECONDS = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "27 Nov 2026, 14:05". */
export function fullTime(at: number): string {
  return DATE_TIME.format(at);
}

/** "27 Nov 2026, 14:05:09", where the order of what happened matters. */
export function exactTime(at: number): string {
  return WITH_SECONDS.format(at);
}

/** "27 Nov 2026". */
export function shortDate(at: number): string {
  return DATE.format(at);
}

/** A time within the coming days: "14:00" today, else "Mon, 09:00"; farther off the date. */
export function soonTime(at: number, now = Date.now()): string {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return CLOCK.format(at);
  return Math.abs(at - now) < 6 * DAY ? WEEKDAY.format(at) : DATE_TIME.format(at);
}

/** "3 minutes ago", "yesterday", "in 2 days". */
export function relativeTime(at: number, now = Date.now()): string {
  const minutes = Math.round((at - now) / MINUTE);
  if (Math.abs(minutes) < 1) return 'just now';
  if (Math.abs(minutes) < 60) return RELATIVE.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 24) return RELATIVE.format(hours, 'hour');
  return RELATIVE.format(Math.round(hours / 24), 'day');
}

/** How long something waits, in its largest unit: "4 min", "3 h", "2 d". */
export function duration(ms: number): string {
  const length = Math.abs(ms);
  if (length < MINUTE) return '< 1 min';
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`;
  return `${Math.floor(length / DAY)} d`;
}

/** How long something took, measured: "4.2 ms", "3.1 s", "4 min", "3.2 h", "5 d". */
export function measuredDuration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < SECOND) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  return ms < 2 * DAY ? `${(ms / HOUR).toFixed(1)} h` : `${Math.round(ms / DAY)} d`;
}
