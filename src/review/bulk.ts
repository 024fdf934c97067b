import { UserError } from '../config/user-error.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Database } from '../store/database.ts';
import { type Act, personOf } from './act.ts';
import { deliveryById } from './delivery-view-store.ts';
import { openedVersions } from './note-store.ts';
import type { Notes } from './notes.ts';
import { refusalOf } from './refusal.ts';
import type { Review } from './review.ts';
import type { BulkBody, BulkResult } from './web-types.ts';

/** Acts made at once, which share a commit. */
const AT_ONCE = 50;

/**
 * One act for many deliveries, each with an outcome of its own. A release needs that the account has opened the delivery at
 * its present text; what four-eyes applies to is only approved.
 */
export async function bulkAct(
  { database, review, notes, now }: { database: Database; review: Review; notes: Notes; now: () => number },
  body: BulkBody,
  act: Act,
): Promise<BulkResult> {
  const result: BulkResult = { done: [], awaiting_approval: [], refused: [], undo_until: null };
  const one = (id: string, read: ReadonlyMap<string, number>): Promise<Delivery> => {
    switch (body.act) {
      case 'release': {
        const version = read.get(id);
        if (version === undefined) throw new UserError('open it first: only what was read can be released');
        return review.release(id, { ...act, version });
      }
      case 'reject':
        return review.reject(id, act);
      case 'escalate':
        return review.escalate(id, act);
      case 'undo':
        return review.undo(id, act);
      case 'claim':
        return notes.claim(id, act);
      case 'snooze':
        return notes.snooze(id, body.until ?? 0, act);
    }
  };
  const began = now();
  const ids = [...new Set(body.ids)];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    const together = (id: string) => () => doneTogether(database, id, body.act, { actor: act.actor, began });
    const read =
      body.act === 'release'
        ? await openedVersions(database.db, personOf(act).id, some)
        : new Map<string, number>();
    const outcomes = await Promise.all(
      some.map((id) => outcomeOf(id, async () => one(id, read), together(id))),
    );
    for (const [i, outcome] of outcomes.entries()) addOutcome(result, some[i]!, body.act, outcome);
  }
  return result;
}

type Outcome = Delivery | { why: string };

/**
 * What became of one act of many.
 *
 * @param withIt asked after a refusal: the delivery where another act of the same many has done it already, because the mail
 *   leaves whole
 */
export async function outcomeOf(
  id: string,
  work: () => Promise<Delivery>,
  withIt: () => Promise<Delivery | undefined> = async () => undefined,
): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    const done = await withIt();
    if (done) return done;
    const why = refusalOf(error);
    return { why: why.startsWith(`${id}: `) ? why.slice(id.length + 2) : why };
  }
}

/** A release and its undo hold for every delivery that leaves in the same request. */
export async function doneTogether(
  { db }: Database,
  id: string,
  act: BulkBody['act'],
  { actor, began }: { actor: string; began: number },
): Promise<Delivery | undefined> {
  const delivery = await deliveryById(db, id);
  if (!delivery || delivery.updated_at < began) return undefined;
  const { state, released_by } = delivery;
  const done =
    (act === 'release' && state === 'relaying' && released_by === actor) ||
    (act === 'undo' && state === 'held');
  return done ? delivery : undefined;
}

function addOutcome(result: BulkResult, id: string, act: BulkBody['act'], outcome: Outcome): void {
  if ('why' in outcome) result.refused.push({ id, why: outcome.why });
  else if (act === 'release' && outcome.state !== 'relaying') result.awaiting_approval.push(id);
  else {
    result.done.push(id);
    const { undo_until } = outcome;
    // One undo for all has to come while each can still be taken back.
    if (undo_until !== null) result.undo_until = Math.min(result.undo_until ?? undo_until, undo_until);
  }
}
