import { Alert, Button, Group, Progress, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Action, BacktestSummary, NotComparable, Transition } from '../../evaluate/backtest-types.ts';
import type { BacktestView } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { Trouble } from '../parts/trouble.tsx';
import { plural } from '../parts/words.ts';
import { useAct } from './act.ts';
import { BacktestAdapter } from './backtest-adapter.tsx';
import { BacktestChanges } from './backtest-changes.tsx';
import { BacktestRules } from './backtest-rules.tsx';
import { ACTION_WORDS, NOT_COMPARABLE_WORDS } from './rubric-words.ts';

const words = (action: Action, count: number): string => ACTION_WORDS[action][count === 1 ? 'one' : 'many'];

/** A backtest: how far it is, then what it found. */
export function BacktestPanel({ id, outdated }: { id: string; outdated: boolean }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['settings', 'backtest', id],
    queryFn: () => api.get<BacktestView>(`/settings/rubric/backtests/${id}`),
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'running' ? false : 400),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { busy, act } = useAct();
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  const running = !data || data.state === 'running';
  const share = data?.total ? Math.floor((data.done / data.total) * 100) : 0;
  return (
    <section className="settings-card" aria-labelledby="backtest">
      <Title order={2} size="h4" id="backtest" mb="sm">
        What it would have done
      </Title>
      {outdated && (
        <Alert color="orange" mb="sm">
          You changed something since: try it again for the figures of what you would save.
        </Alert>
      )}
      {running && (
        <Stack gap="xs">
          <Text role="status">
            {data?.total == null
              ? 'Looking for the mail …'
              : `Judging again: ${data.done} of ${data.total} messages${timeLeft(data.left_ms)}. Mail goes on meanwhile.`}
          </Text>
          <Progress.Root>
            <Progress.Section value={share} aria-label="How much is judged again" />
          </Progress.Root>
          <Group>
            <Button
              size="xs"
              variant="default"
              loading={busy}
              onClick={() =>
                void act(async () => {
                  await api.send('DELETE', `/settings/rubric/backtests/${id}`);
                  await refetch();
                })
              }
            >
              Cancel
            </Button>
          </Group>
        </Stack>
      )}
      {data?.state === 'cancelled' && <Text>Cancelled; nothing was changed.</Text>}
      {data?.state === 'failed' && <Alert color="red">{data.error}</Alert>}
      {data?.summary && (
        <Summary id={id} what={whatIsTried(data)} summary={data.summary} kept={data.kept_changes} />
      )}
    </section>
  );
}

/** ", about 3 min left" */
function timeLeft(ms: number | null): string {
  if (ms === null) return '';
  const seconds = Math.ceil(ms / 1000);
  return `, about ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} left`;
}

function whatIsTried({ candidate, adapter }: BacktestView): string {
  if (adapter === null) return 'this change';
  return candidate === null ? `the model ${adapter}` : `this change with the model ${adapter}`;
}

interface SummaryProps {
  id: string;
  /** What was tried, in a sentence. */
  what: string;
  summary: BacktestSummary;
  kept: number;
}

function Summary({ id, what, summary, kept }: SummaryProps) {
  const [shown, setShown] = useState<Transition | 'same' | null>(null);
  const { transitions, messages, messages_judged, sampled, deliveries, comparable, same_action } = summary;
  const days = Math.round((summary.until - summary.since) / 86_400_000);
  if (deliveries === 0) {
    return (
      <Text role="status">
        No mail was judged in the last {days} days, so there is nothing to compare with.
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      <div role="status">
        <Text fw={600}>
          {transitions.length === 0
            ? `Over the last ${days} days no mail would have gone another way.`
            : `Over the last ${days} days ${what} would have turned ${transitions
                .map(({ from, to, count }) => `${count} ${words(from, count)} into ${words(to, count)}`)
                .join(', ')}.`}
        </Text>
        <Text size="sm" c="dimmed">
          {plural(deliveries, 'delivery')} of {messages_judged} messages judged again
          {sampled && `, a random sample of ${messages}: the figures are of the sample`}. Each by its text and
          record as judged then;{' '}
          {summary.adapter ? 'the model was asked again' : 'the adapter’s reading stays'}. Mail of observed
          engines counts as if it were enforced.
        </Text>
      </div>
      {transitions.map((one) => (
        <Group key={`${one.from}-${one.to}`} gap="sm">
          <Button size="xs" variant="default" onClick={() => setShown(shown === one ? null : one)}>
            {shown === one ? 'Hide' : 'Show'} the {one.count} {words(one.from, one.count)} →{' '}
            {words(one.to, one.count)}
          </Button>
          <Text size="sm">{labelled(one)}</Text>
        </Group>
      ))}
      {same_action > 0 && (
        <Group gap="sm">
          <Button size="xs" variant="default" onClick={() => setShown(shown === 'same' ? null : 'same')}>
            {shown === 'same' ? 'Hide all' : 'Show all'} that differ
          </Button>
          <Text size="sm">{same_action} would go the same way for another reason.</Text>
        </Group>
      )}
      {shown && <BacktestChanges id={id} kind={shown === 'same' ? null : shown} kept={kept} />}
      {summary.adapter && <BacktestAdapter tally={summary.adapter} />}
      <BacktestRules changes={summary.rule_changes} />
      <NotCompared summary={summary} />
      <details className="settings-details">
        <summary>By rule, of {comparable} comparable deliveries</summary>
        <div className="settings-scroll" tabIndex={0} role="region" aria-label="Findings by rule">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Rule</Table.Th>
                <Table.Th>Fired</Table.Th>
                <Table.Th>Would fire</Table.Th>
                <Table.Th>Decided</Table.Th>
                <Table.Th>Would decide</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {summary.rules.map((tally) => (
                <Table.Tr key={tally.rule}>
                  <Table.Th scope="row">{tally.rule}</Table.Th>
                  <Table.Td>{tally.fired_before}</Table.Td>
                  <Table.Td>{tally.fired_after}</Table.Td>
                  <Table.Td>{tally.decided_before}</Table.Td>
                  <Table.Td>{tally.decided_after}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </details>
    </Stack>
  );
}

/** What reviewers had said of these, and what the adapter had not. */
function labelled({ labels, adapter_unasked }: Transition): string {
  const told = (['right', 'wrong', 'not_sure'] as const).filter((label) => labels[label] > 0);
  const reviewers =
    told.length === 0
      ? 'No reviewer had labelled them.'
      : `Reviewers had called the judge ${told.map((label) => `${label.replace('_', ' ')} on ${labels[label]}`).join(', ')}.`;
  return adapter_unasked === 0
    ? reviewers
    : `${reviewers} ${adapter_unasked} were never read by the adapter, which may still hold them.`;
}

function NotCompared({ summary: { not_comparable } }: { summary: BacktestSummary }) {
  const entries = Object.entries(not_comparable) as [NotComparable, number][];
  if (entries.length === 0) return null;
  return (
    <Alert color="orange" title="Not comparable, and left out">
      {entries.map(([why, count]) => (
        <Text key={why} size="sm">
          {count} {NOT_COMPARABLE_WORDS[why]}.
        </Text>
      ))}
    </Alert>
  );
}
