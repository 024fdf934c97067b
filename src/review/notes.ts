import { UserError } from '../config/user-error.ts';
import type { Delivery } from '../queue/settle.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { type Act, type Label, actorDetail, personOf } from './act.ts';
import { addLabel } from './label-store.ts';
import { addComment, assign, assigneeOf, noteOpened, snooze } from './note-store.ts';
import { requireDelivery } from './require-delivery.ts';
import { requireVersion } from './review.ts';

/** States in which somebody may still have to do something about a delivery. */
const OPEN: readonly Delivery['state'][] = ['held', 'escalating', 'escalated', 'uncertain', 'scheduled'];

/** What people note about deliveries without settling them. Unknown ids and what the state does not allow throw UserError. */
export class Notes {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(options: { database: Database; now: () => number }) {
    this.#database = options.database;
    this.#now = options.now;
  }

  /** Takes a delivery for oneself; one that another person has is refused, with the name. */
  claim(id: string, act: Act): Promise<Delivery> {
    return this.#note(id, act, async (trx, delivery, now) => {
      requireOpen(delivery);
      const person = personOf(act);
      const other = await assigneeOf(trx, delivery.id);
      if (other !== null && other.id !== person.id) {
        throw new UserError(`${other.name} looks after it; ask them, or assign it to yourself`);
      }
      if (other === null) await assign(trx, delivery, person, { act, now });
    });
  }

  /** @param person null = nobody */
  assign(id: string, person: { id: string; name: string } | null, act: Act): Promise<Delivery> {
    return this.#note(id, act, async (trx, delivery, now) => {
      if (person !== null) requireOpen(delivery);
      const before = await assigneeOf(trx, delivery.id);
      if (before?.id !== person?.id) await assign(trx, delivery, person, { act, now });
    });
  }

  /** @param until milliseconds since the epoch; null = wake it */
  snooze(id: string, until: number | null, act: Act): Promise<Delivery> {
    return this.#note(id, act, async (trx, delivery, now) => {
      if (delivery.state !== 'held') {
        throw new UserError(`${delivery.id} is ${delivery.state}; only a held mail can be snoozed`);
      }
      const why = snoozeTrouble(until, delivery, now);
      if (why !== null) throw new UserError(why);
      await snooze(trx, delivery, until, { act, now });
    });
  }

  /** @returns the comment as stored */
  async comment(
    id: string,
    text: string,
    act: Act,
  ): Promise<{ id: number; at: number; by: { id: string; name: string }; text: string }> {
    const now = this.#now();
    const by = personOf(act);
    return this.#database.transact(async (trx) => {
      const delivery = await requireDelivery(trx, id);
      const comment = await addComment(trx, delivery, { person: by, text }, { act, now });
      return { id: comment, at: now, by, text };
    });
  }

  /** Was the judge right, without another act. */
  label(id: string, right: Label, act: Act): Promise<Delivery> {
    return this.#note(id, act, async (trx, delivery, at) => {
      const { actor } = act;
      await addLabel(trx, { deliveryId: delivery.id, at, actor, right, act: 'label' });
      const subject = { type: 'delivery', id: delivery.id };
      await recordAudit(trx, { at, actor, subject, action: 'label', after: right, detail: actorDetail(act) });
    });
  }

  /** This account has that revision of the text in front of it. Not audited: reading is no change. */
  opened(id: string, revision: number, act: Act): Promise<Delivery> {
    return this.#note(id, act, async (trx, delivery, at) => {
      if (revision !== delivery.body_revision) {
        throw new UserError('the text was edited meanwhile; look at the new one');
      }
      await noteOpened(trx, { deliveryId: delivery.id, personId: personOf(act).id, revision, at });
    });
  }

  #note(
    id: string,
    act: Act,
    work: (trx: Trx, delivery: Delivery, now: number) => Promise<void>,
  ): Promise<Delivery> {
    const now = this.#now();
    return this.#database.transact(async (trx) => {
      const delivery = await requireDelivery(trx, id);
      await requireVersion(trx, delivery, act.version, now);
      await work(trx, delivery, now);
      return delivery;
    });
  }
}

/** What is wrong with a time to snooze until; null = nothing. A snooze never changes when the hold expires. */
export function snoozeTrouble(
  until: number | null,
  { expires_at }: Pick<Delivery, 'expires_at'>,
  now: number,
): string | null {
  if (until === null) return null;
  if (until <= now) return 'that time is over; choose a later one';
  if (expires_at === null || until < expires_at) return null;
  const end = new Date(expires_at).toISOString().slice(0, 16).replace('T', ' ');
  return `the hold expires before that, at ${end} UTC; choose an earlier time`;
}

function requireOpen({ id, state }: Delivery): void {
  if (!OPEN.includes(state)) throw new UserError(`${id} is ${state}; there is nothing left to look after`);
}
