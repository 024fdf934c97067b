import { Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { MonitorReading } from '../../kill-switch/monitor.ts';
import { percent } from '../../kill-switch/percent.ts';
import { PROBE_OF } from '../../kill-switch/probes.ts';
import type { CheckResult, SpotCheckPage } from '../../kill-switch/spot-check/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { reasonChip } from '../parts/words.ts';
import { CheckDetailsPanel } from './check-details.tsx';

const STATE: Record<MonitorReading['state'], string> = {
  ok: '✓ fine',
  not_enough: 'not enough labels',
  warn: '▲ below the limit',
  over: '✕ below the limit: trips',
};
const TONE: Record<MonitorReading['state'], string | undefined> = {
  ok: 'ok',
  not_enough: undefined,
  warn: 'warn',
  over: 'bad',
};

/** What people found: each probe, and each check. */
export function Results({ page }: { page: SpotCheckPage }) {
  return (
    <>
      <Probes probes={page.probes} adapter={page.adapter} />
      <Checks checks={page.checks} />
    </>
  );
}

function Probes({ probes, adapter }: { probes: readonly MonitorReading[]; adapter: string | null }) {
  const of = (kind: 'probe' | 'rules', probe: string): MonitorReading | undefined =>
    probes.find(({ monitor }) => monitor === `${kind}_${probe}`);
  return (
    <section className="insight-panel" aria-labelledby="spot-probes">
      <Title order={2} size="h4" id="spot-probes">
        Probes
      </Title>
      <Text size="sm" c="dimmed">
        Of the decisions that are about a probe, how many people found right, with the 95 % interval. Below
        the limit, with enough labels,{' '}
        {adapter === null
          ? 'the rules’ own warn.'
          : 'the adapter’s trip the kill switch; the rules’ own warn.'}
      </Text>
      <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Probes, table">
        <table className="plain-table" data-stacks>
          <thead>
            <tr>
              <th scope="col">Probe</th>
              {adapter !== null && <th scope="col">With a part of the adapter</th>}
              <th scope="col">By the rules alone</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(PROBE_OF).map(([rule, probe]) => (
              <tr key={probe}>
                <th scope="row">
                  {probe} {reasonChip(rule)}
                </th>
                {adapter !== null && (
                  <td data-label="With a part of the adapter">
                    <Figure reading={of('probe', probe)} />
                  </td>
                )}
                <td data-label="By the rules alone">
                  <Figure reading={of('rules', probe)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Figure({ reading }: { reading: MonitorReading | undefined }) {
  if (!reading) return '–';
  const { state, value, interval, counted, needed } = reading;
  return (
    <>
      {value !== null && interval && (
        <>
          {percent(value)} of {counted} ({percent(interval.low)} to {percent(interval.high)}){' '}
        </>
      )}
      <span className="state-word" data-state={TONE[state]}>
        {STATE[state]}
        {state === 'not_enough' && `: ${counted} of ${needed}`}
      </span>
    </>
  );
}

function Checks({ checks }: { checks: readonly CheckResult[] }) {
  const [shown, setShown] = useState<number | null>(null);
  if (checks.length === 0) return null;
  return (
    <section className="insight-panel" aria-labelledby="spot-checks">
      <Title order={2} size="h4" id="spot-checks">
        Spot checks so far
      </Title>
      <Text size="sm" c="dimmed">
        Shares are of what was drawn, not of all mail: rare kinds of decisions are drawn more often.
      </Text>
      <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Spot checks, table">
        <table className="plain-table" data-stacks>
          <thead>
            <tr>
              <th scope="col">Drawn</th>
              <th scope="col">Decisions</th>
              <th scope="col">The judge was right</th>
              <th scope="col">Disputed</th>
              <th scope="col">Without an answer</th>
              <th scope="col">Items</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <tr key={check.id}>
                <th scope="row">
                  <ShownTime at={check.drawn_at} /> by {check.actor}
                </th>
                <td data-label="Decisions">
                  {check.items} of {check.population}
                </td>
                <td data-label="The judge was right">{rightWords(check)}</td>
                <td data-label="Disputed">{check.disputed}</td>
                <td data-label="Without an answer">{check.unanswered}</td>
                <td>
                  <button
                    type="button"
                    className="insight-choice"
                    aria-expanded={shown === check.id}
                    onClick={() => setShown(shown === check.id ? null : check.id)}
                  >
                    Items of check {check.id}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown !== null && <CheckDetailsPanel key={shown} id={shown} />}
    </section>
  );
}

function rightWords({ rate, interval, right, agreed }: CheckResult): string {
  if (rate === null || interval === null) return 'not enough labels';
  return `${right} of ${agreed}: ${percent(rate)} (${percent(interval.low)} to ${percent(interval.high)})`;
}
