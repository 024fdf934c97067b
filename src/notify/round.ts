import type { Kysely } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { gatherBatch } from './batch-store.ts';
import {
  type ChannelState,
  channelState,
  findChannelState,
  firstUntold,
  isBusy,
  updateChannel,
} from './channel-store.ts';
import type { Channel } from './channels.ts';
import type { NotifyConfig } from './config.ts';
import { emptyDigest, gatherDigest } from './digest-store.ts';
import { digestDay, isQuiet } from './local-day.ts';
import { queueNotification } from './queue-store.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

export interface RoundInput {
  channel: Channel;
  config: NotifyConfig;
  /** The gate's address. */
  from: string;
  now: number;
}

/**
 * Tells a channel what is due: all in one transaction, so that it is told exactly once and nothing is left out.
 *
 * - What happens first in a quiet time waits a short while for company; after a message the next one waits longer, however
 *   much happens.
 * - In quiet hours only the kill switch is told, not its warnings. What came up is told after them.
 * - While a message is still on its way to the channel, no other one is made.
 *
 * @returns how many messages were queued
 */
export async function tellChannel(trx: Trx, input: RoundInput): Promise<number> {
  const { channel, now } = input;
  const state = await channelState(trx, channel, now);
  const due = await whatIsDue(trx, input, state);
  if (due === null) return 0;
  let queued = 0;
  if (due.batch) queued += await tellBatch(trx, input, state.told_id);
  if (due.digestDay !== null) {
    queued += await tellDigest(trx, input);
    await updateChannel(trx, channel.key, { digest_day: due.digestDay });
  }
  return queued;
}

/** Might there be something for `tellChannel` to do? Costs no transaction, so that a quiet gate stays quiet. */
export async function mayBeDue(db: Reader, input: RoundInput): Promise<boolean> {
  const state = await findChannelState(db, input.channel.key);
  return state === undefined || (await whatIsDue(db, input, state)) !== null;
}

/** `digestDay`: the day whose digest is due. null = nothing is. */
async function whatIsDue(
  db: Reader,
  input: RoundInput,
  state: ChannelState,
): Promise<{ batch: boolean; digestDay: string | null } | null> {
  const { channel, now } = input;
  const batch = await isBatchDue(db, input, state);
  const day = channel.digest && digestDay(now, channel.digest.at, channel.timeZone);
  const due = day !== null && day > state.digest_day ? day : null;
  if ((!batch && due === null) || (await isBusy(db, channel.key))) return null;
  return { batch, digestDay: due };
}

async function isBatchDue(
  db: Reader,
  { channel, config, now }: RoundInput,
  state: ChannelState,
): Promise<boolean> {
  const quiet = isQuiet(now, channel.quietHours, channel.timeZone);
  const topics = quiet ? channel.topics.filter((topic) => topic === 'kill_switch') : channel.topics;
  const first = await firstUntold(db, channel, state.told_id, topics);
  if (first === null) return false;
  const gathered = first.at + config.gather_seconds * 1_000;
  const spaced = (state.last_at ?? 0) + config.every_minutes * 60_000;
  return now >= Math.max(gathered, spaced);
}

async function tellBatch(trx: Trx, input: RoundInput, toldId: number): Promise<number> {
  const { channel, config, from, now } = input;
  const { upTo, content } = await gatherBatch(trx, { channel, config, after: toldId, now });
  if (content === null) {
    await updateChannel(trx, channel.key, { told_id: upTo });
    return 0;
  }
  await queueNotification(trx, { channel, kind: 'batch', content, from, now });
  await updateChannel(trx, channel.key, { told_id: upTo, last_at: now });
  return 1;
}

async function tellDigest(trx: Trx, { channel, config, from, now }: RoundInput): Promise<number> {
  const found = await gatherDigest(trx, { channel, config, now });
  const content = found ?? (channel.digest?.empty ? emptyDigest({ channel, now }) : null);
  if (content === null) return 0;
  await queueNotification(trx, { channel, kind: 'digest', content, from, now });
  return 1;
}
