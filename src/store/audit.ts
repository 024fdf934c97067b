import type { Trx } from './database.ts';

/** An entry of the audit log that belongs to no change of a delivery (`queue/settle.ts` writes those). */
export interface AuditEntry {
  at: number;
  actor: string;
  /** What it is about, e.g. `user`, `engine`, `rubric`. */
  subject: { type: string; id: string };
  action: string;
  /** For a change: what was and what is, without secrets. */
  before?: unknown;
  after?: unknown;
  detail?: Record<string, unknown>;
}

/** Writes an audit entry in the transaction of the change it tells of. */
export async function recordAudit(trx: Trx, entry: AuditEntry): Promise<void> {
  await trx
    .insertInto('audit')
    .values({
      at: entry.at,
      actor: entry.actor,
      subject_type: entry.subject.type,
      subject_id: entry.subject.id,
      action: entry.action,
      detail: JSON.stringify({
        ...(entry.before === undefined ? {} : { before: entry.before }),
        ...(entry.after === undefined ? {} : { after: entry.after }),
        ...entry.detail,
      }),
    })
    .execute();
}
