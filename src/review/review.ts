import type { Config } from '../config/config.ts';
import { accountsOf } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import { updateProspect } from '../crm/store.ts';
import { recheckRecord } from '../crm/recheck.ts';
import { decidedByRecord } from '../judge/record-rules.ts';
import type { Rubric } from '../judge/rubric.ts';
import { type DispositionEvent, TransitionError } from '../message/disposition.ts';
import { accountOwner } from '../pipeline/dispose.ts';
import { companionsOf } from '../pipeline/route.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import { queueReport } from '../pipeline/own-mail.ts';
import { type Delivery, settle } from '../queue/settle.ts';
import { requireDelivery } from './require-delivery.ts';
import type { Database, Trx } from '../store/database.ts';

/** "Was the judge right?", asked with every act. */
export type Label = 'right' | 'wrong' | 'not_sure';

export interface Act {
  /** Who acts. */
  actor: string;
  label?: Label | undefined;
  reason?: string | undefined;
}

/**
 * What a person may do with a delivery. Every act goes through the same `settle` as the gate's own events, in one
 * transaction with its audit entry and label. Unknown ids and acts the state does not allow throw UserError.
 */
export class Review {
  readonly #database: Database;
  readonly #config: Config;
  readonly #rubric: () => Rubric;
  readonly #now: () => number;

  constructor(options: { database: Database; config: Config; rubric: () => Rubric; now: () => number }) {
    this.#database = options.database;
    this.#config = options.config;
    this.#rubric = options.rubric;
    this.#now = options.now;
  }

  /**
   * Lets a held or escalated delivery go. It is sent after the undo time. Rules 1 and 2 cannot be overridden: what the CRM
   * record forbids by now is suppressed instead.
   */
  release(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'release', act, async (trx, delivery, now) => {
      const record = await recheckRecord(trx, {
        address: delivery.recipient,
        prospectId: delivery.prospect_id,
      });
      const stop = delivery.internal === 1 ? null : decidedByRecord(record, this.#rubric());
      if (stop && delivery.state === 'held') {
        const after = await settle(
          trx,
          delivery.id,
          { type: 'suppress', rule: stop.rule, note: stop.rationale },
          { actor: act.actor, now, detail: { asked: 'release' } },
        );
        await queueReport(trx, after, 'report_failed', now);
        return { stopped: `it cannot be released: ${stop.rationale} It was suppressed instead.` };
      }
      if (stop) throw new UserError(`${id} cannot be released: ${stop.rationale}`);
      if (record.taken_over_by !== null) {
        throw new UserError(
          `${id} cannot be released: ${record.taken_over_by} has taken the prospect over; free it first with: presend crm set ${delivery.recipient} taken_over_by=`,
        );
      }
      return this.#letGo(trx, delivery, act.actor, now);
    });
  }

