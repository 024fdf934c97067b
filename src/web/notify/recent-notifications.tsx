import { Table, Text, Title } from '@mantine/core';
import type { NotificationEntry } from '../../notify/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';

const KINDS: Record<NotificationEntry['kind'], string> = {
  batch: 'Message',
  digest: 'Digest',
  sample: 'Sample',
};

/** What was sent to a person last, and what became of it. */
export function RecentNotifications({ entries }: { entries: readonly NotificationEntry[] }) {
  if (entries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing was sent to you yet. Send yourself a sample to see that mail arrives.
      </Text>
    );
  }
  return (
    <div>
      <Title order={3} size="h5" mb={4} id="recent-notifications">
        Sent to you lately
      </Title>
      <Table aria-labelledby="recent-notifications" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">When</Table.Th>
            <Table.Th scope="col">What</Table.Th>
            <Table.Th scope="col">State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td>
                <ShownTime at={one.at} />
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {KINDS[one.kind]}: {one.summary}
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {one.state}
                {one.error !== null && (
                  <Text size="sm" c="dimmed">
                    {one.error}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
