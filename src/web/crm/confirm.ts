import type { Affected } from '../../crm/web-types.ts';

/** What is asked before a risky change is made. */
export interface Question {
  title: string;
  /** e.g. "Change headcount of Acme". */
  act: string;
  affected: Pick<Affected, 'changed' | 'complete' | 'loosens' | 'looked_at' | 'touched'>;
  answer: (said: { reason: string | undefined } | null) => void;
}

let current: Question | null = null;
const listeners = new Set<() => void>();

export const questionStore = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: (): Question | null => current,
};

function publish(question: Question | null): void {
  current = question;
  for (const listener of listeners) listener();
}

/** Asks, one question at a time. @returns null when the person would rather not */
export function ask(question: Omit<Question, 'answer'>): Promise<{ reason: string | undefined } | null> {
  current?.answer(null);
  return new Promise((resolve) => {
    publish({
      ...question,
      answer: (said) => {
        publish(null);
        resolve(said);
      },
    });
  });
}
