import { Anchor, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { Facts, Load } from './load.tsx';

/** What decisions lead to. Read only: it stands in the configuration, and per engine in its settings. */
export default function DecisionsSection() {
  return (
    <Load section="decisions">
      {({ config_file, decisions, engines, answer, review, escalation }) => {
        const own = engines.filter((engine) => Object.keys(engine.decisions).length > 0);
        const file = <code>{config_file ?? 'config/presend.yaml'}</code>;
        return (
          <Stack>
            <section className="settings-card" aria-labelledby="actions">
              <Title order={2} size="h4" id="actions">
                What a decision leads to
              </Title>
              <Text size="sm" c="dimmed">
                Change it under <code>decisions:</code> in {file} (then restart the gate), or for one engine
                under{' '}
                <Anchor component={Link} href="/settings/engines">
                  Engines
                </Anchor>
                .
              </Text>
              <div
                className="settings-scroll"
                tabIndex={0}
                role="region"
                aria-label="What a decision leads to"
              >
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Decision</Table.Th>
                      <Table.Th>Action</Table.Th>
                      <Table.Th>May be</Table.Th>
                      {own.map(({ name }) => (
                        <Table.Th key={name}>{name}</Table.Th>
                      ))}
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {decisions.map(({ decision, action, choices }) => (
                      <Table.Tr key={decision}>
                        <Table.Th scope="row">{decision}</Table.Th>
                        <Table.Td>{action}</Table.Td>
                        <Table.Td>{choices.join(', ')}</Table.Td>
                        {own.map((engine) => (
                          <Table.Td key={engine.name}>{engine.decisions[decision] ?? '–'}</Table.Td>
                        ))}
                      </Table.Tr>
                    ))}
                    <Table.Tr>
                      <Table.Th scope="row">PASS</Table.Th>
                      <Table.Td>relay</Table.Td>
                      <Table.Td>relay</Table.Td>
                      {own.map((engine) => (
                        <Table.Td key={engine.name}>–</Table.Td>
                      ))}
                    </Table.Tr>
                  </Table.Tbody>
                </Table>
              </div>
            </section>
            <section className="settings-card" aria-labelledby="around">
              <Title order={2} size="h4" id="around">
                Answers, holds, escalations
              </Title>
              <Text size="sm" c="dimmed" mb="xs">
                <code>answer:</code>, <code>review:</code> and <code>escalation:</code> in {file}.
              </Text>
              <Facts
                facts={[
                  ['Answer', `${answer.mode}, waits ${answer.wait_ms / 1000} s for the verdict`],
                  [
                    'Suppressed mail',
                    answer.suppressed === 'reject' ? 'refused with 550' : 'accepted with 250',
                  ],
                  ['Holds expire', `after ${review.expire_days} days, never relayed`],
                  [
                    'Reminder',
                    review.deputy === null
                      ? 'nobody: review.deputy is not set'
                      : `${review.deputy}, after ${review.remind_days} days`,
                  ],
                  ['Escalations come from', escalation.from],
                  ['Without an account owner', escalation.fallback ?? 'held: escalation.fallback is not set'],
                ]}
              />
            </section>
          </Stack>
        );
      }}
    </Load>
  );
}
