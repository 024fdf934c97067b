import type { Kysely } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

/** Networks kept for one engine, the newest ones. */
const PER_ENGINE = 64;

/** For how long a login is remembered. */
export const REMEMBERED_MS = 30 * 86_400_000;

/** When the engine last logged in from there, milliseconds since the epoch; null = never, or too long ago. */
export async function lastLogin(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  of: { engineId: string; networkHash: string; now: number },
): Promise<number | null> {
  const row = await db
    .selectFrom('engine_networks')
    .select('last_login_at')
    .where('engine_id', '=', of.engineId)
    .where('network_hash', '=', of.networkHash)
    .where('last_login_at', '>', of.now - REMEMBERED_MS)
    .executeTakeFirst();
  return row?.last_login_at ?? null;
}

export async function rememberLogin(
  trx: Trx,
  { engineId, networkHash, now }: { engineId: string; networkHash: string; now: number },
): Promise<void> {
  await trx
    .insertInto('engine_networks')
    .values({ engine_id: engineId, network_hash: networkHash, last_login_at: now })
    .onConflict((conflict) =>
      conflict.columns(['engine_id', 'network_hash']).doUpdateSet({ last_login_at: now }),
    )
    .execute();
  const beyond = await trx
    .selectFrom('engine_networks')
    .select('last_login_at')
    .where('engine_id', '=', engineId)
    .orderBy('last_login_at', 'desc')
    .offset(PER_ENGINE)
    .limit(1)
    .executeTakeFirst();
  if (!beyond) return;
  await trx
    .deleteFrom('engine_networks')
    .where('engine_id', '=', engineId)
    .where('last_login_at', '<=', beyond.last_login_at)
    .execute();
}
