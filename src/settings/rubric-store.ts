import type { Kysely, Selectable } from 'kysely';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { RubricVersionTable } from '../store/settings-schema.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** One entry of the rubric's history. */
export type RubricVersion = Selectable<RubricVersionTable>;

export async function addRubricVersion(trx: Trx, entry: Omit<RubricVersion, 'id'>): Promise<number> {
  const { id } = await trx
    .insertInto('rubric_versions')
    .values(entry)
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Newest first. */
export async function listRubricVersions(db: Reader, limit = 200): Promise<RubricVersion[]> {
  return db.selectFrom('rubric_versions').selectAll().orderBy('id', 'desc').limit(limit).execute();
}

export async function newestRubricVersion(db: Reader): Promise<RubricVersion | undefined> {
  return db.selectFrom('rubric_versions').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
}

export async function getRubricVersion(db: Reader, id: number): Promise<RubricVersion | undefined> {
  return db.selectFrom('rubric_versions').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Marks every held delivery to be judged again (pipeline/rejudge.ts does it, batch by batch). @returns how many */
export async function markHeldForRejudging(trx: Trx): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('deliveries')
    .set({ judged_revision: -1 })
    .where('state', '=', 'held')
    .where('kind', '=', 'mail')
    .where('internal', '=', 0)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}
