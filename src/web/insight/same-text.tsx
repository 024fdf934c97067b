import { Text, Title } from '@mantine/core';
import type { SameText } from '../../insight/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';

/** Other deliveries with the same text or template. */
export function SameTextPanel({
  title,
  about,
  same,
  open,
}: {
  title: string;
  about?: string;
  same: SameText | null;
  open: (messageId: string) => void;
}) {
  return (
    <section className="insight-panel" aria-label={title}>
      <Title order={3} size="h5">
        {title}
      </Title>
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      {!same && <Text size="sm">There is too little text to compare.</Text>}
      {same?.total === 0 && <Text size="sm">Nobody else.</Text>}
      {same && same.total > 0 && (
        <>
          <Text size="sm">
            {same.more ? 'More than ' : ''}
            {same.total} other deliveries:{' '}
            {same.by_state.map(({ state, count }) => `${count} ${state}`).join(', ')}.
          </Text>
          <div className="plain-table-frame" tabIndex={0} role="region" aria-label={`${title}, list`}>
            <table className="plain-table" data-stacks>
              <thead>
                <tr>
                  <th scope="col">Recipient</th>
                  <th scope="col">State</th>
                  <th scope="col">When</th>
                </tr>
              </thead>
              <tbody>
                {same.items.map((item) => (
                  <tr key={item.delivery_id}>
                    <th scope="row">
                      <button type="button" className="insight-choice" onClick={() => open(item.message_id)}>
                        {item.recipient}
                      </button>
                    </th>
                    <td data-label="State">{item.state}</td>
                    <td data-label="When">
                      <ShownTime at={item.at} exact />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {same.total > same.items.length && (
            <Text size="sm" c="dimmed">
              The newest {same.items.length} are listed.
            </Text>
          )}
        </>
      )}
    </section>
  );
}
