import type { DeliveryState } from '../../src/message/disposition.ts';
import type { Database } from '../../src/store/database.ts';
import type { Ledger } from '../crash/ledger.ts';
import { TAKEN } from '../crash/reconcile.ts';
import type { HostileTold } from './traffic.ts';

export interface Account {
  /** Deliveries of all mail that engines handed in, by state. */
  states: Partial<Record<DeliveryState, number>>;
  deliveries: number;
  /** What clients of hostile mail were told. */
  hostile: Record<HostileTold['answer'], number>;
  /** Sentences with ids. */
  faults: string[];
}

/**
 * Accounts for hostile mail: what was taken is there, and stands where the upstream's own record allows it. (The load's other mail
 * is accounted for by `test/crash/reconcile.ts`.)
 */
export async function account(
  { db }: Database,
  told: readonly HostileTold[],
  ledger: Ledger,
): Promise<Account> {
  const faults: string[] = [];
  const own = await db
    .selectFrom('deliveries')
    .select(['id', 'message_id', 'state', 'recipient'])
    .where('kind', '=', 'mail')
    .execute();
  const states: Account['states'] = {};
  for (const { state } of own) states[state] = (states[state] ?? 0) + 1;
  const byMessage = new Map(own.map((one) => [one.message_id, one]));
  const taken = new Map<string, number>();
  for (const { mail } of ledger.taken) taken.set(mail, (taken.get(mail) ?? 0) + 1);
  const hostile: Account['hostile'] = { taken: 0, suppressed: 0, later: 0, cut: 0, refused: 0 };
  for (const { token, answer, id, text } of told) {
    hostile[answer] += 1;
    const times = taken.get(token) ?? 0;
    const delivery = id === null ? undefined : byMessage.get(id);
    if (answer === 'taken' && !delivery)
      faults.push(`${token}: told "${text}", and there is no such message`);
    if (answer === 'refused' || answer === 'later') {
      if (times > 0) faults.push(`${token}: told "${text}", and the upstream has got it`);
    }
    if (!delivery) continue;
    const bounds = TAKEN[delivery.state];
    if (bounds === null) faults.push(`${delivery.id} is still ${delivery.state}`);
    else if (times < bounds[0] || times > bounds[1])
      faults.push(`${delivery.id} is ${delivery.state}, and the upstream has got it ${times} times`);
  }
  return { states, deliveries: own.length, hostile, faults };
}
