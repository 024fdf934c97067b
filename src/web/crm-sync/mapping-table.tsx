import { Table, Text, Title } from '@mantine/core';
import type { SyncView } from '../../crm/hubspot/web-types.ts';

const RULES: Record<string, string> = {
  hubspot: 'HubSpot',
  presend: 'presend',
  newest: 'the later change',
};

/** Which property fills which field, and which ones stop mail. Set in the configuration. */
export function MappingTable({ settings }: { settings: NonNullable<SyncView['settings']> }) {
  const { mapping, stops } = settings;
  return (
    <section className="sync-section" aria-labelledby="sync-mapping">
      <Title order={2} size="h4" id="sync-mapping">
        Mapping
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Set in the configuration under hubspot.sync; docs/HUBSPOT.md has every option. HubSpot at{' '}
        {settings.base_url}, token {settings.token}.
      </Text>
      <div className="sync-scroll" tabIndex={0} role="region" aria-label="Mapping of fields">
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Field here</Table.Th>
              <Table.Th scope="col">Property of HubSpot</Table.Th>
              <Table.Th scope="col">Read as</Table.Th>
              <Table.Th scope="col">Conflict: stands</Table.Th>
              <Table.Th scope="col">From</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mapping.map((row) => (
              <Table.Tr key={`${row.object} ${row.field}`}>
                <Table.Td>
                  {row.object === 'contacts' ? 'prospect' : 'company'} · {row.field}
                </Table.Td>
                <Table.Td>
                  <code>{row.properties.join(', ')}</code>
                </Table.Td>
                <Table.Td>{row.transform}</Table.Td>
                <Table.Td>
                  {row.field === 'disqualifiers' ? 'both together' : (RULES[row.conflict] ?? row.conflict)}
                </Table.Td>
                <Table.Td>{row.configured ? 'configuration' : 'default'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Title order={3} size="h5" mt="md" mb="xs">
        What stops mail
      </Title>
      <div className="sync-scroll" tabIndex={0} role="region" aria-label="Properties that stop mail">
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Property of HubSpot</Table.Th>
              <Table.Th scope="col">When it is</Table.Th>
              <Table.Th scope="col">Effect here</Table.Th>
              <Table.Th scope="col">From</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {stops.map((row) => (
              <Table.Tr key={`${row.object} ${row.property}`}>
                <Table.Td>
                  <code>{row.property}</code>
                  {row.object === 'companies' ? ' of companies' : ''}
                </Table.Td>
                <Table.Td>{row.values === null ? 'set' : row.values.join(' or ')}</Table.Td>
                <Table.Td>{effect(row.channel, row.disqualifier)}</Table.Td>
                <Table.Td>{row.configured ? 'configuration' : 'default'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

function effect(channel: string | null, disqualifier: string | null): string {
  if (channel === 'unclear') return 'mail is held: it may be an opt-out';
  if (channel === 'none') return 'none: it does not count';
  if (channel !== null) return `opted out of ${channel === 'all' ? 'everything' : channel}`;
  return `disqualifier ${disqualifier ?? ''}`;
}
