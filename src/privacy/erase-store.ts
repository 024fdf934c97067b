import type { Kysely } from 'kysely';
import { ulid } from 'ulid';
import { erasedValue } from '../crm/erased.ts';
import { forgetFingerprints } from '../crm/fingerprint-store.ts';
import { DELETED_HERE } from '../crm/hubspot/page-plan.ts';
import { chunks } from '../crm/revision-store.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { ERASED } from './mentions-store.ts';
import type { Person } from './person-store.ts';
import { UNNAMED, forgetAround } from './removal-store.ts';

/** What an erasure waits for. */
export interface Pending {
  messages: string[];
  /** Of these messages the deliveries to the person. */
  deliveries: string[];
  /** Opt-outs on their way to others. */
  write_backs: number[];
}

/** Remembers that the addresses must never be mailed again, as hashes, and begins the erasure's own record. */
export async function beginErasure(
  trx: Trx,
  person: Person,
  { actor, reason, at }: { actor: string; reason: string; at: number },
): Promise<string> {
  for (const key of person.keys) {
    await trx
      .insertInto('suppressions')
      .values({
        kind: 'address',
        value: erasedValue(trx, key),
        channel: 'all',
        reason: 'erased on request',
        source: 'erasure',
        created_at: at,
      })
      .onConflict((conflict) => conflict.columns(['kind', 'value', 'channel']).doNothing())
      .execute();
  }
  const id = `e_${ulid(at).toLowerCase()}`;
  const pending: Pending = {
    messages: person.messages,
    deliveries: person.deliveries.map((one) => one.id),
    write_backs: [],
  };
  await trx
    .insertInto('erasures')
    .values({
      id,
      at,
      actor,
      reason,
      value: erasedValue(trx, person.keys[0]!),
      pending: JSON.stringify(pending),
      finished_at: null,
    })
    .execute();
  return id;
}

/** Takes the person out of deliveries whose text is gone. */
export async function unnameDeliveries(
  trx: Trx,
  messages: readonly string[],
  own: readonly string[],
): Promise<void> {
  if (own.length === 0) return;
  await forgetAround(trx, own);
  await trx
    .updateTable('deliveries')
    .set({ ...UNNAMED, recipient: ERASED })
    .where('id', 'in', [...own])
    .execute();
  await trx
    .updateTable('brand_damage_reports')
    .set({ what_happened: '' })
    .where('delivery_id', 'in', [...own])
    .execute();
  // The Message-ID is what replies to the person's mail are known by.
  await trx
    .updateTable('messages')
    .set({ message_id: null, params: '{}' })
    .where('id', 'in', [...messages])
    .execute();
}

/** Deletes the person's record and everything that belongs to it, revisions too. */
export async function deleteRecord(trx: Trx, person: Person, fingerprint: Fingerprint): Promise<void> {
  const { prospects, keys, threads, threadMessages, commitments, suppressions, contacts } = person;
  for (const { id, text } of threadMessages) await forgetFingerprints(trx, id, fingerprint(text));
  const of = {
    prospects,
    commitments,
    threads,
    thread_messages: threadMessages,
    suppressions,
  };
  for (const [table, rows] of Object.entries(of)) {
    const ids = rows.map((row) => String(row.id));
    for (const some of chunks(ids, 500))
      await trx
        .deleteFrom('revisions')
        .where('table_name', '=', table)
        .where('record_id', 'in', [...some])
        .execute();
  }
  for (const some of chunks(
    threadMessages.map(({ id }) => id),
    500,
  ))
    await trx
      .deleteFrom('thread_messages')
      .where('id', 'in', [...some])
      .execute();
  for (const some of chunks(
    threads.map(({ id }) => id),
    500,
  ))
    await trx
      .deleteFrom('threads')
      .where('id', 'in', [...some])
      .execute();
  await trx.deleteFrom('suppressions').where('kind', '=', 'address').where('value', 'in', keys).execute();
  const records = prospects.map(({ id }) => id);
  await trx.deleteFrom('commitments').where('prospect_id', 'in', records).execute();
  await trx.deleteFrom('peer_uses').where('prospect_id', 'in', records).execute();
  await trx.deleteFrom('prospects').where('id', 'in', records).execute();
  // The link stays, empty: a sync must know the contact to leave it out.
  await trx
    .updateTable('hubspot_links')
    .set({ fields: '{}', stops: '[]', gone: DELETED_HERE, record_id: ERASED })
    .where('object', '=', 'contacts')
    .where('record_id', 'in', records)
    .execute();
  await trx
    .deleteFrom('hubspot_differences')
    .where('object', '=', 'contacts')
    .where((eb) => eb.or([eb('record_id', 'in', records), eb('hubspot_id', 'in', contacts)]))
    .execute();
}

/** Erasures that wait for something. */
export async function pendingErasures(db: Kysely<Schema>): Promise<{ id: string; pending: Pending }[]> {
  const rows = await db
    .selectFrom('erasures')
    .select(['id', 'pending'])
    .where('finished_at', 'is', null)
    .orderBy('at')
    .execute();
  return rows.map((row) => ({ ...row, pending: JSON.parse(row.pending) as Pending }));
}

/** Whether an erasure waits for nothing any more. */
export function isDone({ messages, write_backs }: Pending): boolean {
  return messages.length + write_backs.length === 0;
}

/** Saves what an erasure still waits for; nothing = it is at its end. */
export async function savePending(trx: Trx, id: string, pending: Pending, at: number): Promise<void> {
  await trx
    .updateTable('erasures')
    .set({ pending: JSON.stringify(pending), finished_at: isDone(pending) ? at : null })
    .where('id', '=', id)
    .execute();
}

/** Deletes opt-outs that came to their end. @returns those that did not */
export async function removeWriteBacks(trx: Trx, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  await trx
    .deleteFrom('write_backs')
    .where('id', 'in', [...ids])
    .where('state', '!=', 'pending')
    .execute();
  return pendingWriteBacks(trx, ids);
}

/** @returns those opt-outs among them that are still on their way */
export async function pendingWriteBacks(db: Kysely<Schema>, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('write_backs')
    .select('id')
    .where('id', 'in', [...ids])
    .where('state', '=', 'pending')
    .execute();
  return rows.map(({ id }) => id);
}
