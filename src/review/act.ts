/** "Was the judge right?", asked with every act. */
export const LABELS = ['right', 'wrong', 'not_sure'] as const;
export type Label = (typeof LABELS)[number];

/** A person with an account, as an act records them. */
export interface ActingPerson {
  id: string;
  name: string;
  email: string;
}

export interface Act {
  /** Who acts, as the audit log names them. */
  actor: string;
  /** Their account; absent for acts from the terminal and by signed link. */
  person?: ActingPerson | undefined;
  /** Of the delivery as it was looked at (`versionOf`); absent = whatever it is now. */
  version?: number | undefined;
  label?: Label | undefined;
  reason?: string | undefined;
}

/** What makes two acts one person's: an API token of Ann's is still Ann. */
export function personKey({ actor, person }: Pick<Act, 'actor' | 'person'>): string {
  return (person?.email ?? actor).toLowerCase();
}

/** How others see who acted. */
export function personOf({ actor, person }: Pick<Act, 'actor' | 'person'>): { id: string; name: string } {
  return person ? { id: person.id, name: person.name } : { id: actor, name: actor };
}

/** Of the audit entries that an act writes: the name beside the actor. */
export function actorDetail({ person }: Pick<Act, 'person'>): { by?: string } {
  return person ? { by: person.name } : {};
}

/** Changes with every change of a delivery's disposition, text or verdict. */
export function versionOf(delivery: { lease_token: number }): number {
  return delivery.lease_token;
}
