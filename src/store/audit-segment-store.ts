import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import type { Kysely, Selectable } from 'kysely';
import { gateSecret, hasSecret, secretPath } from '../config/gate-secret.ts';
import { syncFolder } from '../config/whole-file.ts';
import {
  SALT_BYTES,
  entryDigest,
  linkOf,
  readCheckpoint,
  redactionMark,
  writeCheckpoint,
} from './audit-chain.ts';
import { CHECKPOINT, saveCheckpoint } from './audit-tail-store.ts';
import type { Trx } from './database.ts';
import type { AuditTable, Schema } from './schema.ts';

/** Action of the entry that a new key begins with. */
const ACTION = 'key_replaced';
const WINDOW = 2_000;

type Row = Selectable<AuditTable>;

/** A place where the log goes on under a new key. */
export interface Segment {
  /** The entry that the new key begins with, and how many there were before it. */
  id: number;
  at: number;
  entries: number;
}

/** What the log was when its key was replaced: SHA-256 over all that no redaction changes, entry by entry. */
export class FoundLog {
  readonly #hash = createHash('sha256');

  add({ id, at, subject_type, action, digest, chain }: Row): void {
    const line = [id, at, subject_type, action, digest?.toString('hex'), chain?.toString('hex')];
    this.#hash.update(`${JSON.stringify(line)}\n`);
  }

  /** @returns 32 bytes, which the first link under the new key is made from */
  digest(): Buffer {
    return this.#hash.digest();
  }
}

/** Where the log went on under a new key, oldest first. Whether that was presend's doing only its chain tells. */
export async function segments(db: Kysely<Schema>): Promise<Segment[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['id', 'at', 'detail'])
    .where('subject_type', '=', 'audit')
    .where('subject_id', '=', 'log')
    .where('action', '=', ACTION)
    .orderBy('id')
    .execute();
  return rows.map(({ id, at, detail }) => ({ id, at, entries: entriesIn(detail) }));
}

function entriesIn(detail: string): number {
  try {
    return Number((JSON.parse(detail) as { entries?: unknown }).entries) || 0;
  } catch {
    return 0;
  }
}

/** Whether the audit log was written under the key that lies in the data folder. */
export async function auditKeyFits(db: Kysely<Schema>, dataDir: string): Promise<boolean> {
  return (
    hasSecret(dataDir, 'audit') &&
    readCheckpoint(gateSecret(dataDir, 'audit'), await checkpointText(db)) !== null
  );
}

async function checkpointText(db: Kysely<Schema>): Promise<string> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', CHECKPOINT)
    .executeTakeFirst();
  return row?.value ?? '';
}

/**
 * Goes on under a new key where the old one is lost. What is in the log stays as it is; the first entry under the new key is
 * chained to all of it as it is found, so that from then on a change of old entries is told as well. Where it was cut short it is
 * finished when called again.
 *
 * @param by.setAside where a key that does not fit is kept, null = there is none
 * @returns how many entries there were
 */
export async function replaceAuditKey(
  transact: <T>(work: (trx: Trx) => Promise<T>) => Promise<T>,
  by: { dataDir: string; actor: string; reason: string; now: number; setAside: string | null },
): Promise<number> {
  const { dataDir } = by;
  const next = secretPath(dataDir, 'audit.next');
  const key = gateSecret(dataDir, 'audit.next');
  const entries = await transact(async (trx) => {
    if (readCheckpoint(key, await checkpointText(trx)) !== null) return (await segments(trx)).at(-1)?.entries;
    return await beginSegment(trx, key, by);
  });
  const path = secretPath(dataDir, 'audit');
  if (by.setAside !== null && existsSync(path)) renameSync(path, by.setAside);
  renameSync(next, path);
  syncFolder(path);
  return entries ?? 0;
}

async function beginSegment(
  trx: Trx,
  key: Buffer,
  { actor, reason, now }: { actor: string; reason: string; now: number },
): Promise<number> {
  const found = new FoundLog();
  let entries = 0;
  let last: number | null = null;
  for (;;) {
    let query = trx.selectFrom('audit').selectAll().orderBy('id').limit(WINDOW);
    if (last !== null) query = query.where('id', '>', last);
    const rows = await query.execute();
    for (const row of rows) {
      found.add(row);
      await markAnew(trx, key, row);
    }
    entries += rows.length;
    last = rows.at(-1)?.id ?? last;
    if (rows.length < WINDOW) break;
  }
  const entry = {
    at: now,
    actor,
    subject_type: 'audit',
    subject_id: 'log',
    action: ACTION,
    detail: JSON.stringify({ entries, last: last ?? 0, reason }),
  };
  const salt = randomBytes(SALT_BYTES);
  const digest = entryDigest(salt, entry);
  const id = Math.max(last ?? 0, 0) + 1;
  const chain = linkOf(key, found.digest(), { ...entry, id, digest });
  await trx
    .insertInto('audit')
    .values({ id, ...entry, salt, digest, chain, redacted: null })
    .execute();
  await saveCheckpoint(trx, writeCheckpoint(key, { id, chain }));
  return entries;
}

/** What was redacted is presend's doing under the new key too, as it is found. */
async function markAnew(trx: Trx, key: Buffer, row: Row): Promise<void> {
  const { id, digest, redacted } = row;
  if (redacted === null || digest === null) return;
  await trx
    .updateTable('audit')
    .set({ redacted: redactionMark(key, { ...row, digest }) })
    .where('id', '=', id)
    .execute();
}
