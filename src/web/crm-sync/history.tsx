import { Badge, Button, Group, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyncRun } from '../../crm/hubspot/web-types.ts';
import { ApiFailure, api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { fullTime, measuredDuration } from '../parts/time.ts';
import { plural } from '../parts/words.ts';
import { SYNC_KEY } from './sync-key.ts';
import { countsText, STATES } from './words.ts';

/** Runs so far; each can be looked at, and a real one taken back. */
export function History({
  runs,
  shown,
  onShow,
}: {
  runs: readonly SyncRun[];
  shown: string | null;
  onShow: (id: string) => void;
}) {
  const { role } = useAccount();
  if (runs.length === 0) return null;
  return (
    <section className="sync-section" aria-labelledby="sync-history">
      <Title order={2} size="h4" id="sync-history" mb="xs">
        Runs
      </Title>
      <div className="sync-scroll" tabIndex={0} role="region" aria-label="Runs">
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Started</Table.Th>
              <Table.Th scope="col">By</Table.Th>
              <Table.Th scope="col">Kind</Table.Th>
              <Table.Th scope="col">State</Table.Th>
              <Table.Th scope="col">Found</Table.Th>
              <Table.Th scope="col">Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run) => (
              <Table.Tr key={run.id} aria-current={run.id === shown ? 'true' : undefined}>
                <Table.Td>
                  {fullTime(run.started_at)}
                  <Text size="xs" c="dimmed">
                    {measuredDuration((run.finished_at ?? Date.now()) - run.started_at)},{' '}
                    {run.done.toLocaleString()} records
                  </Text>
                </Table.Td>
                <Table.Td className="sync-values">
                  {run.actor === 'hubspot' ? 'by the clock' : run.actor}
                </Table.Td>
                <Table.Td>
                  {run.dry_run ? 'Dry run' : 'Sync'}, {run.kind === 'full' ? 'everything' : 'changes'}
                </Table.Td>
                <Table.Td className="sync-values">
                  <Badge color={STATES[run.state].colour} variant="light" radius="sm" className="sync-badge">
                    {STATES[run.state].label}
                  </Badge>
                  {run.reverted_at !== null && (
                    <Text size="xs">
                      taken back {fullTime(run.reverted_at)} by {run.reverted_by}
                    </Text>
                  )}
                  {run.trouble !== null && <Text size="xs">{run.trouble}</Text>}
                </Table.Td>
                <Table.Td className="sync-values">{countsText(run)}</Table.Td>
                <Table.Td>
                  <Group gap={4} wrap="nowrap">
                    <Button
                      size="xs"
                      variant="default"
                      aria-pressed={run.id === shown}
                      aria-label={`Show the run of ${fullTime(run.started_at)}`}
                      onClick={() => onShow(run.id)}
                    >
                      {run.id === shown ? 'Shown' : 'Show'}
                    </Button>
                    {role === 'admin' && mayRevert(run) && <Revert run={run} />}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

const mayRevert = (run: SyncRun): boolean =>
  !run.dry_run &&
  run.state !== 'running' &&
  run.reverted_at === null &&
  run.counts.new + run.counts.changed + run.counts.stops + run.counts.gone > 0;

/** Asks once more in place; where records changed since, it says so and offers to leave those changes. */
function Revert({ run }: { run: SyncRun }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<'no' | 'yes' | 'force'>('no');
  const [loosens, setLoosens] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const revert = useMutation({
    mutationFn: (force: boolean) =>
      api.post<{ changes: number }>(`/sync/hubspot/runs/${run.id}/revert`, {
        force,
        ...(loosens === null ? {} : { reason }),
      }),
    onSuccess: async ({ changes }) => {
      setAsking('no');
      tellDone(`${changes.toLocaleString()} changes were taken back.`);
      await client.invalidateQueries({ queryKey: SYNC_KEY });
    },
    onError: (error) => {
      if (error instanceof ApiFailure && error.fields['reason']) return setLoosens(error.message);
      const since = error instanceof ApiFailure && error.message.includes('changed since');
      setAsking(since ? 'force' : 'no');
      tellFailure(error, 'Nothing was taken back');
    },
  });
  const when = fullTime(run.started_at);
  if (asking === 'no') {
    return (
      <Button
        size="xs"
        variant="default"
        aria-label={`Take back the run of ${when}`}
        onClick={() => setAsking('yes')}
      >
        Take back
      </Button>
    );
  }
  const stops = run.counts.stops;
  return (
    <div role="group" aria-label={`Take back the run of ${when}`}>
      <Text size="xs" maw={260}>
        {asking === 'force'
          ? 'Some records changed since. Take back the fields of this run only, and leave the later changes?'
          : `Every change of this run is taken back${stops > 0 ? `, its ${plural(stops, 'stop')} too` : ''}. The next full sync would do it again.`}
      </Text>
      {loosens !== null && (
        <TextInput
          size="xs"
          mt={4}
          label={loosens}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <Group gap={4} mt={4}>
        <Button
          size="xs"
          color="red"
          autoFocus
          loading={revert.isPending}
          onClick={() => revert.mutate(asking === 'force')}
        >
          Yes, take back
        </Button>
        <Button size="xs" variant="default" onClick={() => setAsking('no')}>
          No
        </Button>
      </Group>
    </div>
  );
}
