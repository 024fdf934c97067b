import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { type CauseRow, SMALLEST_GROUP } from './cause.ts';

type Db = Kysely<Schema>;

/** A held delivery with what its cause is read from. */
export interface HeldRow extends CauseRow {
  id: string;
  engine: string;
  lease_token: number;
}

/** Held mail with the template of its present text. */
function heldWithTemplate(db: Db) {
  return db
    .selectFrom('deliveries as d')
    .leftJoin('draft_texts as t', (join) =>
      join.onRef('t.message_id', '=', 'd.message_id').onRef('t.revision', '=', 'd.body_revision'),
    )
    .where('d.state', '=', 'held')
    .where('d.kind', '=', 'mail');
}

/** Every held delivery, oldest first. */
export async function heldRows(db: Db): Promise<HeldRow[]> {
  const rows = await heldWithTemplate(db)
    .innerJoin('engines as e', 'e.id', 'd.engine_id')
    .select(['d.id', 'd.hold_reason', 'd.engine_id', 'e.name as engine', 'd.lease_token', 't.template_key'])
    .orderBy('d.created_at')
    .execute();
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(pair(row), (counts.get(pair(row)) ?? 0) + 1);
  return rows.map((row) =>
    (counts.get(pair(row)) ?? 0) >= SMALLEST_GROUP ? row : { ...row, template_key: null },
  );
}

function pair({ hold_reason, template_key }: Pick<CauseRow, 'hold_reason' | 'template_key'>): string {
  return `${hold_reason ?? ''}:${template_key ?? ''}`;
}

/** Templates of which at least `SMALLEST_GROUP` mails are held for a reason; a subquery. */
export function floodingTemplates(db: Db, reason: string) {
  return heldWithTemplate(db)
    .select('t.template_key')
    .where('d.hold_reason', '=', reason)
    .where('t.template_key', 'is not', null)
    .groupBy('t.template_key')
    .having((eb) => eb.fn.countAll<number>(), '>=', SMALLEST_GROUP);
}

/** For every hold reason, the templates of which at least `SMALLEST_GROUP` mails are held for it. */
export async function allFloodingTemplates(db: Db): Promise<Map<string, Set<string>>> {
  const rows = await heldWithTemplate(db)
    .select(['d.hold_reason', 't.template_key'])
    .where('t.template_key', 'is not', null)
    .groupBy(['d.hold_reason', 't.template_key'])
    .having((eb) => eb.fn.countAll<number>(), '>=', SMALLEST_GROUP)
    .execute();
  const floods = new Map<string, Set<string>>();
  for (const { hold_reason, template_key } of rows) {
    const templates = floods.get(hold_reason ?? '') ?? new Set();
    floods.set(hold_reason ?? '', templates.add(template_key ?? ''));
  }
  return floods;
}
