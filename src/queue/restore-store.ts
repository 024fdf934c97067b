import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

const KEY = 'restore';

const restoreStateSchema = z.object({
  /** When the state was fixed that was restored. All times are milliseconds since the epoch. */
  backup_at: z.number(),
  restored_at: z.number(),
  /** Mail accepted until then may have been sent by the gate that the backup was made of; null = the operator knows it was not. */
  may_be_sent_until: z.number().nullable(),
  /** Engines that the restore stopped, with the mode each had. */
  stopped: z.record(z.string(), z.enum(['observe', 'enforce', 'stopped'])),
  /** When a person said that all is as it should be; null = the engines wait for that. */
  done_at: z.number().nullable(),
});

/** The newest restore of this database. */
export type RestoreState = z.infer<typeof restoreStateSchema>;

/** @returns null when the database was never restored */
export async function readRestoreState(db: Pick<Kysely<Schema>, 'selectFrom'>): Promise<RestoreState | null> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst();
  return row ? restoreStateSchema.parse(JSON.parse(row.value)) : null;
}

export async function writeRestoreState(trx: Trx, state: RestoreState): Promise<void> {
  const value = JSON.stringify(state);
  await trx
    .insertInto('settings')
    .values({ key: KEY, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
