import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { recordsOf } from './export-store.ts';
import { personKey } from './erase.ts';
import { findPerson } from './person-store.ts';

/**
 * Everything that is kept about a person, as one JSON document (docs/PRIVACY.md describes it). Other people are left out: other
 * recipients of the same mail, texts of other threads that a verdict compared, names of the gate's own users.
 *
 * @throws UserError when it is no address
 */
export async function exportPerson(
  db: Kysely<Schema>,
  address: string,
  { at, pause }: { at: number; pause: () => Promise<void> },
): Promise<Record<string, unknown>> {
  const person = await findPerson(db, personKey(address), pause);
  return {
    format: 'presend-person/1',
    exported_at: new Date(at).toISOString(),
    addresses: person.keys,
    ...(await recordsOf(db, person)),
  };
}
