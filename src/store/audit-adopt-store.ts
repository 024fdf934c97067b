import { existsSync, linkSync, rmSync } from 'node:fs';
import { gateSecret, secretPath } from '../config/gate-secret.ts';
import { AuditTail } from './audit-tail-store.ts';
import { recordAudit } from './audit.ts';
import type { Trx } from './database.ts';

/** Old entries chained in one transaction. */
const BATCH = 2_000;

interface Adopter {
  transact: <T>(work: (trx: Trx) => Promise<T>) => Promise<T>;
  dataDir: string;
  now: () => number;
}

/**
 * Chains what stood in the log before it was a chain, once in the life of a data folder, and writes an entry about it. Where
 * it stopped it goes on at the next start. That it was done is known by the key's file, not by the database: taking the chain out of the
 * database brings no new one over changed entries.
 *
 * @returns how many old entries were chained
 */
export async function adoptOldEntries({ transact, dataDir, now }: Adopter): Promise<number> {
  if (existsSync(secretPath(dataDir, 'audit'))) return 0;
  const key = gateSecret(dataDir, 'audit.new');
  let total = 0;
  let after: number | null = null;
  do {
    const adopted: Adopted = await transact((trx) => adoptSome(trx, key, after));
    total += adopted.count;
    after = adopted.last;
  } while (after !== null);
  try {
    // A rename would put this key over that of another process which did all of it meanwhile.
    linkSync(secretPath(dataDir, 'audit.new'), secretPath(dataDir, 'audit'));
  } catch (error) {
    if (!['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  rmSync(secretPath(dataDir, 'audit.new'), { force: true });
  if (total > 0) {
    await transact((trx) =>
      recordAudit(trx, {
        at: now(),
        actor: 'gate',
        subject: { type: 'audit', id: 'log' },
        action: 'chained',
        detail: { entries: total },
      }),
    );
  }
  return total;
}

interface Adopted {
  count: number;
  /** null = there are no more. */
  last: number | null;
}

async function adoptSome(trx: Trx, key: Buffer, after: number | null): Promise<Adopted> {
  const rows = await trx
    .selectFrom('audit')
    .select(['id', 'at', 'actor', 'subject_type', 'subject_id', 'action', 'detail'])
    .where('chain', 'is', null)
    .where('id', '>', after ?? (await lastChained(trx)))
    .orderBy('id')
    .limit(BATCH)
    .execute();
  const tail = new AuditTail(() => key);
  for (const { id, ...chained } of await tail.adopt(trx, rows))
    await trx.updateTable('audit').set(chained).where('id', '=', id).execute();
  await tail.save(trx);
  return { count: rows.length, last: rows.length < BATCH ? null : rows.at(-1)!.id };
}

/** Whatever is chained stays as it is, under a key that was lost too. */
async function lastChained(trx: Trx): Promise<number> {
  const row = await trx
    .selectFrom('audit')
    .select('id')
    .where('chain', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? 0;
}
