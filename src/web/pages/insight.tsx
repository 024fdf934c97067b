import '../insight/insight.css';
import { Alert, Group, Loader, NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { useSearchParams } from 'wouter';
import type { InsightView } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';
import { ChartPanel } from '../insight/chart-panel.tsx';
import {
  FalsePositivePanel,
  Numbers,
  PrecisionPanel,
  ReviewerPanel,
  UpstreamPanel,
} from '../insight/figure-panels.tsx';
import { AgeTable, DecisionTable, LatencyTable } from '../insight/figure-tables.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { measuredDuration } from '../parts/time.ts';
import { Trouble } from '../parts/trouble.tsx';
import { plainName } from '../parts/words.ts';

const InsightChart = lazy(() => import('../insight/charts.tsx'));

const HOUR = 3_600_000;
const RANGES: Record<string, { label: string; ms: number }> = {
  '24h': { label: 'Last 24 hours', ms: 24 * HOUR },
  '7d': { label: 'Last 7 days', ms: 7 * 24 * HOUR },
  '14d': { label: 'Last 14 days', ms: 14 * 24 * HOUR },
  '30d': { label: 'Last 30 days', ms: 30 * 24 * HOUR },
  '90d': { label: 'Last 90 days', ms: 90 * 24 * HOUR },
  '1y': { label: 'Last year', ms: 365 * 24 * HOUR },
};

export default function InsightPage() {
  const [params, setParams] = useSearchParams();
  const range = RANGES[params.get('range') ?? ''] ? params.get('range')! : '14d';
  const engine = params.get('engine') ?? '';
  const { data, error, refetch } = useQuery({
    queryKey: ['insight', range, engine],
    queryFn: () => {
      const to = Date.now();
      return api.get<InsightView>('/insight', { from: to - RANGES[range]!.ms, to, engine });
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const set = (name: string, value: string): void => {
    setParams((before) => {
      if (value === '') before.delete(name);
      else before.set(name, value);
      return before;
    });
  };
  return (
    <>
      <PageTitle title="Insight" about="What the judge decided, how right it was, and how fast mail goes." />
      <Group mb="md" align="flex-end">
        <NativeSelect
          label="Time"
          value={range}
          onChange={(event) => set('range', event.currentTarget.value)}
          data={Object.entries(RANGES).map(([value, { label }]) => ({ value, label }))}
        />
        <NativeSelect
          label="Engine"
          value={engine}
          onChange={(event) => set('engine', event.currentTarget.value)}
          data={[
            { value: '', label: 'All engines' },
            ...(data?.engines ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Group>
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loader aria-label="Loading" />}
      {data?.missing && (
        <Alert color="orange" mb="md" title="Older hours are still being added up">
          The figures are short of them; look again in a few minutes.
        </Alert>
      )}
      {data && <Figures view={data} />}
    </>
  );
}

function Figures({ view }: { view: InsightView }) {
  const { holds, latency_total, doubts } = view;
  const judged = latency_total.count;
  return (
    <div className="two-columns">
      <ChartPanel
        title="Decisions over time"
        about={
          doubts.length > 0 &&
          `Doubts: ${doubts.map(({ reason, count }) => `${count} ${plainName(reason)}`).join(', ')}.`
        }
        summary={`${judged} deliveries judged; ${decisionSummary(view)}.`}
        chart={<InsightChart kind="decisions" view={view} />}
        table={<DecisionTable view={view} />}
      />
      <ChartPanel
        title="Time to judge"
        about={`Half within ${measuredDuration(latency_total.p50_ms)}, 95 % within ${measuredDuration(latency_total.p95_ms)}.`}
        summary={`half within ${measuredDuration(latency_total.p50_ms)}, 95 % within ${measuredDuration(latency_total.p95_ms)}.`}
        chart={<InsightChart kind="latency" view={view} />}
        table={<LatencyTable view={view} />}
      />
      <ChartPanel
        title="Held now"
        about={
          <Numbers
            items={[
              ['Held', holds.held],
              ['Half under', measuredDuration(holds.median_ms)],
              ['90 % under', measuredDuration(holds.p90_ms)],
              ['Oldest', measuredDuration(holds.oldest_ms)],
              ['Due in 4 h', holds.due_in_4_hours],
              ['Due in a day', holds.due_in_a_day],
              ['Overdue', holds.overdue],
            ]}
          />
        }
        summary={`${holds.held} held, median age ${measuredDuration(holds.median_ms)}, oldest ${measuredDuration(holds.oldest_ms)}.`}
        chart={<InsightChart kind="ages" view={view} />}
        table={<AgeTable view={view} />}
      />
      <FalsePositivePanel view={view} />
      <PrecisionPanel view={view} />
      <UpstreamPanel view={view} />
      <ReviewerPanel view={view} />
    </div>
  );
}

function decisionSummary({ decisions }: InsightView): string {
  const names = ['PASS', 'PENALISE', 'BLOCK', 'ESCALATE', 'SUPPRESS', 'doubt'] as const;
  return names.map((name) => `${decisions.reduce((sum, row) => sum + row[name], 0)} ${name}`).join(', ');
}
