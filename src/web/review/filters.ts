import { useCallback, useMemo } from 'react';
import { useSearch, useLocation } from 'wouter';
import type { QueueQuery } from '../../review/web-types.ts';

/** Filters that live in the address, in the order they are written there. */
const FILTERS = [
  'q',
  'state',
  'reason',
  'engine',
  'assigned',
  'due',
  'snoozed',
  'company',
  'cause',
  'sort',
] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Pick<QueueQuery, Filter>;

const SORTS: readonly string[] = ['oldest', 'newest', 'due'];

/** The filters of an address; anything else in it is left out. */
export function parseFilters(search: string): Filters {
  const parameters = new URLSearchParams(search);
  const filters: Filters = {};
  for (const name of FILTERS) {
    const value = parameters.get(name)?.trim();
    if (!value) continue;
    if (name !== 'sort') filters[name] = value;
    else if (SORTS.includes(value)) filters.sort = value as NonNullable<Filters['sort']>;
  }
  return filters;
}

/** The address of filters, without `?`; the same filters always give the same text. */
export function filterSearch(filters: QueueQuery): string {
  const parameters = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name]?.trim();
    if (value) parameters.set(name, value);
  }
  return parameters.toString();
}

/** Whether two sets of filters show the same. */
export function sameFilters(a: QueueQuery, b: QueueQuery): boolean {
  return filterSearch(a) === filterSearch(b);
}

/** A comma-separated filter with one of its values put in or taken out; undefined when none is left. */
export function toggled(list: string | undefined, value: string): string | undefined {
  const values = (list ?? '').split(',').filter(Boolean);
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return next.join(',') || undefined;
}

/** The address's filters and the way to change them. `change` merges; undefined takes a filter away. */
export function useFilters(): {
  filters: Filters;
  search: string;
  change: (changes: { [name in Filter]?: string | undefined }) => void;
  replaceAll: (filters: QueueQuery) => void;
} {
  const address = useSearch();
  const [, navigate] = useLocation();
  const filters = useMemo(() => parseFilters(address), [address]);
  const search = filterSearch(filters);
  const replaceAll = useCallback(
    (next: QueueQuery) => {
      const text = filterSearch(next);
      navigate(`/queue${text && `?${text}`}`);
    },
    [navigate],
  );
  return {
    filters,
    search,
    replaceAll,
    change: (changes) => replaceAll({ ...filters, ...changes } as Filters),
  };
}
