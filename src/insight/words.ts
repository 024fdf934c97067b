import { counted } from '../message/counted.ts';

const UNITS: readonly [number, string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** "3 hours", "1 minute", "less than a second" – a length of time in its largest unit. */
export function lasting(ms: number): string {
  const [unit, name] = UNITS.find(([length]) => ms >= length) ?? [];
  if (unit === undefined || name === undefined) return 'less than a second';
  return counted(Math.floor(ms / unit), name);
}

/** "412 MB" */
export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${(count / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
