import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Schema } from '../store/schema.ts';
import type { Trx } from '../store/database.ts';
import { erasedValue, isErasedValue } from './erased.ts';
import { mailboxesOf } from './mailbox-store.ts';
import type { Change } from './records.ts';
import { chunks, deleteRow, type Row } from './revision-store.ts';

/** The keys among these whose people were erased on request, under whichever spelling of their mailbox. */
export async function erasedAmong(
  db: Kysely<Schema>,
  keys: Iterable<string | null | undefined>,
): Promise<Set<string>> {
  const given = [...keys].flatMap((key) => key || []);
  const byValue = new Map<string, string[]>();
  for (const { key, stands } of await mailboxesOf(db, given)) {
    for (const one of stands) {
      const value = erasedValue(db, one);
      byValue.set(value, [...(byValue.get(value) ?? []), key]);
    }
  }
  const erased = new Set<string>();
  for (const some of chunks([...byValue.keys()], 500)) {
    const rows = await db
      .selectFrom('suppressions')
      .select('value')
      .where('kind', '=', 'address')
      .where('value', 'in', [...some])
      .execute();
    for (const { value } of rows) for (const key of byValue.get(value) ?? []) erased.add(key);
  }
  return erased;
}

/** How many people are remembered as erased. */
export async function countErased(db: Kysely<Schema>): Promise<number> {
  return (await erasedRows(db)).length;
}

/**
 * Forgets who was erased, where the key of their hashes is lost: nobody can tell any more whom they mean.
 *
 * @returns how many people that were
 */
export async function forgetErased(trx: Trx, change: Change): Promise<number> {
  const rows = await erasedRows(trx);
  for (const row of rows) await deleteRow(trx, 'suppressions', row, change);
  return rows.length;
}

async function erasedRows(db: Kysely<Schema>): Promise<Row<'suppressions'>[]> {
  const rows = await db
    .selectFrom('suppressions')
    .selectAll()
    .where('kind', '=', 'address')
    .where('value', 'like', 'erased:%')
    .orderBy('id')
    .execute();
  return rows.filter(({ value }) => isErasedValue(value));
}

/** Why a record of an erased person is not made. Names no address: it may be logged. */
export const ERASED_NOTE =
  'the person of this address was erased on request and is left out; "presend crm opt-in" with the address lets them in again';

/** @throws UserError when the person of the address was erased */
export async function refuseErased(db: Kysely<Schema>, key: string): Promise<void> {
  if ((await erasedAmong(db, [key])).size > 0) throw new UserError(ERASED_NOTE);
}
