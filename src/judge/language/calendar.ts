/** Calendar arithmetic on ISO dates ("2026-05-01"), in UTC, without a clock. */

/** A stretch of days, both ends inclusive, ISO dates. */
export interface DayRange {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

/** ISO date of a year, month (1-12) and day; null when there is no such day. */
export function isoDate(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const same =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.toISOString().slice(0, 10) : null;
}

export function addDays(iso: string, days: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Working days, Monday to Friday. */
export function addBusinessDays(iso: string, days: number): string {
  let at = iso;
  for (let left = days; left > 0; ) {
    at = addDays(at, 1);
    const weekday = weekdayOf(at);
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return at;
}

/** The same day some months on; the last of the month where that day is missing. */
export function addMonths(iso: string, months: number): string {
  const { year, month, day } = parts(iso);
  const index = year * 12 + (month - 1) + months;
  const last = monthRange(Math.floor(index / 12), (index % 12) + 1).to;
  return isoDate(Math.floor(index / 12), (index % 12) + 1, day) ?? last;
}

/** 0 = Sunday. */
export function weekdayOf(iso: string): number {
  return new Date(`${iso}T00:00:00Z`).getUTCDay();
}

export function parts(iso: string): { year: number; month: number; day: number } {
  return { year: Number(iso.slice(0, 4)), month: Number(iso.slice(5, 7)), day: Number(iso.slice(8, 10)) };
}

export function monthRange(year: number, month: number): DayRange {
  const to = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  return { from: `${to.slice(0, 8)}01`, to };
}

/** Three months, `quarter` 1-4. */
export function quarterRange(year: number, quarter: number): DayRange {
  return { from: monthRange(year, quarter * 3 - 2).from, to: monthRange(year, quarter * 3).to };
}

/** Monday to Sunday of the week that holds the day, some weeks on. */
export function weekRange(iso: string, weeksOn: number): DayRange {
  const monday = addDays(iso, -((weekdayOf(iso) + 6) % 7) + weeksOn * 7);
  return { from: monday, to: addDays(monday, 6) };
}

/** "early", "mid", "late" and their kin as a third of a range; anything else is the whole. */
export function partOf(range: DayRange, part: string): DayRange {
  const days = Math.round((Date.parse(range.to) - Date.parse(range.from)) / DAY_MS) + 1;
  const third = Math.floor(days / 3);
  if (/^(?:early|start|beginning|first|top)/i.test(part))
    return { from: range.from, to: addDays(range.from, third) };
  if (/^(?:mid|middle)/i.test(part)) {
    return { from: addDays(range.from, third), to: addDays(range.to, -third) };
  }
  if (/^(?:late|end|close|last|back)/i.test(part))
    return { from: addDays(range.to, -third + 1), to: range.to };
  return range;
}
