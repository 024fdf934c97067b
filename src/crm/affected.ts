import type { Verdict } from '../judge/verdict.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Database } from '../store/database.ts';
import { deliveriesBy, overlaid, subjectsOf, touchedBy } from './affected-store.ts';
import { type Edit, type Edited, tryEdit } from './grid-edit.ts';
import type { Change } from './records.ts';
import type { Revision } from './revision-store.ts';
import type { Affected, AffectedDelivery, Rejudged, VerdictShort } from './web-types.ts';

/** Judges held mail again by the rules, with the CRM mirror as `database` shows it; stores nothing. */
export type JudgeHeld = (database: Database, delivery: Delivery) => Promise<Verdict>;

/** Judges held deliveries again at once and stores the verdicts; it can suppress, never relay. */
export type RejudgeNow = (ids: readonly string[]) => Promise<void>;

/** The rule whose decision a verdict is, or its hold reason. */
export type ReasonOf = (verdict: Verdict) => string | null;

export interface AffectedDeps {
  database: Database;
  judgeHeld: JudgeHeld;
  reasonOf: ReasonOf;
  rejudgeNow: RejudgeNow;
  /** Longest time spent on one question, milliseconds. */
  budgetMs?: number;
}

/** A person waits for the answer before the cell is saved. */
const BUDGET_MS = 1500;

/** Thrown to take a rehearsed edit back. */
class Rehearsed extends Error {
  readonly edited: Edited;

  constructor(edited: Edited) {
    super('rehearsed');
    this.edited = edited;
  }
}

/**
 * The edit made and taken back in one transaction: what it would change, or why it cannot be made.
 *
 * @throws what `tryEdit` throws
 */
async function rehearse(database: Database, edit: Edit, change: Change): Promise<Edited> {
  try {
    await database.transact(async (trx) => {
      throw new Rehearsed(await tryEdit(trx, edit, change));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.edited;
    throw error;
  }
  throw new Error('a rehearsed edit was not taken back');
}

/**
 * Who would be affected by an edit: every held message that it could touch is judged by the rules twice, with the mirror as
 * it is and as it would be. Bounded in time; what is not looked at is told.
 *
 * @throws what makes the edit impossible
 */
export async function affectedBy(
  { database, judgeHeld, reasonOf, budgetMs = BUDGET_MS }: AffectedDeps,
  edit: Edit,
  change: Change,
): Promise<Affected> {
  const began = performance.now();
  const { revisions, loosens } = await rehearse(database, edit, change);
  const { deliveries, total } = await touchedBy(database.db, revisions);
  const answer = { changed: [] as AffectedDelivery[], looked_at: 0, touched: total };
  if (deliveries.length === 0) return { ...answer, complete: true, loosens };

  const subjects = await subjectsOf(
    database.db,
    deliveries.map(({ id }) => id),
  );
  const overlay = await overlaid(database, revisions);
  try {
    for (const delivery of deliveries) {
      if (performance.now() - began > budgetMs) break;
      const today = await judgeHeld(database, delivery);
      const then = await judgeHeld(overlay, delivery);
      answer.looked_at += 1;
      const to = { decision: then.decision, reason: reasonOf(then) };
      const now = { decision: today.decision, reason: reasonOf(today) };
      if (!same(now, to)) {
        answer.changed.push({
          id: delivery.id,
          recipient: delivery.recipient,
          subject: subjects.get(delivery.id) ?? null,
          // What the rules let go is held by the adapter or a person's rule: what the queue shows says more.
          from: now.decision === 'PASS' ? standing(delivery) : now,
          to,
          rationale: then.rationale,
        });
      }
      // Mail that comes in meanwhile is not kept waiting.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await overlay.close();
  }
  return { ...answer, complete: answer.looked_at === total, loosens };
}

/** How long an edit's answer waits for held messages to be judged again; the rest goes on without it. */
const ANSWER_MS = 1500;

/** Judges what an edit touches again at once, and tells what came of it. */
export async function rejudgeTouched(
  { database, rejudgeNow }: AffectedDeps,
  revisions: readonly Revision[],
): Promise<Rejudged> {
  const { deliveries, total } = await touchedBy(database.db, revisions);
  if (deliveries.length === 0) return { touched: total, changed: [], pending: 0 };
  const ids = deliveries.map(({ id }) => id);
  const work = rejudgeNow(ids);
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ANSWER_MS)))]);
  clearTimeout(timer);

  const subjects = await subjectsOf(database.db, ids);
  const after = new Map((await deliveriesBy(database.db, ids)).map((one) => [one.id, one]));
  const newest = Math.max(...revisions.map(({ id }) => id));
  let judged = 0;
  const changed = deliveries.flatMap((before): AffectedDelivery[] => {
    const now = after.get(before.id);
    if (!now || now.judged_revision < newest) return [];
    judged += 1;
    const from = standing(before);
    const to = standing(now);
    if (same(from, to) && before.state === now.state) return [];
    return [
      {
        id: now.id,
        recipient: now.recipient,
        subject: subjects.get(now.id) ?? null,
        from,
        to,
        rationale: now.note ?? '',
      },
    ];
  });
  return { touched: total, changed, pending: total - judged };
}

const standing = ({ decision, hold_reason }: Delivery): VerdictShort => ({ decision, reason: hold_reason });

const same = (a: VerdictShort, b: VerdictShort): boolean =>
  a.decision === b.decision && a.reason === b.reason;
