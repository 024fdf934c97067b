import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Trx } from '../store/database.ts';
import { prepared } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import { addressKey, domainKey } from './address.ts';
import { erasedValue, isErasedValue } from './erased.ts';
import { sameMailbox, sameMailboxes, suppressingDomains } from './mailbox-store.ts';
import type { SuppressionEvidence } from './prospect.ts';
import type { Change } from './records.ts';
import { chunks, deleteRow, getRow, insertRow, type Row, updateRow } from './revision-store.ts';

/** An address or a whole domain, as a key. */
export interface SuppressionTarget {
  kind: 'address' | 'domain';
  value: string;
}

/**
 * Reads `jane@example.com`, or `@example.com` for a domain with its subdomains.
 *
 * @throws UserError when it is neither
 */
export function suppressionTarget(text: string): SuppressionTarget {
  // As an export of the list has it.
  if (isErasedValue(text.trim())) return { kind: 'address', value: text.trim() };
  const domain = text.trim().startsWith('@');
  const value = domain ? domainKey(text) : addressKey(text);
  if (value === null) {
    throw new UserError(
      `"${text}" is neither an address nor a domain: write jane@example.com or @example.com`,
    );
  }
  return { kind: domain ? 'domain' : 'address', value };
}

/**
 * The channel of an opt-out that is only possible: a reply may ask for no more mail, and a person has to read it. It
 * suppresses nothing and holds mail to the address (`possible_opt_out`) until a mail that a person released has left, or
 * `presend crm opt-in` or `opt-out` settles it.
 */
export const UNCLEAR = 'unclear';

/** Adds an opt-out. One that is there already stays as it is, and so does the one of a person who was erased, whatever its channel. */
export async function addSuppression(
  trx: Trx,
  suppression: SuppressionTarget & { channel: string; reason: string | null; source: string },
  change: Change,
): Promise<Row<'suppressions'>> {
  const { kind, value, channel } = suppression;
  const [existing] = (await suppressionsOf(trx, { kind, value })).filter(
    (s) => s.channel === channel || isErasedValue(s.value),
  );
  return (
    existing ?? (await insertRow(trx, 'suppressions', { ...suppression, created_at: change.at }, change))
  );
}

/**
 * Takes opt-outs of a target back: of one channel, or of every channel when `channel` is null.
 *
 * @param until only those that were there by then, milliseconds since the epoch
 */
export async function removeSuppressions(
  trx: Trx,
  target: SuppressionTarget,
  channel: string | null,
  change: Change,
  until = Number.POSITIVE_INFINITY,
): Promise<number> {
  const found = await suppressionsOf(trx, target);
  const taken = found.filter((s) => (channel === null || s.channel === channel) && s.created_at <= until);
  for (const suppression of taken) await deleteRow(trx, 'suppressions', suppression, change);
  return taken.length;
}

/**
 * Changes the channel or the reason of an opt-out.
 *
 * @throws UserError when there is no such suppression, or the target has one of that channel already
 */
export async function updateSuppression(
  trx: Trx,
  id: number,
  patch: { channel?: string; reason?: string | null },
  change: Change,
): Promise<Row<'suppressions'>> {
  const before = await suppression(trx, id);
  const same = (await suppressionsOf(trx, before)).find((s) => s.channel === patch.channel && s.id !== id);
  if (same) throw new UserError(`${before.value} is opted out of ${same.channel} already`);
  return await updateRow(trx, 'suppressions', before, patch, change);
}

/** @throws UserError when there is no such suppression */
export async function deleteSuppression(trx: Trx, id: number, change: Change): Promise<void> {
  await deleteRow(trx, 'suppressions', await suppression(trx, id), change);
}

async function suppression(db: Kysely<Schema>, id: number): Promise<Row<'suppressions'>> {
  const row = await getRow(db, 'suppressions', id);
  if (!row) throw new UserError(`there is no suppression ${id}`);
  return row;
}

/** What stands for a target: itself, and for an address what is left of it after an erasure. The one place that says so. */
function valuesOf(db: Kysely<Schema>, { kind, value }: SuppressionTarget): string[] {
  return kind === 'address' && !isErasedValue(value) ? [value, erasedValue(db, value)] : [value];
}

export async function suppressionsOf(
  db: Kysely<Schema>,
  target: SuppressionTarget,
): Promise<Row<'suppressions'>[]> {
  return await db
    .selectFrom('suppressions')
    .selectAll()
    .where('kind', '=', target.kind)
    .where('value', 'in', valuesOf(db, target))
    .execute();
}

