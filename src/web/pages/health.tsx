import '../insight/insight.css';
import { Alert, Loader, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { HealthItem, HealthState, HealthView } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { ShownTime } from '../parts/shown-time.tsx';
import { measuredDuration } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';

const REFRESH_MS = 10_000;

const SAYS: Record<HealthState, string> = { ok: '✓ fine', warn: '▲ look at it', bad: '✕ act now' };

export default function HealthPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['health'],
    queryFn: () => api.get<HealthView>('/health'),
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <PageTitle
        title="Health"
        about="How the gate and what it works with are. Looks again every ten seconds."
      />
      {error && !data && <Trouble error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loader aria-label="Loading" />}
      {data && (
        <>
          {error && (
            <Alert color="orange" mb="md" title="The newest look failed">
              This is how it was at <ShownTime at={data.at} exact />.
            </Alert>
          )}
          <Text mb="md" role="status">
            <StateWord state={data.state} /> – presend {data.version}, running for{' '}
            {measuredDuration(data.at - data.started_at)}.
          </Text>
          {groupsOf(data.items).map(([group, items]) => (
            <section key={group} className="insight-panel" aria-label={group}>
              <Title order={2} size="h5">
                {group}
              </Title>
              <table className="plain-table health-table" data-stacks>
                <thead>
                  <tr>
                    <th scope="col">What</th>
                    <th scope="col">State</th>
                    <th scope="col">How it is</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <tr key={item.id}>
                      <th scope="row">{item.title}</th>
                      <td>
                        <StateWord state={item.state} />
                      </td>
                      <td>
                        {item.detail}
                        {item.advice && (
                          <div>
                            <strong>What to do:</strong> {item.advice}
                          </div>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          ))}
          <Text size="xs" c="dimmed" mt="sm">
            Looked at <ShownTime at={data.at} exact />.
          </Text>
        </>
      )}
    </>
  );
}

function StateWord({ state }: { state: HealthState }) {
  return (
    <span className="state-word" data-state={state}>
      {SAYS[state]}
    </span>
  );
}

function groupsOf(items: readonly HealthItem[]): [string, HealthItem[]][] {
  const groups = new Map<string, HealthItem[]>();
  for (const item of items) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  return [...groups];
}
