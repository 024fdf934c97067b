import type { Kysely, Selectable } from 'kysely';
import { decidingRule } from '../../judge/deciding-rule.ts';
import type { AdapterRecord, Finding } from '../../judge/verdict.ts';
import { recordAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import type { SpotCheckTable } from '../../store/kill-switch-schema.ts';
import type { Schema } from '../../store/schema.ts';
import type { Candidate } from './draw.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

export type SpotCheck = Selectable<SpotCheckTable>;

const PAGE = 500;

/**
 * Verdicts from `since` until before `until` that can be drawn: the first on each delivery of an engine's mail to a prospect
 * the CRM mirror knows, whose text is kept, never drawn before. Doubt only where it is the adapter's own (`low_confidence`):
 * other doubt is no judgement to check.
 */
export async function candidates(
  db: Reader,
  { since, until }: { since: number; until: number },
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  let after = { at: since, id: 0 };
  for (;;) {
    const rows = await page(db, after, until);
    found.push(...rows.map(candidateOf));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return found;
    after = { at: last.created_at, id: last.id };
  }
}

type Row = Awaited<ReturnType<typeof page>>[number];

function page(db: Reader, after: { at: number; id: number }, until: number) {
  return db
    .selectFrom('verdicts')
    .innerJoin('deliveries', 'deliveries.id', 'verdicts.delivery_id')
    .innerJoin('bodies', (join) =>
      join.onRef('bodies.message_id', '=', 'deliveries.message_id').on('bodies.revision', '=', 0),
    )
    .leftJoin('spot_check_items', 'spot_check_items.verdict_id', 'verdicts.id')
    .select([
      'verdicts.id',
      'verdicts.delivery_id',
      'verdicts.created_at',
      'verdicts.decision',
      'verdicts.hold_reason',
      'verdicts.findings',
      'verdicts.adapter_version',
      'verdicts.adapter',
      'deliveries.prospect_id',
      'deliveries.address_key',
    ])
    .where('verdicts.created_at', '>=', after.at)
    .where('verdicts.created_at', '<', until)
    .where((eb) => eb.or([eb('verdicts.created_at', '>', after.at), eb('verdicts.id', '>', after.id)]))
    .where('deliveries.kind', '=', 'mail')
    .where('verdicts.prospect', 'is not', null)
    .where('spot_check_items.id', 'is', null)
    .where((eb) =>
      eb.or([eb('verdicts.decision', 'is not', null), eb('verdicts.hold_reason', '=', 'low_confidence')]),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('verdicts as earlier')
            .select('earlier.id')
            .whereRef('earlier.delivery_id', '=', 'verdicts.delivery_id')
            .whereRef('earlier.id', '<', 'verdicts.id'),
        ),
      ),
    )
    .orderBy('verdicts.created_at')
    .orderBy('verdicts.id')
    .limit(PAGE)
    .execute();
}

function candidateOf(row: Row): Candidate {
  const { decision, hold_reason: doubt } = row;
  const rule =
    decision === null || decision === 'PASS'
      ? null
      : decidingRule({ decision, findings: JSON.parse(row.findings) as Finding[] });
  return {
    verdict_id: row.id,
    delivery_id: row.delivery_id,
    prospect_id: row.prospect_id ?? row.address_key,
    decision: decision ?? 'HOLD',
    rule: decision === null ? doubt : rule,
    adapter_version: rule === null || rule === 'adapter' ? activeAdapter(row) : null,
    judged_at: row.created_at,
  };
}

/** Of an adapter that read the mail and could decide something. */
function activeAdapter({ adapter, adapter_version: version }: Row): string | null {
  if (adapter === null) return null;
  return (JSON.parse(adapter) as AdapterRecord).mode === 'active' ? version : null;
}

/** The check drawn last; undefined before the first. */
export function newestCheck(db: Reader): Promise<SpotCheck | undefined> {
  return db.selectFrom('spot_checks').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
}

/** Newest first. */
export function listChecks(db: Reader, limit: number): Promise<SpotCheck[]> {
  return db.selectFrom('spot_checks').selectAll().orderBy('id', 'desc').limit(limit).execute();
}

export function findCheck(db: Reader, id: number): Promise<SpotCheck | undefined> {
  return db.selectFrom('spot_checks').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Keeps a draw, with its audit entry. @returns the check */
export async function saveCheck(
  trx: Trx,
  check: Omit<SpotCheck, 'id'>,
  drawn: readonly Candidate[],
): Promise<SpotCheck> {
  const { id } = await trx.insertInto('spot_checks').values(check).returning('id').executeTakeFirstOrThrow();
  await trx
    .insertInto('spot_check_items')
    .values(
      drawn.map(({ delivery_id, verdict_id, decision, rule, adapter_version, judged_at }) => ({
        check_id: id,
        delivery_id,
        verdict_id,
        decision,
        rule,
        adapter_version,
        judged_at,
      })),
    )
    .execute();
  await recordAudit(trx, {
    at: check.drawn_at,
    actor: check.actor,
    subject: { type: 'spot_check', id: String(id) },
    action: 'drawn',
    detail: { items: drawn.length, population: check.population, seed: check.seed },
  });
  return { id, ...check };
}

const SETTLED = 'spot_check_due';

/** The local day (YYYY-MM-DD) of the weekly draw that was made, or given up, last; null before the first start. */
export async function settledDue(db: Reader): Promise<string | null> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', SETTLED).executeTakeFirst();
  return row?.value ?? null;
}

export async function settleDue(trx: Trx, day: string): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key: SETTLED, value: day })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: day }))
    .execute();
}
