import './sync.css';
import '@mantine/core/styles/Table.css';
import '@mantine/core/styles/Progress.css';
import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import { Alert, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { SyncView } from '../../crm/hubspot/web-types.ts';
import { api } from '../app/api.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { duration, fullTime } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';
import { Differences } from './differences.tsx';
import { History } from './history.tsx';
import { MappingTable } from './mapping-table.tsx';
import { NotConfigured } from './not-configured.tsx';
import { RunPanel } from './run-panel.tsx';
import { SYNC_KEY } from './sync-key.ts';

/** The HubSpot sync: how it is, running it, what it found, what it did before, and what it maps. */
export function SyncOverview() {
  const [search, setSearch] = useSearchParams();
  const { data, error, refetch } = useQuery({
    queryKey: SYNC_KEY,
    queryFn: ({ signal }) => api.get<SyncView>('/sync/hubspot', {}, signal),
    refetchInterval: (query) => (query.state.data?.health.state === 'running' ? 1_000 : 15_000),
  });
  const show = (id: string): void =>
    setSearch((now) => {
      now.set('run', id);
      now.delete('kind');
      now.delete('q');
      return now;
    });
  const title = (
    <PageTitle
      title="HubSpot sync"
      about="Contacts and companies come from HubSpot into the CRM mirror. A sync adds opt-outs and disqualifiers, it never takes one back."
    />
  );
  if (error && !data) {
    return (
      <>
        {title}
        <Trouble error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  if (!data) {
    return (
      <>
        {title}
        <Loader aria-label="Loading" />
      </>
    );
  }
  if (!data.settings) {
    return (
      <>
        {title}
        <NotConfigured />
      </>
    );
  }
  const running = data.runs.find((run) => run.state === 'running') ?? null;
  const shown = search.get('run') ?? data.runs[0]?.id ?? null;
  return (
    <>
      {title}
      {data.health.trouble !== null && (
        <Alert color="red" role="alert" title="The sync needs you" mb="md" style={{ whiteSpace: 'pre-line' }}>
          {data.health.trouble}
        </Alert>
      )}
      <Facts view={data} settings={data.settings} />
      <RunPanel running={running} first={data.runs.length === 0} onBegun={show} />
      {shown !== null && <Differences key={shown} runId={shown} />}
      <History runs={data.runs} shown={shown} onShow={show} />
      <MappingTable settings={data.settings} />
    </>
  );
}

function Facts({
  view: { health },
  settings,
}: {
  view: SyncView;
  settings: NonNullable<SyncView['settings']>;
}) {
  const now = Date.now();
  return (
    <dl className="sync-facts">
      <div>
        <dt>Last sync that ended well</dt>
        <dd>
          {health.last_success_at === null
            ? 'none yet'
            : `${duration(now - health.last_success_at)} ago (${fullTime(health.last_success_at)})`}
        </dd>
      </div>
      <div>
        <dt>Next one</dt>
        <dd>
          {health.state === 'running'
            ? 'running now'
            : !settings.enabled
              ? 'when you start it; hubspot.sync.enabled is off'
              : health.next_run_at === null || health.next_run_at <= now
                ? 'in a moment'
                : `in ${duration(health.next_run_at - now)}, then every ${settings.every_minutes} min`}
        </dd>
      </div>
      <div>
        <dt>Where both sides changed a field</dt>
        <dd>
          {
            {
              hubspot: 'HubSpot’s value stands',
              presend: 'the edit here stands',
              newest: 'the later change stands',
            }[settings.conflict]
          }
        </dd>
      </div>
      <div>
        <dt>Deleted in HubSpot</dt>
        <dd>
          {settings.on_delete === 'keep'
            ? 'stays here, and grows stale'
            : 'is deleted here, unless something stops mail to it'}
        </dd>
      </div>
    </dl>
  );
}
