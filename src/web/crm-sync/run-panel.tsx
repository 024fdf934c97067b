import { Alert, Button, Checkbox, Group, Progress, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyncRun } from '../../crm/hubspot/web-types.ts';
import { api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { tellDone, tellFailure } from '../parts/notify.ts';
import { measuredDuration } from '../parts/time.ts';
import { SYNC_KEY } from './sync-key.ts';
import { countsText } from './words.ts';

/** Starting a run, and how far the running one is. */
export function RunPanel({
  running,
  first,
  onBegun,
}: {
  running: SyncRun | null;
  /** Nothing has run yet. */
  first: boolean;
  onBegun: (id: string) => void;
}) {
  const { role } = useAccount();
  const client = useQueryClient();
  const [full, setFull] = useState(false);
  const begin = useMutation({
    mutationFn: (dryRun: boolean) => api.post<SyncRun>('/sync/hubspot/run', { dry_run: dryRun, full }),
    onSuccess: async (run) => {
      onBegun(run.id);
      await client.invalidateQueries({ queryKey: SYNC_KEY });
    },
    onError: (error) => tellFailure(error, 'The sync was not started'),
  });
  if (running) return <Running run={running} mayStop={role === 'admin'} />;
  if (role !== 'admin') return null;
  return (
    <section className="sync-section" aria-labelledby="sync-run">
      <Title order={2} size="h4" id="sync-run" mb="xs">
        Run it now
      </Title>
      {first && (
        <Alert color="blue" mb="sm" title="Start with a dry run">
          Nothing has been synced yet. A dry run reads everything and lists what would change; the mirror
          stays as it is.
        </Alert>
      )}
      <Group gap="sm">
        <Button
          variant={first ? 'filled' : 'default'}
          loading={begin.isPending && begin.variables}
          disabled={begin.isPending}
          onClick={() => begin.mutate(true)}
        >
          Dry run
        </Button>
        <Button
          variant={first ? 'default' : 'filled'}
          loading={begin.isPending && !begin.variables}
          disabled={begin.isPending}
          onClick={() => begin.mutate(false)}
        >
          Sync now
        </Button>
        <Checkbox
          checked={full}
          onChange={(event) => setFull(event.currentTarget.checked)}
          label="Read everything, not only what changed"
        />
      </Group>
    </section>
  );
}

function Running({ run, mayStop }: { run: SyncRun; mayStop: boolean }) {
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => api.post<void>(`/sync/hubspot/runs/${run.id}/stop`),
    onSuccess: async () => {
      tellDone('The sync stops after the page it is at; the next one goes on there.');
      await client.invalidateQueries({ queryKey: SYNC_KEY });
    },
    onError: (error) => tellFailure(error, 'The sync was not stopped'),
  });
  const elapsed = Math.max(1, Date.now() - run.started_at);
  const rate = Math.round((run.done / elapsed) * 1000);
  const share = run.total ? Math.min(100, Math.round((run.done / run.total) * 100)) : null;
  const far = `${run.done.toLocaleString()}${run.total === null ? '' : ` of ${run.total.toLocaleString()}`} records`;
  return (
    <section className="sync-section" aria-labelledby="sync-running">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="sync-running">
          {run.dry_run ? 'Dry run' : 'Sync'} under way
        </Title>
        {mayStop && (
          <Button size="xs" variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
            Stop
          </Button>
        )}
      </Group>
      <Progress.Root size="lg">
        <Progress.Section
          value={share ?? 100}
          animated={share === null}
          striped={share === null}
          aria-label="Progress of the sync"
        />
      </Progress.Root>
      <Text size="sm" mt={4} role="status">
        {run.phase}: {far}
        {share === null ? '' : ` (${share} %)`}, {rate.toLocaleString()} a second,{' '}
        {run.requests.toLocaleString()} requests
        {run.waited_ms > 0 ? `, ${measuredDuration(run.waited_ms)} waited because HubSpot asked for it` : ''}
      </Text>
      <Text size="sm" c="dimmed">
        {countsText(run)}
      </Text>
    </section>
  );
}
