import type { Kysely, Selectable } from 'kysely';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { ReviewViewTable } from '../store/review-schema.ts';
import type { Schema } from '../store/schema.ts';

export type ViewRow = Selectable<ReviewViewTable>;

/** Saved views that an account sees: its own and shared ones, by name. */
export function viewsFor(db: Pick<Kysely<Schema>, 'selectFrom'>, me: string): Promise<ViewRow[]> {
  return db
    .selectFrom('review_views')
    .selectAll()
    .where((eb) => eb.or([eb('owner_id', '=', me), eb('shared', '=', 1)]))
    .orderBy('name')
    .orderBy('id')
    .execute();
}

export function viewById(db: Pick<Kysely<Schema>, 'selectFrom'>, id: string): Promise<ViewRow | undefined> {
  return db.selectFrom('review_views').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Adds a view or changes the one of that id. */
export async function saveView(trx: Trx, view: ViewRow, { actor }: { actor: string }): Promise<void> {
  const before = await viewById(trx, view.id);
  const { id, ...columns } = view;
  await trx
    .insertInto('review_views')
    .values(view)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute();
  await recordAudit(trx, {
    at: view.updated_at,
    actor,
    subject: { type: 'view', id },
    action: before ? 'changed' : 'added',
    ...(before ? { before: shown(before) } : {}),
    after: shown(view),
  });
}

export async function deleteView(
  trx: Trx,
  view: ViewRow,
  { actor, at }: { actor: string; at: number },
): Promise<void> {
  await trx.deleteFrom('review_views').where('id', '=', view.id).execute();
  const subject = { type: 'view', id: view.id };
  await recordAudit(trx, { at, actor, subject, action: 'deleted', before: shown(view) });
}

function shown({ name, query, shared }: ViewRow): Record<string, unknown> {
  return { name, query, shared };
}
