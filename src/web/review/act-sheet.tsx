import { Button, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Label } from '../../review/web-types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { fullTime, soonTime } from '../parts/time.ts';
import type { SimpleActBody } from './calls.ts';
import { calls } from './calls.ts';
import { useDraft } from './drafts.ts';
import { LABEL_KEYS, LabelAnswers } from './label-choice.tsx';
import { deliveryKey } from './queue-cache.ts';
import { snoozeTimes } from './snooze-times.ts';

export type AskedAct = 'release' | 'reject' | 'escalate' | 'snooze' | 'assign';

export interface Asking {
  act: AskedAct;
  /** "Maria Lopez" or "3 messages". */
  about: string;
  /** Under which a typed reason is kept. */
  key: string;
  /** The latest end of a snooze. */
  latest?: number | null;
  /** The one delivery it is about; absent for several. */
  delivery?: string;
}

interface SheetProps {
  asking: Asking;
  /** Answered in the act bar already. */
  label: Label | null;
  onDo: (body: SimpleActBody) => void;
  onClose: () => void;
}

/** What an act still has to be told: the label, a reason, a time, a person. One key or one tap does it. */
export function ActSheet(props: SheetProps) {
  switch (props.asking.act) {
    case 'reject':
      return <RejectSheet {...props} />;
    case 'snooze':
      return <SnoozeSheet {...props} />;
    case 'assign':
      return <AssignSheet {...props} />;
    case 'release':
      return <LabelSheet {...props} title={`Release: ${props.asking.about}`} />;
    case 'escalate':
      return <ForwardSheet {...props} />;
    default:
      return props.asking.act satisfies never;
  }
}

/** Runs the answer that a key stands for. */
function answerKey(key: string, answer: (label: Label | undefined) => void): boolean {
  if (key === 'Enter' && document.activeElement?.closest('button')) return false;
  const label = LABEL_KEYS[key.toLowerCase()];
  if (!label && key !== 'Enter') return false;
  answer(label);
  return true;
}

function LabelSheet({ title, onDo, onClose }: SheetProps & { title: string }) {
  const answer = (label: Label | undefined): void => onDo(label ? { label } : {});
  return (
    <Dialog title={title} onClose={onClose} onKey={(key) => answerKey(key, answer)}>
      <div data-autofocus tabIndex={-1} className="sheet-start">
        <LabelAnswers onAnswer={answer} />
      </div>
    </Dialog>
  );
}

function ForwardSheet({ asking, onDo, onClose }: SheetProps) {
  const { delivery } = asking;
  // Mostly there already: the message was open, or its row had the focus.
  const { data: view } = useQuery({
    queryKey: deliveryKey(delivery ?? ''),
    queryFn: ({ signal }) => calls.delivery(delivery ?? '', signal),
    staleTime: 30_000,
    enabled: delivery !== undefined,
  });
  const owner = view?.account_owner;
  const nobody = owner === null;
  const answer = (label: Label | undefined): void => {
    if (!nobody) onDo(label ? { label } : {});
  };
  return (
    <Dialog
      title={`Forward to the account executive: ${asking.about}`}
      onClose={onClose}
      onKey={(key) => answerKey(key, answer)}
    >
      {nobody ? (
        <p className="field-wrong" role="alert">
          There is nobody to forward it to: set account_owner in the CRM, or escalation.fallback in the
          configuration.
        </p>
      ) : (
        <p className="sheet-hint">
          Goes to {owner ?? (delivery === undefined ? 'the account owner of each' : 'the account owner')},
          with the reason; nothing goes to the prospect.
        </p>
      )}
      <div data-autofocus tabIndex={-1} className="sheet-start">
        <LabelAnswers onAnswer={answer} disabled={nobody} />
      </div>
    </Dialog>
  );
}

const QUICK_REASONS = [
  'Wrong facts about the company',
  'Promises what we cannot keep',
  'Tone or wording',
  'Wrong person or wrong time',
  'Somebody of ours is already in contact',
  'The prospect does not want this',
];

