import { Badge, Group, Text, Title } from '@mantine/core';
import { gathered } from '../../kill-switch/gathered.ts';
import type { MonitorState } from '../../kill-switch/monitor.ts';
import type { MonitorsNow, ShownMonitor } from '../../kill-switch/monitors-now.ts';
import { shownLimit, shownValue } from '../../kill-switch/shown-value.ts';
import { ShownTime } from '../parts/shown-time.tsx';

const STATE: Record<MonitorState, { word: string; color: string }> = {
  ok: { word: 'within its limit', color: 'green' },
  not_enough: { word: 'not enough yet', color: 'gray' },
  warn: { word: 'warns', color: 'yellow' },
  over: { word: 'over its limit', color: 'red' },
};

/** What the gate watches to trip the switch by itself, each value against its limit. */
export function MonitorsPanel({ watched }: { watched: MonitorsNow | null }) {
  return (
    <section className="settings-card" aria-labelledby="monitors">
      <Title order={2} size="h4" id="monitors" mb="sm">
        Monitors
      </Title>
      {watched === null ? (
        <Text>The rules judge alone; there is nothing to watch.</Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="sm">
            Counted since <ShownTime at={watched.since} />: a reset of the switch or another adapter begins
            anew.
          </Text>
          <ul className="monitors">
            {gathered(watched.monitors).map((monitor) => (
              <Monitor key={monitor.monitor} monitor={monitor} />
            ))}
            {watched.failed.map(({ monitor, why }) => (
              <li key={monitor}>
                {monitor.replaceAll('_', ' ')} could not be read: {why}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Monitor({ monitor }: { monitor: ShownMonitor }) {
  const { title, state, value, unit, says, trips, changed_at: since, counted, needed } = monitor;
  return (
    <li data-monitor={monitor.monitor} data-state={state}>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Title order={3} size="h5">
            {title}
          </Title>
          <Badge color={STATE[state].color} variant="light">
            {STATE[state].word}
          </Badge>
        </Group>
        <Text size="sm" className="monitor-value">
          {value === null ? 'no value' : shownValue(value, unit)}
          {monitor.limit !== null && ` · limit ${shownLimit(monitor)}`}
        </Text>
      </Group>
      <MonitorBar monitor={monitor} />
      <Text size="sm">{says}</Text>
      <Text size="sm" c="dimmed">
        {state === 'not_enough' && `${counted} of ${needed} needed. `}
        {trips ? 'Over its limit it trips the switch.' : 'It only warns.'}
        {since !== null && state !== 'not_enough' && (
          <>
            {' '}
            So since <ShownTime at={since} />.
          </>
        )}
      </Text>
    </li>
  );
}

/** The value, its 95 % interval and the limit on one line; the words around it say the same. */
function MonitorBar({ monitor: { value, limit, interval, unit } }: { monitor: ShownMonitor }) {
  if (value === null || limit === null) return null;
  const size = Math.abs(value);
  // The limit stands at half of the bar, unless the value or its interval needs more room.
  const full =
    unit === 'share'
      ? Math.min(1, Math.max(2 * limit, size, interval?.high ?? 0))
      : Math.max(2 * limit, size);
  const at = (share: number): string => `${Math.min(100, (100 * share) / full)}%`;
  return (
    <div className="monitor-bar" aria-hidden="true">
      <span className="monitor-fill" style={{ width: at(size) }} />
      {interval && (
        <span
          className="monitor-interval"
          style={{ insetInlineStart: at(interval.low), width: at(interval.high - interval.low) }}
        />
      )}
      <span className="monitor-limit" style={{ insetInlineStart: at(limit) }} />
    </div>
  );
}
