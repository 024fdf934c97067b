import { Badge, VisuallyHidden } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLive } from '../app/live.tsx';
import { SPOT_CHECK, calls } from './calls.ts';

/** How many drawn decisions wait for the account; nothing where none do. Loaded after the page, so it costs no first load. */
export default function WaitingCount() {
  const client = useQueryClient();
  const queryKey = [...SPOT_CHECK, 'waiting'];
  const { data } = useQuery({ queryKey, queryFn: calls.waiting });
  useLive({
    change: ({ subject }) => {
      if (subject.type === 'spot_check') void client.invalidateQueries({ queryKey });
    },
    reset: () => void client.invalidateQueries({ queryKey }),
  });
  if (!data || data.waiting === 0) return null;
  return (
    <Badge size="sm" variant="light">
      {data.waiting}
      <VisuallyHidden> waiting for an answer</VisuallyHidden>
    </Badge>
  );
}
