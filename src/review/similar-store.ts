import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { Label } from './act.ts';

/** Held mail that a person has decided about. */
export interface DecidedMail {
  id: string;
  message_id: string;
  body_revision: number;
  /** The shown text; null = it is not kept yet. */
  text: string | null;
  recipient: string;
  subject: string | null;
  act: 'release' | 'reject' | 'escalate' | 'close';
  actor: string;
  at: number;
  label: Label | null;
}

const ACTS = ['release', 'reject', 'escalate', 'close'] as const;

/** What people decided about other mail stopped for a reason, newest first. */
export async function decidedFor(
  db: Kysely<Schema>,
  reason: string,
  { not, limit }: { not: string; limit: number },
): Promise<DecidedMail[]> {
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .leftJoin('draft_texts as t', (join) =>
      join.onRef('t.message_id', '=', 'd.message_id').onRef('t.revision', '=', 'd.body_revision'),
    )
    .select(['d.id', 'd.message_id', 'd.body_revision', 'd.recipient', 'm.subject', 't.body as text'])
    .where('d.hold_reason', '=', reason)
    .where('d.kind', '=', 'mail')
    .where('d.state', 'not in', ['held', 'received', 'suppressed', 'expired', 'cancelled'])
    .where('d.id', '!=', not)
    .orderBy('d.updated_at', 'desc')
    .limit(limit)
    .execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const acts = await db
    .selectFrom('audit')
    .select(['subject_id', 'action', 'actor', 'at'])
    .where('subject_id', 'in', ids)
    .where('action', 'in', ACTS)
    .orderBy('id')
    .execute();
  const labels = await db
    .selectFrom('labels')
    .select(['delivery_id', 'right'])
    .where('delivery_id', 'in', ids)
    .orderBy('id')
    .execute();
  const actOf = new Map(acts.map((act) => [act.subject_id, act]));
  const labelOf = new Map(labels.map((label) => [label.delivery_id, label.right]));
  return rows.flatMap((row) => {
    const act = actOf.get(row.id);
    if (!act) return [];
    const { action, actor, at } = act;
    return [{ ...row, act: action as DecidedMail['act'], actor, at, label: labelOf.get(row.id) ?? null }];
  });
}
