import { Badge, Button, Group, Radio, Stack, Table, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { gathered } from '../../kill-switch/gathered.ts';
import type { AdapterPage } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { tellDone } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { useMayChange } from './load.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

/** The switch, what it says, and its history. */
export function KillSwitchPanel({ page }: { page: AdapterPage }) {
  const { mode, entry, history } = page.kill_switch;
  const mayChange = useMayChange();
  const client = useQueryClient();
  const [asking, setAsking] = useState<'trip' | 'reset' | null>(null);
  const [to, setTo] = useState<'shadow' | 'off'>('shadow');
  const act = async (what: 'trip' | 'reset', body: object): Promise<void> => {
    const after = await api.post<AdapterPage>(`/settings/kill-switch/${what}`, body);
    client.setQueryData(['settings', 'adapter'], after);
    tellDone(what === 'trip' ? 'The kill switch is tripped.' : 'The kill switch is armed again.');
  };
  return (
    <section className="settings-card" aria-labelledby="kill-switch">
      <Group justify="space-between" mb="sm">
        <Group gap="sm">
          <Title order={2} size="h4" id="kill-switch">
            Kill switch
          </Title>
          <Badge color={mode === 'active' ? 'green' : 'red'} variant="light">
            {mode === 'active' ? 'armed' : `tripped: ${mode}`}
          </Badge>
        </Group>
        {mayChange && (
          <Group gap="xs">
            {mode !== 'active' && <Button onClick={() => setAsking('reset')}>Arm it again</Button>}
            {mode !== 'off' && (
              <Button
                color="red"
                variant="light"
                onClick={() => {
                  setTo(mode === 'active' ? 'shadow' : 'off');
                  setAsking('trip');
                }}
              >
                {mode === 'active' ? 'Trip it' : 'Turn the adapter off'}
              </Button>
            )}
          </Group>
        )}
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        Takes the adapter out of the judgement from the very next message on. What a rule stops stays stopped,
        and what is held stays held.
      </Text>
      {entry && mode !== 'active' && (
        <Text mb="sm">
          Since <ShownTime at={entry.at} />, by {entry.actor}: {whyOf(entry)}
        </Text>
      )}
      {history.length === 0 ? (
        <Text size="sm">It was never tripped.</Text>
      ) : (
        <div className="settings-scroll" tabIndex={0} role="region" aria-label="History of the kill switch">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>To</Table.Th>
                <Table.Th>By</Table.Th>
                <Table.Th>Why</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {history.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <ShownTime at={one.at} />
                  </Table.Td>
                  <Table.Td>{one.mode === 'active' ? 'armed' : one.mode}</Table.Td>
                  <Table.Td>{one.actor}</Table.Td>
                  <Table.Td>{whyOf(one)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {asking === 'trip' && (
        <ReasonDialog
          title="Trip the kill switch"
          button="Trip it now"
          danger
          onClose={() => setAsking(null)}
          onConfirm={(reason) => act('trip', { mode: to, reason })}
        >
          <Radio.Group label="The adapter" value={to} onChange={(value) => setTo(value)}>
            <Stack gap="xs" mt="xs">
              {mode === 'active' && (
                <Radio value="shadow" label="shadow: is still asked, for the record only" />
              )}
              <Radio value="off" label="off: is not asked at all" />
            </Stack>
          </Radio.Group>
        </ReasonDialog>
      )}
      {asking === 'reset' && (
        <ReasonDialog
          title="Arm the kill switch again"
          button="Arm it"
          onClose={() => setAsking(null)}
          onConfirm={(reason) => act('reset', { reason })}
        >
          <ResetFacts page={page} />
        </ReasonDialog>
      )}
    </section>
  );
}

/** What an admin should know before the switch is armed again. */
function ResetFacts({ page }: { page: AdapterPage }) {
  const { entry } = page.kill_switch;
  return (
    <Stack gap="xs">
      {entry && (
        <Text size="sm">
          Tripped <ShownTime at={entry.at} /> by {entry.actor}: {whyOf(entry)}
        </Text>
      )}
      {page.monitors && (
        <div>
          <Text size="sm">What the monitors say now:</Text>
          <ul className="reset-facts">
            {gathered(page.monitors.monitors).map(({ monitor, title, says }) => (
              <li key={monitor}>
                {title}: {says}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Text size="sm">
        The adapter judges as configured from the very next message on. The windows of its monitors start
        anew: what was counted before is settled.
      </Text>
    </Stack>
  );
}

function whyOf({ reason, condition }: { reason: string; condition: string | null }): string {
  return condition === null ? reason : `${reason} (${condition})`;
}
