import { useCallback, useState } from 'react';

/** What somebody is typing, kept by the browser until it has reached the gate: no error and no reload loses it. */
const PREFIX = 'presend.draft.';
/** After that nobody comes back to it. */
const KEPT_MS = 14 * 86_400_000;

interface Kept {
  at: number;
  text: string;
}

function read(key: string): string | null {
  try {
    const kept = localStorage.getItem(PREFIX + key);
    return kept === null ? null : (JSON.parse(kept) as Kept).text;
  } catch {
    return null;
  }
}

function keepDraft(key: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), text } satisfies Kept));
  } catch {
    // Storage is full or switched off: the text is still on the page.
  }
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // As above.
  }
}

/** Forgets drafts that are too old. */
export function sweepDrafts(now: number): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      const { at } = JSON.parse(localStorage.getItem(key) ?? '{"at":0}') as Kept;
      if (now - at > KEPT_MS) localStorage.removeItem(key);
    }
  } catch {
    // As above.
  }
}

/**
 * A text that is kept while it is typed.
 *
 * @param key what it belongs to, e.g. `edit:<delivery>:<revision>`; must not change while mounted
 * @returns `kept`: whether it starts from an earlier visit's text
 */
export function useDraft(
  key: string,
  initial = '',
): { text: string; kept: boolean; change: (text: string) => void; done: () => void } {
  const [kept] = useState(() => read(key));
  const [text, setText] = useState(kept ?? initial);
  const change = useCallback(
    (next: string) => {
      setText(next);
      if (next === initial) dropDraft(key);
      else keepDraft(key, next);
    },
    [key, initial],
  );
  const done = useCallback(() => dropDraft(key), [key]);
  return { text, kept: kept !== null && kept !== initial, change, done };
}
