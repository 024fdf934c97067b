import type { Kysely } from 'kysely';
import type { RuleName } from '../judge/verdict.ts';
import type { DeliveryState } from '../message/disposition.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { LEFT } from './left.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** A mail that went out and should not have, as a person reported it. */
export interface BrandDamageReport {
  id: number;
  at: number;
  /** Who reported it. */
  actor: string;
  delivery_id: string;
  what_happened: string;
  /** The rule that should have stopped it; null = none of the rubric's, or not said. */
  rule: RuleName | null;
}

/** … with the mail it is about, for lists. */
export interface ListedReport extends BrandDamageReport {
  engine: string;
  recipient: string;
  subject: string | null;
  state: DeliveryState;
}

/** @returns the report's id */
export async function addReport(trx: Trx, report: Omit<BrandDamageReport, 'id'>): Promise<number> {
  const { id } = await trx
    .insertInto('brand_damage_reports')
    .values(report)
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Reports on one delivery, oldest first. */
export async function reportsOn(db: Reader, deliveryId: string): Promise<BrandDamageReport[]> {
  const rows = await db
    .selectFrom('brand_damage_reports')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, rule: row.rule as RuleName | null }));
}

/** Newest first. */
export async function listReports(db: Reader, limit = 200): Promise<ListedReport[]> {
  const rows = await db
    .selectFrom('brand_damage_reports as r')
    .innerJoin('deliveries as d', 'd.id', 'r.delivery_id')
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .innerJoin('engines as e', 'e.id', 'd.engine_id')
    .selectAll('r')
    .select(['e.name as engine', 'd.recipient', 'm.subject', 'd.state'])
    .orderBy('r.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, rule: row.rule as RuleName | null }));
}

/** When a delivery last left, by the upstream's answer or, where there was none, by the last byte; null = it never did. */
export async function leftAt(db: Reader, deliveryId: string): Promise<number | null> {
  const attempt = await db
    .selectFrom('attempts')
    .select(['finished_at', 'handover_at'])
    .where('delivery_id', '=', deliveryId)
    .where((eb) =>
      eb.or([
        eb('outcome', 'in', ['delivered', 'lost']),
        // A process that was killed after the last byte left no outcome.
        eb.and([eb('outcome', 'is', null), eb('handover_at', 'is not', null)]),
      ]),
    )
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return attempt ? (attempt.finished_at ?? attempt.handover_at) : null;
}

/** Mail to an address that left, accepted within a span of time; the newest first. */
export function leftTo(
  db: Reader,
  { address, from, to, limit = 20 }: { address: string; from: number; to: number; limit?: number },
): Promise<{ id: string; subject: string | null; created_at: number }[]> {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .select(['d.id', 'm.subject', 'd.created_at'])
    .where((eb) => eb(eb.fn<string>('lower', ['d.recipient']), '=', address.trim().toLowerCase()))
    .where('d.kind', '=', 'mail')
    .where('d.state', 'in', [...LEFT])
    .where('d.created_at', '>=', from)
    .where('d.created_at', '<=', to)
    .orderBy('d.created_at', 'desc')
    .limit(limit)
    .execute();
}
