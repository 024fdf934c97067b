import { failureText } from '../app/api.ts';

/** A short message in the corner. */
export interface Toast {
  id: number;
  text: string;
  title?: string;
  /** What it is about: an earlier message about the same goes away. */
  about?: string;
  tone: 'done' | 'failure' | 'info';
  /** Milliseconds until it goes away; null = when closed. */
  lastsMs: number | null;
  /** Counts down to then. */
  until?: number;
  /** `hint`: the key that does the same. */
  action?: { label: string; hint?: string; onClick: () => void };
}

type Listener = (toasts: readonly Toast[]) => void;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<Listener>();

function publish(next: readonly Toast[]): void {
  // The newest few: a flood of messages helps nobody.
  toasts = next.slice(-4);
  for (const listener of listeners) listener(toasts);
}

export const toastStore = {
  subscribe: (listener: Listener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: (): readonly Toast[] => toasts,
};

/** Shows a message. @returns its id, for `closeToast` */
export function showToast(toast: Omit<Toast, 'id'>): number {
  const id = nextId++;
  const { about } = toast;
  const others = about === undefined ? toasts : toasts.filter((one) => one.about !== about);
  publish([...others, { ...toast, id }]);
  if (toast.lastsMs !== null) setTimeout(() => closeToast(id), toast.lastsMs);
  return id;
}

export function closeToast(id: number): void {
  publish(toasts.filter((toast) => toast.id !== id));
}

/** A short word that something was done. */
export function tellDone(text: string): void {
  showToast({ text, tone: 'done', lastsMs: 5_000 });
}

/** A failed act; stays until it is closed. */
export function tellFailure(error: unknown, title = 'Not done'): void {
  showToast({ title, text: failureText(error), tone: 'failure', lastsMs: null });
}
