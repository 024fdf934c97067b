import { Table, Title } from '@mantine/core';
import type { LabelledCount, RuleChanges } from '../../evaluate/backtest-types.ts';

/** Per rule: what would be released and stopped, and what reviewers had said of it. */
export function BacktestRules({ changes }: { changes: readonly RuleChanges[] }) {
  if (changes.length === 0) return null;
  return (
    <div>
      <Title order={3} size="h5" mb="xs">
        By rule, with what reviewers had said
      </Title>
      <div className="settings-scroll" tabIndex={0} role="region" aria-label="Changes by rule and label">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Rule</Table.Th>
              <Table.Th>Would release</Table.Th>
              <Table.Th>Would stop</Table.Th>
              <Table.Th>Otherwise</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map(({ rule, released, stopped, otherwise }) => (
              <Table.Tr key={rule}>
                <Table.Th scope="row">{rule}</Table.Th>
                <Table.Td>{labelled(released, 'wrongly stopped', 'rightly stopped')}</Table.Td>
                <Table.Td>{labelled(stopped, 'wrongly relayed', 'rightly relayed')}</Table.Td>
                <Table.Td>{labelled(otherwise, 'wrong', 'right')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </div>
  );
}

/** "12, of these 9 labelled wrongly stopped, 1 rightly stopped" */
function labelled({ count, wrong, right, not_sure }: LabelledCount, bad: string, good: string): string {
  if (count === 0) return '–';
  const told = [
    ...(wrong > 0 ? [`${wrong} labelled ${bad}`] : []),
    ...(right > 0 ? [`${right} ${good}`] : []),
    ...(not_sure > 0 ? [`${not_sure} not sure`] : []),
  ];
  return told.length === 0 ? `${count}, none labelled` : `${count}, of these ${told.join(', ')}`;
}
