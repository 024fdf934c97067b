import type { MonitorReading } from './monitor.ts';
import { percent } from './percent.ts';

/** A monitor's value, limit or bound as people read it: "3.2 %", "812 ms", "+4.0 points". */
export function shownValue(value: number, unit: MonitorReading['unit']): string {
  if (unit === 'share') return percent(value);
  if (unit === 'ms') return `${Math.round(value)} ms`;
  return `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)} points`;
}

/** Its limit: what is not to be passed, or for points how far apart both ways. */
export function shownLimit({ limit, unit }: Pick<MonitorReading, 'limit' | 'unit'>): string {
  if (limit === null) return '–';
  return unit === 'points' ? `±${(limit * 100).toFixed(1)} points` : shownValue(limit, unit);
}
