import { newestVerdict } from '../pipeline/verdict-store.ts';
import { linkState } from '../review/link-state-store.ts';
import type { Trx } from '../store/database.ts';
import type { Channel } from './channels.ts';
import type { NotifyConfig } from './config.ts';
import type { ContentItem } from './content.ts';
import { clock } from './local-day.ts';
import { reasonText } from './words.ts';

/**
 * Deliveries as a message shows them, in the order of their ids given. None where `notify.detail` is `counts`: then nothing of
 * a prospect leaves the gate.
 */
export async function itemsOf(
  trx: Trx,
  ids: readonly string[],
  { config, channel, now }: { config: Pick<NotifyConfig, 'detail'>; channel: Channel; now: number },
): Promise<ContentItem[]> {
  if (config.detail === 'counts' || ids.length === 0) return [];
  const rows = await trx
    .selectFrom('deliveries as d')
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .select(['d.id', 'd.recipient', 'm.subject', 'd.hold_reason', 'd.note', 'd.expires_at', 'd.state'])
    .where('d.id', 'in', [...ids])
    .execute();
  const items: ContentItem[] = [];
  for (const id of ids) {
    const row = rows.find((one) => one.id === id);
    if (!row) continue;
    const due = row.expires_at === null ? null : `expires ${clock(row.expires_at, now, channel.timeZone)}`;
    items.push({
      delivery_id: id,
      recipient: row.recipient,
      subject: row.subject,
      reason: row.state === 'uncertain' ? 'no answer from the upstream' : reasonText(row.hold_reason),
      // Of mail that went on, the note tells of its way and no longer why it was stopped.
      why: row.state === 'held' ? row.note : ((await newestVerdict(trx, id))?.rationale ?? null),
      due,
      seen: row.state === 'held' && channel.mayAct ? ((await linkState(trx, id))?.seen ?? null) : null,
    });
  }
  return items;
}
