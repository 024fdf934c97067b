import type { ReactNode } from 'react';
import type { ThreadEntry } from '../../review/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';

/** A part of what surrounds a mail, folded away unless it says something. */
export function Section({
  title,
  count,
  open = false,
  children,
}: {
  title: string;
  count: number;
  open?: boolean;
  children: ReactNode;
}) {
  return (
    <details className="section" open={open}>
      <summary>
        {title} <span className="section-count">{count}</span>
      </summary>
      <div className="section-inside">{children}</div>
    </details>
  );
}

/** What was written in threads, oldest first. */
export function Thread({ entries, empty }: { entries: readonly ThreadEntry[]; empty: string }) {
  if (entries.length === 0) return <p className="aside-empty">{empty}</p>;
  return (
    <ol className="thread">
      {entries.map((entry) => (
        <li key={`${entry.thread_id}${entry.at}${entry.direction}`} data-direction={entry.direction}>
          <span className="thread-who">
            {entry.direction === 'in'
              ? (entry.person ?? 'The prospect')
              : `To ${entry.person ?? 'the prospect'}`}
            {entry.role && `, ${entry.role}`} · <ShownTime at={entry.at} />
          </span>
          <span className="thread-text">{entry.text}</span>
        </li>
      ))}
    </ol>
  );
}
