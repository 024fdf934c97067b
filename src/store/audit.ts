import { tailOf } from './audit-tail-store.ts';
import { bulkInsert } from './bulk-insert.ts';
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
export async function recordAudit(trx: Trx, entry: AuditEntry): Promise<void> {
  await recordAudits(trx, [entry]);
}

/** Writes entries in this order. The one door to the log: each is chained to the one before (store/audit-chain.ts). */
export async function recordAudits(trx: Trx, entries: readonly AuditEntry[]): Promise<void> {
  const rows = await tailOf(trx).chain(
    trx,
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
  await bulkInsert(trx, 'audit', rows);
}
