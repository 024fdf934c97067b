import { Textarea } from '@mantine/core';
import { useState } from 'react';

/** A list of words, one a line; what is typed stays as it is typed, and is told as the list the gate would read. */
export function WordList({
  label,
  description,
  words,
  error,
  disabled,
  onChange,
}: {
  label: string;
  description?: string;
  words: string[];
  error: string | undefined;
  disabled: boolean;
  onChange: (words: string[]) => void;
}) {
  const [text, setText] = useState(words.join('\n'));
  // Changed from elsewhere (discarded, another version): the typed text is of no use any more.
  const shown = same(wordsOf(text), words) ? text : words.join('\n');
  return (
    <Textarea
      label={label}
      description={description ? `${description} One a line.` : 'One a line.'}
      value={shown}
      error={error}
      disabled={disabled}
      rows={Math.min(8, Math.max(2, words.length))}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(wordsOf(event.currentTarget.value));
      }}
    />
  );
}

const wordsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '');

const same = (a: string[], b: string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
