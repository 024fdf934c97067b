import { useQuery } from '@tanstack/react-query';
import type { GridTable, GridTableView } from '../../crm/web-types.ts';
import { api } from '../app/api.ts';
import { useLive } from '../app/live.tsx';

const TABLES_KEY = ['crm', 'tables'];

/** The tables with their columns and how many records they have. */
export function useTables() {
  return useQuery({ queryKey: TABLES_KEY, queryFn: () => api.get<GridTableView[]>('/crm/tables') });
}

const SUBJECTS: Readonly<Record<string, GridTable | 'all'>> = {
  company: 'companies',
  prospect: 'prospects',
  suppression: 'suppressions',
  commitment: 'commitments',
  peer: 'peers',
  import: 'all',
  crm_sync: 'all',
};

/** Calls back when somebody changes records: of which table, and which record (null = several). */
export function useCrmChanges(onChange: (table: GridTable | 'all', id: string | null) => void): void {
  useLive({
    change: ({ subject }) => {
      const table = SUBJECTS[subject.type];
      if (table) onChange(table, table === 'all' ? null : subject.id);
    },
  });
}
