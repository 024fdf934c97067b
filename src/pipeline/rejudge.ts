import type { Config } from '../config/config.ts';
import { TransitionError } from '../message/disposition.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Logger } from '../observability/logger.ts';
import { type Delivery, settle } from '../queue/settle.ts';
import type { Database, Trx } from '../store/database.ts';
import { saveVerdict } from './verdict-store.ts';

/** Judges a delivery's current text with today's CRM record. */
export type Rejudge = (
  delivery: Delivery,
  revision?: number,
) => Promise<{ verdict: Verdict; prospectId: string | null }>;

interface Options {
  database: Database;
  config: Config;
  now: () => number;
  log: Logger;
  rejudge: Rejudge;
}

/** Where in the CRM's revisions the re-judging stands. */
const CURSOR = 'rejudged_revision';

/** Most held deliveries judged again in one round. */
const BATCH = 50;

/**
 * Judges held deliveries again after CRM edits. Which edit touches which mail depends on the rules, so every hold older than
 * the newest edit is judged again, a batch a round. Judging again can suppress, never relay: only a release does.
 *
 * @returns how many deliveries were judged again
 */
export async function rejudgeAfterEdits(options: Options): Promise<number> {
  const { database, rejudge, now, log } = options;
  const newest = await database.db
    .selectFrom('revisions')
    .select((eb) => [eb.fn.max('id').as('id'), eb.fn.max('at').as('at')])
    .executeTakeFirst();
  if (!newest?.id) return 0;
  const cursor = await database.db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', CURSOR)
    .executeTakeFirst();
  if (Number(cursor?.value ?? 0) >= newest.id) return 0;

  const stale = await database.db
    .selectFrom('deliveries')
    .selectAll()
    .where('state', '=', 'held')
    .where('kind', '=', 'mail')
    .where('internal', '=', 0)
    .where('judged_at', '<=', newest.at)
    .orderBy('judged_at')
    .limit(BATCH)
    .execute();
  if (stale.length === 0) {
    await database.transact((trx) =>
      trx
        .insertInto('settings')
        .values({ key: CURSOR, value: String(newest.id) })
        .onConflict((c) => c.column('key').doUpdateSet({ value: String(newest.id) }))
        .execute(),
    );
    return 0;
  }
  for (const delivery of stale) {
    const at = Math.max(now(), newest.at + 1);
    try {
      const { verdict, prospectId } = await rejudge(delivery);
      await database.transact((trx) =>
        applyRejudged(trx, delivery, { verdict, prospectId, at, actor: 'gate' }),
      );
    } catch (err) {
      if (err instanceof TransitionError) continue;
      log.error({ err, id: delivery.id }, 'judging a held delivery again failed');
    }
  }
  return stale.length;
}

/** Stores a new verdict on a held delivery; a SUPPRESS ends it, anything else leaves it held. */
export async function applyRejudged(
  trx: Trx,
  delivery: Delivery,
  judged: { verdict: Verdict; prospectId: string | null; at: number; actor: string; bodyRevision?: number },
): Promise<Delivery> {
  const { verdict, at, actor } = judged;
  const rule = verdict.findings.find((f) => f.enforced && f.decision === verdict.decision)?.rule;
  const passes = verdict.decision === 'PASS';
  await saveVerdict(trx, delivery.id, verdict, at);
  return settle(
    trx,
    delivery.id,
    {
      type: 'rejudged',
      decision: verdict.decision,
      // What passes now is still held: it keeps the reason it was held for.
      holdReason: passes ? delivery.hold_reason : (rule ?? verdict.hold_reason),
      note: passes ? `passes now: ${verdict.rationale}` : verdict.rationale,
      suppress: verdict.decision === 'SUPPRESS',
      ...(judged.bodyRevision === undefined ? {} : { bodyRevision: judged.bodyRevision }),
    },
    { actor, now: at, set: { prospect_id: judged.prospectId, judged_at: at } },
  );
}
