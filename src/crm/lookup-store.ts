import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { addressKey, domainKey } from './address.ts';
import { nameKey } from './names.ts';
import { type Company, companyFromRow, type Prospect, prospectFromRow } from './records.ts';
import type { Row } from './revision-store.ts';
import { findCompany, getCompany, getProspect, getProspectByAddress } from './store.ts';

/** How people find records: by whatever they have at hand. */

/** A prospect by address or id. */
export async function lookUpProspect(db: Kysely<Schema>, text: string): Promise<Prospect | null> {
  return (await getProspectByAddress(db, text)) ?? (await getProspect(db, text));
}

/** A company by id, domain or name. */
export async function lookUpCompany(db: Kysely<Schema>, text: string): Promise<Company | null> {
  return (await getCompany(db, text)) ?? (await findCompany(db, { domain: text, name: text }));
}

export async function prospectsOfCompany(
  db: Kysely<Schema>,
  companyId: string,
  limit = 50,
): Promise<Prospect[]> {
  const rows = await db
    .selectFrom('prospects')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('address_key')
    .limit(limit)
    .execute();
  return rows.map(prospectFromRow);
}

export async function commitmentsOf(db: Kysely<Schema>, prospectId: string): Promise<Row<'commitments'>[]> {
  return await db
    .selectFrom('commitments')
    .selectAll()
    .where('prospect_id', '=', prospectId)
    .orderBy('id')
    .execute();
}

export interface ListOptions {
  /** Beginning of an address, a company's domain or name; '' = all. */
  search: string;
  limit: number;
  /** The last `address_key` of the page before. */
  after: string | null;
}

/** Prospects with their company's name, by address. */
export async function listProspects(
  db: Kysely<Schema>,
  { search, limit, after }: ListOptions,
): Promise<(Prospect & { company: string | null })[]> {
  let query = db
    .selectFrom('prospects')
    .leftJoin('companies', 'companies.id', 'prospects.company_id')
    .selectAll('prospects')
    .select('companies.name as company')
    .orderBy('prospects.address_key')
    .limit(limit);
  const start = search.trim().toLowerCase();
  if (start !== '') {
    const company = await findCompany(db, { domain: domainKey(start), name: nameKey(start) });
    query = query.where((where) =>
      where.or([
        // A range and not LIKE: it uses the index, and % in the search means itself.
        where.and([
          where('prospects.address_key', '>=', addressKey(start) ?? start),
          where('prospects.address_key', '<', `${addressKey(start) ?? start}\u{10FFFF}`),
        ]),
        where('prospects.company_id', '=', company?.id ?? ''),
      ]),
    );
  }
  if (after !== null) query = query.where('prospects.address_key', '>', after);
  const rows = await query.execute();
  return rows.map(({ company, ...row }) => ({ ...prospectFromRow(row), company }));
}

/** Companies by name, from the one after `after` on. */
export async function listCompanies(
  db: Kysely<Schema>,
  { search, limit, after }: ListOptions,
): Promise<Company[]> {
  let query = db.selectFrom('companies').selectAll().orderBy('name_key').limit(limit);
  const start = nameKey(search);
  if (start !== '') query = query.where('name_key', '>=', start).where('name_key', '<', `${start}\u{10FFFF}`);
  if (after !== null) query = query.where('name_key', '>', after);
  return (await query.execute()).map(companyFromRow);
}
