import type { Database } from '../../src/store/database.ts';
import type { GateChild, Ports } from './child.ts';
import type { Load } from './load.ts';

/** How long the mail may take to come to rest once nothing goes wrong any more: minutes, for machines with much else to do. */
const REST_MS = 600_000;

/**
 * Waits until nothing is under way. Where everything is put off to a later time, the gate's clock is set to that time; not
 * while anything is in hand, whose lease would lapse.
 *
 * @param load null = clients have nothing left to submit
 * @param gate null = its clock is the machine's
 */
export async function rest(
  { db }: Database,
  load: Pick<Load, 'unanswered' | 'retry'> | null,
  gate: Pick<GateChild, 'clock'> | null,
  ports: Ports,
  clock: { offsetMs: number },
): Promise<void> {
  const until = performance.now() + REST_MS;
  while (performance.now() < until) {
    await load?.retry(ports);
    const deliveries = await db
      .selectFrom('deliveries')
      .select(['next_attempt_at', 'lease_until'])
      .where('state', 'in', ['received', 'relaying', 'escalating', 'scheduled', 'deferred'])
      .execute();
    const events = await db
      .selectFrom('events')
      .select(['next_attempt_at', 'lease_until'])
      .where('state', '=', 'pending')
      .execute();
    const open = [...deliveries, ...events];
    if ((load?.unanswered ?? 0) === 0 && open.length === 0) return;
    const now = Date.now() + clock.offsetMs;
    const inHand = open.some(({ lease_until: lease }) => lease !== null && lease > now);
    const next = Math.min(...open.map(({ next_attempt_at: at }) => at ?? 0));
    if (gate && !inHand && open.length > 0 && next > now) {
      clock.offsetMs = next - Date.now();
      gate.clock(clock.offsetMs);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
