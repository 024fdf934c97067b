import type { ExpressionBuilder } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { Once } from './submission.ts';

/** A retry of a mail that ended so is a new mail: its sender was told that the first one did not go. */
const ENDED_UNSENT = ['rejected', 'closed', 'cancelled', 'failed', 'expired'] as const;

/**
 * Condition on `messages`: not everything of it ended unsent. While one delivery went or may go, a retry would send that one
 * twice. The gate's own mails about it do not count.
 */
export function notEndedUnsent(expression: ExpressionBuilder<Schema, 'messages'>) {
  return expression.exists(
    expression
      .selectFrom('deliveries')
      .select('deliveries.id')
      .whereRef('deliveries.message_id', '=', 'messages.id')
      .where('deliveries.kind', '=', 'mail')
      .where('deliveries.state', 'not in', ENDED_UNSENT),
  );
}

/** Looks requests up by key, those of one commit too: `get` after `set` finds what was just taken in. */
export interface EarlierRequests {
  /** Ids of the messages that came of the same request; `conflict` when the key was used for another one. */
  get(once: Once): string[] | 'conflict' | undefined;
  set(once: Once, ids: string[]): void;
}

const place = ({ engineId, key }: Once): string => `${engineId} ${key}`;

/**
 * Requests that came before under the same keys, within each key's time. A client's own key always counts. A key that
 * the gate made of the request does not once every mail of it ended unsent: sent again, it is a new request.
 */
export async function earlierRequests(trx: Trx, requests: Once[], now: number): Promise<EarlierRequests> {
  const found = new Map<string, { hash: string; ids: string[] }>();
  for (const engineId of new Set(requests.map((once) => once.engineId))) {
    const own = new Map(
      requests.filter((once) => once.engineId === engineId).map((once) => [once.key, once]),
    );
    const rows = await trx
      .selectFrom('idempotency_keys')
      .select(['key', 'request_hash', 'message_ids', 'created_at'])
      .where('engine_id', '=', engineId)
      .where('key', 'in', [...own.keys()])
      .execute();
    for (const row of rows) {
      const once = own.get(row.key)!;
      if (row.created_at <= now - once.windowMs) continue;
      const ids = JSON.parse(row.message_ids) as string[];
      if (!once.explicit && !(await anyStands(trx, ids))) continue;
      found.set(place(once), { hash: row.request_hash, ids });
    }
  }
  return {
    get: (once) => {
      const before = found.get(place(once));
      return before && (before.hash === once.requestHash ? before.ids : 'conflict');
    },
    set: (once, ids) => found.set(place(once), { hash: once.requestHash, ids }),
  };
}

async function anyStands(trx: Trx, ids: string[]): Promise<boolean> {
  const standing = await trx
    .selectFrom('messages')
    .select('id')
    .where('id', 'in', ids)
    .where(notEndedUnsent)
    .limit(1)
    .executeTakeFirst();
  return standing !== undefined;
}

/** Stores what came of each request; an earlier one under the same key, whose time is over, is replaced. */
export async function rememberRequests(
  trx: Trx,
  requests: { once: Once; ids: string[] }[],
  now: number,
): Promise<void> {
  if (requests.length === 0) return;
  await trx
    .insertInto('idempotency_keys')
    .values(
      requests.map(({ once, ids }) => ({
        engine_id: once.engineId,
        key: once.key,
        request_hash: once.requestHash,
        message_ids: JSON.stringify(ids),
        created_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['engine_id', 'key']).doUpdateSet((eb) => ({
        request_hash: eb.ref('excluded.request_hash'),
        message_ids: eb.ref('excluded.message_ids'),
        created_at: eb.ref('excluded.created_at'),
      })),
    )
    .execute();
}

/** Forgets requests older than `before`, milliseconds since the epoch. */
export async function forgetRequests(trx: Trx, before: number): Promise<void> {
  await trx.deleteFrom('idempotency_keys').where('created_at', '<', before).execute();
}
