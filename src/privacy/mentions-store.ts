import { sql } from 'kysely';
import type { NotificationContent } from '../notify/content.ts';
import { redactEntries } from '../store/audit-redact-store.ts';
import type { Database, Trx } from '../store/database.ts';
import { keptDetail } from './kept-detail.ts';
import { namesOf, saysIn } from './names.ts';
import type { Person } from './person-store.ts';
import { windows } from './windows-store.ts';

/** Stands where a name or an address stood. */
export const ERASED = 'erased';

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
    if (!columns.some((column) => names((row[column] as string | null) ?? ''))) continue;
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
  const like = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`lower(coalesce(${sql.ref(column)}, '')) like ${like} escape '\\'`;
}

/** Tables whose revisions are about one person. */
const OF_PEOPLE = ['prospects', 'commitments', 'threads', 'thread_messages', 'suppressions'];

/** Who is looked for in texts. */
export interface Wanted {
  /** As they are spelt. */
  addresses: readonly string[];
  /** The records' ids. */
  prospectIds: readonly string[];
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
        [was, is].some((json) => saysIn(JSON.parse(json ?? 'null'), names, wanted.prospectIds)),
      );
      for (const { id } of found) await trx.deleteFrom('revisions').where('id', '=', id).execute();
    });
    await pause();
  }
}

/** What a row that names the person must hold somewhere. */
function partsOf({ addresses, prospectIds }: Wanted): string[] {
  return [...addresses, ...prospectIds.map((id) => `"prospect_id":${JSON.stringify(id)}`)];
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
          saysIn(JSON.parse(row.detail), names, wanted.prospectIds),
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
