import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Schema } from '../store/schema.ts';
import { SMALLEST_GROUP, Sample, causeLabel, causeOf, hourOf, readCause } from './cause.ts';
import { type HeldRow, heldPieces } from './cause-store.ts';
import { openedBy } from './note-store.ts';
import type { Cause } from './web-types.ts';

/** What is held for one cause, oldest first. */
export interface CauseGroup {
  key: string;
  members: HeldRow[];
}

/** A cause without what the asking account has opened of its sample. */
export type CauseSummary = Omit<Cause, 'opened'>;

/** Reads all that is held. @returns largest group first, then what came first; what is too little for a flood is left out */
export async function summariseCauses(db: Kysely<Schema>, now: number): Promise<CauseSummary[]> {
  const groups = new Map<string, { sample: Sample; first: HeldRow }>();
  const add = (row: HeldRow): void => {
    const key = causeOf(row);
    if (key === null) return;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { sample: new Sample(key, hourOf(now)), first: row }));
    group.sample.add(row.id);
    if (inTime(row, group.first) < 0) group.first = row;
  };
  const few = new FewOfTemplate();
  for await (const piece of heldPieces(db)) for (const row of piece) few.add(row).forEach(add);
  few.rest().forEach(add);
  return [...groups]
    .filter(([, { sample }]) => sample.count >= SMALLEST_GROUP)
    .toSorted(([, a], [, b]) => b.sample.count - a.sample.count || inTime(a.first, b.first))
    .flatMap(([text, { sample, first }]) => {
      const key = readCause(text);
      if (key === null) return [];
      const { count, ids } = sample;
      return { key: text, ...causeLabel(key, count, first.engine), count, sample: ids, needed: ids.length };
    });
}

/** Orders what came first before what came later. */
function inTime(a: HeldRow, b: HeldRow): number {
  return a.created_at - b.created_at || (a.id < b.id ? -1 : 1);
}

/** What is held for a cause now; null = too little for a flood, or nothing. */
async function groupOf(db: Kysely<Schema>, key: string): Promise<CauseGroup | null> {
  const cause = readCause(key);
  if (cause === null) return null;
  const rows: HeldRow[] = [];
  const few = new FewOfTemplate();
  const reason = 'reason' in cause ? cause.reason : cause.kind;
  for await (const piece of heldPieces(db, reason)) for (const row of piece) rows.push(...few.add(row));
  rows.push(...few.rest());
  const members = rows.filter((row) => causeOf(row) === key).toSorted(inTime);
  return members.length >= SMALLEST_GROUP ? { key, members } : null;
}

/** Keeps rows back whose template is not known to flood yet. */
class FewOfTemplate {
  /** By hold reason and template; null = it floods. */
  readonly #kept = new Map<string, HeldRow[] | null>();

  /** @returns the rows of which it is certain now what they are held for */
  add(row: HeldRow): HeldRow[] {
    const { hold_reason, template_key } = row;
    if (template_key === null) return [row];
    const pair = `${hold_reason ?? ''}:${template_key}`;
    const kept = this.#kept.get(pair);
    if (kept === null) return [row];
    const rows = [...(kept ?? []), row];
    const floods = rows.length >= SMALLEST_GROUP;
    this.#kept.set(pair, floods ? null : rows);
    return floods ? rows : [];
  }

  /** At the end: what is too little of its template for a flood. */
  rest(): HeldRow[] {
    return [...this.#kept.values()].flatMap((rows) =>
      (rows ?? []).map((row) => ({ ...row, template_key: null })),
    );
  }
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
  const group = await groupOf(db, key);
  if (!group) throw new UserError('this cause holds nothing any more; look at the list again');
  let unread = Number.POSITIVE_INFINITY;
  for (const hour of [hourOf(now), hourOf(now) - 1]) {
    const drawn = new Sample(key, hour);
    for (const { id } of group.members) drawn.add(id);
    const sample = drawn.ids;
    const opened = await openedBy(db, me, sample);
    if (opened.size === sample.length) return { group, sample };
    unread = Math.min(unread, sample.length - opened.size);
  }
  throw new UserError(`open ${unread} more of the sample first, so that you know what you settle`);
}
