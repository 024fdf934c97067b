import { createStore } from './store.ts';

/** Which messages follow each other: those of a list, or some to be read one after another. */
export interface Walk {
  /** The list's filters; going back leads there. */
  search: string;
  /** null: all of the list. */
  ids: readonly string[] | null;
}

export const walkStore = createStore<Walk>({ search: '', ids: null });

/** Where the keyboard goes from a row that is done: the next that still stands, at the end the one before. */
export function standingBeside(rows: readonly { id: string; mark?: string }[], id: string): string | null {
  return neighbour(rows, id, 1) ?? neighbour(rows, id, -1);
}

/** The neighbour of a message that is still to be settled. `step` 1 is the next, -1 the one before; null at the end. */
export function neighbour(
  rows: readonly { id: string; mark?: string }[],
  id: string,
  step: 1 | -1,
): string | null {
  const at = rows.findIndex((row) => row.id === id);
  if (at === -1) return step === 1 ? (rows.find((row) => !row.mark)?.id ?? null) : null;
  for (let i = at + step; i >= 0 && i < rows.length; i += step) {
    const row = rows[i];
    if (row && !row.mark) return row.id;
  }
  return null;
}