function RejectSheet({ asking, label, onDo, onClose }: SheetProps) {
  const draft = useDraft(`reject:${asking.key}`);
  const [quick, setQuick] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const group = useId();
  const submit = (answered: Label | undefined): void => {
    const reason = [quick, draft.text.trim()].filter(Boolean).join('. ');
    if (reason === '') return setWrong('Choose a reason or write one: the engine learns from it.');
    onDo({ reason, ...(answered ? { label: answered } : {}) });
  };
  const choose = (reason: string): void => {
    setQuick(reason === quick ? null : reason);
    setWrong(null);
  };
  return (
    <Dialog
      title={`Reject: ${asking.about}`}
      onClose={onClose}
      onSubmit={() => submit(label ?? undefined)}
      onKey={(key) => {
        const reason = QUICK_REASONS[Number(key) - 1];
        if (reason) {
          choose(reason);
          return true;
        }
        if (label)
          return key === 'Enter' && !document.activeElement?.closest('button') && (submit(label), true);
        return answerKey(key, submit);
      }}
    >
      <p className="sheet-hint">It is not sent, and its engine is told the reason.</p>
      <div className="quick" role="radiogroup" aria-label="Reason" data-autofocus tabIndex={-1}>
        {QUICK_REASONS.map((reason, index) => (
          <label key={reason} className="quick-reason">
            <input type="radio" name={group} checked={quick === reason} onChange={() => choose(reason)} />
            <span>{reason}</span>
            <kbd aria-hidden="true">{index + 1}</kbd>
          </label>
        ))}
      </div>
      <Textarea
        label="In your own words"
        autosize={false}
        rows={3}
        maxLength={2000}
        value={draft.text}
        error={wrong}
        onChange={(event) => {
          draft.change(event.currentTarget.value);
          setWrong(null);
        }}
      />
      {label ? (
        <div className="sheet-end">
          <Button color="red.8" onClick={() => submit(label)}>
            Reject
          </Button>
        </div>
      ) : (
        <LabelAnswers onAnswer={submit} />
      )}
    </Dialog>
  );
}

function SnoozeSheet({ asking, onDo, onClose }: SheetProps) {
  const [now] = useState(() => Date.now());
  const [own, setOwn] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const latest = asking.latest ?? Infinity;
  const times = snoozeTimes(now).filter(({ at }) => at < latest);
  const field = useId();
  return (
    <Dialog
      title={`Snooze: ${asking.about}`}
      onClose={onClose}
      onKey={(key) => {
        const time = times[Number(key) - 1];
        if (time) onDo({ until: time.at });
        return time !== undefined;
      }}
    >
      <div className="quick" data-autofocus tabIndex={-1}>
        {times.map(({ label, at }, index) => (
          <button key={label} type="button" className="quick-reason" onClick={() => onDo({ until: at })}>
            <span>{label}</span>
            <span className="quick-detail">{soonTime(at, now)}</span>
            <kbd aria-hidden="true">{index + 1}</kbd>
          </button>
        ))}
      </div>
      {times.length === 0 && <p className="sheet-hint">It is due too soon for a proposal.</p>}
      <form
        className="sheet-row"
        onSubmit={(event) => {
          event.preventDefault();
          const until = new Date(own).getTime();
          if (!(until > Date.now())) return setWrong('Choose a time to come.');
          if (until > latest)
            return setWrong(`The hold expires ${fullTime(latest)}: choose a time before that.`);
          onDo({ until });
        }}
      >
        <div className="sheet-field">
          <label htmlFor={field}>Until another time</label>
          <input
            id={field}
            type="datetime-local"
            className="plain-input"
            value={own}
            aria-invalid={wrong !== null}
            aria-describedby={wrong ? `${field}-wrong` : undefined}
            onChange={(event) => {
              setOwn(event.target.value);
              setWrong(null);
            }}
          />
        </div>
        <Button type="submit" variant="default" disabled={own === ''}>
          Snooze
        </Button>
      </form>
      {wrong && (
        <p id={`${field}-wrong`} className="field-wrong" role="alert">
          {wrong}
        </p>
      )}
    </Dialog>
  );
}

function AssignSheet({ asking, onDo, onClose }: SheetProps) {
  const { data: people, error } = useQuery({
    queryKey: ['people'],
    queryFn: calls.people,
    staleTime: 60_000,
  });
  return (
    <Dialog
      title={`Assign: ${asking.about}`}
      onClose={onClose}
      onKey={(key) => {
        const person = people?.[Number(key) - 1];
        if (person) onDo({ person: person.id });
        return person !== undefined;
      }}
    >
      <div className="quick" data-autofocus tabIndex={-1}>
        {people?.map(({ id, name }, index) => (
          <button key={id} type="button" className="quick-reason" onClick={() => onDo({ person: id })}>
            <span>{name}</span>
            {index < 9 && <kbd aria-hidden="true">{index + 1}</kbd>}
          </button>
        ))}
        <button type="button" className="quick-reason" onClick={() => onDo({ person: null })}>
          <span>Nobody</span>
        </button>
      </div>
      {error && <p className="field-wrong">{error.message}</p>}
    </Dialog>
  );
}
