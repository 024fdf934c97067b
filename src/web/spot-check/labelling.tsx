import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type {
  AnswerBody,
  ItemView,
  OpenItem,
  SpotCheckPage,
} from '../../kill-switch/spot-check/web-types.ts';
import { failureText } from '../app/api.ts';
import { useCommands } from '../parts/commands.ts';
import { Loading } from '../parts/loading.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { AnswerForm } from './answer-form.tsx';
import { BlindMailPanel, BlindRecordPanel } from './blind-item.tsx';
import { SPOT_CHECK, calls } from './calls.ts';
import { RevealPanel } from './reveal.tsx';

/** One item: read, answered, then its verdict. */
export function Labelling({
  id,
  items,
  focus,
  onAnswered,
  onSkip,
  onNext,
  children,
}: {
  id: number;
  items: readonly OpenItem[];
  /** Brings its heading to whoever has just come from another item. */
  focus: boolean;
  onAnswered: (after: ItemView) => void;
  onSkip: (() => void) | null;
  /** To what waits; null = nothing does. */
  onNext: (() => void) | null;
  /** Shown below it once it is there, so that nothing is pushed about. */
  children: ReactNode;
}) {
  const client = useQueryClient();
  const [again, setAgain] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const { data, error, refetch } = useQuery({
    queryKey: [...SPOT_CHECK, 'item', id],
    queryFn: () => calls.item(id),
    // What one reads must not change under one's eyes.
    staleTime: Infinity,
  });
  const loaded = data !== undefined;
  useEffect(() => {
    if (!loaded || !focus) return;
    window.scrollTo({ top: 0 });
    heading.current?.focus({ preventScroll: true });
  }, [loaded, focus]);
  const save = useMutation({
    mutationFn: (answer: AnswerBody) => calls.answer(id, answer, again),
    onSuccess: (after) => {
      client.setQueryData([...SPOT_CHECK, 'item', id], after);
      setAgain(false);
      client.setQueryData<SpotCheckPage>(
        [...SPOT_CHECK, 'page'],
        (page) =>
          page && { ...page, items: page.items.map((one) => (one.id === id ? { ...one, mine: true } : one)) },
      );
      void client.invalidateQueries({
        queryKey: SPOT_CHECK,
        predicate: ({ queryKey }) => queryKey[1] !== 'item',
      });
      onAnswered(after);
    },
  });
  const told = data?.revealed != null && !again;
  useCommands(
    told && onNext
      ? [
          {
            id: 'spot-next',
            label: 'Go on with what waits',
            keys: ['Enter'],
            group: 'Spot check',
            run: onNext,
          },
        ]
      : [],
  );
  if (error) {
    return (
      <>
        <Trouble error={error} onRetry={() => void refetch()} />
        {children}
      </>
    );
  }
  if (!data) return <Loading />;
  const { mail, record, revealed, position, of } = data;
  const own = items.filter(({ check_id: check }) => check === data.check_id);
  const answered = own.filter(({ mine, settled }) => mine || settled).length;
  const mine = revealed?.answers.find((one) => one.mine) ?? null;
  return (
    <>
      <section aria-label="Decision to judge">
        <div className="spot-title">
          <h2 ref={heading} tabIndex={-1}>
            {mail ? mail.subject || '(no subject)' : 'This mail is not kept any more'}
          </h2>
          <Text size="sm" c="dimmed">
            Item {position} of {of} · {answered} of {of} answered
          </Text>
        </div>
        <progress
          className="spot-progress"
          max={of}
          value={answered}
          aria-label="Answered of this spot check"
        />
        {revealed && !again && (
          <>
            <RevealPanel revealed={revealed} onAgain={() => setAgain(true)} />
            {onNext && (
              <Button my="sm" onClick={onNext}>
                Go on with what waits
              </Button>
            )}
          </>
        )}
        <div className="spot-sides">
          {mail && <BlindMailPanel mail={mail} />}
          {record && <BlindRecordPanel record={record} />}
        </div>
        {mail && (!revealed || again) && (
          <AnswerForm
            key={`${id} ${again}`}
            before={again && mine ? { decision: mine.decision, rule: mine.rule, note: mine.note } : null}
            saving={save.isPending}
            trouble={save.error ? failureText(save.error) : null}
            onSave={(answer) => save.mutate(answer)}
            onSkip={again ? null : onSkip}
          />
        )}
      </section>
      {children}
    </>
  );
}
