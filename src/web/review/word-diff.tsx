import { diffWordsWithSpace } from 'diff';
import { useDeferredValue, useMemo } from 'react';

/** Longer texts are compared for at most this long, so that typing stays immediate. */
const MOST_MS = 150;

/** What an edit took out and put in, word by word. */
export function WordDiff({ before, after }: { before: string; after: string }) {
  const text = useDeferredValue(after);
  const parts = useMemo(() => diffWordsWithSpace(before, text, { timeout: MOST_MS }), [before, text]);
  if (before === text) return <p className="aside-empty">Nothing is changed yet.</p>;
  if (!parts) return <p className="aside-empty">Too much is changed to show it word by word.</p>;
  return (
    <div className="diff" aria-label="Changes">
      {parts.map((part, index) => {
        const key = `${index}${part.value.length}`;
        if (part.added) return <ins key={key}>{part.value}</ins>;
        if (part.removed) return <del key={key}>{part.value}</del>;
        return <span key={key}>{part.value}</span>;
      })}
    </div>
  );
}
