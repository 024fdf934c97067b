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
import { failPoint } from '../observability/fail-point.ts';
import { type Delivery, settle } from '../queue/settle.ts';
import { flushAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { type Act, actorDetail, personKey, versionOf } from './act.ts';
import { approvalsOf, approve } from './approval-store.ts';
import { lastChange } from './conflict-store.ts';
import { FOUR_EYES, needsFourEyes } from './four-eyes.ts';
import { stopsFound } from './four-eyes-store.ts';
import { addLabel, withdrawLabel } from './label-store.ts';
import { requireDelivery } from './require-delivery.ts';

export type { Act, Label } from './act.ts';

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
   *
   * @returns the delivery; as it was where four-eyes asks for another person too: the act is noted as an approval
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
          { actor: act.actor, now, detail: { asked: 'release', ...actorDetail(act) } },
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
      const companions =
        delivery.state === 'held'
          ? await companionsOf(trx, delivery, accountsOf(this.#config.providers))
          : [];
      if (await this.#awaitsAnother(trx, [delivery, ...companions], act, now)) return delivery;
      return this.#letGo(trx, delivery, companions, { act, now });
    });
  }

  /** Four-eyes: notes the approval of what leaves together, until different people have given enough of them. */
  async #awaitsAnother(trx: Trx, together: Delivery[], act: Act, now: number): Promise<boolean> {
    if (this.#config.review.four_eyes.length === 0) return false;
    const found = await stopsFound(
      trx,
      together.map((one) => one.id),
    );
    const needs = (one: Delivery) => needsFourEyes(one, found.get(one.id) ?? [], this.#config.review);
    if (!together.some(needs)) return false;
    const [delivery] = together as [Delivery, ...Delivery[]];
    if (delivery.state !== 'held' && delivery.state !== 'escalated') return false;
    const given = await approvalsOf(trx, [delivery.id]);
    const others = given.filter((one) => one.person_key !== personKey(act));
    if (others.length >= FOUR_EYES - 1) return false;
    if (given.length > others.length) {
      throw new UserError(
        `${delivery.id}: you have approved its release already; another person has to release it`,
      );
    }
    for (const one of together) await approve(trx, one, act, now);
    return true;
  }

  /**
   * Releases a delivery, and those of its message that leave with it: none of them goes without the others. Of these, what
   * the record forbids is suppressed.
   */
  async #letGo(
    trx: Trx,
    delivery: Delivery,
    companions: Delivery[],
    { act, now }: { act: Act; now: number },
  ): Promise<Delivery> {
    const { actor } = act;
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
    for (const companion of companions) {
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
        detail: { asked: 'release', with: delivery.id, ...actorDetail(act) },
        ...(suppress ? {} : { set: { judged_at: now } }),
      });
      if (suppress) await queueReport(trx, after, 'report_failed', now);
    }
    return settle(trx, delivery.id, event, {
      actor,
      now,
      detail: actorDetail(act),
      set: { judged_at: now },
    });
  }

  /** Takes a release, or a person's escalation, back while its undo time runs; the label given with it as well. */
  undo(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'undo', act, async (trx, delivery, now) => {
      const event: DispositionEvent = { type: 'undo', by: act.actor, expiresAt: this.#expiry(now) };
      for (const companion of await companionsOf(trx, delivery, accountsOf(this.#config.providers))) {
        if (companion.undo_until !== delivery.undo_until) continue;
        await settle(trx, companion.id, event, { actor: act.actor, now, detail: actorDetail(act) });
      }
      const taken = delivery.state === 'escalating' ? 'escalate' : 'release';
      const after = await this.#settle(trx, delivery, event, act, now);
      await withdrawLabel(trx, delivery.id, taken);
      return after;
    });
  }

  /** Ends a held delivery; the engine is told, with the reason. */
  reject(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'reject', act, async (trx, delivery, now) => {
      const note = act.reason ?? 'rejected by a reviewer';
      return this.#endUnsent(trx, delivery, { type: 'reject', by: act.actor, note }, act, now);
    });
  }

  /** Hands a held delivery to the account owner, after the undo time. */
  escalate(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'escalate', act, async (trx, delivery, now) => {
      const verdict = await newestVerdict(trx, delivery.id);
      if (accountOwner(verdict?.prospect?.account_owner ?? null, this.#config) === null) {
        throw new UserError(
          `${id} cannot be escalated: the CRM names no account owner for it; set one, or escalation.fallback in the configuration`,
        );
      }
      const undo = this.#config.delivery.undo_seconds * 1000;
      const event: DispositionEvent = {
        type: 'escalate',
        by: act.actor,
        notBefore: now + undo,
        undoUntil: undo > 0 ? now + undo : null,
      };
      return this.#settle(trx, delivery, event, act, now);
    });
  }

  /** The account owner has dealt with an escalated mail; it is not sent. */
  close(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'close', act, async (trx, delivery, now) => {
      const note = act.reason ?? `closed by ${act.actor}`;
      return this.#endUnsent(trx, delivery, { type: 'close', by: act.actor, note }, act, now);
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
      return this.#endUnsent(trx, delivery, { type: 'close', by: act.actor, note }, act, now);
    });
  }

  /** An uncertain delivery did arrive; with it those of its message that left in the same request. */
  confirm(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'confirm', act, (trx, delivery, now) =>
      this.#settleTogether(trx, delivery, { type: 'confirm', by: act.actor }, act, now),
    );
  }

  /** An uncertain delivery did not arrive: send it again, as `confirm` with those that left with it. */
  resend(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'resend', act, (trx, delivery, now) =>
      this.#settleTogether(trx, delivery, { type: 'resend', by: act.actor }, act, now),
    );
  }

  async #settleTogether(
    trx: Trx,
    delivery: Delivery,
    event: Extract<DispositionEvent, { type: 'confirm' | 'resend' }>,
    act: Act,
    now: number,
  ): Promise<Delivery> {
    for (const companion of await companionsOf(trx, delivery, accountsOf(this.#config.providers))) {
      if (companion.state === 'uncertain') await this.#settle(trx, companion, event, act, now);
    }
    return this.#settle(trx, delivery, event, act, now);
  }

  /** Takes a scheduled delivery off the schedule. */
  cancel(id: string, act: Act): Promise<Delivery> {
    return this.#act(id, 'cancel', act, (trx, delivery, now) =>
      this.#settle(trx, delivery, { type: 'cancel', by: act.actor }, act, now),
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
    act: Act,
    now: number,
  ): Promise<Delivery> {
    const after = await this.#settle(trx, delivery, event, act, now);
    await queueReport(trx, after, 'report_failed', now);
    return after;
  }

  #settle(trx: Trx, delivery: Delivery, event: DispositionEvent, act: Act, now: number): Promise<Delivery> {
    return settle(trx, delivery.id, event, { actor: act.actor, now, detail: actorDetail(act) });
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
      await requireVersion(trx, delivery, act.version, now);
      try {
        const after = await work(trx, delivery, now);
        if (act.label && !('stopped' in after)) {
          await addLabel(trx, {
            deliveryId: delivery.id,
            at: now,
            actor: act.actor,
            right: act.label,
            act: name,
          });
        }
        return after;
      } catch (error) {
        if (!(error instanceof TransitionError)) throw error;
        await flushAudit(trx);
        throw new UserError(`${id}: ${error.message} (${await lastChange(trx, delivery.id, now)})`);
      }
    });
    failPoint('act-committed');
    if ('stopped' in result) throw new UserError(`${id}: ${result.stopped}`);
    return result;
  }
}

/**
 * Nobody acts on what they did not see.
 *
 * @throws UserError that says who changed the delivery, and how
 */
export async function requireVersion(
  trx: Pick<Trx, 'selectFrom'>,
  delivery: Delivery,
  version: number | undefined,
  now: number,
): Promise<void> {
  if (version === undefined || version === versionOf(delivery)) return;
  await flushAudit(trx);
  const change = await lastChange(trx, delivery.id, now);
  throw new UserError(`${change.charAt(0).toUpperCase()}${change.slice(1)}; look at it again before you act`);
}
