import type { Kysely } from 'kysely';
import type { InHand } from '../queue/in-hand.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Schema } from '../store/schema.ts';

/** The deliveries of a message that leave in one request. */
export interface Group {
  /** In the order of their ids. */
  members: Delivery[];
  /** Nobody else of the message is left out: the request can leave as it came. */
  whole: boolean;
}

/**
 * Through a provider's API a message leaves whole: the delivery that falls due last takes the others along. Those that are
 * held, escalated, ended or under way already are not in it.
 *
 * @returns null when another delivery of the message is the one to take this one along
 */
export async function groupOf(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  delivery: Delivery,
  { now, attempting }: { now: number; attempting: InHand },
): Promise<Group | null> {
  const all = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('message_id', '=', delivery.message_id)
    .where('kind', '=', 'mail')
    .orderBy('id')
    .execute();
  const underWay = await underWayOf(db, delivery.message_id, now);
  const members = all.filter((one) => isOnItsWay(one) && !underWay.has(one.id) && !attempting.has(one.id));
  const last = members.toSorted(
    (a, b) => (a.next_attempt_at ?? 0) - (b.next_attempt_at ?? 0) || (a.id < b.id ? -1 : 1),
  );
  if (last.at(-1)?.id !== delivery.id) return null;
  return { members, whole: members.length === all.length };
}

function isOnItsWay({ state, returns_to }: Delivery): boolean {
  return state === 'relaying' || state === 'scheduled' || (state === 'deferred' && returns_to === 'relaying');
}

/** Ids of those that somebody makes an attempt for at this moment. */
async function underWayOf(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  messageId: string,
  now: number,
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('attempts')
    .innerJoin('deliveries', 'deliveries.id', 'attempts.delivery_id')
    .select('deliveries.id')
    .where('deliveries.message_id', '=', messageId)
    .where('deliveries.lease_until', '>', now)
    .where('attempts.finished_at', 'is', null)
    .execute();
  return new Set(rows.map(({ id }) => id));
}
