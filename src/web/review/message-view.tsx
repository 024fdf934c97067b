import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { ActName, DeliveryView, EditResult, Label } from '../../review/web-types.ts';
import { ApiFailure } from '../app/api.ts';
import { useLive } from '../app/live.tsx';
import { useAccount } from '../app/session.tsx';
import { DamageList } from '../damage/damage-list.tsx';
import { ReportDamage } from '../damage/report-damage.tsx';
import { useCommands } from '../parts/commands.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { showToast, tellFailure } from '../parts/notify.ts';
import { Trouble } from '../parts/trouble.tsx';
import { ActBar, type BarAct, whyNot } from './act-bar.tsx';
import { ActSheet, type AskedAct } from './act-sheet.tsx';
import { calls, type SimpleAct, type SimpleActBody } from './calls.ts';
import { ContextPanel } from './context-panel.tsx';
import { dropDraft } from './drafts.ts';
import { LABEL_KEYS } from './label-choice.tsx';
import { MailPanel, type MailTab } from './mail-panel.tsx';
import { MessageHead } from './message-head.tsx';
import { neighbour, walkStore } from './order.ts';
import { deliveryKey, patchRows } from './queue-cache.ts';
import { useStore } from './store.ts';
import { useActs } from './use-acts.ts';
import { usePresence } from './use-presence.ts';
import { useQueue } from './use-queue.ts';
import { type ActiveFinding, WhyPanel } from './why-panel.tsx';
import './queue.css';
import './message.css';

const Editor = lazy(() => import('./editor.tsx'));

const QUIET: ActiveFinding = { finding: null, scroll: false };

/** One message: the mail, why it was stopped, what surrounds it, and the acts on it. */
export function MessageView({ id }: { id: string }) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: deliveryKey(id),
    queryFn: ({ signal }) => calls.delivery(id, signal),
    staleTime: 30_000,
  });
  useLive({
    change: ({ subject }) => {
      // Also those fetched ahead: an act on what was not seen is refused.
      if (subject.type === 'delivery') void client.invalidateQueries({ queryKey: deliveryKey(subject.id) });
    },
    reset: () => void client.invalidateQueries({ queryKey: deliveryKey(id) }),
  });
  if (query.error instanceof ApiFailure && query.error.code === 'not_found') {
    return (
      <EmptyState title="There is no such delivery">
        It may have been forgotten after its time of keeping.
      </EmptyState>
    );
  }
  if (query.isError && !query.data)
    return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data)
    return <div className="message-loading" aria-busy="true" aria-label="Loading the message" />;
  return <Message view={query.data} />;
}

