import type { Kysely } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { type LinkState, linkState } from './link-state-store.ts';
import { type LinkClaims, linkId } from './links.ts';

export interface LinkUse {
  act: string;
  person: string;
  used_at: number;
}

export async function findUse(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  token: string,
): Promise<LinkUse | null> {
  const row = await db
    .selectFrom('link_uses')
    .select(['act', 'person', 'used_at'])
    .where('token', '=', linkId(token))
    .executeTakeFirst();
  return row ?? null;
}

/** Why a link cannot be followed. */
export type Unusable = { used: LinkUse } | { changed: LinkState } | { gone: true };

/**
 * Takes a link's one use, if the delivery is still as the link's mail showed it. The act follows in a transaction of its own,
 * under the version returned here; a gate that dies between leaves the mail as it was and the link used.
 */
export async function takeUse(
  trx: Trx,
  token: string,
  claims: LinkClaims,
  now: number,
): Promise<Unusable | { taken: LinkState }> {
  const used = await findUse(trx, token);
  if (used) return { used };
  const found = await linkState(trx, claims.deliveryId);
  if (!found) return { gone: true };
  if (!isAsSent(found, claims)) return { changed: found };
  await trx
    .insertInto('link_uses')
    .values({
      token: linkId(token),
      delivery_id: claims.deliveryId,
      act: claims.act,
      person: claims.person,
      used_at: now,
      expires_at: claims.expires,
    })
    .execute();
  return { taken: found };
}

/** An act that was refused has not used its link. */
export async function giveUseBack(trx: Trx, token: string): Promise<void> {
  await trx.deleteFrom('link_uses').where('token', '=', linkId(token)).execute();
}

/** Is the delivery as the mail with the link showed it? */
export function isAsSent({ delivery, seen }: LinkState, claims: LinkClaims): boolean {
  return delivery.state === claims.state && (claims.seen === null || claims.seen === seen);
}

/** Uses of links that have expired long since. */
export async function forgetUses(trx: Trx, before: number): Promise<void> {
  await trx.deleteFrom('link_uses').where('expires_at', '<', before).execute();
}
