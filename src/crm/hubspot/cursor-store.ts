import type { Kysely } from 'kysely';
import type { Trx } from '../../store/database.ts';
import type { HubSpotObject } from '../../store/hubspot-schema.ts';
import type { Schema } from '../../store/schema.ts';

/**
 * Where one pass over a kind of object is. It is kept with every page, so that an interrupted pass goes on where it was; HubSpot's
 * clock rules, because ours may be off.
 */
export interface Pass {
  kind: 'incremental' | 'full';
  phase: 'live' | 'deleted' | 'deferred' | 'unseen';
  /** The span of changes read; a full pass only uses `to`, the time it began at. Milliseconds of HubSpot's clock. */
  from: number;
  to: number;
  /** Within the phase: the list API's cursor, or the last id. null = from the start. */
  after: string | null;
  /** Whether deleted records are listed in this pass. */
  deleted: boolean;
  /** Names a full pass, for what it saw. */
  mark: string | null;
  /** Ids to look at again at its end. */
  deferred: string[];
}

export interface Cursor {
  object: HubSpotObject;
  since: number | null;
  pass: Pass | null;
  archivedAt: number | null;
  /** Hash of the mapping of the last full pass, or of the one in progress. */
  mapping: string | null;
}

export async function getCursor(db: Kysely<Schema>, object: HubSpotObject): Promise<Cursor> {
  const row = await db
    .selectFrom('hubspot_cursors')
    .selectAll()
    .where('object', '=', object)
    .executeTakeFirst();
  return {
    object,
    since: row?.since ?? null,
    pass: row?.pass ? (JSON.parse(row.pass) as Pass) : null,
    archivedAt: row?.archived_at ?? null,
    mapping: row?.mapping ?? null,
  };
}

/** Written in the transaction of the page whose changes it stands for. */
export async function saveCursor(trx: Trx, cursor: Cursor, at: number): Promise<void> {
  const row = {
    object: cursor.object,
    since: cursor.since,
    pass: cursor.pass && JSON.stringify(cursor.pass),
    archived_at: cursor.archivedAt,
    mapping: cursor.mapping,
    updated_at: at,
  };
  await trx
    .insertInto('hubspot_cursors')
    .values(row)
    .onConflict((conflict) => conflict.column('object').doUpdateSet(row))
    .execute();
}