function Message({ view }: { view: DeliveryView }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { role } = useAccount();
  const { item, mail, allowed } = view;
  const { id } = item;
  const walk = useStore(walkStore);
  const queue = useQueue(walk.search);
  const rows = walk.ids
    ? walk.ids.map((one) => queue.rows.find((row) => row.id === one) ?? { id: one })
    : queue.rows;
  const next = neighbour(rows, id, 1);
  const previous = neighbour(rows, id, -1);
  const open = useCallback((to: string) => navigate(`/deliveries/${to}`), [navigate]);
  const acts = useActs(open);
  const viewers = usePresence(id, view.viewers);

  // What belongs to one message and not to the next.
  const [of, setOf] = useState(id);
  const [label, setLabel] = useState<Label | null>(null);
  const [asking, setAsking] = useState<AskedAct | null>(null);
  const [editing, setEditing] = useState(false);
  const [tab, setTab] = useState<MailTab>('mail');
  const [active, setActive] = useState<ActiveFinding>(QUIET);
  const [found, setFound] = useState<boolean[] | null>(null);
  if (of !== id) {
    setOf(id);
    setLabel(null);
    setAsking(null);
    setEditing(false);
    setTab('mail');
    setActive(QUIET);
    setFound(null);
  }

  // The next one is there before it is asked for.
  useEffect(() => {
    for (const one of [next, previous]) {
      if (one === null) continue;
      void client.prefetchQuery({
        queryKey: deliveryKey(one),
        queryFn: ({ signal }) => calls.delivery(one, signal),
        staleTime: 30_000,
      });
    }
  }, [client, next, previous]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = queue;
  useEffect(() => {
    if (walk.ids === null && next === null && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [walk.ids, next, hasNextPage, isFetchingNextPage, fetchNextPage]);

  useOpened(id, mail.revision, role !== 'auditor');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // From the list, to write a comment on it.
    const comment = window.location.hash === '#comment' && document.getElementById('comment');
    if (comment) return comment.focus();
    // A new message begins at its top, for eyes and for screen readers.
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [id]);

  const back = (): void => {
    walkStore.set({ search: walk.search, ids: null });
    navigate(`/queue${walk.search && `?${walk.search}`}`);
  };
  const onward = (): void => {
    if (next) return open(next);
    showToast({
      text: walk.ids ? 'That was the last one to read.' : 'That was the last one.',
      tone: 'info',
      lastsMs: 4_000,
    });
    back();
  };
  const go = (to: string | null): void => {
    if (to) open(to);
    else showToast({ text: 'There is no further message in this list.', tone: 'info', lastsMs: 3_000 });
  };

  const run = async (act: SimpleAct, body: SimpleActBody, onItem = item): Promise<void> => {
    setAsking(null);
    const leaves =
      act !== 'claim' && act !== 'assign' && act !== 'unclaim' && act !== 'undo' && body.until !== null;
    const done = acts.act(onItem, act, body);
    if (leaves) onward();
    if ((await done) && act === 'reject') dropDraft(`reject:${onItem.id}`);
  };
  const begin = (act: BarAct): void => {
    const why = whyNot(allowed, act);
    if (why !== undefined) return void showToast({ text: why, tone: 'failure', lastsMs: 6_000 });
    switch (act) {
      case 'release':
      case 'escalate':
        return label ? void run(act, { label }) : setAsking(act);
      case 'reject':
      case 'snooze':
      case 'assign':
        return setAsking(act);
      case 'wake':
        return void run('snooze', { until: null });
      case 'claim':
        return void run('claim', {});
      case 'edit':
        return setEditing(true);
      case 'comment':
        return document.getElementById('comment')?.focus();
      default:
        return act satisfies never;
    }
  };
  const answer = (to: Label | null): void => {
    setLabel(to);
    // Settled already: the answer is all there is to say.
    if (to && item.state !== 'held' && role !== 'auditor') {
      calls.label(id, to).then(
        () => client.invalidateQueries({ queryKey: deliveryKey(id) }),
        (error: unknown) => tellFailure(error),
      );
    }
  };

  useCommands([
    { id: 'next', label: 'Next message', keys: ['j', 'ArrowRight'], group: 'Messages', run: () => go(next) },
    {
      id: 'previous',
      label: 'Message before',
      keys: ['k', 'ArrowLeft'],
      group: 'Messages',
      run: () => go(previous),
    },
    {
      id: 'back',
      label: 'Back to the list',
      keys: ['u', 'Escape'],
      group: 'Messages',
      run: editing ? () => setEditing(false) : back,
    },
    { id: 'undo', label: 'Undo the last release', keys: ['z'], group: 'Acts', run: acts.undo },
    {
      id: 'text',
      label: 'Mail or its text',
      keys: ['t'],
      group: 'Messages',
      run: () => setTab(tab === 'text' ? 'mail' : 'text'),
    },
    ...(role === 'auditor'
      ? []
      : messageActs(begin, (to) => answer(label === to ? null : to), item.state === 'held')),
  ]);

  return (
    <article className="message">
      <MessageHead
        view={view}
        viewers={viewers}
        heading={heading}
        active={active.finding}
        position={{
          at: rows.findIndex((row) => row.id === id),
          of: walk.ids ? rows.length : (queue.first?.total ?? 0),
          more: walk.ids ? undefined : queue.first?.total_more,
        }}
        onBack={back}
        onPrevious={previous === null ? null : () => open(previous)}
        onNext={next === null ? null : () => open(next)}
      />
      <div className="message-sides">
        <div className="message-main">
          {editing ? (
            <Suspense fallback={<div className="message-loading" aria-busy="true" />}>
              <Editor
                key={id}
                view={view}
                label={label}
                onClose={() => setEditing(false)}
                onRelease={(edited: EditResult['item'], answered: Label | undefined) =>
                  void run('release', answered ? { label: answered } : {}, edited)
                }
              />
            </Suspense>
          ) : (
            <MailPanel view={view} tab={tab} onTab={setTab} active={active} onFound={setFound} />
          )}
        </div>
        <aside className="message-aside" aria-label="Why it was stopped">
          <DamageList reports={view.damage} />
          <ReportDamage
            delivery={item}
            onReported={() => void client.invalidateQueries({ queryKey: deliveryKey(id) })}
          />
          <h2>Why</h2>
          <WhyPanel view={view} found={found} active={active} onActive={setActive} />
          <ContextPanel key={id} view={view} />
        </aside>
      </div>
      {role !== 'auditor' && !editing && (
        <ActBar
          view={view}
          label={label}
          onLabel={answer}
          onAct={begin}
          onOther={(act) => void run(act, label ? { label } : {})}
        />
      )}
      {asking && (
        <ActSheet
          asking={{
            act: asking,
            about: item.recipient_name ?? item.recipient,
            key: id,
            latest: item.due_at,
            delivery: id,
          }}
          label={label}
          onClose={() => setAsking(null)}
          onDo={(body) => void run(asking, body)}
        />
      )}
    </article>
  );
}

function messageActs(begin: (act: BarAct) => void, answer: (label: Label) => void, held: boolean) {
  const act = (id: BarAct & ActName, label: string, key: string) => ({
    id,
    label,
    keys: [key],
    group: 'Acts',
    run: () => begin(id),
  });
  return [
    act('release', 'Release', '1'),
    act('reject', 'Reject', '2'),
    act('escalate', 'Forward to the account executive', '3'),
    act('edit', 'Edit and release', 'e'),
    act('snooze', 'Snooze', 'h'),
    act('claim', 'Assign to me', 'a'),
    act('comment', 'Comment', 'c'),
    ...(held
      ? [{ id: 'assign', label: 'Assign to a colleague', group: 'Acts', run: () => begin('assign') }]
      : []),
    ...Object.entries(LABEL_KEYS).map(([key, label]) => ({
      id: `label-${label}`,
      label: `The judge was ${{ right: 'right', wrong: 'wrong', not_sure: 'not surely right or wrong' }[label]}`,
      keys: [key],
      group: 'Was the judge right?',
      run: () => answer(label),
    })),
  ];
}

/** Tells the gate that this text was in front of the person, once it is. */
function useOpened(id: string, revision: number, counts: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!counts) return;
    calls.opened(id, revision).then(
      () => {
        patchRows(client, (row) => (row.id === id && !row.opened ? { ...row, opened: true } : row));
        return client.invalidateQueries({ queryKey: ['causes'] });
      },
      // It is told again with the next visit; until then it only cannot be released in bulk.
      () => undefined,
    );
  }, [client, id, revision, counts]);
}
