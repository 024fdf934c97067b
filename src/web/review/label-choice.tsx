import type { Label } from '../../review/web-types.ts';
import { LABEL_WORD } from './words.ts';

/** The key of each answer to "was the judge right?". */
export const LABEL_KEYS: Record<string, Label> = { r: 'right', w: 'wrong', n: 'not_sure' };
const KEY_OF = Object.fromEntries(Object.entries(LABEL_KEYS).map(([key, label]) => [label, key])) as Record<
  Label,
  string
>;

const LABELS = Object.keys(LABEL_WORD) as Label[];

/** "Was the judge right?" as a control of the act bar: answered before the act, it costs no step. */
export function LabelChoice({
  value,
  onChange,
}: {
  value: Label | null;
  onChange: (label: Label | null) => void;
}) {
  return (
    <fieldset className="labels">
      <legend>Was the judge right?</legend>
      {LABELS.map((label) => (
        <button
          key={label}
          type="button"
          className="label"
          aria-pressed={value === label}
          aria-keyshortcuts={KEY_OF[label]}
          onClick={() => onChange(value === label ? null : label)}
        >
          {LABEL_WORD[label]} <kbd aria-hidden="true">{KEY_OF[label]}</kbd>
        </button>
      ))}
    </fieldset>
  );
}

/** The same question as the last step of an act: the answer does it. */
export function LabelAnswers({
  onAnswer,
  disabled = false,
}: {
  onAnswer: (label: Label | undefined) => void;
  disabled?: boolean;
}) {
  return (
    <fieldset className="answers" disabled={disabled}>
      <legend>Was the judge right?</legend>
      {LABELS.map((label) => (
        <button key={label} type="button" className="answer" onClick={() => onAnswer(label)}>
          {LABEL_WORD[label]} <kbd aria-hidden="true">{KEY_OF[label]}</kbd>
        </button>
      ))}
      <button type="button" className="answer answer-none" onClick={() => onAnswer(undefined)}>
        Without an answer <kbd aria-hidden="true">↵</kbd>
      </button>
    </fieldset>
  );
}
