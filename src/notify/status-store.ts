import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { NotificationContent } from './content.ts';
import type { NotificationEntry } from './web-types.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** Messages with what became of them, newest first. */
export async function listNotifications(
  db: Reader,
  { channel, limit, id }: { channel?: string; limit: number; id?: string },
): Promise<NotificationEntry[]> {
  let query = db
    .selectFrom('notifications as n')
    .leftJoin('deliveries as d', 'd.id', 'n.id')
    .select(['n.id', 'n.created_at', 'n.channel', 'n.kind', 'n.content', 'n.state', 'n.error'])
    .select(['d.state as delivery', 'd.note']);
  if (channel !== undefined) query = query.where('n.channel', '=', channel);
  if (id !== undefined) query = query.where('n.id', '=', id);
  const rows = await query.orderBy('n.id', 'desc').limit(limit).execute();
  return rows.map((row) => {
    const state = row.state === 'queued' ? (MAIL[row.delivery ?? ''] ?? 'on its way') : SLACK[row.state];
    return {
      id: row.id,
      at: row.created_at,
      channel: row.channel,
      kind: row.kind,
      summary: (JSON.parse(row.content) as NotificationContent).summary,
      state,
      error: state === 'sent' ? null : (row.error ?? row.note),
    };
  });
}

const MAIL: Record<string, NotificationEntry['state']> = {
  relayed: 'sent',
  failed: 'failed',
  expired: 'failed',
  uncertain: 'uncertain',
};

const SLACK: Record<'pending' | 'sent' | 'given_up', NotificationEntry['state']> = {
  pending: 'on its way',
  sent: 'sent',
  given_up: 'failed',
};

export interface ChannelStatus {
  channel: string;
  /** When it was last told of something; null = never. */
  last_at: number | null;
  /** The last day whose digest it had. */
  digest_day: string;
  /** How many matters wait to be told. */
  waiting: number;
}

export async function listChannels(db: Reader): Promise<ChannelStatus[]> {
  return db
    .selectFrom('notify_channels as c')
    .select(['c.channel', 'c.last_at', 'c.digest_day'])
    .select((eb) =>
      eb
        .selectFrom('notify_occurrences as o')
        .select((o) => o.fn.countAll<number>().as('n'))
        .whereRef('o.id', '>', 'c.told_id')
        .as('waiting'),
    )
    .orderBy('c.channel')
    .execute()
    .then((rows) => rows.map((row) => ({ ...row, waiting: row.waiting ?? 0 })));
}
