import type { Kysely } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { AdapterCallTable } from '../store/kill-switch-schema.ts';
import type { Schema } from '../store/schema.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

export type AdapterCall = Omit<AdapterCallTable, 'id'>;

export async function addCalls(trx: Trx, calls: readonly AdapterCall[]): Promise<void> {
  if (calls.length > 0)
    await trx
      .insertInto('adapter_calls')
      .values([...calls])
      .execute();
}

/** The newest calls of one adapter, oldest first. */
export async function newestCalls(
  db: Reader,
  { version, since, limit }: { version: string; since: number; limit: number },
): Promise<Pick<AdapterCall, 'result' | 'latency_ms'>[]> {
  const rows = await db
    .selectFrom('adapter_calls')
    .select(['result', 'latency_ms'])
    .where('adapter_version', '=', version)
    .where('at', '>=', since)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed();
}

/** Keeps the newest `keep` of each adapter. */
export async function forgetCalls(trx: Trx, keep: number): Promise<void> {
  const versions = await trx.selectFrom('adapter_calls').select('adapter_version').distinct().execute();
  for (const { adapter_version } of versions) {
    const oldest = await trx
      .selectFrom('adapter_calls')
      .select('id')
      .where('adapter_version', '=', adapter_version)
      .orderBy('id', 'desc')
      .offset(keep - 1)
      .limit(1)
      .executeTakeFirst();
    if (!oldest) continue;
    await trx
      .deleteFrom('adapter_calls')
      .where('adapter_version', '=', adapter_version)
      .where('id', '<', oldest.id)
      .execute();
  }
}
