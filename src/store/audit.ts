import { isCommit, tailOf } from './audit-tail-store.ts';
import type { Trx } from './database.ts';

/** An entry of the audit log. */
export interface AuditEntry {
  at: number;
  actor: string;
  /** What it is about, e.g. `delivery`, `user`, `engine`, `rubric`. */
  subject: { type: string; id: string };
  action: string;
  /** For a change: what was and what is, without secrets. */
  before?: unknown;
  after?: unknown;
  detail?: Record<string, unknown>;
}

/** Writes an audit entry in the transaction of the change it tells of. */
export function recordAudit(trx: Trx, entry: AuditEntry): Promise<void> {
  return recordAudits(trx, [entry]);
}

/**
 * Writes entries in this order, at the end of the commit. The one door to the log: each is chained to the one before
 * (store/audit-chain.ts).
 */
export function recordAudits(trx: Trx, entries: readonly AuditEntry[]): Promise<void> {
  tailOf(trx).add(
    entries.map(({ at, actor, subject, action, before, after, detail }) => ({
      at,
      actor,
      subject_type: subject.type,
      subject_id: subject.id,
      action,
      detail: JSON.stringify({
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        ...detail,
      }),
    })),
  );
  return Promise.resolve();
}

/** Writes what this commit has recorded so far: before the log is read in the transaction that adds to it. Outside of one: nothing. */
export async function flushAudit(db: Pick<Trx, 'selectFrom'>): Promise<void> {
  if (isCommit(db)) await tailOf(db).save(db);
}
