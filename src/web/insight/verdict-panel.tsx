import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { Finding } from '../../judge/verdict.ts';
import { DECISIONS } from '../../message/types.ts';
import type { StoredVerdict } from '../../pipeline/verdict-store.ts';
import { measuredDuration } from '../parts/time.ts';
import { plainName } from '../parts/words.ts';

/** A verdict with its evidence: findings, fields as judged, the adapter's probabilities, notices, versions. */
export function VerdictPanel({ verdict, level = 3 }: { verdict: StoredVerdict; level?: 2 | 3 | 4 }) {
  const { decision, hold_reason, rationale, findings, notices, adapter } = verdict;
  return (
    <div>
      <Text fw={700} size="lg" component="p" m={0}>
        {decision ?? `Hold: ${plainName(hold_reason ?? 'doubt')}`}
      </Text>
      <Text component="p" mt={0} mb="xs">
        {rationale}
      </Text>
      {findings.length > 0 && (
        <ol>
          {findings.map((finding, index) => (
            <FindingItem key={`${finding.rule}-${index}`} finding={finding} />
          ))}
        </ol>
      )}
      {adapter && (
        <>
          <Title order={level} size="h6" mt="sm">
            Adapter ({adapter.mode}, {measuredDuration(adapter.latency_ms)})
          </Title>
          {adapter.rationale && <Text size="sm">{adapter.rationale}</Text>}
          <table className="plain-table">
            <caption>What the adapter holds each decision for</caption>
            <thead>
              <tr>
                <th scope="col">Decision</th>
                <th scope="col" className="number">
                  Probability
                </th>
              </tr>
            </thead>
            <tbody>
              {DECISIONS.map((one) => (
                <tr key={one}>
                  <th scope="row">{one}</th>
                  <td className="number">{(adapter.probabilities[one] * 100).toFixed(1)} %</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      {notices.length > 0 && (
        <ul>
          {notices.map(({ kind, detail }) => (
            <li key={`${kind} ${detail}`}>
              <Text size="sm" span>
                {plainName(kind)}: {detail}
              </Text>
            </li>
          ))}
        </ul>
      )}
      <Text size="xs" c="dimmed">
        Judged in {measuredDuration(verdict.latency_ms)} by rubric {verdict.rubric_version || '–'}, adapter{' '}
        {verdict.adapter_version ?? 'none'}.
      </Text>
    </div>
  );
}

function FindingItem({ finding }: { finding: Finding }) {
  return (
    <li>
      <strong>
        {plainName(finding.rule)} → {finding.decision}
      </strong>
      {finding.enforced ? '' : ' (observed only)'}: {finding.rationale}
      {finding.spans.length > 0 && (
        <ul>
          {finding.spans.map(({ part, start, text }) => (
            <li key={`${part} ${start}`}>
              <q>{text}</q> ({part})
            </li>
          ))}
        </ul>
      )}
      {finding.fields.length > 0 && (
        <ul>
          {finding.fields.map(({ field, value }) => (
            <li key={field}>
              <code>{field}</code> = <code>{JSON.stringify(value)}</code>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** The record as it was judged; texts of threads and lists are folded away. */
export function RecordPanel({ record }: { record: StoredVerdict['prospect'] }) {
  if (!record) return <Text size="sm">The recipient was not in the CRM mirror.</Text>;
  const { thread, foreign, peers } = record;
  return (
    <>
      <div className="plain-table-frame">
        <table className="plain-table">
          <caption>Fields without a value are left out</caption>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Value as judged</th>
            </tr>
          </thead>
          <tbody>
            {shownFields(record).map(([field, value]) => (
              <tr key={field}>
                <th scope="row">{plainName(field)}</th>
                <td>{valueOf(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Text size="sm" mt="xs">
        Thread so far: {thread.length} messages. Texts of other threads compared: {foreign.length}. Peers
        known: {peers.length}.
      </Text>
    </>
  );
}

const TEXTS_AND_LISTS = new Set(['thread', 'foreign', 'peers']);

/** Fields that have a value, without texts of threads and lists. */
export function shownFields(record: ProspectSnapshot): [field: string, value: unknown][] {
  return Object.entries(record).filter(([field, value]) => !TEXTS_AND_LISTS.has(field) && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function valueOf(value: unknown): ReactNode {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return <code>{JSON.stringify(value)}</code>;
}
