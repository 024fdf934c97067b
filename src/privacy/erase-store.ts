import { type Kysely, sql } from 'kysely';
import { ulid } from 'ulid';
import { erasedValue } from '../crm/erased.ts';
import { DELETED_HERE } from '../crm/hubspot/page-plan.ts';
import { forgetFingerprints } from '../crm/fingerprint-store.ts';
import { chunks } from '../crm/revision-store.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import type { NotificationContent } from '../notify/content.ts';
import { redactEntries } from '../store/audit-redact-store.ts';
import type { Database, Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { keptDetail } from './kept-detail.ts';
import { namesOf, saysIn } from './names.ts';
import type { Person } from './person-store.ts';
import { UNNAMED, forgetAround } from './removal-store.ts';
import { windows } from './windows-store.ts';

/** Stands where a name or an address stood. */
const ERASED = 'erased';

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
  const { prospect, keys, threads, threadMessages, commitments, suppressions, contacts } = person;
  for (const { id, text } of threadMessages) await forgetFingerprints(trx, id, fingerprint(text));
  const of = {
    prospects: prospect ? [prospect.id] : [],
    commitments,
    threads,
    thread_messages: threadMessages,
    suppressions,
  };
  for (const [table, rows] of Object.entries(of)) {
    const ids = rows.map((row) => String(typeof row === 'string' ? row : row.id));
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
  if (!prospect) return;
  await trx.deleteFrom('commitments').where('prospect_id', '=', prospect.id).execute();
  await trx.deleteFrom('peer_uses').where('prospect_id', '=', prospect.id).execute();
  await trx.deleteFrom('prospects').where('id', '=', prospect.id).execute();
  // The link stays, empty: a sync must know the contact to leave it out.
  await trx
    .updateTable('hubspot_links')
    .set({ fields: '{}', stops: '[]', gone: DELETED_HERE, record_id: ERASED })
    .where('object', '=', 'contacts')
    .where('record_id', '=', prospect.id)
    .execute();
  await trx
    .deleteFrom('hubspot_differences')
    .where('object', '=', 'contacts')
    .where((eb) =>
      eb.or([
        eb('record_id', '=', prospect.id),
        ...(contacts.length > 0 ? [eb('hubspot_id', 'in', contacts)] : []),
      ]),
    )
    .execute();
}

/** Removes what small tables say of the addresses. @returns opt-outs still on their way to others, which need the address */
export async function removeMentions(trx: Trx, { keys }: Person): Promise<number[]> {
  await trx
    .updateTable('provider_events')
    .set({ address: null, effect: null })
    .where('address', 'in', keys)
    .execute();
  await trx
    .deleteFrom('write_backs')
    .where('kind', '=', 'address')
    .where('value', 'in', keys)
    .where('state', '!=', 'pending')
    .execute();
  await removeNaming(trx, 'idempotency_keys', ['key'], keys);
  await removeNaming(trx, 'review_views', ['query'], keys);
  await removeNaming(trx, 'hubspot_differences', ['label', 'mine', 'theirs', 'note'], keys);
  const pending = await trx
    .selectFrom('write_backs')
    .select('id')
    .where('kind', '=', 'address')
    .where('value', 'in', keys)
    .execute();
  return pending.map(({ id }) => id);
}

/** Deletes rows of a small table of which a column names the person. */
async function removeNaming(
  trx: Trx,
  table: 'idempotency_keys' | 'review_views' | 'hubspot_differences',
  columns: readonly string[],
  addresses: readonly string[],
): Promise<void> {
  const names = namesOf(addresses);
  const rows: Record<string, unknown>[] = await trx
    .selectFrom(table)
    .selectAll()
    .where((eb) => eb.or(columns.flatMap((column) => addresses.map((one) => holds(column, one)))))
    .execute();
  const key = table === 'idempotency_keys' ? 'key' : 'id';
  for (const row of rows) {
    if (!columns.some((column) => names(String(row[column] ?? '')))) continue;
    await sql`delete from ${sql.table(table)} where ${sql.ref(key)} = ${row[key]}`.execute(trx);
  }
}

/** Deletes requests' keys of these messages, which are known for two days. */
export async function forgetKeysOf(trx: Trx, messages: readonly string[], since: number): Promise<void> {
  const recent = await trx
    .selectFrom('messages')
    .select('id')
    .where('id', 'in', [...messages])
    .where('received_at', '>=', since)
    .execute();
  for (const { id } of recent)
    await trx.deleteFrom('idempotency_keys').where(holds('message_ids', id)).execute();
}

/** A first, rough look: the text stands somewhere in the column. */
function holds(column: string, text: string) {
  return sql<boolean>`instr(lower(coalesce(${sql.ref(column)}, '')), ${text.toLowerCase()}) > 0`;
}

/** Tables whose revisions are about one person. */
const OF_PEOPLE = ['prospects', 'commitments', 'threads', 'thread_messages', 'suppressions'];

/** Who is looked for in texts. */
export interface Wanted {
  /** As they are spelt. */
  addresses: readonly string[];
  /** The record's id. */
  prospectId: string | null;
  /** What else is the person's, as the audit log names it: `commitment 5`. */
  records: readonly string[];
}

/** Deletes revisions that name the person, of records that are gone already too. */
export async function removeRevisions(
  database: Database,
  wanted: Wanted,
  pause: () => Promise<void>,
): Promise<void> {
  const names = namesOf(wanted.addresses);
  const parts = partsOf(wanted);
  for await (const { after, to } of windows(database.db, 'revisions')) {
    await database.transact(async (trx) => {
      const rows = await trx
        .selectFrom('revisions')
        .select(['id', 'before', 'after'])
        .where('id', '>', Number(after))
        .where('id', '<=', Number(to))
        .where('table_name', 'in', OF_PEOPLE)
        .where((eb) => eb.or(parts.flatMap((part) => [holds('before', part), holds('after', part)])))
        .execute();
      const found = rows.filter(({ before: was, after: is }) =>
        [was, is].some((json) => saysIn(JSON.parse(json ?? 'null'), names, wanted.prospectId)),
      );
      for (const { id } of found) await trx.deleteFrom('revisions').where('id', '=', id).execute();
    });
    await pause();
  }
}

/** What a row that names the person must hold somewhere. */
function partsOf({ addresses, prospectId }: Wanted): string[] {
  return [...addresses, ...(prospectId === null ? [] : [`"prospect_id":${JSON.stringify(prospectId)}`])];
}

/** Takes the person out of the audit log, whatever an entry is about. @returns how many entries were redacted */
export async function redactPerson(
  database: Database,
  wanted: Wanted,
  pause: () => Promise<void>,
): Promise<number> {
  let redacted = 0;
  const names = namesOf(wanted.addresses);
  const without = (text: string): string => (names(text) ? ERASED : text);
  const records = new Set(wanted.records);
  const ids = [...new Set(wanted.records.map((one) => one.slice(one.indexOf(' ') + 1)))];
  for await (const { after, to } of windows(database.db, 'audit')) {
    await database.transact(async (trx) => {
      const rows = await trx
        .selectFrom('audit')
        .select(['id', 'actor', 'subject_type', 'subject_id', 'detail'])
        .where('id', '>', Number(after))
        .where('id', '<=', Number(to))
        .where((eb) =>
          eb.or([
            ...partsOf(wanted).map((part) => holds('detail', part)),
            ...wanted.addresses.flatMap((one) => [holds('actor', one), holds('subject_id', one)]),
            ...(ids.length === 0 ? [] : [eb('subject_id', 'in', ids)]),
          ]),
        )
        .execute();
      const record = ({ subject_type, subject_id }: { subject_type: string; subject_id: string }): boolean =>
        records.has(`${subject_type} ${subject_id}`);
      const found = rows.filter(
        (row) =>
          record(row) ||
          names(row.actor) ||
          names(row.subject_id) ||
          saysIn(JSON.parse(row.detail), names, wanted.prospectId),
      );
      redacted += found.length;
      await redactEntries(
        trx,
        found.map((row) => ({
          id: row.id,
          actor: without(row.actor),
          subject_id: record(row) ? ERASED : without(row.subject_id),
          detail: keptDetail(row.detail),
        })),
      );
    });
    await pause();
  }
  return redacted;
}

/** Takes the person and the deliveries out of what people were told. */
export async function redactNotifications(
  database: Database,
  { addresses, deliveries }: { addresses: readonly string[]; deliveries: ReadonlySet<string> },
  pause: () => Promise<void>,
): Promise<void> {
  const says = namesOf(addresses);
  for await (const { after, to } of windows(database.db, 'notifications')) {
    await database.transact(async (trx) => {
      const rows = await trx
        .selectFrom('notifications')
        .select(['id', 'content'])
        .where('id', '>', String(after))
        .where('id', '<=', String(to))
        .execute();
      for (const { id, content } of rows) {
        const left = contentWithout(JSON.parse(content) as NotificationContent, deliveries, says);
        const json = JSON.stringify(left);
        if (json === content) continue;
        await trx.updateTable('notifications').set({ content: json }).where('id', '=', id).execute();
        await trx.updateTable('messages').set({ subject: left.title }).where('id', '=', id).execute();
      }
    });
    await pause();
  }
}

function contentWithout(
  content: NotificationContent,
  deliveries: ReadonlySet<string>,
  says: (text: string) => boolean,
): NotificationContent {
  const plain = (text: string): string => (says(text) ? ERASED : text);
  const about = content.sections.some(({ items }) => items.some((item) => deliveries.has(item.delivery_id)));
  return {
    ...content,
    title: plain(content.title),
    // The line that matters most may be about the person's mail without naming it.
    summary: about ? ERASED : plain(content.summary),
    thread: plain(content.thread),
    sections: content.sections.map((section) => ({
      ...section,
      headline: plain(section.headline),
      lines: section.lines.map(plain),
      items: section.items.filter((item) => !deliveries.has(item.delivery_id) && !says(JSON.stringify(item))),
    })),
  };
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

/** Saves what an erasure still waits for; nothing = it is at its end. */
export async function savePending(trx: Trx, id: string, pending: Pending, at: number): Promise<void> {
  const done = pending.messages.length === 0 && pending.write_backs.length === 0;
  await trx
    .updateTable('erasures')
    .set({ pending: JSON.stringify(pending), finished_at: done ? at : null })
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
  const left = await trx
    .selectFrom('write_backs')
    .select('id')
    .where('id', 'in', [...ids])
    .execute();
  return left.map(({ id }) => id);
}
