import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { DeliveryView } from '../../review/web-types.ts';
import { failureText } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { ShownTime } from '../parts/shown-time.tsx';
import { STATE_WORD, plainName } from '../parts/words.ts';
import { calls } from './calls.ts';
import { Section, Thread } from './context-parts.tsx';
import { useDraft } from './drafts.ts';
import { deliveryKey } from './queue-cache.ts';
import { LABEL_WORD, actorName } from './words.ts';

/** What surrounds the mail: its thread, the company's others, what was decided before, what people said and did. */
export function ContextPanel({ view }: { view: DeliveryView }) {
  const { email } = useAccount();
  const { similar, timeline, attempts, companions, labels } = view;
  const decided = similar.released + similar.rejected + similar.escalated;
  return (
    <div className="context">
      <Comments view={view} />
      <Section title="Thread so far" count={view.thread.length} open={view.thread.length > 0}>
        <Thread entries={view.thread} empty="Nothing was written to or by this recipient yet." />
      </Section>
      <Section title="Others at the company" count={view.company_threads.length}>
        <Thread entries={view.company_threads} empty="No other thread at this company." />
      </Section>
      <Section title="Similar held mail" count={decided}>
        {decided === 0 ? (
          <p className="aside-empty">Nothing like it was decided yet.</p>
        ) : (
          <p className="similar-sum">
            {similar.released} released, {similar.rejected} rejected, {similar.escalated} forwarded
          </p>
        )}
        <ul className="similar">
          {similar.items.map((one) => (
            <li key={one.id}>
              <Link href={`/deliveries/${one.id}`}>{one.subject ?? one.recipient}</Link>
              <span>
                {one.act} by {actorName(one.by, email)}
                {one.label && `, judge ${LABEL_WORD[one.label].toLowerCase()}`} ·{' '}
                {Math.round(one.likeness * 100)} % alike
              </span>
            </li>
          ))}
        </ul>
      </Section>
      {companions.length > 0 && (
        <Section title="Other recipients of the message" count={companions.length} open>
          <ul className="similar">
            {companions.map((one) => (
              <li key={one.id}>
                <Link href={`/deliveries/${one.id}`}>{one.recipient}</Link>
                <span>
                  {STATE_WORD[one.state]}
                  {one.leaves_together && ' · leaves together with this one'}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {attempts.length > 0 && (
        <Section title="Attempts" count={attempts.length}>
          <ol className="timeline">
            {attempts.map((one) => (
              <li key={one.at}>
                <ShownTime at={one.at} /> {one.upstream}: {one.outcome ?? 'under way'}
                {one.response && <span className="timeline-detail">{one.response}</span>}
              </li>
            ))}
          </ol>
        </Section>
      )}
      {view.verdicts.length > 1 && (
        <Section title="Earlier verdicts" count={view.verdicts.length - 1}>
          <ol className="timeline">
            {view.verdicts.slice(1).map((one) => (
              <li key={one.at}>
                <ShownTime at={one.at} /> {one.decision ?? one.hold_reason}
                <span className="timeline-detail">{one.rationale}</span>
              </li>
            ))}
          </ol>
        </Section>
      )}
      <Section title="Timeline" count={timeline.length}>
        <ol className="timeline">
          {timeline.map((entry) => (
            <li key={`${entry.at}${entry.action}`}>
              <ShownTime at={entry.at} /> <strong>{plainName(entry.action.replaceAll('.', ' '))}</strong> by{' '}
              {actorName(entry.actor, email)}
            </li>
          ))}
          {labels.map((one) => (
            <li key={`${one.at}${one.actor}`}>
              <ShownTime at={one.at} /> {actorName(one.actor, email)}: the judge was{' '}
              {LABEL_WORD[one.right].toLowerCase()}
            </li>
          ))}
        </ol>
      </Section>
    </div>
  );
}

function Comments({ view }: { view: DeliveryView }) {
  const client = useQueryClient();
  const { id: own, role } = useAccount();
  const { id } = view.item;
  const draft = useDraft(`comment:${id}`);
  const send = useMutation({
    mutationFn: (text: string) => calls.comment(id, text),
    onSuccess: (comment) => {
      draft.done();
      draft.change('');
      client.setQueryData<DeliveryView>(
        deliveryKey(id),
        (now) => now && { ...now, comments: [...now.comments, comment] },
      );
      return client.invalidateQueries({ queryKey: deliveryKey(id) });
    },
  });
  const submit = (): void => {
    const text = draft.text.trim();
    if (text !== '' && !send.isPending) send.mutate(text);
  };
  return (
    <section className="comments" aria-label="Comments">
      {view.comments.length > 0 && (
        <ul className="comment-list">
          {view.comments.map((comment) => (
            <li key={comment.id}>
              <span className="thread-who">
                {comment.by.id === own ? 'You' : comment.by.name} · <ShownTime at={comment.at} />
              </span>
              <span className="thread-text">{comment.text}</span>
            </li>
          ))}
        </ul>
      )}
      {role !== 'auditor' && (
        <form
          className="comment-form"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Textarea
            id="comment"
            aria-label="Comment for colleagues"
            placeholder="Comment for colleagues"
            rows={draft.text === '' ? 1 : 3}
            maxLength={4000}
            value={draft.text}
            error={send.error ? failureText(send.error) : null}
            onChange={(event) => draft.change(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
          {draft.text.trim() !== '' && (
            <Button type="submit" size="xs" loading={send.isPending}>
              Comment
            </Button>
          )}
        </form>
      )}
    </section>
  );
}
