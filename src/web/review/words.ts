import type { DeliveryState } from '../../message/disposition.ts';
import type { Label } from '../../review/web-types.ts';
import { STATE_WORD } from '../parts/words.ts';

/** A count that may have stopped: "1,000+". */
export function atLeast(count: number, more: true | undefined): string {
  return more ? `${count.toLocaleString('en')}+` : String(count);
}

/** What became of a held delivery, for the mark in its row; null while it is held. */
export function settledWord(state: DeliveryState): string | null {
  if (state === 'held') return null;
  return state === 'relaying' ? 'Released' : STATE_WORD[state];
}

export const LABEL_WORD: Record<Label, string> = { right: 'Right', wrong: 'Wrong', not_sure: 'Not sure' };

/** An actor of the audit log as a name: "ben.miller@x.example" is Ben Miller, the asking account "you". */
export function actorName(actor: string, ownEmail: string): string {
  const [address = actor] = actor.split(' ');
  if (address.toLowerCase() === ownEmail.toLowerCase()) return 'you';
  if (!address.includes('@')) return actor;
  return (address.split('@')[0] ?? address)
    .split(/[._-]+/u)
    .filter(Boolean)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
