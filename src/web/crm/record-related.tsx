import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { GridRecord, GridTable, HeldSummary, RecordView } from '../../crm/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { plainName, plural } from '../parts/words.ts';
import { crmHref } from './grid-url.ts';

/** What belongs to a record, each a link to it. */
export function RecordRelated({ view, table }: { view: RecordView; table: GridTable }) {
  const { company, prospects, prospects_total: total, suppressions, commitments, threads } = view;
  const empty =
    !company && prospects.length + suppressions.length + commitments.length + threads.length === 0;
  if (empty) return <Text c="dimmed">Nothing else belongs to it.</Text>;
  return (
    <>
      {company && <Records title="Company" table="companies" records={[company]} />}
      {prospects.length > 0 && (
        <Records title={plural(total, 'prospect')} table="prospects" records={prospects}>
          {total > prospects.length && table === 'companies' && (
            <Link href={crmHref('prospects', { filters: { company_id: view.record.id } })}>Show all</Link>
          )}
        </Records>
      )}
      {suppressions.length > 0 && (
        <Records title="Suppressions that hold" table="suppressions" records={suppressions} more="channel" />
      )}
      {commitments.length > 0 && (
        <Records title="Commitments" table="commitments" records={commitments} more="type" />
      )}
      {threads.length > 0 && (
        <Section title="Threads">
          {threads.map(({ id, subject, messages, updated_at: at }) => (
            <li key={id}>
              {subject ?? id}{' '}
              <Text component="span" size="sm" c="dimmed">
                · {plural(messages, 'message')} · <ShownTime at={at} />
              </Text>
            </li>
          ))}
        </Section>
      )}
    </>
  );
}

/** Held messages that the record is read for. */
export function RecordHeld({ held, total }: { held: readonly HeldSummary[]; total: number }) {
  if (total === 0) return <Text c="dimmed">No held message is judged by this record.</Text>;
  return (
    <>
      <Text size="sm">{plural(total, 'held message')} judged by this record.</Text>
      <ul className="crm-list" aria-label="Held messages">
        {held.map(({ id, recipient, subject, reason, rationale }) => (
          <li key={id}>
            <Link href={`/deliveries/${id}`}>{recipient}</Link> {subject}
            <div>
              <strong>{reason && plainName(reason)}</strong> {rationale}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Records({
  title,
  table,
  records,
  more,
  children,
}: {
  title: string;
  table: GridTable;
  records: readonly GridRecord[];
  more?: string;
  children?: ReactNode;
}) {
  return (
    <Section title={title} after={children}>
      {records.map((record) => (
        <li key={record.id}>
          <Link href={crmHref(table, { record: record.id })}>{record.label}</Link>
          {more && (
            <Text component="span" size="sm" c="dimmed">
              {' '}
              · {(record.values[more] as string | null) ?? ''}
            </Text>
          )}
        </li>
      ))}
    </Section>
  );
}

function Section({ title, children, after }: { title: string; children: ReactNode; after?: ReactNode }) {
  return (
    <section className="crm-section">
      <Title order={3} size="h6">
        {title}
      </Title>
      <ul className="crm-list">{children}</ul>
      {after}
    </section>
  );
}
