import { TransitionError } from '../message/disposition.ts';
import { decidingRule } from '../judge/deciding-rule.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Logger } from '../observability/logger.ts';
import { type Delivery, settle } from '../queue/settle.ts';
import type { Database, Trx } from '../store/database.ts';
import { type Queries, prepared } from '../store/prepared.ts';

import { queueReport } from './own-mail.ts';
import { newestVerdict, saveVerdict } from './verdict-store.ts';

/** Judges a delivery's current text with today's CRM record. */
export type Rejudge = (
  delivery: Delivery,
  revision?: number,
) => Promise<{ verdict: Verdict; prospectId: string | null }>;

interface Options {
  database: Database;
  now: () => number;
  log: Logger;
  rejudge: Rejudge;
  /** The gate is stopping: what is left of a round is the next start's. */
  stopped: () => boolean;
}

/** Most held deliveries judged again in one round. */
const BATCH = 50;

const newest = prepared((db) => db.selectFrom('revisions').select('id').orderBy('id', 'desc').limit(1));

/** Id of the newest edit of the CRM mirror; 0 when there is none. */
export async function newestRevision(db: Queries): Promise<number> {
  const [row] = await newest(db, {});
  return row?.id ?? 0;
}

/**
 * Judges held deliveries again after CRM edits. Which edit touches which mail depends on the rules, so every hold that was
 * judged before the newest edit is judged again, a batch a round. Judging again can suppress, never relay: only a release does.
 */
export class Rejudging {
  readonly #options: Options;
  /** Everything held was judged at this revision or later. */
  #doneAt = -1;
  /** A round and an edit's own call may come to the same delivery: it is judged once. */
  readonly #underway = new Map<string, Promise<void>>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Something was marked to be judged again although no CRM record changed. */
  again(): void {
    this.#doneAt = -1;
  }

  /** One round. @returns how many deliveries were judged again */
  async round(): Promise<number> {
    const { database, log } = this.#options;
    const revision = await newestRevision(database.db);
    if (revision <= this.#doneAt) return 0;
    const stale = await database.db
      .selectFrom('deliveries')
      .selectAll()
      .where('state', '=', 'held')
      .where('kind', '=', 'mail')
      .where('internal', '=', 0)
      .where('judged_revision', '<', revision)
      .limit(BATCH)
      .execute();
    if (stale.length === 0) {
      this.#doneAt = revision;
      return 0;
    }
    for (const delivery of stale) {
      if (this.#options.stopped()) break;
      try {
        await this.#judgeAgain(delivery, revision);
      } catch (err) {
        if (!(err instanceof TransitionError))
          log.error(
            { err, message: delivery.message_id, delivery: delivery.id },
            'judging a held delivery again failed',
          );
      }
    }
    return stale.length;
  }

  /**
   * Judges these again now, ahead of the rounds: somebody who made an edit waits to hear what came of it. A failure is
   * logged; what has left the hold meanwhile is left alone.
   */
  async now(ids: readonly string[]): Promise<void> {
    const { database, log } = this.#options;
    for (const id of ids) {
      const revision = await newestRevision(database.db);
      const delivery = await database.db
        .selectFrom('deliveries')
        .selectAll()
        .where('id', '=', id)
        .where('state', '=', 'held')
        .where('judged_revision', '<', revision)
        .executeTakeFirst();
      if (!delivery) continue;
      try {
        await this.#judgeAgain(delivery, revision);
      } catch (err) {
        if (!(err instanceof TransitionError))
          log.error({ err, delivery: id }, 'judging a held delivery again failed');
      }
    }
  }

  async #judgeAgain(delivery: Delivery, revision: number): Promise<void> {
    const underway = this.#underway.get(delivery.id);
    if (underway) return await underway;
    const work = this.#judge(delivery, revision).finally(() => this.#underway.delete(delivery.id));
    this.#underway.set(delivery.id, work);
    await work;
  }

  async #judge(delivery: Delivery, revision: number): Promise<void> {
    const { database, rejudge, now } = this.#options;
    const judged = await rejudge(delivery).catch(async (err: unknown) => {
      // It stays held as it was; trying again at every round would help nobody.
      await database.transact((trx) =>
        trx
          .updateTable('deliveries')
          .set({ judged_revision: revision })
          .where('id', '=', delivery.id)
          .execute(),
      );
      throw err;
    });
    await database.transact(async (trx) => {
      const { body_revision } = await trx
        .selectFrom('deliveries')
        .select('body_revision')
        .where('id', '=', delivery.id)
        .executeTakeFirstOrThrow();
      // A reviewer edited the text meanwhile: this verdict is about the old one, the next round judges the new.
      if (body_revision !== delivery.body_revision) return;
      await applyRejudged(trx, delivery, { ...judged, revision, at: now(), actor: 'gate' });
    });
  }
}

/**
 * Stores a new verdict on a held delivery; a SUPPRESS ends it, anything else leaves it held. A verdict on the same text that
 * says what the one before said changes nothing but the time of judging.
 */
export async function applyRejudged(
  trx: Trx,
  delivery: Delivery,
  judged: {
    verdict: Verdict;
    prospectId: string | null;
    revision: number;
    at: number;
    actor: string;
    bodyRevision?: number;
    /** More for the audit entry. */
    detail?: Record<string, unknown>;
  },
): Promise<Delivery> {
  const { verdict, at, actor } = judged;
  const rule = decidingRule(verdict);
  const passes = verdict.decision === 'PASS';
  const set = { prospect_id: judged.prospectId, judged_at: at, judged_revision: judged.revision };
  // A SUPPRESS of the adapter alone stays a hold.
  const suppress = verdict.decision === 'SUPPRESS' && rule !== 'adapter';
  const sameText = judged.bodyRevision === undefined;
  if (sameText && !suppress && (await saysTheSame(trx, delivery.id, verdict))) {
    // Nothing for anybody to look at again: no new verdict, and who is at work on it is not disturbed.
    await trx
      .updateTable('deliveries')
      .set(set)
      .where('id', '=', delivery.id)
      .where('state', '=', 'held')
      .execute();
    return { ...delivery, ...set };
  }
  await saveVerdict(trx, delivery.id, verdict, at);
  const after = await settle(
    trx,
    delivery.id,
    {
      type: 'rejudged',
      decision: verdict.decision,
      // What passes now is still held: it keeps the reason it was held for.
      holdReason: passes ? delivery.hold_reason : (rule ?? verdict.hold_reason),
      note: passes ? `passes now: ${verdict.rationale}` : verdict.rationale,
      suppress,
      ...(judged.bodyRevision === undefined ? {} : { bodyRevision: judged.bodyRevision }),
    },
    {
      actor,
      now: at,
      set,
      ...(judged.detail && { detail: judged.detail }),
    },
  );
  // The engine was told that it is held.
  if (after.state === 'suppressed') await queueReport(trx, after, 'report_failed', at);
  return after;
}

/** Whether a new verdict differs from the newest in nothing that a reviewer would look at. */
async function saysTheSame(trx: Trx, deliveryId: string, verdict: Verdict): Promise<boolean> {
  const before = await newestVerdict(trx, deliveryId);
  return before !== null && gist(before) === gist(verdict);
}

function gist({ decision, hold_reason, rationale, findings, notices, prospect }: Verdict): string {
  // An escalation goes to the owner that the newest verdict knows of.
  const owner = prospect?.account_owner ?? null;
  return JSON.stringify({ decision, hold_reason, rationale, findings, notices, owner });
}
