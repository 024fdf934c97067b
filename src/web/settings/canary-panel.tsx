import { Alert, Badge, Button, Group, Progress, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  CanaryHead,
  CanaryPage,
  CanaryProgress,
  CanaryRunBody,
} from '../../settings/canary-web-types.ts';
import { api } from '../app/api.ts';
import { Loading } from '../parts/loading.tsx';
import { ShownTime } from '../parts/shown-time.tsx';
import { measuredDuration } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';
import { useAct } from './act.ts';
import { CanaryReportView } from './canary-report.tsx';
import { useMayChange } from './load.tsx';

const KEY = ['settings', 'canary'];

/** Often while a run goes on, so that its progress moves. */
const EVERY_MS = { running: 700, idle: 15_000 };

/** The project's own probe cases: what the adapter made of them last, and a run by hand. */
export function CanaryPanel() {
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<CanaryPage>('/settings/canary'),
    refetchInterval: ({ state }) => (state.data?.running ? EVERY_MS.running : EVERY_MS.idle),
  });
  return (
    <section className="settings-card" aria-labelledby="canary">
      <Head page={data} />
      <Text size="sm" c="dimmed" mb="sm">
        The project’s own probe cases, written by hand, put to the judge again and again. No mail is put to an
        adapter that has never passed all of them here, and one that falls trips the kill switch.
      </Text>
      {data ? (
        <Canary page={data} />
      ) : error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </section>
  );
}

function Head({ page }: { page: CanaryPage | undefined }) {
  const mayChange = useMayChange();
  const client = useQueryClient();
  const { busy, act } = useAct();
  const run = (body: CanaryRunBody) =>
    act(async () => void client.setQueryData(KEY, await api.post<CanaryPage>('/settings/canary/runs', body)));
  const state = page && stateOf(page);
  return (
    <Group justify="space-between" mb="sm">
      <Group gap="sm">
        <Title order={2} size="h4" id="canary">
          Canary
        </Title>
        {state && (
          <Badge color={state.color} variant="light">
            {state.says}
          </Badge>
        )}
      </Group>
      {mayChange && page && page.off === null && !page.running && (
        <Group gap="xs">
          <Button variant="default" loading={busy} onClick={() => void run({ extent: 'some' })}>
            Run {page.at_start} cases
          </Button>
          <Button loading={busy} onClick={() => void run({ extent: 'all' })}>
            Run all cases
          </Button>
        </Group>
      )}
    </Group>
  );
}

function stateOf({ off, barred, newest, fall_accepted }: CanaryPage): { color: string; says: string } {
  if (off !== null) return { color: 'gray', says: 'off' };
  if (barred !== null) return { color: 'red', says: 'adapter barred' };
  if (newest === null) return { color: 'gray', says: 'not run yet' };
  if (newest.run.state === 'passed') return { color: 'green', says: 'passed' };
  return fall_accepted ? { color: 'orange', says: 'fell, and was accepted' } : { color: 'red', says: 'fell' };
}

function Canary({ page }: { page: CanaryPage }) {
  if (page.off !== null) return <Text size="sm">{page.off}</Text>;
  return (
    <Stack gap="sm">
      {page.barred !== null && (
        <Alert color="red" title="No mail is put to the adapter">
          It is {page.barred}. Mail that needs it waits in its line, then is judged by the rules alone.
        </Alert>
      )}
      {page.running && <Running running={page.running} />}
      {page.newest === null ? (
        !page.running && <Text size="sm">The cases were not put to this adapter as a whole yet.</Text>
      ) : (
        <CanaryReportView report={page.newest} />
      )}
      {page.next_at !== null && (
        <Text size="sm" c="dimmed">
          All cases are put to it every {page.every_hours} hours, next <ShownTime at={page.next_at} />, and
          after every change of the model or the rubric; {page.at_start} at each start.
        </Text>
      )}
      {page.runs.length > 0 && <Runs runs={page.runs} />}
    </Stack>
  );
}

function Running({ running }: { running: CanaryProgress }) {
  const mayChange = useMayChange();
  const client = useQueryClient();
  const { busy, act } = useAct();
  const { done, total, rate, left_ms } = running;
  const pace =
    rate === null || left_ms === null
      ? ''
      : `, ${rate.toFixed(1)} a second, ${measuredDuration(left_ms)} to go`;
  return (
    <Stack gap="xs">
      <Text role="status">
        {total === 0 ? 'Reading the cases …' : `${done} of ${total} cases${pace}. Mail goes first.`}
      </Text>
      <Progress.Root>
        <Progress.Section
          value={total === 0 ? 0 : (done / total) * 100}
          aria-label="How many of the probe cases are answered"
        />
      </Progress.Root>
      {mayChange && (
        <Group>
          <Button
            size="xs"
            variant="default"
            loading={busy}
            onClick={() =>
              void act(
                async () =>
                  void client.setQueryData(KEY, await api.post<CanaryPage>('/settings/canary/cancel', {})),
              )
            }
          >
            Cancel
          </Button>
        </Group>
      )}
    </Stack>
  );
}

const BECAUSE: Record<CanaryHead['trigger'], string> = {
  start: 'the gate started',
  model: 'another adapter',
  rubric: 'another rubric',
  daily: 'a day has passed',
  asked: 'a person asked',
};

function Runs({ runs }: { runs: CanaryHead[] }) {
  return (
    <details className="settings-details">
      <summary>Last runs</summary>
      <div className="settings-scroll" tabIndex={0} role="region" aria-label="Last runs of the canary">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>Because</Table.Th>
              <Table.Th>Cases</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>What it came to</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run) => (
              <Table.Tr key={run.id}>
                <Table.Td>
                  <ShownTime at={run.started_at} />
                </Table.Td>
                <Table.Td>{BECAUSE[run.trigger]}</Table.Td>
                <Table.Td>{run.extent}</Table.Td>
                <Table.Td>{run.state}</Table.Td>
                <Table.Td>
                  {run.says} <span className="canary-version">{run.adapter_version}</span>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  );
}
