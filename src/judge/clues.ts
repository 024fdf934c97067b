import { fold } from '../message/fold.ts';
import { newText } from '../message/new-text.ts';
import type { Draft } from '../message/types.ts';
import { fingerprints } from './language/fingerprint.ts';
import { properNames } from './language/names.ts';

/** What of a draft the CRM mirror is asked about: who is named in it, and whose threads say the same. */
export interface Clues {
  names: string[];
  fingerprints: number[];
}

export function cluesOf(draft: Draft): Clues {
  return {
    names: properNames(fold(`${draft.subject ?? ''}\n${draft.body}`).text).map(({ name }) => name),
    fingerprints: fingerprints(newText(draft)),
  };
}
