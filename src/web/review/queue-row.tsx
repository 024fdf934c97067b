import { memo } from 'react';
import { Link } from 'wouter';
import { ShownTime } from '../parts/shown-time.tsx';
import { duration, soonTime } from '../parts/time.ts';
import { STATE_WORD, plural, reasonChip } from '../parts/words.ts';
import { Due } from './due.tsx';
import type { Row } from './queue-cache.ts';
import { ReasonChip } from './reason-chip.tsx';

/** One delivery in the list: who, what, why, how long. The whole row leads to the message. */
export const QueueRow = memo(function QueueRow({
  row,
  now,
  selected,
  onSelect,
  onFocus,
}: {
  row: Row;
  now: number;
  selected: boolean;
  onSelect: (id: string, range: boolean) => void;
  onFocus: (id: string) => void;
}) {
  const name = row.recipient_name ?? row.recipient;
  const subject = row.subject || '(no subject)';
  const from = row.held_at ?? row.received_at;
  return (
    <li
      className="row"
      data-id={row.id}
      data-selected={selected || undefined}
      data-marked={row.mark !== undefined || undefined}
      data-unopened={(!row.opened && !row.mark) || undefined}
    >
      <label className="row-check">
        <input
          type="checkbox"
          checked={selected}
          aria-label={`Select the mail to ${name}: ${subject}`}
          onChange={(event) => onSelect(row.id, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </label>
      <div className="row-who">
        <span className="row-name" title={row.recipient}>
          {name}
        </span>
        <span className="row-company">{row.company?.name ?? row.recipient.split('@')[1]}</span>
      </div>
      <div className="row-what">
        <Link
          href={`/deliveries/${row.id}`}
          className="row-link"
          aria-label={`${subject}, to ${name}. ${row.mark ?? `${reasonChip(row.reason)}: ${row.rationale ?? ''}`}`}
          onFocus={() => onFocus(row.id)}
        >
          {!row.opened && !row.mark && <span className="row-dot" title="Not opened yet" />}
          {subject}
        </Link>
        <span className="row-why">
          {row.mark ? (
            <span className="row-mark">{row.mark}</span>
          ) : (
            <ReasonChip reason={row.reason} decision={row.decision} />
          )}
          <span className="row-rationale">{row.rationale}</span>
        </span>
      </div>
      <div className="row-meta">
        <Marks row={row} />
        <span className="row-engine" title={`Engine ${row.engine}`}>
          {row.engine}
        </span>
      </div>
      <div className="row-time">
        <span className="row-age">
          <ShownTime at={from}>{duration(now - from)}</ShownTime>
        </span>
        {row.mark === undefined && <Due at={row.due_at} tone={row.due} now={now} />}
      </div>
    </li>
  );
});

function Marks({ row }: { row: Row }) {
  return (
    <span className="row-marks">
      {row.state !== 'held' && row.mark === undefined && <span className="tag">{STATE_WORD[row.state]}</span>}
      {row.snoozed_until !== null && (
        <span className="tag" title="Snoozed">
          until {soonTime(row.snoozed_until)}
        </span>
      )}
      {row.approvals && (
        <span
          className="tag"
          title={
            row.approvals.given.map(({ name }) => `Approved by ${name}`).join(', ') || 'Needs two people'
          }
        >
          {row.approvals.given.length}/{row.approvals.given.length + row.approvals.needed} approved
        </span>
      )}
      {row.comments > 0 && (
        <span className="tag" title={plural(row.comments, 'comment')}>
          <span aria-hidden="true">💬</span> {row.comments}
        </span>
      )}
      {row.assigned && (
        <span className="tag row-assignee" title={`Assigned to ${row.assigned.name}`}>
          {row.assigned.name}
        </span>
      )}
    </span>
  );
}
