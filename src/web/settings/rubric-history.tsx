import { Button, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { RubricPage, RubricVersionView } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { tellDone } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { useMayChange, useReload } from './load.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

const HOW: Record<RubricVersionView['action'], string> = {
  saved: 'saved here',
  reverted: 'went back',
  configured: 'back to the configured file',
  found: 'found in the file',
};

/** Every rubric that was in force, and the way back to each. */
export function RubricHistory({ page }: { page: RubricPage }) {
  const mayChange = useMayChange();
  const reload = useReload('rubric');
  const [to, setTo] = useState<RubricVersionView | 'configured' | null>(null);
  const revert = async (why: string): Promise<void> => {
    await api.post('/settings/rubric/revert', {
      to: to === 'configured' ? 'configured' : to?.id,
      why: why || null,
    });
    tellDone('It is in force again, from the next mail on.');
    await reload();
  };
  return (
    <section className="settings-card" aria-labelledby="history">
      <Title order={2} size="h4" id="history" mb="sm">
        History
      </Title>
      <div className="settings-scroll" tabIndex={0} role="region" aria-label="Versions of the rubric">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>By</Table.Th>
              <Table.Th>What</Table.Th>
              {mayChange && <Table.Th>Back to it</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {page.history.map((entry, i) => (
              <Table.Tr key={entry.id}>
                <Table.Td>
                  <ShownTime at={entry.at} />
                </Table.Td>
                <Table.Td>{entry.actor}</Table.Td>
                <Table.Td>
                  <Text size="sm">
                    {entry.version}, {HOW[entry.action]}
                    {entry.reverts !== null && ` to no. ${entry.reverts}`}
                    {entry.changed.length > 0 && `: ${entry.changed.join(', ')}`}
                  </Text>
                  {entry.why && (
                    <Text size="sm" c="dimmed">
                      {entry.why}
                    </Text>
                  )}
                </Table.Td>
                {mayChange && (
                  <Table.Td>
                    {entry.version === page.version && page.trouble === null ? (
                      i === 0 ? (
                        'in force'
                      ) : (
                        'the same'
                      )
                    ) : (
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() => setTo(entry)}
                        aria-label={`Go back to version ${entry.version} of entry ${entry.id}`}
                      >
                        Go back
                      </Button>
                    )}
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {mayChange && page.origin === 'data' && (
        <Button size="xs" variant="default" mt="sm" onClick={() => setTo('configured')}>
          Back to the configured file
        </Button>
      )}
      {to && (
        <ReasonDialog
          title={to === 'configured' ? 'Back to the configured file' : `Go back to version ${to.version}`}
          button="Put it in force"
          required={false}
          onClose={() => setTo(null)}
          onConfirm={revert}
        >
          <Text size="sm">
            It holds for the next mail; what is held is judged again, which can suppress and never relays.
          </Text>
        </ReasonDialog>
      )}
    </section>
  );
}
