import { Anchor, Button, Group, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { BacktestSide, Transition } from '../../evaluate/backtest-types.ts';
import type { BacktestChangesPage } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { Trouble } from '../parts/trouble.tsx';

const PAGE = 25;

/** The deliveries that would go another way. @param kind null = all that differ in anything */
export function BacktestChanges({ id, kind, kept }: { id: string; kind: Transition | null; kept: number }) {
  const [offset, setOffset] = useState(0);
  const query = { from: kind?.from, to: kind?.to, offset, limit: PAGE };
  const { data, error, refetch } = useQuery({
    queryKey: ['settings', 'backtest', id, 'changes', query],
    queryFn: () => api.get<BacktestChangesPage>(`/settings/rubric/backtests/${id}/changes`, query),
    placeholderData: keepPreviousData,
  });
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Text>Loading …</Text>;
  return (
    <div>
      <div
        className="settings-scroll"
        tabIndex={0}
        role="region"
        aria-label="Deliveries that would go another way"
      >
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Mail</Table.Th>
              <Table.Th>Was</Table.Th>
              <Table.Th>Would be</Table.Th>
              <Table.Th>Reviewer</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.changes.map((change) => (
              <Table.Tr key={change.delivery_id}>
                <Table.Td>
                  <Anchor component={Link} href={`/deliveries/${change.delivery_id}`}>
                    {change.recipient}
                  </Anchor>
                  <Text size="sm">{change.subject ?? '(no subject)'}</Text>
                  <Text size="xs" c="dimmed">
                    {change.engine}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Side side={change.before} />
                </Table.Td>
                <Table.Td>
                  <Side side={change.after} />
                  {change.adapter_unasked && <Text size="xs">never read by the adapter</Text>}
                </Table.Td>
                <Table.Td>{change.label?.replace('_', ' ') ?? '–'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Group mt="xs" gap="sm">
        <Text size="sm">
          {data.total === 0 ? 0 : offset + 1}–{offset + data.changes.length} of {data.total}
          {kept >= 5_000 && ' (the first 5,000 that differ are kept)'}
        </Text>
        {data.total > PAGE && (
          <>
            <Button
              size="xs"
              variant="default"
              disabled={offset === 0}
              onClick={() => setOffset(offset - PAGE)}
            >
              Before
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={offset + PAGE >= data.total}
              onClick={() => setOffset(offset + PAGE)}
            >
              Next
            </Button>
          </>
        )}
      </Group>
    </div>
  );
}

function Side({ side: { action, reason, rationale } }: { side: BacktestSide }) {
  return (
    <>
      <Text size="sm" fw={600}>
        {action}
        {reason && ` (${reason})`}
      </Text>
      <Text size="xs">{rationale}</Text>
    </>
  );
}
