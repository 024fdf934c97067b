import { Text } from '@mantine/core';
import { Link } from 'wouter';
import type { AffectedDelivery } from '../../crm/web-types.ts';
import { verdictShown } from './values.ts';

/** Held messages with the verdict they have and the one they would have. */
export function AffectedList({ affected }: { affected: readonly AffectedDelivery[] }) {
  return (
    <ul className="crm-list" tabIndex={0} aria-label="Held messages that would change verdict">
      {affected.map(({ id, recipient, subject, from, to, rationale }) => (
        <li key={id}>
          <Link href={`/deliveries/${id}`} target="_blank">
            {recipient}
          </Link>
          {subject && ` – ${subject}`}
          <div>
            {verdictShown(from)} <span aria-label="becomes">→</span> <strong>{verdictShown(to)}</strong>
          </div>
          <Text size="sm" c="dimmed">
            {rationale}
          </Text>
        </li>
      ))}
    </ul>
  );
}
