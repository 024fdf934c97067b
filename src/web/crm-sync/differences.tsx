import { Badge, Button, Group, NativeSelect, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { SyncDifference, SyncRunView } from '../../crm/hubspot/web-types.ts';
import type { DifferenceKind } from '../../store/hubspot-schema.ts';
import { api } from '../app/api.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { fullTime } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';
import { runKey } from './sync-key.ts';
import { countsText, KINDS, valueText } from './words.ts';

/** What a run did, or would do, field by field. */
export function Differences({ runId }: { runId: string }) {
  const [search, setSearch] = useSearchParams();
  const kind = search.get('kind') ?? '';
  const [text, setText] = useState(search.get('q') ?? '');
  const q = useDeferredValue(text);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [...runKey(runId), kind, q],
    queryFn: ({ pageParam, signal }) =>
      api.get<SyncRunView>(`/sync/hubspot/runs/${runId}`, { kind, q, after: pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    refetchInterval: (query) => (query.state.data?.pages[0]?.run.state === 'running' ? 1_500 : false),
    placeholderData: (before) => before,
  });
  const put = (name: string, value: string): void =>
    setSearch(
      (now) => {
        now.set('run', runId);
        if (value === '') now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true },
    );
  if (error && !data) return <Trouble error={error} onRetry={() => void refetch()} />;
  const [page] = data?.pages ?? [];
  if (!page) return null;
  const { run, kinds } = page;
  const rows = data?.pages.flatMap((one) => one.differences) ?? [];
  const all = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  return (
    <section className="sync-section" aria-labelledby="sync-differences">
      <Title order={2} size="h4" id="sync-differences">
        {run.dry_run ? 'What the dry run found' : 'What the sync did'}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {fullTime(run.started_at)}, {run.kind === 'full' ? 'everything read' : 'changes only'}:{' '}
        {countsText(run)}.{run.dry_run ? ' Nothing was written to the mirror.' : ''}
      </Text>
      <div className="sync-filters">
        <NativeSelect
          label="Kind"
          value={kind}
          onChange={(event) => put('kind', event.currentTarget.value)}
          data={[
            { value: '', label: `All (${all.toLocaleString()})` },
            ...(Object.keys(KINDS) as DifferenceKind[]).map((one) => ({
              value: one,
              label: `${KINDS[one].label} (${(kinds[one] ?? 0).toLocaleString()})`,
            })),
          ]}
        />
        <TextInput
          label="Record"
          placeholder="part of an address or a name"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            put('q', event.currentTarget.value.trim());
          }}
        />
      </div>
      {kind !== '' && kind in KINDS && (
        <Text size="sm" c="dimmed" mb="xs">
          {KINDS[kind as DifferenceKind].label}: {KINDS[kind as DifferenceKind].about}.
        </Text>
      )}
      {rows.length === 0 ? (
        <EmptyState title={all === 0 ? 'No differences' : 'Nothing fits the filter'}>
          {all === 0
            ? run.done === 0
              ? 'No record was read.'
              : 'presend and HubSpot say the same of every record that was read.'
            : 'Choose another kind or record.'}
        </EmptyState>
      ) : (
        <div className="sync-scroll sync-tall" tabIndex={0} role="region" aria-label="Differences">
          <Table verticalSpacing="xs" stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">What</Table.Th>
                <Table.Th scope="col">Record</Table.Th>
                <Table.Th scope="col">Field</Table.Th>
                <Table.Th scope="col">presend</Table.Th>
                <Table.Th scope="col">HubSpot</Table.Th>
                <Table.Th scope="col">Stands</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Row key={row.id} row={row} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {hasNextPage && (
        <Group justify="center" mt="sm">
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
    </section>
  );
}

function Row({ row }: { row: SyncDifference }) {
  const { label, colour } = KINDS[row.kind];
  return (
    <Table.Tr>
      <Table.Td>
        <Badge color={colour} variant="light" radius="sm" className="sync-badge">
          {label}
        </Badge>
      </Table.Td>
      <Table.Td className="sync-record">
        {row.record_id === null ? (
          row.label
        ) : (
          <Link
            href={`/crm/${row.object === 'contacts' ? 'prospects' : 'companies'}?record=${row.record_id}`}
          >
            {row.label}
          </Link>
        )}
        <Text size="xs" c="dimmed">
          {row.object === 'contacts' ? 'contact' : 'company'} {row.hubspot_id}
        </Text>
      </Table.Td>
      <Table.Td>{row.field ?? '–'}</Table.Td>
      <Table.Td className="sync-values">{row.kind === 'new' ? '–' : valueText(row.mine)}</Table.Td>
      <Table.Td className="sync-values">
        {valueText(row.theirs)}
        {row.note !== null && (
          <Text size="xs" c="dimmed">
            {row.note}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{row.winner === null ? '–' : row.winner === 'hubspot' ? 'HubSpot' : 'presend'}</Table.Td>
    </Table.Tr>
  );
}
