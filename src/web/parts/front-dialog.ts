let open: readonly HTMLElement[] = [];
const listeners = new Set<() => void>();

function publish(next: readonly HTMLElement[]): void {
  open = next;
  for (const listener of listeners) listener();
}

/** The dialog in front, or null: what lies behind it can be neither clicked nor read out. */
export const frontDialog = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: (): HTMLElement | null => open.at(-1) ?? null,
};

/** Puts a dialog in front. @returns takes it away */
export function putInFront(dialog: HTMLElement): () => void {
  publish([...open, dialog]);
  return () => publish(open.filter((one) => one !== dialog));
}
