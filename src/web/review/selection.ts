import { createStore } from './store.ts';

/** What is ticked in the list, and from where shift-click counts. */
export interface Selection {
  ids: ReadonlySet<string>;
  anchor: string | null;
}

export const NOTHING: Selection = { ids: new Set(), anchor: null };

/** Kept while messages are read one after another. */
export const selectionStore = createStore<Selection>(NOTHING);

/** Ticks or unticks one row; later ranges start there. */
export function toggle({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** Makes all rows between the anchor and `id` as `id` becomes by this click. Without an anchor as `toggle`. */
export function extend(selection: Selection, rows: readonly string[], id: string): Selection {
  const from = selection.anchor === null ? -1 : rows.indexOf(selection.anchor);
  const to = rows.indexOf(id);
  if (from === -1 || to === -1) return toggle(selection, id);
  const on = !selection.ids.has(id);
  const next = new Set(selection.ids);
  for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (on) next.add(one);
    else next.delete(one);
  }
  return { ids: next, anchor: id };
}

/** All rows, or none when all were ticked. */
export function toggleAll({ ids }: Selection, rows: readonly string[]): Selection {
  return rows.length > 0 && rows.every((id) => ids.has(id)) ? NOTHING : { ids: new Set(rows), anchor: null };
}

/** Without rows that were settled. */
export function without({ ids, anchor }: Selection, gone: readonly string[]): Selection {
  return { ids: new Set([...ids].filter((id) => !gone.includes(id))), anchor };
}
