import { type Kysely, type SqlBool, sql } from 'kysely';
import { breathe } from '../off-loop/breathe.ts';
import type { Schema } from '../store/schema.ts';
import { type CauseRow, SMALLEST_GROUP } from './cause.ts';
import { heldByMenu } from './held-store.ts';

type Db = Kysely<Schema>;

/** A held delivery with what its cause is read from. */
export interface HeldRow extends CauseRow {
  id: string;
  created_at: number;
  engine: string;
  lease_token: number;
}

/** Engines' mail with the template of its present text. */
function withTemplate(db: Db) {
  return db
    .selectFrom('deliveries as d')
    .leftJoin('draft_texts as t', (join) =>
      join.onRef('t.message_id', '=', 'd.message_id').onRef('t.revision', '=', 'd.body_revision'),
    )
    .where('d.kind', '=', 'mail');
}

/** Read in one turn of the event loop: some five milliseconds. */
const PIECE = 2_048;

/**
 * Held deliveries, oldest first and piece by piece; others have their turn in between.
 *
 * @param reason only what is held for it
 */
export async function* heldPieces(db: Db, reason?: string): AsyncGenerator<HeldRow[]> {
  let held = withTemplate(db)
    .innerJoin('engines as e', 'e.id', 'd.engine_id')
    .select([
      'd.id',
      'd.created_at',
      'd.hold_reason',
      'd.engine_id',
      'e.name as engine',
      'd.lease_token',
      't.template_key',
    ])
    .orderBy('d.created_at')
    .orderBy('d.id')
    .limit(PIECE);
  held =
    reason === undefined
      ? held.where('d.state', '=', 'held')
      : held.where(heldByMenu('d')).where('d.hold_reason', '=', reason);
  let rest = held;
  for (;;) {
    const piece = await rest.execute();
    yield piece;
    const last = piece.at(-1);
    if (piece.length < PIECE || !last) return;
    rest = held.where(sql<SqlBool>`(d.created_at, d.id) > (${last.created_at}, ${last.id})`);
    await breathe();
  }
}

/** Templates of which at least `SMALLEST_GROUP` mails are held for a reason; a subquery. */
export function floodingTemplates(db: Db, reason: string) {
  return withTemplate(db)
    .where('d.state', '=', 'held')
    .select('t.template_key')
    .where('d.hold_reason', '=', reason)
    .where('t.template_key', 'is not', null)
    .groupBy('t.template_key')
    .having((eb) => eb.fn.countAll<number>(), '>=', SMALLEST_GROUP);
}

/** How many of the newest held for a reason are looked at for a flood: one that has come is among them. */
const LOOKED_AT = 200;

/**
 * The templates that flood among held rows: of which at least `SMALLEST_GROUP` are held for the same reason, among these rows and the
 * newest held for it. What floods by its number is seen; three mails far apart among thousands are not, which costs nobody anything.
 *
 * @returns templates by hold reason
 */
export async function floodsAmong(
  db: Db,
  rows: readonly Pick<CauseRow & { id: string }, 'id' | 'hold_reason' | 'template_key'>[],
): Promise<Map<string, Set<string>>> {
  const floods = new Map<string, Set<string>>();
  const asked = rows.filter(({ template_key }) => template_key !== null);
  for (const reason of new Set(asked.map(({ hold_reason }) => hold_reason))) {
    if (reason === null) continue;
    const newest = await withTemplate(db)
      .where(heldByMenu('d'))
      .select(['d.id', 't.template_key'])
      .where('d.hold_reason', '=', reason)
      .orderBy('d.created_at', 'desc')
      .orderBy('d.id', 'desc')
      .limit(LOOKED_AT)
      .execute();
    const templates = new Map(
      [...newest, ...asked.filter((row) => row.hold_reason === reason)].map((row) => [
        row.id,
        row.template_key,
      ]),
    );
    const counts = new Map<string, number>();
    for (const template of templates.values()) {
      if (template !== null) counts.set(template, (counts.get(template) ?? 0) + 1);
    }
    const many = [...counts].filter(([, count]) => count >= SMALLEST_GROUP);
    floods.set(reason, new Set(many.map(([template]) => template)));
  }
  return floods;
}
