import type { Kysely } from 'kysely';
import { addressKey } from '../crm/address.ts';
import { sameMailbox } from '../crm/mailbox-store.ts';
import type { Row } from '../crm/revision-store.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Schema } from '../store/schema.ts';
import { windows } from './windows-store.ts';

type Reader = Kysely<Schema>;

/** All that is kept about one person, by id. */
export interface Person {
  /** Keys of every address the person is known to have had here, the one asked for first. */
  keys: string[];
  /** Several where records of one mailbox are spelled differently; the one spelled as asked for first. */
  prospects: Row<'prospects'>[];
  /** Deliveries to one of the addresses, or to one of the prospects. */
  deliveries: Delivery[];
  messages: string[];
  suppressions: Row<'suppressions'>[];
  commitments: Row<'commitments'>[];
  threads: Row<'threads'>[];
  threadMessages: Row<'thread_messages'>[];
  /** HubSpot's ids of the contact. */
  contacts: string[];
}

/**
 * Finds a person by an address, in any spelling of it.
 *
 * @param pause awaited between windows of the larger tables, so that mail gets its turn
 */
export async function findPerson(db: Reader, key: string, pause: () => Promise<void>): Promise<Person> {
  const mailbox = await sameMailbox(db, key);
  const prospects = (
    await db.selectFrom('prospects').selectAll().where('address_key', 'in', mailbox).orderBy('id').execute()
  ).toSorted((a, b) => mailbox.indexOf(a.address_key) - mailbox.indexOf(b.address_key));
  const ids = prospects.map(({ id }) => id);
  const former = await formerKeys(db, ids);
  const keys = [
    ...new Set([mailbox, ...(await Promise.all(former.map((one) => sameMailbox(db, one))))].flat()),
  ];
  const deliveries = await deliveriesTo(db, keys, ids, pause);
  const owned = await db.selectFrom('threads').selectAll().where('prospect_id', 'in', ids).execute();
  const threadIds = owned.map(({ id }) => id);
  const threadMessages = await db
    .selectFrom('thread_messages')
    .selectAll()
    .where((eb) => eb.or([eb('prospect_id', 'in', ids), eb('thread_id', 'in', threadIds)]))
    .orderBy('at')
    .execute();
  const links = await db
    .selectFrom('hubspot_links')
    .select('hubspot_id')
    .where('object', '=', 'contacts')
    .where('record_id', 'in', ids)
    .execute();
  return {
    keys,
    prospects,
    deliveries,
    messages: [...new Set(deliveries.map(({ message_id }) => message_id))],
    suppressions: await db
      .selectFrom('suppressions')
      .selectAll()
      .where('kind', '=', 'address')
      .where('value', 'in', keys)
      .execute(),
    commitments: await db.selectFrom('commitments').selectAll().where('prospect_id', 'in', ids).execute(),
    threads: owned,
    threadMessages,
    contacts: links.map(({ hubspot_id }) => hubspot_id),
  };
}

/** Addresses that the records had before. */
async function formerKeys(db: Reader, prospectIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('revisions')
    .select(['before', 'after'])
    .where('table_name', '=', 'prospects')
    .where('record_id', 'in', prospectIds)
    .execute();
  return rows
    .flatMap(({ before, after }) => [before, after])
    .flatMap((json) => {
      const { address } = JSON.parse(json ?? '{}') as { address?: string };
      return address === undefined ? [] : (addressKey(address) ?? []);
    });
}

async function deliveriesTo(
  db: Reader,
  keys: readonly string[],
  prospectIds: readonly string[],
  pause: () => Promise<void>,
): Promise<Delivery[]> {
  const found: Delivery[] = [];
  for await (const { after, to } of windows(db, 'deliveries')) {
    found.push(
      ...(await db
        .selectFrom('deliveries')
        .selectAll()
        .where('id', '>', String(after))
        .where('id', '<=', String(to))
        .where('kind', '=', 'mail')
        .where((eb) => eb.or([eb('address_key', 'in', [...keys]), eb('prospect_id', 'in', [...prospectIds])]))
        .execute()),
    );
    await pause();
  }
  return found;
}
