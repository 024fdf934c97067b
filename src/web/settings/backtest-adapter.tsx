import { Alert, Table, Text, Title } from '@mantine/core';
import type { AdapterTally } from '../../evaluate/backtest-types.ts';
import { plural } from '../parts/words.ts';

/** What another model said when it was asked again, beside what was recorded. */
export function BacktestAdapter({ tally }: { tally: AdapterTally }) {
  const { name, version, mode, asked, trouble, compared, changed, readings, latency } = tally;
  const troubles = Object.entries(trouble).map(([kind, count]) => `${count} ${kind.replace('_', ' ')}`);
  return (
    <div>
      <Title order={3} size="h5" mb="xs">
        What {name} said
      </Title>
      {mode === 'shadow' && (
        <Alert color="orange" mb="xs" title="It was never calibrated">
          Its readings are shown and change nothing: the recorded ones stand. Calibrate it first (presend
          models calibrate {name}).
        </Alert>
      )}
      <Text size="sm">
        {version} was asked about {plural(asked, 'delivery')}
        {latency && `, p50 ${Math.round(latency.p50_ms)} ms, p95 ${Math.round(latency.p95_ms)} ms`}.
        {troubles.length > 0 && ` No reading: ${troubles.join(', ')}.`}{' '}
        {compared === 0
          ? 'None of them had been read by an adapter before.'
          : `Of ${compared} that had been read before, ${changed} ${changed === 1 ? 'reads' : 'read'} otherwise.`}
      </Text>
      {readings.length > 0 && (
        <details className="settings-details">
          <summary>Readings then and now</summary>
          <div className="settings-scroll" tabIndex={0} role="region" aria-label="Readings then and now">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Recorded</Table.Th>
                  <Table.Th>{name}</Table.Th>
                  <Table.Th>Deliveries</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {readings.map(({ from, to, count }) => (
                  <Table.Tr key={`${from} ${to}`}>
                    <Table.Td>{from}</Table.Td>
                    <Table.Td>{to}</Table.Td>
                    <Table.Td>{count}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </details>
      )}
    </div>
  );
}
