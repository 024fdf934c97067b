import type { Trx } from '../store/database.ts';

type Reader = Pick<Trx, 'selectFrom'>;

/** What an audit entry's action did to a delivery, after the name of who did it. */
const DID: Record<string, string> = {
  judged: 'judged it',
  rejudged: 'judged it again',
  delivered: 'delivered it',
  deferred: 'put its next attempt off',
  failed: 'could not deliver it',
  lost: 'lost the answer to its attempt',
  suppress: 'suppressed it',
  hold: 'held it',
  release: 'released it',
  undo: 'took it back',
  reject: 'rejected it',
  escalate: 'handed it to the account owner',
  expire: 'let it expire',
  cancel: 'cancelled it',
  reschedule: 'rescheduled it',
  close: 'closed it',
  confirm: 'confirmed that it arrived',
  resend: 'sent it again',
  restored: 'was restored from a backup, with it,',
};

/**
 * A sentence on the last change of a delivery, for whoever acted on what they saw before it: who, what, when.
 *
 * @param now milliseconds since the epoch
 */
export async function lastChange(db: Reader, deliveryId: string, now: number): Promise<string> {
  const row = await db
    .selectFrom('audit')
    .select(['at', 'actor', 'action', 'detail'])
    .where('subject_id', '=', deliveryId)
    .where('action', 'in', Object.keys(DID))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return 'it has changed since';
  const { by, edited } = JSON.parse(row.detail) as { by?: string; edited?: boolean };
  const who = by ?? (row.actor === 'gate' ? 'the gate' : row.actor);
  return `${who} ${edited ? 'edited it' : DID[row.action]} ${ago(now - row.at)}`;
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 5) return 'just now';
  if (seconds < 120) return `${seconds} seconds ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes ago`;
  return `${Math.round(seconds / 3600)} hours ago`;
}