const naming = prepared((db, { values, domains }: { values: string[]; domains: readonly string[] }) =>
  db
    .selectFrom('suppressions')
    .selectAll()
    .where((where) =>
      where.or([
        where.and([where('kind', '=', 'address'), where('value', 'in', values)]),
        where.and([where('kind', '=', 'domain'), where('value', 'in', domains)]),
      ]),
    )
    .orderBy('id'),
);

/** Suppressions of any channel that name one of these keys: the one place where they are looked up for mail. */
export async function suppressionsNaming(
  db: Kysely<Schema>,
  { addresses, domains }: { addresses: readonly string[]; domains: readonly string[] },
): Promise<Row<'suppressions'>[]> {
  const values = addresses.flatMap((value) => valuesOf(db, { kind: 'address', value }));
  return await naming(db, { values, domains });
}

const evidenceOf = ({ value, channel, reason, source }: Row<'suppressions'>): SuppressionEvidence => ({
  value,
  channel,
  reason,
  source,
});

/**
 * Opt-outs that hold for an address: of its mailbox however spelled, of its domain or of a parent domain, whether or not the CRM
 * mirror knows a prospect behind it.
 *
 * @param address as given in the envelope, or a key; one that is no address has no opt-outs
 */
export async function suppressionsHolding(
  db: Kysely<Schema>,
  address: string,
): Promise<SuppressionEvidence[]> {
  const key = addressKey(address);
  if (key === null) return [];
  const addresses = await sameMailbox(db, key);
  const rows = await suppressionsNaming(db, { addresses, domains: suppressingDomains(addresses) });
  return rows.filter(({ channel }) => channel !== UNCLEAR).map(evidenceOf);
}

/**
 * Opt-outs of the mailboxes of many addresses however spelled, possible ones too and those of domains left out: what a person
 * who gets another address takes along.
 *
 * @param keys as `addressKey` gives them
 * @returns the opt-outs of each key that has any
 */
export async function suppressionsOfMailboxes(
  db: Kysely<Schema>,
  keys: Iterable<string>,
): Promise<Map<string, Row<'suppressions'>[]>> {
  const keysOf = new Map<string, string[]>();
  for (const [key, spellings] of await sameMailboxes(db, keys)) {
    for (const value of spellings.flatMap((one) => valuesOf(db, { kind: 'address', value: one })))
      keysOf.set(value, [...(keysOf.get(value) ?? []), key]);
  }
  const found = new Map<string, Row<'suppressions'>[]>();
  for (const some of chunks([...keysOf.keys()], 500)) {
    const rows = await db
      .selectFrom('suppressions')
      .selectAll()
      .where('kind', '=', 'address')
      .where('value', 'in', [...some])
      .orderBy('id')
      .execute();
    for (const row of rows)
      for (const key of keysOf.get(row.value) ?? []) found.set(key, [...(found.get(key) ?? []), row]);
  }
  return found;
}

/** Why an opt-out of a former address holds for the new one. Does not repeat an address that was to be forgotten. */
export const movedReason = (from: string, value: string): string =>
  `opted out as ${isErasedValue(value) ? 'a former address' : from}`;

/** What may be an opt-out of one of the addresses; null when nothing may. */
export async function possibleOptOut(
  db: Kysely<Schema>,
  addresses: readonly string[],
): Promise<SuppressionEvidence | null> {
  const own = [...new Set(addresses.map(addressKey))].filter((key) => key !== null);
  if (own.length === 0) return null;
  const keys = (await Promise.all(own.map((key) => sameMailbox(db, key)))).flat();
  const rows = await suppressionsNaming(db, { addresses: keys, domains: [] });
  const unclear = rows.find(({ channel }) => channel === UNCLEAR);
  return unclear ? evidenceOf(unclear) : null;
}

/** The channels of `suppressionsHolding`, each once. */
export async function suppressedChannels(db: Kysely<Schema>, address: string): Promise<string[]> {
  return channelsOf(await suppressionsHolding(db, address));
}

/** Each channel once, in the order of the alphabet, so that a verdict does not depend on which came first. */
export const channelsOf = (suppressions: readonly SuppressionEvidence[]): string[] =>
  [...new Set(suppressions.map(({ channel }) => channel))].sort();
