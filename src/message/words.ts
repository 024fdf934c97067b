import { fold } from './fold.ts';

const URL = /\b(?:https?:\/\/|www\.|mailto:)[^\s<>"')\]]+/gi;

/** The words of a text for comparing it with another: folded, lower case, web addresses left out. */
export function wordsOf(text: string): string[] {
  return (
    fold(text.replace(URL, ' '))
      .text.toLowerCase()
      .match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []
  );
}

/** Each word with how often it occurs in `a` beyond `b`. */
export function wordsBeyond(a: readonly string[], b: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const word of b) left.set(word, (left.get(word) ?? 0) + 1);
  return a.filter((word) => {
    const count = left.get(word) ?? 0;
    if (count > 0) left.set(word, count - 1);
    return count === 0;
  });
}
