import { useEffect, useState } from 'react';
import type { Person } from '../../review/web-types.ts';
import { useLive } from '../app/live.tsx';
import { useAccount } from '../app/session.tsx';
import { calls } from './calls.ts';

const EVERY_MS = 15_000;

/** Tells that this account looks at a delivery while the page is visible. @returns who else does */
export function usePresence(id: string, initial: readonly Person[]): Person[] {
  const account = useAccount();
  const [there, setThere] = useState<{ id: string; people: readonly Person[] } | null>(null);

  useEffect(() => {
    let gone = false;
    const tell = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return;
      // Nobody is bothered when it fails: the line on top tells of a lost connection.
      const answer = await calls.presence(id).catch(() => null);
      if (answer && !gone) setThere({ id, people: answer.people });
    };
    const again = (): void => void tell();
    again();
    const timer = setInterval(again, EVERY_MS);
    document.addEventListener('visibilitychange', again);
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
      calls.presence(id, true).catch(() => undefined);
    };
  }, [id]);

  useLive({
    presence: ({ delivery_id, people }) => {
      if (delivery_id === id) setThere({ id, people });
    },
  });
  const people = there?.id === id ? there.people : initial;
  return people.filter((person) => person.id !== account.id);
}
