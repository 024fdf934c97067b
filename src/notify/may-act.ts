import type { Kysely } from 'kysely';
import type { LinkPerson } from '../review/link-routes.ts';
import type { Schema } from '../store/schema.ts';
import { findPerson } from './person-store.ts';

/**
 * Who acts by a signed link that was sent to an address. Who has no account (an account owner, an address of the
 * configuration) acts by the link alone.
 */
export async function linkPerson(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  address: string,
): Promise<LinkPerson> {
  const person = await findPerson(db, address);
  if (person === null) return { account: null, refused: null };
  const account = { id: person.id, name: person.name, email: person.address };
  if (person.disabled) {
    return {
      account,
      refused: `The account of ${address} is disabled: links sent there do nothing any more.`,
    };
  }
  const refused = person.role === 'auditor' ? 'An auditor reads and does not decide; ask a reviewer.' : null;
  return { account, refused };
}
