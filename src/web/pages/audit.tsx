import '../insight/insight.css';
import { Anchor, Button, Group, Loader, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { AuditPage, AuditQuery } from '../../insight/web-types.ts';
import { api, apiUrl } from '../app/api.ts';
import { AuditFilters } from '../insight/audit-filters.tsx';
import { AuditTable } from '../insight/audit-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ShownTime } from '../parts/shown-time.tsx';
import { Trouble } from '../parts/trouble.tsx';

const FIELDS = ['q', 'actor', 'action', 'type', 'subject', 'from', 'to'] as const;

export default function AuditLogPage() {
  const [params, setParams] = useSearchParams();
  const filter: AuditQuery = Object.fromEntries(
    FIELDS.flatMap((field) => {
      const value = params.get(field);
      return value ? [[field, value]] : [];
    }),
  );
  const { data, error, isFetching, fetchNextPage, hasNextPage, refetch } = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => api.get<AuditPage>('/audit', { ...filter, before: pageParam }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next,
  });
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const searchedTo = data?.pages.at(-1)?.searched_to ?? null;
  return (
    <>
      <PageTitle
        title="Audit log"
        about="Who did what, when, and what it was before. Entries are never changed."
        actions={
          <>
            <Button
              component="a"
              variant="default"
              href={apiUrl('/audit/export', { ...filter, format: 'csv' })}
              download
            >
              Export CSV
            </Button>
            <Button
              component="a"
              variant="default"
              href={apiUrl('/audit/export', { ...filter, format: 'json' })}
              download
            >
              Export JSON
            </Button>
          </>
        }
      />
      <AuditFilters
        key={params.toString()}
        filter={filter}
        apply={(next) => setParams(next as Record<string, string>)}
      />
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loader aria-label="Loading" />}
      {data && items.length > 0 && <AuditTable items={items} />}
      {data && items.length === 0 && !hasNextPage && (
        <EmptyState
          title="No entry matches"
          action={
            <Anchor component="button" type="button" onClick={() => setParams({})}>
              Show all entries
            </Anchor>
          }
        >
          Take a filter away, or widen the time.
        </EmptyState>
      )}
      {hasNextPage && (
        <Group mt="md">
          <Button variant="default" loading={isFetching} onClick={() => void fetchNextPage()}>
            {searchedTo === null ? 'Older entries' : 'Search further back'}
          </Button>
          {searchedTo !== null && (
            <Text size="sm" c="dimmed">
              Searched back to <ShownTime at={searchedTo} exact />.
            </Text>
          )}
        </Group>
      )}
    </>
  );
}
