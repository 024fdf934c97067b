import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { GridTable } from '../../crm/web-types.ts';
import { apiUrl } from '../app/api.ts';

/** What the address of the page says: filters and sorting can be sent to a colleague, and Back takes them back. */
export interface GridView {
  q: string;
  /** By field, in the words of the API (`GridPage` in web-types). */
  filters: Record<string, string>;
  sort: string | null;
  dir: 'asc' | 'desc';
  /** The record whose drawer is open; `new` = a form for another. */
  record: string | null;
}

export function readView(search: string): GridView {
  const parameters = new URLSearchParams(search);
  const filters = [...parameters].flatMap(([name, value]) =>
    name.startsWith('f.') && value !== '' ? [[name.slice(2), value] as const] : [],
  );
  return {
    q: parameters.get('q') ?? '',
    filters: Object.fromEntries(filters),
    sort: parameters.get('sort'),
    dir: parameters.get('dir') === 'desc' ? 'desc' : 'asc',
    record: parameters.get('record'),
  };
}

/** As the API takes it, and as it stands in the address. */
export function viewQuery({ q, filters, sort, dir }: Omit<GridView, 'record'>): Record<string, string> {
  return {
    ...(q ? { q } : {}),
    ...Object.fromEntries(Object.entries(filters).map(([field, text]) => [`f.${field}`, text])),
    ...(sort ? { sort, dir } : {}),
  };
}

export function crmHref(table: GridTable, view: Partial<GridView> = {}): string {
  const whole = { q: '', filters: {}, sort: null, dir: 'asc' as const, record: null, ...view };
  const query = { ...viewQuery(whole), record: whole.record };
  return apiUrl(`/crm/${table}`, query).replace(/^\/api/u, '');
}

export function useGridUrl(table: GridTable): [GridView, (change: Partial<GridView>) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback(
    (some: Partial<GridView>) => {
      const now = readView(window.location.search);
      // Typing into a search field is one step for the Back button, opening a record another.
      navigate(crmHref(table, { ...now, ...some }), { replace: !('record' in some) });
    },
    [navigate, table],
  );
  return [view, change];
}
