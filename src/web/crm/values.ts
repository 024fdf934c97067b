import type { CellValue, GridColumn, GridRecord } from '../../crm/web-types.ts';
import { fullTime } from '../parts/time.ts';
import { plainName } from '../parts/words.ts';

/** A cell as a person would write it; also what is copied. */
export function cellText(record: GridRecord, { field }: Pick<GridColumn, 'field'>): string {
  return record.labels[field] ?? valueText(record.values[field] ?? null);
}

export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join('; ');
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  return `${value as string | number}`;
}

const numbers = new Intl.NumberFormat();

/** A cell as it is read. */
export function cellShown(record: GridRecord, column: GridColumn): string {
  const value: CellValue = record.values[column.field] ?? null;
  if (column.kind === 'time' && typeof value === 'number') return fullTime(value);
  if (column.kind === 'number' && typeof value === 'number') return numbers.format(value);
  return cellText(record, column);
}

/** A decision with its rule or hold reason, in words. */
export function verdictShown({
  decision,
  reason,
}: {
  decision: string | null;
  reason: string | null;
}): string {
  return [decision ?? 'held in doubt', reason && plainName(reason)].filter(Boolean).join(' · ');
}
