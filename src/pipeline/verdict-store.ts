import type { Kysely, Selectable } from 'kysely';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import type { Finding, HoldReason, Notice, Verdict } from '../judge/verdict.ts';
import type { Trx } from '../store/database.ts';
import type { Schema, VerdictTable } from '../store/schema.ts';

/** Stores a verdict; a delivery judged again gets another row, the newest counts. */
export async function saveVerdict(
  trx: Trx,
  deliveryId: string,
  verdict: Verdict,
  now: number,
): Promise<void> {
  await trx
    .insertInto('verdicts')
    .values({
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
      latency_ms: verdict.latency_ms,
    })
    .execute();
}

export type StoredVerdict = Verdict & { created_at: number };

function fromRow(row: Selectable<VerdictTable>): StoredVerdict {
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
    latency_ms: row.latency_ms,
  };
}

/** The newest verdict on a delivery; null for one never judged. */
export async function newestVerdict(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  deliveryId: string,
): Promise<StoredVerdict | null> {
  const row = await db
    .selectFrom('verdicts')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}
