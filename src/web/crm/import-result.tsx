import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ImportJobView, Rejudged } from '../../crm/web-types.ts';
import { ApiFailure, api, failureText } from '../app/api.ts';
import { tellDone } from '../parts/notify.ts';
import { plural } from '../parts/words.ts';
import { ask } from './confirm.ts';
import { rejudgedText } from './edits.ts';
import { Counts } from './import-preview.tsx';

/** How often a running import is asked how far it is, milliseconds. */
const ASK_MS = 400;

/** An import on its way, what came of it, and the way back. */
export function ImportResult({
  job: started,
  onJob,
  onChanged,
  onAgain,
  onClose,
}: {
  job: ImportJobView;
  onJob: (job: ImportJobView) => void;
  onChanged: () => void;
  onAgain: () => void;
  onClose: () => void;
}) {
  const { data, error } = useQuery({
    queryKey: ['crm-job', started.id],
    queryFn: () => api.get<ImportJobView>(`/crm/jobs/${started.id}`),
    initialData: started,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? ASK_MS : false),
    enabled: started.state === 'running',
  });
  const job = started.state === 'running' ? data : started;
  const changed = useRef(onChanged);
  useEffect(() => {
    changed.current = onChanged;
  });
  useEffect(() => {
    if (job.state !== 'running') changed.current();
  }, [job.state]);

  if (job.state === 'running') {
    const share = job.rows === 0 ? 100 : Math.round((job.rows_done / job.rows) * 100);
    return (
      <Stack>
        <Text role="status">
          {job.rows_done.toLocaleString()} of {plural(job.rows, 'row')} of {job.name} imported.
        </Text>
        <Progress value={share} size="lg" aria-label="Progress of the import" />
        {error && <Alert color="orange">{failureText(error)}</Alert>}
      </Stack>
    );
  }
  if (job.state === 'failed') {
    return (
      <>
        <Alert color="red" role="alert" title="Nothing was imported">
          {job.error}
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onAgain}>Choose the file again</Button>
        </Group>
      </>
    );
  }
  return (
    <>
      <Text role="status" fw={600}>
        {job.state === 'reverted' ? `The import of ${job.name} was taken back.` : `${job.name} is imported.`}
      </Text>
      <Counts
        counts={[
          ['new', job.new],
          ['changed', job.changed],
          ['unchanged', job.unchanged],
          ['rows left out', job.left_out],
        ]}
      />
      <Group justify="flex-end">
        {job.state === 'done' && job.import_id !== null && <TakeBack job={job} onJob={onJob} />}
        <Button variant="default" onClick={onAgain}>
          Import another file
        </Button>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </>
  );
}

function TakeBack({ job, onJob }: { job: ImportJobView; onJob: (job: ImportJobView) => void }) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const revert = async (reason?: string): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      const path = `/crm/imports/${job.import_id}/revert`;
      const result = await api.post<{ reverted: number; rejudged: Rejudged }>(path, { reason });
      tellDone(`${plural(result.reverted, 'change')} taken back.${rejudgedText(result)}`);
      onJob({ ...job, state: 'reverted' });
    } catch (error) {
      if (error instanceof ApiFailure && error.fields['reason'] && reason === undefined) {
        const said = await ask({
          title: 'Take the import back?',
          act: 'Take it back',
          affected: {
            changed: [],
            complete: true,
            looked_at: 0,
            touched: 0,
            loosens: error.message.replace(/\. Say why; it is recorded\.$/u, ''),
          },
        });
        if (said) return await revert(said.reason);
      } else setTrouble(failureText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {trouble !== null && (
        <Alert color="red" role="alert">
          {trouble}
        </Alert>
      )}
      <Button variant="light" color="red" loading={busy} onClick={() => void revert()}>
        Take the import back
      </Button>
    </>
  );
}
