import { ApiError } from '../http/api-error.ts';
import type { Account } from '../http/endpoint.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Act } from './act.ts';
import { deliveryById } from './delivery-view-store.ts';
import type { ReviewDesk } from './desk.ts';
import { type Viewer, queueItem } from './queue.ts';
import type { QueueItem } from './web-types.ts';

/** The act of an account; a token of Ann's acts as Ann. */
export function actOf(account: Account, more: Pick<Act, 'version' | 'label' | 'reason'> = {}): Act {
  const { id, name, email, actor } = account;
  return { actor, person: { id, name, email }, ...more };
}

export function viewerOf({ database, config, now }: ReviewDesk, { id }: Pick<Account, 'id'>): Viewer {
  return { db: database.db, review: config.review, me: id, now: now() };
}

/** The delivery that a path names. @throws ApiError when there is none */
export async function deliveryIn(
  { database }: Pick<ReviewDesk, 'database'>,
  params: Record<string, string>,
): Promise<Delivery> {
  const delivery = await deliveryById(database.db, params['id'] ?? '');
  if (!delivery) throw new ApiError('not_found', 'There is no such delivery.');
  return delivery;
}

/** A delivery's item as lists show it to the account, as of now. */
export async function itemFor(desk: ReviewDesk, account: Account, id: string): Promise<QueueItem> {
  const item = await queueItem(viewerOf(desk, account), id);
  if (!item) throw new ApiError('not_found', 'There is no such delivery.');
  return item;
}
