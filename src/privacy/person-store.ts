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
  prospect: Row<'prospects'> | null;
  /** Deliveries to one of the addresses, or to the prospect. */
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
  const prospect =
    (await db.selectFrom('prospects').selectAll().where('address_key', 'in', mailbox).executeTakeFirst()) ??
    null;
  const former = prospect ? await formerKeys(db, prospect.id) : [];
  const keys = [
    ...new Set([mailbox, ...(await Promise.all(former.map((one) => sameMailbox(db, one))))].flat()),
  ];
  const deliveries = await deliveriesTo(db, keys, prospect?.id ?? null, pause);
  const owned = prospect
    ? await db.selectFrom('threads').selectAll().where('prospect_id', '=', prospect.id).execute()
    : [];
  const threadIds = owned.map(({ id }) => id);
  const threadMessages = prospect
    ? await db
        .selectFrom('thread_messages')
        .selectAll()
        .where((eb) =>
          eb.or([
            eb('prospect_id', '=', prospect.id),
            ...(threadIds.length > 0 ? [eb('thread_id', 'in', threadIds)] : []),
          ]),
        )
        .orderBy('at')
        .execute()
    : [];
  const links = prospect
    ? await db
        .selectFrom('hubspot_links')
        .select('hubspot_id')
        .where('object', '=', 'contacts')
        .where('record_id', '=', prospect.id)
        .execute()
    : [];
  return {
    keys,
    prospect,
    deliveries,
    messages: [...new Set(deliveries.map(({ message_id }) => message_id))],
    suppressions: await db
      .selectFrom('suppressions')
      .selectAll()
      .where('kind', '=', 'address')
      .where('value', 'in', keys)
      .execute(),
    commitments: prospect
      ? await db.selectFrom('commitments').selectAll().where('prospect_id', '=', prospect.id).execute()
      : [],
    threads: owned,
    threadMessages,
    contacts: links.map(({ hubspot_id }) => hubspot_id),
  };
}

/** Addresses that the record had before. */
async function formerKeys(db: Reader, prospectId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('revisions')
    .select(['before', 'after'])
    .where('table_name', '=', 'prospects')
    .where('record_id', '=', prospectId)
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
  prospectId: string | null,
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
        .where((eb) =>
          eb.or([
            eb('address_key', 'in', [...keys]),
            ...(prospectId === null ? [] : [eb('prospect_id', '=', prospectId)]),
          ]),
        )
        .execute()),
    );
    await pause();
  }
  return found;
}
