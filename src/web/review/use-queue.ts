import { type QueryClient, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { LiveChange, QueuePage } from '../../review/web-types.ts';
import { useConnection, useLive } from '../app/live.tsx';
import { useAccount } from '../app/session.tsx';
import { calls } from './calls.ts';
import { parseFilters } from './filters.ts';
import { type QueueData, type Row, patchRows, putItem, queueKey } from './queue-cache.ts';
import { actorName, settledWord } from './words.ts';

const PAGE = 50;
/** Most rows asked for to bring a list up to date. */
const MOST = 200;

/** The list under filters, loaded page by page. It changes by itself only in place: `useQueueChanges`. */
export function useQueue(search: string, enabled = true) {
  const query = useInfiniteQuery<QueuePage, Error, QueueData, readonly string[], string | null>({
    queryKey: queueKey(search),
    queryFn: ({ pageParam, signal }) =>
      calls.queue(
        { ...parseFilters(search), limit: String(PAGE), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    staleTime: Infinity,
    gcTime: 30 * 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    enabled,
  });
  const rows: Row[] = query.data?.pages.flatMap((page) => page.items) ?? [];
  return { ...query, rows, first: query.data?.pages[0] };
}

/**
 * Follows what happens to a list: rows are brought up to date where they are, what is gone is marked, and what came is only
 * counted until it is asked for.
 *
 * @returns how many came since the list was loaded
 */
export function useQueueChanges(search: string): { arrived: number; settle: () => void } {
  const client = useQueryClient();
  const { email } = useAccount();
  const connection = useConnection();
  const [arrived, setArrived] = useState<{ search: string; ids: readonly string[] }>({ search, ids: [] });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asking = useRef<AbortController | null>(null);

  const bringUpToDate = (): void => {
    clearTimeout(timer.current);
    // Many changes in a row are one question.
    timer.current = setTimeout(() => void ask(), 300);
  };
  const ask = async (): Promise<void> => {
    asking.current?.abort();
    const controller = new AbortController();
    asking.current = controller;
    try {
      setArrived({ search, ids: await reconcile(client, search, controller.signal) });
    } catch {
      // Lost connection: asked again when it is back.
      return;
    }
    void client.invalidateQueries({ queryKey: ['views'] });
    void client.invalidateQueries({ queryKey: ['causes'] });
  };

  useLive({
    change: (change) => {
      if (change.subject.type !== 'delivery') return;
      markSettled(client, change, email);
      bringUpToDate();
    },
    reset: () => bringUpToDate(),
  });

  const latest = useRef(bringUpToDate);
  useEffect(() => {
    latest.current = bringUpToDate;
  });
  // On arrival at the page, and when a lost connection is back: what happened meanwhile.
  useEffect(() => {
    if (connection === 'open') latest.current();
  }, [connection, search]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      asking.current?.abort();
    },
    [],
  );
  return {
    arrived: arrived.search === search ? arrived.ids.length : 0,
    settle: () => setArrived({ search, ids: [] }),
  };
}

/** Marks a row that was settled, at once and by whom. */
function markSettled(client: QueryClient, { subject, state, actor }: LiveChange, ownEmail: string): void {
  if (state === null) return;
  const word = settledWord(state);
  patchRows(client, (row) => {
    if (row.id !== subject.id) return row;
    if (word === null) {
      if (!row.mark && row.state === state) return row;
      const { mark: _gone, ...plain } = row;
      return { ...plain, state };
    }
    // What follows by itself (relaying, then relayed) does not take the person's name off the row.
    if (row.mark && row.state !== 'held' && !actor.includes('@')) return { ...row, state };
    return { ...row, state, mark: actor.includes('@') ? `${word} by ${actorName(actor, ownEmail)}` : word };
  });
}

/** @returns ids that the list would have if it were loaded now and does not */
async function reconcile(client: QueryClient, search: string, signal: AbortSignal): Promise<string[]> {
  const before = client.getQueryData<QueueData>(queueKey(search));
  if (!before) return [];
  const count = before.pages.reduce((sum, page) => sum + page.items.length, 0);
  const filters = parseFilters(search);
  const limit = String(Math.min(MOST, count + PAGE));
  const fresh = await calls.queue({ ...filters, limit }, signal);
  // Oldest first, what came lately is beyond the pages loaded.
  const newest =
    fresh.next === null
      ? fresh
      : await calls.queue({ ...filters, sort: 'newest', limit: String(PAGE) }, signal);
  const data = client.getQueryData<QueueData>(queueKey(search));
  if (!data) return [];

  const known = new Map(data.pages.flatMap((page) => page.items).map((row) => [row.id, row]));
  const seen = new Map([...newest.items, ...fresh.items].map((item) => [item.id, item]));
  for (const item of seen.values()) {
    const row = known.get(item.id);
    if (row && (row.mark || row.version !== item.version || row.opened !== item.opened))
      putItem(client, item);
  }
  // Without the newest in sight (all pages loaded) what is missing has gone; a longer list is only marked by its changes.
  if (fresh.next === null) {
    patchRows(client, (row) =>
      known.has(row.id) &&
      !seen.has(row.id) &&
      !row.mark &&
      row.snoozed_until === null &&
      filters.state === undefined
        ? { ...row, mark: 'No longer in this list' }
        : row,
    );
  }
  const { facets, total } = fresh;
  const more = fresh.total_more && { total_more: fresh.total_more };
  client.setQueryData<QueueData>(
    queueKey(search),
    (now) =>
      now && {
        ...now,
        pages: now.pages.map(({ total_more: _before, ...page }) => ({ ...page, facets, total, ...more })),
      },
  );
  const unknown = (newest === fresh ? fresh : newest).items.filter((item) => !known.has(item.id));
  if ((data.pages.at(-1)?.next ?? null) === null) return unknown.map((item) => item.id);

  // Pages are still to be loaded: what is unknown may be on one of them, but not what was held after the list was loaded.
  const loadedAt = data.pages[0]?.at ?? 0;
  return unknown.filter((item) => (item.held_at ?? item.received_at) > loadedAt).map((item) => item.id);
}