  /**
   * Releases a delivery, and those of its message that leave with it: none of them goes without the others. Of these, what
   * the record forbids is suppressed.
   */
  async #letGo(trx: Trx, delivery: Delivery, actor: string, now: number): Promise<Delivery> {
    const undo = this.#config.delivery.undo_seconds * 1000;
    const { scheduled_at } = await trx
      .selectFrom('messages')
      .select('scheduled_at')
      .where('id', '=', delivery.message_id)
      .executeTakeFirstOrThrow();
    const event: DispositionEvent = {
      type: 'release',
      by: actor,
      // What was to go at a certain time still does.
      notBefore: Math.max(now + undo, scheduled_at ?? 0),
      undoUntil: undo > 0 ? now + undo : null,
    };
    if (delivery.state === 'held') {
      for (const companion of await companionsOf(trx, delivery, accountsOf(this.#config.providers))) {
        const record = await recheckRecord(trx, {
          address: companion.recipient,
          prospectId: companion.prospect_id,
        });
        const stop = companion.internal === 1 ? null : decidedByRecord(record, this.#rubric());
        const suppress: DispositionEvent | null = stop && {
          type: 'suppress',
          rule: stop.rule,
          note: stop.rationale,
        };
        const after = await settle(trx, companion.id, suppress ?? event, {
          actor,
          now,
          detail: { asked: 'release', with: delivery.id },
          ...(suppress ? {} : { set: { judged_at: now } }),
        });
        if (suppress) await queueReport(trx, after, 'report_failed', now);
      }
    }
    return settle(trx, delivery.id, event, { actor, now, set: { judged_at: now } });
  }

  /** Takes a release back while its undo time runs. */
  undo(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'undo', act, async (trx, delivery, now) => {
      const event: DispositionEvent = { type: 'undo', by: act.actor, expiresAt: this.#expiry(now) };
      for (const companion of await companionsOf(trx, delivery, accountsOf(this.#config.providers))) {
        if (companion.undo_until !== delivery.undo_until) continue;
        await settle(trx, companion.id, event, { actor: act.actor, now });
      }
      return settle(trx, delivery.id, event, { actor: act.actor, now });
    });
  }

  /** Ends a held delivery; the engine is told, with the reason. */
  reject(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'reject', act, async (trx, delivery, now) => {
      const note = act.reason ?? 'rejected by a reviewer';
      return this.#endUnsent(trx, delivery, { type: 'reject', by: act.actor, note }, now);
    });
  }

  /** Hands a held delivery to the account owner. */
  escalate(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'escalate', act, async (trx, delivery, now) => {
      const verdict = await newestVerdict(trx, delivery.id);
      if (accountOwner(verdict?.prospect?.account_owner ?? null, this.#config) === null) {
        throw new UserError(
          `${id} cannot be escalated: the CRM names no account owner for it; set one, or escalation.fallback in the configuration`,
        );
      }
      return settle(trx, delivery.id, { type: 'escalate', by: act.actor }, { actor: act.actor, now });
    });
  }

  /** The account owner has dealt with an escalated mail; it is not sent. */
  close(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'close', act, async (trx, delivery, now) => {
      const note = act.reason ?? `closed by ${act.actor}`;
      return this.#endUnsent(trx, delivery, { type: 'close', by: act.actor, note }, now);
    });
  }

  /** As `close`, and pauses every engine for that prospect until the CRM record is freed. */
  takeOver(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'take_over', act, async (trx, delivery, now) => {
      if (delivery.prospect_id === null) throw new UserError(`${id} is not to a prospect of the CRM mirror`);
      await updateProspect(
        trx,
        delivery.prospect_id,
        { taken_over_by: act.actor },
        { actor: act.actor, at: now },
      );
      const note = `taken over by ${act.actor}`;
      return this.#endUnsent(trx, delivery, { type: 'close', by: act.actor, note }, now);
    });
  }

  /** An uncertain delivery did arrive; with it those of its message that left in the same request. */
  confirm(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'confirm', act, (trx, delivery, now) =>
      this.#settleTogether(trx, delivery, { type: 'confirm', by: act.actor }, now),
    );
  }

  /** An uncertain delivery did not arrive: send it again, as `confirm` with those that left with it. */
  resend(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'resend', act, (trx, delivery, now) =>
      this.#settleTogether(trx, delivery, { type: 'resend', by: act.actor }, now),
    );
  }

  async #settleTogether(
    trx: Trx,
    delivery: Delivery,
    event: Extract<DispositionEvent, { type: 'confirm' | 'resend' }>,
    now: number,
  ): Promise<Delivery> {
    for (const companion of await companionsOf(trx, delivery, accountsOf(this.#config.providers))) {
      if (companion.state === 'uncertain') await settle(trx, companion.id, event, { actor: event.by, now });
    }
    return settle(trx, delivery.id, event, { actor: event.by, now });
  }

  /** Takes a scheduled delivery off the schedule. */
  cancel(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'cancel', act, (trx, delivery, now) =>
      settle(trx, delivery.id, { type: 'cancel', by: act.actor }, { actor: act.actor, now }),
    );
  }

  #expiry(now: number): number {
    return now + this.#config.review.expire_days * 86_400_000;
  }

  /** Ends a mail that is not sent. The engine heard 250 for it, so it is told in the same transaction. */
  async #endUnsent(
    trx: Trx,
    delivery: Delivery,
    event: Extract<DispositionEvent, { type: 'reject' | 'close' }>,
    now: number,
  ): Promise<Delivery> {
    const after = await settle(trx, delivery.id, event, { actor: event.by, now });
    await queueReport(trx, after, 'report_failed', now);
    return after;
  }

  async #act(
    id: string,
    name: string,
    act: Act,
    work: (trx: Trx, delivery: Delivery, now: number) => Promise<Delivery | { stopped: string }>,
  ): Promise<Delivery> {
    const now = this.#now();
    const result = await this.#database.transact(async (trx) => {
      const delivery = await requireDelivery(trx, id);
      try {
        const after = await work(trx, delivery, now);
        if (act.label && !('stopped' in after)) {
          await trx
            .insertInto('labels')
            .values({ delivery_id: delivery.id, at: now, actor: act.actor, right: act.label, act: name })
            .execute();
        }
        return after;
      } catch (error) {
        if (error instanceof TransitionError) throw new UserError(`${id}: ${error.message}`);
        throw error;
      }
    });
    if ('stopped' in result) throw new UserError(`${id}: ${result.stopped}`);
    return result;
  }
}
