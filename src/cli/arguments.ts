import { InvalidArgumentError } from 'commander';

/** An option's value that must be a whole number from 1. */
export function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('write a whole number from 1.');
  return number;
}

/** "30d" or "12h" as milliseconds. */
export function timespan(value: string): number {
  const match = /^(\d+)([hd])$/.exec(value);
  if (!match || Number(match[1]) === 0) {
    throw new InvalidArgumentError('write hours or days, like 12h or 30d.');
  }
  return Number(match[1]) * (match[2] === 'h' ? 3_600_000 : 86_400_000);
}

/** "30d", "12h", or a date in UTC ("2026-05-01", "2026-05-01T12:00") as milliseconds since the epoch. */
export function moment(value: string, now = Date.now()): number {
  if (/^\d+[hd]$/.test(value)) return now - timespan(value);
  const shape = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?$/.exec(value);
  const time = shape ? Date.parse(`${shape[1]}T${shape[2] ?? '00:00'}:00Z`) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('write how long ago (30d, 12h) or a date (2026-05-01, in UTC).');
  }
  return time;
}

/** A reason or a report: as short as it likes, but something. */
export function reason(value: string): string {
  const text = value.trim();
  if (text.length < 3) throw new InvalidArgumentError('say it in a few words, at least 3 characters.');
  return text;
}
