import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Schema } from '../store/schema.ts';
import { SMALLEST_GROUP, causeLabel, causeOf, hourOf, readCause, sampleOf } from './cause.ts';
import { type HeldRow, heldRows } from './cause-store.ts';
import { openedBy } from './note-store.ts';
import type { Cause } from './web-types.ts';

/** What is held for one cause, oldest first. */
export interface CauseGroup {
  key: string;
  members: HeldRow[];
}

/** Held mail grouped by cause, largest group first; what is too little for a flood is left out. */
async function causeGroups(db: Kysely<Schema>): Promise<CauseGroup[]> {
  const groups = new Map<string, HeldRow[]>();
  for (const row of await heldRows(db)) {
    const key = causeOf(row);
    if (key === null) continue;
    const members = groups.get(key);
    if (members) members.push(row);
    else groups.set(key, [row]);
  }
  return [...groups]
    .map(([key, members]) => ({ key, members }))
    .filter(({ members }) => members.length >= SMALLEST_GROUP)
    .toSorted((a, b) => b.members.length - a.members.length);
}

/** A cause without what the asking account has opened of its sample. */
export type CauseSummary = Omit<Cause, 'opened'>;

/** Reads all that is held. */
export async function summariseCauses(db: Kysely<Schema>, now: number): Promise<CauseSummary[]> {
  return (await causeGroups(db)).flatMap((group) => {
    const key = readCause(group.key);
    if (key === null) return [];
    const sample = sampleOf(group.key, idsOf(group), hourOf(now));
    return {
      key: group.key,
      ...causeLabel(key, group.members.length, group.members[0]?.engine ?? ''),
      count: group.members.length,
      sample,
      needed: sample.length,
    };
  });
}

/** @param me the asking account's id: how much of each sample it has opened */
export async function openedOf(
  db: Kysely<Schema>,
  summaries: readonly CauseSummary[],
  me: string,
): Promise<Cause[]> {
  const causes: Cause[] = [];
  for (const one of summaries) causes.push({ ...one, opened: (await openedBy(db, me, one.sample)).size });
  return causes;
}

/**
 * The group to be settled, once its sample was read. A sample of the hour before counts as well: nobody who reads across the
 * full hour has to begin again.
 *
 * @throws UserError when the group is gone, or names how much is still unread
 */
export async function readyGroup(
  db: Kysely<Schema>,
  key: string,
  { me, now }: { me: string; now: number },
): Promise<{ group: CauseGroup; sample: string[] }> {
  const group = (await causeGroups(db)).find((one) => one.key === key);
  if (!group) throw new UserError('this cause holds nothing any more; look at the list again');
  let unread = Number.POSITIVE_INFINITY;
  for (const hour of [hourOf(now), hourOf(now) - 1]) {
    const sample = sampleOf(key, idsOf(group), hour);
    const opened = await openedBy(db, me, sample);
    if (opened.size === sample.length) return { group, sample };
    unread = Math.min(unread, sample.length - opened.size);
  }
  throw new UserError(`open ${unread} more of the sample first, so that you know what you settle`);
}

function idsOf({ members }: CauseGroup): string[] {
  return members.map((one) => one.id);
}
