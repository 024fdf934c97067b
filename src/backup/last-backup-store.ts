import type { Kysely } from 'kysely';
import { z } from 'zod';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { MadeBackup } from './make.ts';

const KEY = 'last_backup';

const lastBackupSchema = z.object({
  /** When its state was fixed, milliseconds since the epoch. */
  at: z.number(),
  path: z.string(),
  bytes: z.number(),
  encrypted: z.boolean(),
});

/** The newest backup that was made by command or timer. */
export type LastBackup = z.infer<typeof lastBackupSchema>;

/** Notes that a backup was made, for the health page, metrics and the audit log. */
export async function recordBackup(
  trx: Trx,
  { path, manifest }: MadeBackup,
  { actor, now }: { actor: string; now: number },
): Promise<void> {
  const last: LastBackup = {
    at: Date.parse(manifest.at),
    path,
    bytes: sizeOf(manifest),
    encrypted: manifest.sealed !== null,
  };
  const value = JSON.stringify(last);
  await trx
    .insertInto('settings')
    .values({ key: KEY, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'gate', id: manifest.gate },
    action: 'backup',
    detail: { path, bytes: last.bytes, encrypted: last.encrypted },
  });
}

/** @returns null when none was made since there is this database */
export async function readLastBackup(db: Pick<Kysely<Schema>, 'selectFrom'>): Promise<LastBackup | null> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst();
  return row ? lastBackupSchema.parse(JSON.parse(row.value)) : null;
}

/** Bytes a backup takes, its manifest left out. */
export function sizeOf({ sealed, files }: MadeBackup['manifest']): number {
  return sealed?.bytes ?? Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}
