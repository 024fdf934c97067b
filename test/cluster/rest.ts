import { READ_TRIES, outlast } from '../../src/store/outlast.ts';
import type { Load } from '../crash/load.ts';
import type { Cluster } from './cluster.ts';

/** How long the mail may take to come to rest once nothing goes wrong any more. */
const REST_MS = 300_000;

/** Longer than any attempt takes (`cycle-config.ts`): what has not moved for so long waits for a time, not for an upstream. */
const STILL_MS = 4_500;

/**
 * Waits until nothing is under way. What only waits for a time — a retry, or the lease of a gate that is gone — gets it: the clocks
 * of all gates are set ahead.
 */
export async function rest(cluster: Cluster, load: Pick<Load, 'unanswered' | 'retry'>): Promise<void> {
  const until = performance.now() + REST_MS;
  let before = '';
  let since = performance.now();
  while (performance.now() < until) {
    await load.retry(cluster.at);
    const { deliveries, events } = await outlast(
      () => underWay(cluster),
      new AbortController().signal,
      READ_TRIES,
    );
    const open = [...deliveries, ...events];
    if (load.unanswered === 0 && open.length === 0) return;
    const now = JSON.stringify(open);
    if (now !== before) {
      before = now;
      since = performance.now();
    } else if (performance.now() - since > STILL_MS) {
      const times = [
        ...deliveries.map(({ judging_until }) => judging_until),
        ...open.flatMap((one) => [one.lease_until, one.next_attempt_at]),
      ];
      const next = Math.min(
        ...times.flatMap((at) => (at !== null && at > Date.now() + cluster.offsetMs ? at : [])),
      );
      if (Number.isFinite(next)) cluster.ahead(next - Date.now() + 50);
      since = performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What waits for anything. */
async function underWay({ database: { db } }: Cluster) {
  const deliveries = await db
    .selectFrom('deliveries')
    .leftJoin('messages', 'messages.id', 'deliveries.message_id')
    .select(['deliveries.id', 'deliveries.state', 'deliveries.next_attempt_at', 'deliveries.lease_until'])
    .select('messages.lease_until as judging_until')
    .where('deliveries.state', 'in', ['received', 'relaying', 'escalating', 'scheduled', 'deferred'])
    .orderBy('deliveries.id')
    .execute();
  const events = await db
    .selectFrom('events')
    .select(['id', 'next_attempt_at', 'lease_until'])
    .where('state', '=', 'pending')
    .orderBy('id')
    .execute();
  return { deliveries, events };
}
