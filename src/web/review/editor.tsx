import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { DeliveryView, EditResult, Label } from '../../review/web-types.ts';
import { ApiFailure, failureText } from '../app/api.ts';
import { DECISION_WORD } from '../parts/words.ts';
import { calls } from './calls.ts';
import { useDraft } from './drafts.ts';
import { LABEL_KEYS, LabelAnswers } from './label-choice.tsx';
import { deliveryKey, putItem } from './queue-cache.ts';
import { ReasonChip } from './reason-chip.tsx';
import { WordDiff } from './word-diff.tsx';

/** Edit and release: the new text is judged before it can go. What is typed is kept until it was released. */
export default function Editor({
  view,
  label,
  onRelease,
  onClose,
}: {
  view: DeliveryView;
  label: Label | null;
  /** Releases the text that was judged. */
  onRelease: (item: EditResult['item'], label: Label | undefined) => void;
  onClose: () => void;
}) {
  const client = useQueryClient();
  // The mail as it was when the editor opened: after judging, the view already has the edited one.
  const [original] = useState({
    id: view.item.id,
    revision: view.mail.revision,
    text: view.mail.editable_text,
    subject: view.mail.subject ?? '',
  });
  const key = `edit:${original.id}:${original.revision}`;
  const text = useDraft(key, original.text);
  const subject = useDraft(`${key}:subject`, original.subject);
  const [judged, setJudged] = useState<{ text: string; subject: string; result: EditResult } | null>(null);
  const judge = useMutation({
    mutationFn: async () => {
      const sent = { text: text.text, subject: subject.text };
      const result = await calls.edit(original.id, {
        text: sent.text,
        ...(sent.subject === original.subject ? {} : { subject: sent.subject }),
        version: view.item.version,
      });
      return { ...sent, result };
    },
    onSuccess: (done) => {
      setJudged(done);
      putItem(client, done.result.item, done.result.item.state === 'held' ? undefined : 'Suppressed');
      return client.invalidateQueries({ queryKey: deliveryKey(original.id) });
    },
    onError: () => void client.invalidateQueries({ queryKey: deliveryKey(original.id) }),
  });
  const changed = text.text !== original.text || subject.text !== original.subject;
  const current = judged !== null && judged.text === text.text && judged.subject === subject.text;
  const release = (answer: Label | undefined): void => {
    if (!judged || !current) return;
    text.done();
    subject.done();
    onRelease(judged.result.item, answer);
  };
  const discard = (): void => {
    text.change(original.text);
    subject.change(original.subject);
    onClose();
  };
  const failure = judge.error;
  const fields = failure instanceof ApiFailure ? failure.fields : {};
  return (
    <section className="editor" aria-label="Edit the mail">
      {text.kept && !judged && (
        <p className="editor-kept" role="status">
          Your text of before is here again.
        </p>
      )}
      <TextInput
        label="Subject"
        value={subject.text}
        error={fields['subject']}
        onChange={(event) => subject.change(event.currentTarget.value)}
      />
      <div className="editor-sides">
        <div className="editor-side">
          <label htmlFor="editor-text">Text</label>
          <textarea
            id="editor-text"
            className="editor-text"
            // The person asked for the editor: typing starts here.
            ref={(element) => {
              if (element && !element.dataset['started']) {
                element.dataset['started'] = '1';
                element.focus();
                element.setSelectionRange(0, 0);
              }
            }}
            value={text.text}
            aria-invalid={fields['text'] !== undefined}
            onChange={(event) => text.change(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && changed && !current)
                judge.mutate();
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
        </div>
        <div className="editor-side">
          <span>Changes</span>
          <div className="editor-diff">
            {subject.text !== original.subject && (
              <p className="editor-subject">
                <WordDiff before={original.subject} after={subject.text} />
              </p>
            )}
            <WordDiff before={original.text} after={text.text} />
          </div>
        </div>
      </div>
      <div className="editor-foot">
        {failure && (
          <p className="field-wrong" role="alert">
            {fields['text'] ?? failureText(failure)} Your text is kept.
          </p>
        )}
        {judged && (
          <div className="editor-verdict" data-current={current || undefined} role="status">
            {current ? (
              <NewVerdict result={judged.result} />
            ) : (
              'Changed since it was judged: judge it again before releasing.'
            )}
          </div>
        )}
        <div className="editor-end">
          {judged && current && judged.result.item.state === 'held' ? (
            label ? (
              <Button onClick={() => release(label)}>Release the edited mail</Button>
            ) : (
              <Answers onAnswer={release} />
            )
          ) : (
            <Button onClick={() => judge.mutate()} loading={judge.isPending} disabled={!changed || current}>
              Judge the new text
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {judged ? 'Back to the mail' : 'Close, keep my text'}
          </Button>
          {changed && !judged && (
            <Button variant="subtle" onClick={discard}>
              Discard my changes
            </Button>
          )}
        </div>
      </div>
    </section>
  );
}

/** Takes the focus when it appears, so that one key releases. */
function Answers({ onAnswer }: { onAnswer: (label: Label | undefined) => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  return (
    <div
      ref={box}
      className="editor-answers"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const answer = LABEL_KEYS[event.key];
        if (!answer && (event.key !== 'Enter' || event.target !== box.current)) return;
        event.preventDefault();
        event.stopPropagation();
        onAnswer(answer);
      }}
    >
      <span>Release the edited mail.</span>
      <LabelAnswers onAnswer={onAnswer} />
    </div>
  );
}

function NewVerdict({ result: { verdict, item } }: { result: EditResult }) {
  if (item.state !== 'held') return <strong>It was suppressed: {verdict.rationale}</strong>;
  const findings = verdict.findings.filter(({ enforced }) => enforced);
  return (
    <>
      <strong>
        {verdict.decision === 'PASS'
          ? 'The new text passes.'
          : verdict.decision
            ? `The judge would still stop it: ${DECISION_WORD[verdict.decision]}.`
            : 'The judge still doubts it.'}
      </strong>
      {findings.length > 0 ? (
        <ul className="editor-findings">
          {findings.map((finding, index) => (
            <li key={index}>
              <ReasonChip reason={finding.rule} decision={finding.decision} /> {finding.rationale}
            </li>
          ))}
        </ul>
      ) : (
        verdict.decision !== 'PASS' && <p>{verdict.rationale}</p>
      )}
    </>
  );
}
