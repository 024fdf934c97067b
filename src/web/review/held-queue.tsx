import { Button } from '@mantine/core';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useAccount } from '../app/session.tsx';
import { useCommands } from '../parts/commands.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { showToast } from '../parts/notify.ts';
import { Trouble } from '../parts/trouble.tsx';
import type { AskedAct } from './act-sheet.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { calls, type SimpleActBody } from './calls.ts';
import { Causes } from './causes.tsx';
import { dropDraft, sweepDrafts } from './drafts.ts';
import { FilterBar } from './filter-bar.tsx';
import { useFilters } from './filters.ts';
import { LazyActSheet, useActSheetSoon } from './lazy-act-sheet.tsx';
import { standingBeside, walkStore } from './order.ts';
import { type QueueData, type Row, deliveryKey, dropMarked, queueKey } from './queue-cache.ts';
import { QueueRow } from './queue-row.tsx';
import { NOTHING, extend, selectionStore, toggle, toggleAll } from './selection.ts';
import { createStore, useStore } from './store.ts';
import { useActs } from './use-acts.ts';
import { useNow } from './use-now.ts';
import { useQueue, useQueueChanges } from './use-queue.ts';
import { Views } from './views.tsx';
import './queue.css';
import { atLeast } from './words.ts';

/** The row the keyboard stands on; also after coming back from a message. */
const cursorStore = createStore<string | null>(null);

