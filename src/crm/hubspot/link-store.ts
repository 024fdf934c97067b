import type { Insertable, Kysely, Selectable } from 'kysely';
import type { Trx } from '../../store/database.ts';
import type { HubSpotLinkTable, HubSpotObject } from '../../store/hubspot-schema.ts';
import type { Schema } from '../../store/schema.ts';
import { chunks } from '../revision-store.ts';

export type Link = Selectable<HubSpotLinkTable>;

/** Links of HubSpot records, by HubSpot id. */
export async function linksOf(
  db: Kysely<Schema>,
  object: HubSpotObject,
  ids: readonly string[],
): Promise<Map<string, Link>> {
  const found = new Map<string, Link>();
  for (const some of chunks([...new Set(ids)], 500)) {
    const rows = await db
      .selectFrom('hubspot_links')
      .selectAll()
      .where('object', '=', object)
      .where('hubspot_id', 'in', [...some])
      .execute();
    for (const row of rows) found.set(row.hubspot_id, row);
  }
  return found;
}

/** The live link of each record, by record id; a record whose HubSpot record is gone has none. */
export async function liveLinksOfRecords(
  db: Kysely<Schema>,
  object: HubSpotObject,
  recordIds: readonly string[],
): Promise<Map<string, Link>> {
  const found = new Map<string, Link>();
  for (const some of chunks([...new Set(recordIds)], 500)) {
    const rows = await db
      .selectFrom('hubspot_links')
      .selectAll()
      .where('object', '=', object)
      .where('record_id', 'in', [...some])
      .where('gone', '=', 0)
      .execute();
    for (const row of rows) found.set(row.record_id, row);
  }
  return found;
}

export async function saveLinks(trx: Trx, rows: readonly Insertable<HubSpotLinkTable>[]): Promise<void> {
  for (const some of chunks(rows, 100)) {
    await trx
      .insertInto('hubspot_links')
      .values([...some])
      .onConflict((conflict) =>
        conflict.columns(['object', 'hubspot_id']).doUpdateSet((eb) => ({
          record_id: eb.ref('excluded.record_id'),
          fields: eb.ref('excluded.fields'),
          stops: eb.ref('excluded.stops'),
          modified_at: eb.ref('excluded.modified_at'),
          gone: eb.ref('excluded.gone'),
          seen_in: eb.ref('excluded.seen_in'),
          run_id: eb.ref('excluded.run_id'),
        })),
      )
      .execute();
  }
}

/** Live links that a full sync did not come across, in the order of their ids. */
export async function unseenLinks(
  db: Kysely<Schema>,
  object: HubSpotObject,
  mark: string,
  afterId: string,
  limit: number,
): Promise<Link[]> {
  return await db
    .selectFrom('hubspot_links')
    .selectAll()
    .where('object', '=', object)
    .where('gone', '=', 0)
    .where((where) => where.or([where('seen_in', 'is', null), where('seen_in', '!=', mark)]))
    .where('hubspot_id', '>', afterId)
    .orderBy('hubspot_id')
    .limit(limit)
    .execute();
}

/**
 * Confirms every record that is live in HubSpot as of `at`, so that it does not grow stale while the sync is well. Only those
 * confirmed before `before` are written.
 */
export async function confirmLinked(
  trx: Trx,
  object: HubSpotObject,
  { at, before }: { at: number; before: number },
): Promise<void> {
  const table = object === 'contacts' ? 'prospects' : 'companies';
  await trx
    .updateTable(table)
    .set({ updated_at: at })
    .where('updated_at', '<', before)
    .where('id', 'in', (eb) =>
      eb.selectFrom('hubspot_links').select('record_id').where('object', '=', object).where('gone', '=', 0),
    )
    .execute();
}

/**
 * After a run was taken back: what it said is no longer what the mirror holds, so each side counts as unknown again, and a
 * record that the run had made is made again by the next sync that sees it.
 */
export async function forgetRun(trx: Trx, runId: string): Promise<void> {
  await trx
    .deleteFrom('hubspot_links')
    .where('run_id', '=', runId)
    .where((where) =>
      where.or([
        where.and([
          where('object', '=', 'contacts'),
          where('record_id', 'not in', (eb) => eb.selectFrom('prospects').select('id')),
        ]),
        where.and([
          where('object', '=', 'companies'),
          where('record_id', 'not in', (eb) => eb.selectFrom('companies').select('id')),
        ]),
      ]),
    )
    .execute();
  await trx.updateTable('hubspot_links').set({ fields: '{}' }).where('run_id', '=', runId).execute();
}

/** When somebody else than the sync changed each field of the records last: record id → field → milliseconds. */
export async function lastEdits(
  db: Kysely<Schema>,
  table: 'companies' | 'prospects',
  recordIds: readonly string[],
  syncActor: string,
): Promise<Map<string, Map<string, number>>> {
  const edits = new Map<string, Map<string, number>>();
  for (const some of chunks([...new Set(recordIds)], 200)) {
    const rows = await db
      .selectFrom('revisions')
      .select(['record_id', 'at', 'before', 'after'])
      .where('table_name', '=', table)
      .where('record_id', 'in', [...some])
      .where('actor', '!=', syncActor)
      // Taking a run back is no opinion about the value.
      .where('reverts', 'is', null)
      .orderBy('id')
      .execute();
    for (const row of rows) {
      const before = row.before === null ? {} : (JSON.parse(row.before) as Record<string, unknown>);
      const after = row.after === null ? {} : (JSON.parse(row.after) as Record<string, unknown>);
      const fields = edits.get(row.record_id) ?? new Map<string, number>();
      for (const [field, value] of Object.entries(after)) {
        if ((before[field] ?? null) !== (value ?? null)) fields.set(field, row.at);
      }
      edits.set(row.record_id, fields);
    }
  }
  return edits;
}
