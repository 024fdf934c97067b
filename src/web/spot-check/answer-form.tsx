import { Button, Textarea } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { CHOICE_KEYS, RULE_KEYS, isStop } from '../../kill-switch/spot-check/keys.ts';
import type { AnswerBody, Choice, RuleChoice } from '../../kill-switch/spot-check/web-types.ts';
import { useAccount } from '../app/session.tsx';
import { type Command, useCommands } from '../parts/commands.ts';
import { choiceWord, ruleWords } from './words.ts';

const CHOICES = Object.keys(CHOICE_KEYS) as Choice[];
const RULES = Object.keys(RULE_KEYS) as RuleChoice[];

/** What the decision should have been, by buttons or keys alone. */
export function AnswerForm({
  before,
  saving,
  trouble,
  onSave,
  onSkip,
}: {
  /** The answer that is changed; null = the first. */
  before: AnswerBody | null;
  saving: boolean;
  trouble: string | null;
  onSave: (answer: AnswerBody) => void;
  onSkip: (() => void) | null;
}) {
  const { shortcuts } = useAccount();
  const [decision, setDecision] = useState<Choice | null>(before?.decision ?? null);
  const [rule, setRule] = useState<RuleChoice | null>(before?.rule ?? null);
  const [note, setNote] = useState(before?.note ?? '');
  const [missing, setMissing] = useState<string | null>(null);
  const stop = decision !== null && isStop(decision);

  const choose = (choice: Choice): void => {
    setDecision(choice);
    if (!isStop(choice)) setRule(null);
    setMissing(null);
  };
  const chooseRule = (choice: RuleChoice): void => {
    setRule(choice);
    setMissing(null);
  };
  const save = (): void => {
    if (saving) return;
    if (decision === null) return setMissing('Choose what the decision should have been.');
    if (stop && rule === null) return setMissing('Say which rule, or none of these.');
    onSave({ decision, rule: stop ? rule : null, note: note.trim() || null });
  };
  useCommands([
    ...CHOICES.map(
      (choice): Command => ({
        id: `spot-${choice}`,
        label: choiceWord(choice),
        keys: [CHOICE_KEYS[choice]],
        group: 'Spot check: decision',
        keyOnly: true,
        run: () => choose(choice),
      }),
    ),
    ...(stop ? RULES : []).map(
      (one): Command => ({
        id: `spot-rule-${one}`,
        label: ruleWords(one).name,
        keys: [RULE_KEYS[one]],
        group: 'Spot check: rule',
        keyOnly: true,
        run: () => chooseRule(one),
      }),
    ),
    { id: 'spot-save', label: 'Save the answer', keys: ['Enter'], group: 'Spot check', run: save },
    ...(onSkip
      ? [{ id: 'spot-skip', label: 'Skip this one', keys: ['s'], group: 'Spot check', run: onSkip }]
      : []),
  ]);
  // On a button that is chosen already Enter saves, as it does elsewhere on the page.
  const enter = (chosen: boolean) => (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !chosen) return;
    event.preventDefault();
    save();
  };
  const hint = (key: string) => shortcuts && <kbd aria-hidden="true">{key}</kbd>;
  return (
    <form
      className="spot-answer"
      aria-label="Your answer"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <fieldset className="spot-choices">
        <legend>What should the decision have been?</legend>
        {CHOICES.map((choice) => (
          <button
            key={choice}
            type="button"
            className="spot-choice"
            aria-pressed={decision === choice}
            aria-keyshortcuts={CHOICE_KEYS[choice]}
            onClick={() => choose(choice)}
            onKeyDown={enter(decision === choice)}
          >
            {choiceWord(choice)} {hint(CHOICE_KEYS[choice])}
          </button>
        ))}
      </fieldset>
      {stop && (
        <fieldset className="spot-choices">
          <legend>By which rule?</legend>
          {RULES.map((one) => (
            <button
              key={one}
              type="button"
              className="spot-choice"
              title={ruleWords(one).about}
              aria-pressed={rule === one}
              aria-keyshortcuts={RULE_KEYS[one]}
              onClick={() => chooseRule(one)}
              onKeyDown={enter(rule === one)}
            >
              {ruleWords(one).name} {hint(RULE_KEYS[one])}
            </button>
          ))}
        </fieldset>
      )}
      <div className="spot-end">
        <Textarea
          className="spot-note"
          aria-label="A note, if you like"
          placeholder="A note, if you like"
          rows={note === '' ? 1 : 3}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <Button type="submit" loading={saving} aria-keyshortcuts="Enter">
          Save
        </Button>
        {onSkip && (
          <Button variant="default" onClick={onSkip} aria-keyshortcuts="s">
            Skip
          </Button>
        )}
      </div>
      <p className="spot-missing" role="alert">
        {missing ?? trouble}
      </p>
    </form>
  );
}
