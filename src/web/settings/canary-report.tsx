import { Alert, Table, Text } from '@mantine/core';
import type { CanaryReport, ProbeTally, Turned } from '../../settings/canary-web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { plural } from '../parts/words.ts';

type Judge = 'rules' | 'adapter' | 'full';
const JUDGES: readonly (readonly [Judge, string])[] = [
  ['rules', 'rules'],
  ['adapter', 'adapter'],
  ['full', 'both'],
];

/** The newest run over all cases: each probe's two sides by each judge, and what turned. */
export function CanaryReportView({ report }: { report: CanaryReport }) {
  const { run, all, probes, own, adapter, rules } = report;
  return (
    <>
      {run.state === 'fell' ? (
        <Alert color="orange" title="It fell">
          {run.says}
        </Alert>
      ) : (
        <Text size="sm">{run.says}</Text>
      )}
      <div className="settings-scroll" tabIndex={0} role="region" aria-label="Right answers by probe">
        <Table className="canary-table">
          <caption className="canary-caption">
            How many each has right, <ShownTime at={run.ended_at ?? run.started_at} />
          </caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th rowSpan={2}>Probe</Table.Th>
              {['Good mail', 'Bad mail', 'Hard ones'].map((side) => (
                <Table.Th key={side} colSpan={3} scope="colgroup">
                  {side}
                </Table.Th>
              ))}
            </Table.Tr>
            <Table.Tr>
              {['good', 'bad', 'hard'].flatMap((side) =>
                JUDGES.map(([judge, name]) => <Table.Th key={`${side} ${judge}`}>{name}</Table.Th>),
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {probes.map(({ probe, tally }) => (
              <Row key={probe} name={probe} tally={tally} />
            ))}
            <Row name="all" tally={all} />
            {own && <Row name="your own" tally={own} />}
          </Table.Tbody>
        </Table>
      </div>
      {adapter && (
        <TurnedCases
          turned={adapter}
          title="The adapter since it was accepted"
          same="It answers every case as it did then."
        />
      )}
      {rules && (
        <TurnedCases
          turned={rules}
          title={`The rules since the rubric ${rules.with.rubric_version}`}
          same="They answer every case as they did under it."
        />
      )}
    </>
  );
}

function Row({ name, tally }: { name: string; tally: ProbeTally }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      {(['good', 'bad', 'hard'] as const).flatMap((side) =>
        JUDGES.map(([judge]) => (
          <Table.Td key={`${side} ${judge}`}>
            <Share hits={tally[side][judge]} of={tally[side].of} />
          </Table.Td>
        )),
      )}
    </Table.Tr>
  );
}

/** A count with a bar under it; the figure says all that the bar does. */
function Share({ hits, of }: { hits: number; of: number }) {
  return (
    <span className="canary-share">
      {of === 0 ? '–' : `${hits}/${of}`}
      <span className="canary-bar" aria-hidden="true">
        <span style={{ width: of === 0 ? 0 : `${(hits / of) * 100}%` }} />
      </span>
    </span>
  );
}

function TurnedCases({ turned, title, same }: { turned: Turned; title: string; same: string }) {
  const { worse, better } = turned;
  if (worse.length + better.length === 0)
    return (
      <Text size="sm">
        {title}: {same}
      </Text>
    );
  return (
    <details className="settings-details">
      <summary>
        {title}: {plural(worse.length, 'case')} for the worse, {better.length} for the better
      </summary>
      <div className="settings-scroll" tabIndex={0} role="region" aria-label={title}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Case</Table.Th>
              <Table.Th>Should be</Table.Th>
              <Table.Th>Was</Table.Th>
              <Table.Th>Is</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...worse, ...better].map((one) => (
              <Table.Tr key={one.id}>
                <Table.Th scope="row">
                  {one.id}
                  {one.hard && ' (hard)'}
                </Table.Th>
                <Table.Td>{one.gold}</Table.Td>
                <Table.Td>{one.was}</Table.Td>
                <Table.Td>{one.now}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  );
}
