import type { Trx } from '../store/database.ts';
import { gatherBatch } from './batch-store.ts';
import { channelState, firstUntold, isBusy, updateChannel } from './channel-store.ts';
import type { Channel } from './channels.ts';
import type { NotifyConfig } from './config.ts';
import { emptyDigest, gatherDigest } from './digest-store.ts';
import { digestDay, isQuiet } from './local-day.ts';
import { queueNotification } from './queue-store.ts';

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
 * - In quiet hours only the kill switch is told. What came up is told after them.
 * - While a message is still on its way to the channel, no other one is made.
 *
 * @returns how many messages were queued
 */
export async function tellChannel(trx: Trx, input: RoundInput): Promise<number> {
  const { channel, now } = input;
  const state = await channelState(trx, channel, now);
  const batchDue = await isBatchDue(trx, input, state);
  const day = channel.digest && digestDay(now, channel.digest.at, channel.timeZone);
  const digestDue = day !== null && day > state.digest_day;
  if ((!batchDue && !digestDue) || (await isBusy(trx, channel.key))) return 0;
  let queued = 0;
  if (batchDue) queued += await tellBatch(trx, input, state.told_id);
  if (digestDue) {
    queued += await tellDigest(trx, input);
    await updateChannel(trx, channel.key, { digest_day: day });
  }
  return queued;
}

async function isBatchDue(
  trx: Trx,
  { channel, config, now }: RoundInput,
  state: { told_id: number; last_at: number | null },
): Promise<boolean> {
  const quiet = isQuiet(now, channel.quietHours, channel.timeZone);
  const topics = quiet ? channel.topics.filter((topic) => topic === 'kill_switch') : channel.topics;
  const first = await firstUntold(trx, channel, state.told_id, topics);
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
