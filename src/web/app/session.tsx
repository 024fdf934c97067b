import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, createContext, useContext, useEffect } from 'react';
import type { SessionView } from '../../access/web-types.ts';
import { api, setCsrf, setOnSignedOut } from './api.ts';

export type { SessionView };

const SessionContext = createContext<SessionView | null>(null);

/** Shows what is below as it is seen by this session. */
export const SessionAs = SessionContext.Provider;

export const SESSION_KEY = ['session'];

/** Loads who is signed in; renders `loading` until that is known. */
export function SessionProvider({ children, loading }: { children: ReactNode; loading: ReactNode }) {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      const session = await api.get<SessionView>('/session');
      setCsrf(session.csrf);
      return session;
    },
    staleTime: 5 * 60_000,
    retry: true,
  });
  useEffect(() => {
    setOnSignedOut((again) => {
      if (!again) return void client.invalidateQueries({ queryKey: SESSION_KEY });
      setCsrf(null);
      client.setQueryData<SessionView>(
        SESSION_KEY,
        (known) => known && { ...known, account: null, csrf: null },
      );
    });
  }, [client]);
  if (!data) return loading;
  return <SessionContext.Provider value={data}>{children}</SessionContext.Provider>;
}

const BehindContext = createContext(false);

/** Whether the sign-in of a session that ended stands in front of what is below. */
export const BehindSignIn = BehindContext.Provider;

export function useBehindSignIn(): boolean {
  return useContext(BehindContext);
}

export function useSession(): SessionView {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside SessionProvider');
  return session;
}

/** The signed-in account; only below the shell. */
export function useAccount(): NonNullable<SessionView['account']> {
  const { account } = useSession();
  if (!account) throw new Error('useAccount without a session');
  return account;
}
