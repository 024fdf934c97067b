import { type ReactNode, createContext, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { LiveChange, LivePresence, LiveReset } from '../../review/web-types.ts';

type Connection = 'connecting' | 'open' | 'lost';
interface Listener {
  change?: (change: LiveChange) => void;
  presence?: (presence: LivePresence) => void;
  /** More happened than was sent: what is shown must be read again. */
  reset?: () => void;
}

interface Live {
  connection: Connection;
  listen: (listener: Listener) => () => void;
}

const LiveContext = createContext<Live>({ connection: 'connecting', listen: () => () => {} });

/** One event stream for the whole app. The browser reconnects by itself and resumes by the last id it saw. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [connection, setConnection] = useState<Connection>('connecting');
  const listeners = useRef(new Set<Listener>());

  useEffect(() => {
    let source: EventSource | null = null;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let lastId = '';
    const open = () => {
      source = new EventSource(lastId === '' ? '/api/live' : `/api/live?after=${lastId}`);
      source.addEventListener('open', () => setConnection('open'));
      source.addEventListener('change', (event) => {
        lastId = event.lastEventId;
        const change = JSON.parse(event.data) as LiveChange;
        for (const one of listeners.current) one.change?.(change);
      });
      source.addEventListener('presence', (event) => {
        const presence = JSON.parse(event.data) as LivePresence;
        for (const one of listeners.current) one.presence?.(presence);
      });
      source.addEventListener('reset', (event) => {
        lastId = String((JSON.parse(event.data) as LiveReset).live_id);
        for (const one of listeners.current) one.reset?.();
      });
      source.addEventListener('error', () => {
        setConnection('lost');
        // After an answer that is no stream (503 at a restart) the browser gives up for good: open a new one.
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, 2_000);
      });
    };
    open();
    return () => {
      clearTimeout(retry);
      source?.close();
    };
  }, []);

  const live = useMemo<Live>(
    () => ({
      connection,
      listen: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [connection],
  );
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

export function useConnection(): Connection {
  return useContext(LiveContext).connection;
}

/** Calls back on every change or presence while mounted; the callbacks may change between renders. */
export function useLive(listener: Listener): void {
  const { listen } = useContext(LiveContext);
  const current = useRef(listener);
  useEffect(() => {
    current.current = listener;
  });
  useEffect(
    () =>
      listen({
        change: (change) => current.current.change?.(change),
        presence: (presence) => current.current.presence?.(presence),
        reset: () => current.current.reset?.(),
      }),
    [listen],
  );
}