export function HeldQueue() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { role } = useAccount();
  const now = useNow();
  const { filters, search, change, replaceAll } = useFilters();
  const queue = useQueue(search);
  const { rows } = queue;
  const { arrived, settle } = useQueueChanges(search);
  const causes = useQuery({ queryKey: ['causes'], queryFn: calls.causes, staleTime: 30_000 });
  const selection = useStore(selectionStore);
  const list = useRef<HTMLUListElement>(null);
  const acts = useActs((id) => navigate(`/deliveries/${id}`));
  const [asking, setAsking] = useState<{ act: AskedAct; row: Row } | null>(null);
  const ids = rows.map(({ id }) => id);

  useActSheetSoon();
  useEffect(() => sweepDrafts(Date.now()), []);
  // Coming back from a message: what was settled leaves the list while nobody points at it.
  useLayoutEffect(() => {
    leaveSettled(client, search);
    dropMarked(client, search);
  }, [client, search]);
  useEffect(() => {
    if (walkStore.get().search !== search || walkStore.get().ids) walkStore.set({ search, ids: null });
  }, [search]);

  const link = (id: string | undefined): HTMLElement | null | undefined =>
    id === undefined
      ? null
      : list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] .row-link`);
  const loaded = queue.isSuccess;
  useEffect(() => {
    const cursor = cursorStore.get();
    if (loaded && cursor && document.activeElement === document.body) {
      const back = list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(cursor)}"] .row-link`);
      back?.focus();
      back?.scrollIntoView({ block: 'center' });
    }
  }, [loaded]);

  const onward = useRef<string | null>(null);
  useLayoutEffect(() => {
    // The sheet has given the focus back to the row that was acted on: the next key is meant for the next one.
    if (asking || onward.current === null) return;
    const to = link(onward.current);
    onward.current = null;
    to?.focus({ preventScroll: true });
    to?.closest('.row')?.scrollIntoView({ block: 'nearest' });
  }, [asking]);

  const current = (): Row | undefined => rows.find(({ id }) => id === cursorStore.get());
  const move = (step: 1 | -1): void => {
    const at = ids.indexOf(cursorStore.get() ?? '');
    const next = at === -1 ? 0 : Math.min(ids.length - 1, Math.max(0, at + step));
    const to = link(ids[next]);
    to?.focus({ preventScroll: true });
    to?.closest('.row')?.scrollIntoView({ block: 'nearest' });
    if (next >= ids.length - 5 && queue.hasNextPage && !queue.isFetchingNextPage) void queue.fetchNextPage();
  };
  const reload = async (): Promise<void> => {
    settle();
    leaveSettled(client, search);
    selectionStore.set(NOTHING);
    await client.resetQueries({ queryKey: queueKey(search) });
  };
  const ask = (act: AskedAct): void => {
    const row = current();
    if (!row || row.mark) return;
    if (act === 'release' && !row.opened) {
      navigate(`/deliveries/${row.id}`);
      showToast({ text: 'Read it first, then release it with 1.', tone: 'info', lastsMs: 4_000 });
    } else setAsking({ act, row });
  };
  const run = async (row: Row, act: AskedAct, body: SimpleActBody): Promise<void> => {
    onward.current = standingBeside(rows, row.id);
    setAsking(null);
    if ((await acts.act(row, act, body)) && act === 'reject') dropDraft(`reject:${row.id}`);
  };
  const onSelect = useCallback((id: string, range: boolean) => {
    const now = selectionStore.get();
    selectionStore.set(range ? extend(now, idsOf(list.current), id) : toggle(now, id));
  }, []);
  const onFocus = useCallback(
    (id: string) => {
      cursorStore.set(id);
      // Opening it is then immediate.
      void client.prefetchQuery({
        queryKey: deliveryKey(id),
        queryFn: ({ signal }) => calls.delivery(id, signal),
        staleTime: 30_000,
      });
    },
    [client],
  );

  useCommands([
    {
      id: 'next',
      label: 'Next row',
      keys: ['j', 'ArrowDown'],
      group: 'List',
      run: () => move(1),
      keyOnly: true,
    },
    {
      id: 'previous',
      label: 'Row before',
      keys: ['k', 'ArrowUp'],
      group: 'List',
      run: () => move(-1),
      keyOnly: true,
    },
    {
      id: 'open',
      label: 'Open the message',
      keys: ['o', 'Enter'],
      group: 'List',
      run: () => link(current()?.id)?.click(),
      keyOnly: true,
    },
    {
      id: 'select',
      label: 'Select or unselect',
      keys: ['x'],
      group: 'List',
      run: () => {
        const row = current();
        if (row) onSelect(row.id, false);
      },
      keyOnly: true,
    },
    {
      id: 'search',
      label: 'Search held mail',
      keys: ['/'],
      group: 'List',
      run: () => document.getElementById('queue-search')?.focus(),
    },
    { id: 'reload', label: 'Load the list again', keys: ['.'], group: 'List', run: () => void reload() },
    { id: 'undo', label: 'Undo the last release', keys: ['z'], group: 'Acts', run: acts.undo },
    ...(role === 'auditor'
      ? []
      : [
          { id: 'release', label: 'Release', keys: ['1'], group: 'Acts', run: () => ask('release') },
          { id: 'reject', label: 'Reject', keys: ['2'], group: 'Acts', run: () => ask('reject') },
          { id: 'escalate', label: 'Forward', keys: ['3'], group: 'Acts', run: () => ask('escalate') },
          { id: 'snooze', label: 'Snooze', keys: ['h'], group: 'Acts', run: () => ask('snooze') },
          {
            id: 'comment',
            label: 'Comment',
            keys: ['c'],
            group: 'Acts',
            run: () => {
              const row = current();
              if (row) navigate(`/deliveries/${row.id}#comment`);
            },
          },
          {
            id: 'claim',
            label: 'Assign to me',
            keys: ['a'],
            group: 'Acts',
            run: () => {
              const row = current();
              if (row) void acts.act(row, 'claim');
            },
          },
        ]),
  ]);

  const selected = rows.filter(({ id }) => selection.ids.has(id));
  const filtered = Object.keys(filters).some((name) => name !== 'sort');
  return (
    <div className="queue">
      <Views filters={filters} />
      <FilterBar filters={filters} facets={queue.first?.facets} onChange={change} />
      {causes.data && <Causes causes={causes.data} search={search} />}
      {queue.isError && <Trouble error={queue.error} onRetry={() => void queue.refetch()} />}
      {queue.isPending && <Skeleton />}
      {queue.isSuccess && (
        <>
          <div className="list-head">
            <label className="row-check">
              <input
                type="checkbox"
                aria-label="Select all on this page"
                disabled={rows.length === 0}
                checked={rows.length > 0 && selected.length === rows.length}
                onChange={() => selectionStore.set(toggleAll(selection, ids))}
              />
            </label>
            <span>
              {atLeast(queue.first?.total ?? 0, queue.first?.total_more)}{' '}
              {filters.state ? 'deliveries' : 'held'}
              {(queue.first?.total_more || rows.length < (queue.first?.total ?? 0)) &&
                `, ${rows.length} shown`}
            </span>
            <span className="list-new" role="status">
              {arrived > 0 && (
                <button type="button" className="new-badge" onClick={() => void reload()}>
                  {arrived} new
                </button>
              )}
            </span>
          </div>
          {rows.length > 0 ? (
            <ul ref={list} className="rows" aria-label="Deliveries">
              {rows.map((row) => (
                <QueueRow
                  key={row.id}
                  row={row}
                  now={now}
                  selected={selection.ids.has(row.id)}
                  onSelect={onSelect}
                  onFocus={onFocus}
                />
              ))}
            </ul>
          ) : filtered ? (
            <EmptyState
              title="Nothing matches"
              action={
                <Button variant="default" onClick={() => replaceAll({})}>
                  Clear filters
                </Button>
              }
            >
              No delivery matches these filters. Fewer words or filters show more.
            </EmptyState>
          ) : (
            <EmptyState title="Nothing is held">
              Every mail was relayed, suppressed or forwarded without a doubt. The next mail that the judge
              stops appears here by itself; you need not reload.
            </EmptyState>
          )}
          {queue.hasNextPage && (
            <div className="load-more">
              <Button
                variant="default"
                loading={queue.isFetchingNextPage}
                onClick={() => void queue.fetchNextPage()}
              >
                Load more
              </Button>
            </div>
          )}
        </>
      )}
      {selected.length > 0 && role !== 'auditor' && <BulkBar rows={selected} search={search} />}
      {asking && (
        <LazyActSheet
          asking={{
            act: asking.act,
            about: asking.row.recipient_name ?? asking.row.recipient,
            key: asking.row.id,
            delivery: asking.row.id,
            latest: asking.row.due_at,
          }}
          label={null}
          onClose={() => setAsking(null)}
          onDo={(body) => void run(asking.row, asking.act, body)}
        />
      )}
    </div>
  );
}

/** Takes the keyboard off a row that is about to leave the list. */
function leaveSettled(client: QueryClient, search: string): void {
  const rows = client.getQueryData<QueueData>(queueKey(search))?.pages.flatMap(({ items }) => items) ?? [];
  const row = rows.find(({ id }) => id === cursorStore.get());
  if (row?.mark) cursorStore.set(standingBeside(rows, row.id));
}

function idsOf(list: HTMLElement | null): string[] {
  return [...(list?.querySelectorAll<HTMLElement>('[data-id]') ?? [])].map((row) => row.dataset['id'] ?? '');
}

/** The list's shape while it loads, so that nothing jumps. */
function Skeleton() {
  return (
    <div className="rows" aria-busy="true" aria-label="Loading held mail">
      {Array.from({ length: 8 }, (_, i) => (
        <div key={i} className="row row-loading" />
      ))}
    </div>
  );
}
