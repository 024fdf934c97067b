import '../insight/insight.css';
import '../review/queue.css';
import '../review/message.css';
import '../spot-check/spot-check.css';
import { Alert } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { ItemView, OpenItem } from '../../kill-switch/spot-check/web-types.ts';
import { useLive } from '../app/live.tsx';
import { useAccount } from '../app/session.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { SPOT_CHECK, calls } from '../spot-check/calls.ts';
import { Labelling } from '../spot-check/labelling.tsx';
import { LastAnswer } from '../spot-check/reveal.tsx';
import { NothingWaits } from '../spot-check/nothing-waits.tsx';
import { Results } from '../spot-check/results.tsx';

export default function SpotCheckPage() {
  const { role } = useAccount();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const [moved, setMoved] = useState(false);
  const [last, setLast] = useState<ItemView | null>(null);
  const { data, error, refetch } = useQuery({ queryKey: [...SPOT_CHECK, 'page'], queryFn: calls.page });
  // Not the item that is being read: it must not change under one's eyes.
  const reload = (): void => {
    for (const part of ['page', 'check']) void client.invalidateQueries({ queryKey: [...SPOT_CHECK, part] });
  };
  useLive({
    change: ({ subject }) => {
      if (subject.type === 'spot_check') reload();
    },
    reset: reload,
  });
  const asked = Number(params.get('item')) || null;
  const items = data?.items ?? [];
  const waiting = items.filter(({ mine, settled }) => !mine && !settled);
  // Stays when somebody else answers it meanwhile.
  const [begun, setBegun] = useState<number | null>(null);
  const first = waiting[0]?.id ?? null;
  if (asked === null && begun === null && first !== null) setBegun(first);
  const current = asked ?? begun ?? first;
  const open = (id: number | null): void => {
    setMoved(true);
    setBegun(null);
    setParams(id === null ? {} : { item: String(id) });
  };
  const onSkip = (): void => open(after(items, waiting, current));
  return (
    <>
      <PageTitle
        title="Spot check"
        about="Decisions are drawn each week, and people say what they should have been without seeing the verdict."
      />
      {error && !data && <Trouble error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && data.adapter === null && (
        <Alert mb="md" color="gray" title="The rules judge alone">
          There is no adapter whose probes could be watched. Answers count for the rules, which only warn.
        </Alert>
      )}
      {last && last.id !== current && <LastAnswer item={last} onOpen={() => open(last.id)} />}
      {data && role !== 'auditor' && current !== null && (
        <Labelling
          // Opening another one begins afresh.
          key={current}
          id={current}
          items={items}
          focus={moved}
          onAnswered={(item) => {
            setLast(item);
            open(after(items, waiting, current));
          }}
          onSkip={waiting.length > 1 ? onSkip : null}
          onNext={waiting.some(({ id }) => id !== current) ? onSkip : null}
        >
          <Results page={data} />
        </Labelling>
      )}
      {data && role !== 'auditor' && current === null && <NothingWaits page={data} onSecond={open} />}
      {data && (role === 'auditor' || current === null) && <Results page={data} />}
    </>
  );
}

/** What waits after an item, from the beginning again behind the last; null = nothing else does. */
function after(
  items: readonly OpenItem[],
  waiting: readonly OpenItem[],
  current: number | null,
): number | null {
  const others = waiting.filter(({ id }) => id !== current);
  const at = items.findIndex(({ id }) => id === current);
  const later = others.find(({ id }) => items.findIndex((one) => one.id === id) > at);
  return (later ?? others[0])?.id ?? null;
}
