import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { AuditItem } from '../../insight/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { plainName } from '../parts/words.ts';

/** Entries with their details in words; the whole detail is folded away. */
export function AuditTable({ items }: { items: readonly AuditItem[] }) {
  return (
    <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Entries">
      <table className="plain-table" data-stacks>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Did</th>
            <th scope="col">To</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              <td className="short">
                <ShownTime at={item.at} exact />
              </td>
              <td data-label="Who" className="whole">
                {item.actor_name}
              </td>
              <td data-label="Did" className="short">
                {plainName(item.action)}
              </td>
              <td data-label="To" className="whole">
                <Subject subject={item.subject} />
              </td>
              <td data-label="Details">
                {item.words.slice(0, 4).map((line) => (
                  <div key={line}>{line}</div>
                ))}
                {item.words.length > 0 && (
                  <details>
                    <summary>All of it</summary>
                    <pre className="code-text">{JSON.stringify(item.detail, null, 2)}</pre>
                  </details>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where a subject can be looked at. */
const PLACES: Record<string, (id: string) => string> = {
  delivery: (id) => `/deliveries/${encodeURIComponent(id)}`,
  message: (id) => `/trace?id=${encodeURIComponent(id)}`,
  engine: () => '/settings/engines',
  upstream: () => '/settings/upstreams',
  rubric: () => '/settings/rubric',
  adapter: () => '/settings/adapter',
  user: () => '/users',
  company: () => '/crm/companies',
  prospect: () => '/crm/prospects',
  suppression: () => '/crm/suppressions',
  probe_case: () => '/playground',
};

function Subject({ subject: { type, id } }: { subject: AuditItem['subject'] }) {
  const place = PLACES[type];
  const label = `${plainName(type)} ${id}`;
  return place ? (
    <Anchor component={Link} size="sm" href={place(id)}>
      {label}
    </Anchor>
  ) : (
    label
  );
}
