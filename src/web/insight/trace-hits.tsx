import { Text, Title } from '@mantine/core';
import type { TraceFound } from '../../insight/web-types.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { ShownTime } from '../parts/shown-time.tsx';

/** The messages a search found; one is opened below. */
export function TraceHits({
  found: { hits, more },
  open,
  shown,
}: {
  found: TraceFound;
  open: (messageId: string) => void;
  shown: string | undefined;
}) {
  if (hits.length === 0) {
    return (
      <EmptyState title="No message is found">
        Fewer words find more. Try the address of the person, or a sentence of the text as it stood in the
        mail. Mail that is not judged yet is not searched.
      </EmptyState>
    );
  }
  return (
    <section className="insight-panel">
      <Title order={2} size="h5">
        {more ? `The newest ${hits.length}` : hits.length} messages
      </Title>
      <div className="plain-table-frame" tabIndex={0} role="region" aria-label="Messages found">
        <table className="plain-table" data-stacks>
          <thead>
            <tr>
              <th scope="col">Subject</th>
              <th scope="col">Recipients</th>
              <th scope="col">Engine</th>
              <th scope="col">Received</th>
              <th scope="col">Found because</th>
            </tr>
          </thead>
          <tbody>
            {hits.map((hit) => (
              <tr key={hit.message_id}>
                <th scope="row">
                  <button
                    type="button"
                    className="insight-choice"
                    aria-pressed={shown === hit.message_id}
                    onClick={() => open(hit.message_id)}
                  >
                    {hit.subject || '(no subject)'}
                  </button>
                </th>
                <td data-label="Recipients" className="whole">
                  {hit.recipients.map(({ delivery_id, address, state }) => (
                    <div key={delivery_id}>
                      {address} ({state})
                    </div>
                  ))}
                </td>
                <td data-label="Engine">{hit.engine}</td>
                <td data-label="Received" className="short">
                  <ShownTime at={hit.received_at} exact />
                </td>
                <td data-label="Found because">{hit.why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more && (
        <Text size="sm" c="dimmed">
          There may be more: add words, or the address.
        </Text>
      )}
    </section>
  );
}
