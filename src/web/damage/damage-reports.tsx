import { Anchor, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { BrandDamageList } from '../../review/web-types.ts';
import { api } from '../app/api.ts';
import { useLive } from '../app/live.tsx';
import { ShownTime } from '../parts/shown-time.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { STATE_WORD, reasonChip } from '../parts/words.ts';
import './damage.css';

/** All mail that was reported, the newest first. */
export function DamageReports() {
  const { data, error, refetch } = useQuery({
    queryKey: ['brand-damage'],
    queryFn: () => api.get<BrandDamageList>('/brand-damage'),
  });
  useLive({
    change: ({ action }) => {
      if (action === 'brand_damage') void refetch();
    },
    reset: () => void refetch(),
  });
  return (
    <section className="settings-card" aria-labelledby="damage">
      <Title order={2} size="h4" id="damage" mb="sm">
        Brand damage
      </Title>
      {error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Text size="sm" c="dimmed">
          …
        </Text>
      ) : data.reports.length === 0 ? (
        <Text size="sm">
          No mail was ever reported. Whoever reviews can report one that went out and should not have, on its
          page or in its trace; that trips the kill switch at once.
        </Text>
      ) : (
        <ul className="damage-list">
          {data.reports.map((one) => (
            <li key={one.id}>
              <Anchor component={Link} href={`/deliveries/${one.delivery_id}`}>
                {one.subject || '(no subject)'}
              </Anchor>{' '}
              to {one.recipient}, engine {one.engine} ({STATE_WORD[one.state].toLowerCase()})
              <p>{one.what_happened}</p>
              <p>
                {one.rule !== null && <>Should have been stopped as: {reasonChip(one.rule)}. </>}
                Reported by {one.actor}, <ShownTime at={one.at} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
