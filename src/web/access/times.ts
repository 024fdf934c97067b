const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** e.g. "27 Nov 2026", in the reader's own form and time zone. */
export const shortDate = (at: number): string => DATE.format(at);

/** e.g. "27 Nov 2026, 14:05". */
export const dateTime = (at: number): string => DATE_TIME.format(at);

/** e.g. "3 minutes ago", "yesterday", "in 2 days". */
export function relative(at: number, now = Date.now()): string {
  const minutes = Math.round((at - now) / 60_000);
  if (Math.abs(minutes) < 1) return 'just now';
  if (Math.abs(minutes) < 60) return RELATIVE.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 24) return RELATIVE.format(hours, 'hour');
  return RELATIVE.format(Math.round(hours / 24), 'day');
}
