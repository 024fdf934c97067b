import { Anchor, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { InsightView, Rate } from '../../insight/web-types.ts';
import { useAccount } from '../app/session.tsx';
import { ShownTime } from '../parts/shown-time.tsx';
import { plainName } from '../parts/words.ts';

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`);

function rateText({ rate, low, high, hits, of }: Rate): string {
  return rate === null
    ? 'nothing to count yet'
    : `${percent(rate)} (${percent(low)} to ${percent(high)}; ${hits} of ${of})`;
}

/** Named numbers beside each other. */
export function Numbers({ items }: { items: readonly [string, ReactNode][] }) {
  return (
    <dl className="numbers">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="big-number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function FalsePositivePanel({ view }: { view: InsightView }) {
  const {
    rate,
    limit,
    window,
    prospects,
    enough,
    wrongly_stopped,
    rightly_relayed,
    rightly_stopped,
    unlabelled,
  } = view.false_positives;
  const { role } = useAccount();
  const over = enough && rate.rate !== null && rate.rate > limit;
  return (
    <section className="insight-panel" aria-label="False positives of the adapter">
      <Title order={2} size="h5">
        False positives of the adapter
      </Title>
      <Text component="p" my="xs">
        <span className="big-number">{enough ? percent(rate.rate) : '–'}</span>{' '}
        <span className="state-word" data-state={over ? 'bad' : enough ? 'ok' : 'warn'}>
          {over ? `✕ above ${percent(limit)}` : enough ? `✓ within ${percent(limit)}` : '▲ not enough labels'}
        </span>
      </Text>
      <Text size="sm">{rateText(rate)}</Text>
      <table className="plain-table">
        <caption>
          Newest delivery to each of the last {prospects} of {window} prospects. Of those that should have
          gone, the share that the adapter alone stopped.
        </caption>
        <tbody>
          {(
            [
              ['Stopped by the adapter, labelled wrong', wrongly_stopped],
              ['Passed, and not labelled otherwise', rightly_relayed],
              ['Stopped by the adapter, labelled right (not counted)', rightly_stopped],
              ['Stopped by the adapter, no answer yet (counted neither way)', unlabelled],
            ] as const
          ).map(([name, count]) => (
            <tr key={name}>
              <th scope="row" style={{ whiteSpace: 'normal' }}>
                {name}
              </th>
              <td className="number">{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {role !== 'reviewer' && (
        <Text size="sm" mt="xs">
          <Anchor component={Link} href="/settings/adapter">
            All monitors of the kill switch
          </Anchor>
        </Text>
      )}
    </section>
  );
}

export function PrecisionPanel({ view }: { view: InsightView }) {
  return (
    <section className="insight-panel wide" aria-label="Precision by rule">
      <Title order={2} size="h5">
        Precision by rule
      </Title>
      <Text size="sm" c="dimmed">
        Of the stops that a reviewer answered for, the share that was right, with the 95 % interval of Wilson.
        Below {view.min_labels} answers nothing is said.
      </Text>
      {view.precision.length === 0 ? (
        <Text size="sm">Nothing was stopped in this time.</Text>
      ) : (
        <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Precision by rule, table">
          <table className="plain-table" data-stacks>
            <thead>
              <tr>
                <th scope="col">Stopped for</th>
                <th scope="col" className="number">
                  Stops
                </th>
                <th scope="col" className="number">
                  Right
                </th>
                <th scope="col" className="number">
                  Wrong
                </th>
                <th scope="col" className="number">
                  Not sure
                </th>
                <th scope="col">Precision</th>
              </tr>
            </thead>
            <tbody>
              {view.precision.map((row) => (
                <tr key={row.rule}>
                  <th scope="row">{plainName(row.rule)}</th>
                  <td className="number" data-label="Stops">
                    {row.stopped}
                  </td>
                  <td className="number" data-label="Right">
                    {row.right}
                  </td>
                  <td className="number" data-label="Wrong">
                    {row.wrong}
                  </td>
                  <td className="number" data-label="Not sure">
                    {row.not_sure}
                  </td>
                  <td data-label="Precision">
                    {row.precision ? rateText(row.precision) : 'not enough labels'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function UpstreamPanel({ view }: { view: InsightView }) {
  return (
    <section className="insight-panel wide" aria-label="Upstreams">
      <Title order={2} size="h5">
        Upstreams
      </Title>
      {view.upstreams.length === 0 ? (
        <Text size="sm">No attempt in this time.</Text>
      ) : (
        <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Attempts by upstream">
          <table className="plain-table" data-stacks>
            <caption>Attempts by how they ended</caption>
            <thead>
              <tr>
                <th scope="col">Upstream</th>
                {['Delivered', 'Temporary', 'Permanent', 'Lost', 'Aborted'].map((name) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
                <th scope="col">Last error</th>
              </tr>
            </thead>
            <tbody>
              {view.upstreams.map((row) => (
                <tr key={row.upstream}>
                  <th scope="row">{row.upstream}</th>
                  {(['delivered', 'temporary', 'permanent', 'lost', 'aborted'] as const).map((outcome) => (
                    <td key={outcome} className="number" data-label={outcome}>
                      {row[outcome]}
                    </td>
                  ))}
                  <td data-label="Last error">
                    {row.last_error ? (
                      <>
                        {row.last_error.response} (<ShownTime at={row.last_error.at} exact />)
                      </>
                    ) : (
                      'none'
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function ReviewerPanel({ view }: { view: InsightView }) {
  const acts = ['release', 'reject', 'escalate', 'close', 'undo'] as const;
  return (
    <section className="insight-panel wide" aria-label="Reviewers">
      <Title order={2} size="h5">
        Reviewers
      </Title>
      {view.reviewers.length === 0 ? (
        <Text size="sm">Nobody settled held mail in this time.</Text>
      ) : (
        <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Acts by reviewer">
          <table className="plain-table" data-stacks>
            <caption>Acts, and answers to “was the judge right?”</caption>
            <thead>
              <tr>
                <th scope="col">Who</th>
                {[...acts, 'right', 'wrong', 'not sure'].map((name) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {view.reviewers.map((row) => (
                <tr key={row.actor}>
                  <th scope="row">{row.actor}</th>
                  {acts.map((act) => (
                    <td key={act} className="number" data-label={act}>
                      {row.acts[act] ?? 0}
                    </td>
                  ))}
                  {(['right', 'wrong', 'not_sure'] as const).map((answer) => (
                    <td key={answer} className="number" data-label={plainName(answer)}>
                      {row[answer]}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
