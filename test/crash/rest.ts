import type { Database } from '../../src/store/database.ts';
import type { GateChild, Ports } from './child.ts';
import type { Load } from './load.ts';

/** How long the mail may take to come to rest once nothing goes wrong any more. */
const REST_MS = 60_000;

/**
 * Waits until nothing is under way, with the clock running ahead so that what is put off falls due.
 *
 * @param load null = clients have nothing left to submit
 */
export async function rest(
  { db }: Database,
  load: Load | null,
  gate: GateChild,
  ports: Ports,
  clock: { offsetMs: number },
): Promise<void> {
  const until = performance.now() + REST_MS;
  while (performance.now() < until) {
    await load?.retry(ports);
    const { underWay } = await db
      .selectFrom('deliveries')
      .select((eb) => eb.fn.countAll<number>().as('underWay'))
      .where('state', 'in', ['received', 'relaying', 'escalating', 'scheduled', 'deferred'])
      .executeTakeFirstOrThrow();
    const { untold } = await db
      .selectFrom('events')
      .select((eb) => eb.fn.countAll<number>().as('untold'))
      .where('state', '=', 'pending')
      .executeTakeFirstOrThrow();
    if ((load?.unanswered ?? 0) === 0 && underWay === 0 && untold === 0) return;
    clock.offsetMs += 5_000;
    gate.clock(clock.offsetMs);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
