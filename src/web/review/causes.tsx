import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Cause, CauseSettleBody, SettleJob } from '../../review/web-types.ts';
import { useAccount } from '../app/session.tsx';
import { showToast, tellFailure } from '../parts/notify.ts';
import { calls } from './calls.ts';
import { dropDraft } from './drafts.ts';
import { LazyActSheet } from './lazy-act-sheet.tsx';
import { walkStore } from './order.ts';
import { createStore, useStore } from './store.ts';

/** A cause is worth a line of its own from here on; one rule's finds of one engine are often many. */
const A_FLOOD: Record<Cause['kind'], number> = {
  stale_record: 5,
  template: 5,
  adapter_unavailable: 5,
  rule: 20,
};

/** Groups that are being settled here: they are shown to their end, also when so few are left that they are no flood. */
const jobStore = createStore<readonly { cause: Cause; job: SettleJob }[]>([]);

function dropJob(job: string): void {
  jobStore.set(jobStore.get().filter((one) => one.job.job !== job));
}

/** What is held for one cause is settled once for all of it, after a sample was read. */
export function Causes({ causes, search }: { causes: readonly Cause[]; search: string }) {
  const client = useQueryClient();
  const jobs = useStore(jobStore);
  const [all, setAll] = useState(false);
  const floods = causes.filter(
    ({ key, count, kind }) => count >= A_FLOOD[kind] && !jobs.some((one) => one.cause.key === key),
  );
  if (floods.length === 0 && jobs.length === 0) return null;
  return (
    <section className="causes" aria-label="Held for one cause">
      {jobs.map(({ cause, job }) => (
        <div key={job.job} className="cause">
          <div className="cause-what">
            <strong>One cause:</strong> {cause.label}
          </div>
          <JobProgress
            job={job}
            onDone={() => {
              dropJob(job.job);
              void client.invalidateQueries({ queryKey: ['causes'] });
            }}
          />
        </div>
      ))}
      {(all ? floods : floods.slice(0, 2)).map((cause) => (
        <CauseLine key={cause.key} cause={cause} search={search} />
      ))}
      {floods.length > 2 && (
        <button type="button" className="popup-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer causes' : `${floods.length - 2} more causes`}
        </button>
      )}
    </section>
  );
}

function CauseLine({ cause, search }: { cause: Cause; search: string }) {
  const [, navigate] = useLocation();
  const { role } = useAccount();
  const [asking, setAsking] = useState<CauseSettleBody['act'] | null>(null);
  const start = useMutation({
    mutationFn: (body: CauseSettleBody) => calls.settleCause(cause.key, body),
    onSuccess: (job) => {
      dropDraft(`reject:cause:${cause.key}`);
      jobStore.set([...jobStore.get(), { cause, job }]);
    },
    onError: (error) => tellFailure(error),
  });
  const read = cause.opened >= cause.needed;
  const readSample = (): void => {
    walkStore.set({ search, ids: cause.sample });
    if (cause.sample[0]) navigate(`/deliveries/${cause.sample[0]}`);
  };
  return (
    <div className="cause">
      <div className="cause-what">
        <strong>One cause:</strong> {cause.label}{' '}
        <Link href={`/queue?cause=${encodeURIComponent(cause.key)}`}>Show them</Link>
      </div>
      {role !== 'auditor' && (
        <div className="cause-acts">
          <Button size="xs" variant={read ? 'default' : 'filled'} onClick={readSample}>
            Read a sample ({Math.min(cause.opened, cause.needed)} of {cause.needed})
          </Button>
          <Button
            size="xs"
            variant={read ? 'filled' : 'default'}
            disabled={!read}
            title={read ? undefined : 'Read the sample first'}
            loading={start.isPending}
            onClick={() => setAsking('release')}
          >
            Release all
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!read}
            title={read ? undefined : 'Read the sample first'}
            onClick={() => setAsking('reject')}
          >
            Reject all
          </Button>
        </div>
      )}
      {asking && (
        <LazyActSheet
          asking={{ act: asking, about: `all ${cause.count} of this cause`, key: `cause:${cause.key}` }}
          label={null}
          onClose={() => setAsking(null)}
          onDo={({ label, reason }) => {
            setAsking(null);
            start.mutate({ act: asking, ...(label ? { label } : {}), ...(reason ? { reason } : {}) });
          }}
        />
      )}
    </div>
  );
}

/** How far the group is; it can be stopped, and what has not left is taken back. */
function JobProgress({ job, onDone }: { job: SettleJob; onDone: () => void }) {
  const { data, isError } = useQuery({
    queryKey: ['settle-job', job.cause, job.job],
    queryFn: () => calls.settleJob(job.cause, job.job),
    refetchInterval: ({ state }) =>
      state.status === 'success' && state.data?.state === 'running' ? 500 : false,
    initialData: job,
    staleTime: 0,
  });
  const undo = useMutation({
    mutationFn: () => calls.undoSettleJob(job.cause, job.job),
    onError: (error) => tellFailure(error, 'Not taken back'),
  });
  const now = undo.data ?? data;
  const undoable = now.state !== 'undone' && now.act === 'release' && (now.undo_until ?? 0) > Date.now();
  const { state } = now;
  useEffect(() => {
    if (state === 'running') return;
    // The line stays while it can be taken back.
    const timer = setTimeout(
      onDone,
      state === 'undone' ? 0 : Math.max(0, (now.undo_until ?? 0) - Date.now()),
    );
    if (now.refused.length > 0) {
      showToast({
        title: `${now.refused.length} of ${now.total} were not ${now.act === 'release' ? 'released' : 'rejected'}`,
        text: [...new Set(now.refused.map(({ why }) => why))].slice(0, 3).join(' '),
        tone: 'failure',
        lastsMs: null,
      });
    }
    return () => clearTimeout(timer);
    // Once for each end of the job.
  }, [state]);
  return (
    <div className="cause-acts">
      {isError && (
        <>
          <span role="alert">How far it is cannot be told; what was not settled is still held.</span>
          <Button size="xs" variant="default" onClick={onDone}>
            Close
          </Button>
        </>
      )}
      <progress max={now.total} value={now.done} aria-label="Settled so far" />
      <span>
        {now.done} of {now.total}{' '}
        {state === 'undone' ? 'taken back' : now.act === 'release' ? 'released' : 'rejected'}
        {now.awaiting_approval > 0 && `, ${now.awaiting_approval} await another approval`}
      </span>
      {(state === 'running' || undoable) && (
        <Button size="xs" variant="default" loading={undo.isPending} onClick={() => undo.mutate()}>
          {state === 'running' ? 'Stop and take back' : 'Undo'}
        </Button>
      )}
    </div>
  );
}
