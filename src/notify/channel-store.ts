import type { Kysely, Selectable } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { NotifyChannelTable } from '../store/notify-schema.ts';
import type { Schema } from '../store/schema.ts';
import { type Channel } from './channels.ts';
import { digestDay } from './local-day.ts';

export type ChannelState = Selectable<NotifyChannelTable>;

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

export async function findChannelState(db: Reader, key: string): Promise<ChannelState | undefined> {
  return db.selectFrom('notify_channels').selectAll().where('channel', '=', key).executeTakeFirst();
}

/** How far a channel has been told. A new one starts with now: it hears nothing of what was before. */
export async function channelState(trx: Trx, channel: Channel, now: number): Promise<ChannelState> {
  const row = await findChannelState(trx, channel.key);
  if (row) return row;
  const fresh: ChannelState = {
    channel: channel.key,
    told_id: await newestOccurrence(trx),
    last_at: null,
    digest_day: digestDay(now, channel.digest?.at ?? '00:00', channel.timeZone),
  };
  await trx.insertInto('notify_channels').values(fresh).execute();
  return fresh;
}

export async function newestOccurrence(trx: Reader): Promise<number> {
  const row = await trx
    .selectFrom('notify_occurrences')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? 0;
}

export async function updateChannel(
  trx: Trx,
  key: string,
  changes: Partial<Omit<ChannelState, 'channel'>>,
): Promise<void> {
  await trx.updateTable('notify_channels').set(changes).where('channel', '=', key).execute();
}

/** The first occurrence that the channel was not told of; null when there is none. */
export async function firstUntold(
  db: Reader,
  channel: Channel,
  toldId: number,
  topics: Channel['topics'] = channel.topics,
): Promise<{ at: number } | null> {
  if (topics.length === 0) return null;
  const row = await db
    .selectFrom('notify_occurrences')
    .select('at')
    .where('id', '>', toldId)
    .where('topic', 'in', [...topics])
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Is a message to it still on its way? Another one would pile up behind it. */
export async function isBusy(db: Reader, key: string): Promise<boolean> {
  const row = await db
    .selectFrom('notifications as n')
    .leftJoin('deliveries as d', 'd.id', 'n.id')
    .select('n.id')
    .where('n.channel', '=', key)
    .where((eb) =>
      eb.or([
        eb('n.state', '=', 'pending'),
        eb.and([eb('n.state', '=', 'queued'), eb('d.state', 'in', ['relaying', 'deferred'])]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
