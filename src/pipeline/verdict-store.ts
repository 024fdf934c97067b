import type { Insertable, Selectable } from 'kysely';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import type { AdapterRecord, Finding, HoldReason, Notice, Verdict } from '../judge/verdict.ts';
import type { Trx } from '../store/database.ts';
import { type Queries, prepared } from '../store/prepared.ts';
import type { VerdictTable } from '../store/schema.ts';

const stored = prepared((db, row: Insertable<VerdictTable>) =>
  db.insertInto('verdicts').values(row).returning('id'),
);

/**
 * Stores a verdict; a delivery judged again gets another row, the newest counts.
 *
 * @returns the row's id, for what is added to it later
 */
export async function saveVerdict(
  trx: Trx,
  deliveryId: string,
  verdict: Verdict,
  now: number,
): Promise<number> {
  const [row] = await stored(trx, {
    delivery_id: deliveryId,
    created_at: now,
    decision: verdict.decision,
    hold_reason: verdict.hold_reason,
    rationale: verdict.rationale,
    findings: JSON.stringify(verdict.findings),
    notices: JSON.stringify(verdict.notices),
    prospect: verdict.prospect && JSON.stringify(verdict.prospect),
    rubric_version: verdict.rubric_version,
    adapter_version: verdict.adapter_version,
    adapter: verdict.adapter && JSON.stringify(verdict.adapter),
    latency_ms: verdict.latency_ms,
  });
  return row!.id;
}

/** Adds what the adapter said after the verdict was stored: its sentence, or its reading in shadow. */
export async function addAdapterRecord(
  trx: Trx,
  verdictId: number,
  verdict: Pick<Verdict, 'adapter' | 'adapter_version' | 'findings' | 'notices'>,
): Promise<void> {
  await trx
    .updateTable('verdicts')
    .set({
      adapter: verdict.adapter && JSON.stringify(verdict.adapter),
      adapter_version: verdict.adapter_version,
      findings: JSON.stringify(verdict.findings),
      notices: JSON.stringify(verdict.notices),
    })
    .where('id', '=', verdictId)
    .execute();
}

export type StoredVerdict = Verdict & { created_at: number };

export function verdictFromRow(row: Selectable<VerdictTable>): StoredVerdict {
  return {
    created_at: row.created_at,
    decision: row.decision,
    hold_reason: row.hold_reason as HoldReason | null,
    rationale: row.rationale,
    findings: JSON.parse(row.findings) as Finding[],
    notices: JSON.parse(row.notices) as Notice[],
    prospect: row.prospect === null ? null : (JSON.parse(row.prospect) as ProspectSnapshot),
    rubric_version: row.rubric_version,
    adapter_version: row.adapter_version,
    adapter: row.adapter === null ? null : (JSON.parse(row.adapter) as AdapterRecord),
    latency_ms: row.latency_ms,
  };
}

const newest = prepared((db, { deliveryId }: { deliveryId: string }) =>
  db.selectFrom('verdicts').selectAll().where('delivery_id', '=', deliveryId).orderBy('id', 'desc').limit(1),
);

/** The newest verdict on a delivery; null for one never judged. */
export async function newestVerdict(db: Queries, deliveryId: string): Promise<StoredVerdict | null> {
  const [row] = await newest(db, { deliveryId });
  return row ? verdictFromRow(row) : null;
}
