import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { CauseRow } from './cause.ts';

/** A held delivery with what its cause is read from. */
export interface HeldRow extends CauseRow {
  id: string;
  engine: string;
  lease_token: number;
}

/** Every held delivery, oldest first. */
export function heldRows(db: Kysely<Schema>): Promise<HeldRow[]> {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('engines as e', 'e.id', 'd.engine_id')
    .select(['d.id', 'd.hold_reason', 'd.engine_id', 'e.name as engine', 'd.lease_token'])
    .select((eb) => eb.val<string | null>(null).as('template_key'))
    .where('d.state', '=', 'held')
    .where('d.kind', '=', 'mail')
    .orderBy('d.created_at')
    .execute();
}
