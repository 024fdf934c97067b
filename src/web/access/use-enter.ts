import { useQueryClient } from '@tanstack/react-query';
import type { SessionView } from '../../access/web-types.ts';
import { setCsrf } from '../app/api.ts';
import { SESSION_KEY } from '../app/session.tsx';

/**
 * Takes a session over that the gate has just opened or renewed.
 *
 * @param before whose session has ended on this page; what they were shown is asked for again, or forgotten for somebody else
 */
export function useEnter(before: string | null = null): (session: SessionView) => void {
  const client = useQueryClient();
  return (session) => {
    const others = {
      predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== SESSION_KEY[0],
    };
    setCsrf(session.csrf);
    if (before !== null && session.account?.email !== before) client.removeQueries(others);
    client.setQueryData(SESSION_KEY, session);
    if (before !== null) void client.invalidateQueries(others);
  };
}
