import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Trx } from '../store/database.ts';
import { prepared } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import { together } from '../store/together.ts';
import { addressKey, domainKey } from './address.ts';
import { refuseErased } from './erased-store.ts';
import { sameMailbox } from './mailbox-store.ts';
import { stopsOnMove } from './moved.ts';
import { nameKey } from './names.ts';
import { newRecordId } from './record-id.ts';
import {
  type Change,
  type Company,
  type CompanyFields,
  companyFromRow,
  type Prospect,
  type ProspectFields,
  prospectFromRow,
  toColumns,
  united,
} from './records.ts';
import {
  deleteRow,
  getRow,
  insertRow,
  type NewRow,
  refuseWithProspects,
  type Row,
  updateRow,
} from './revision-store.ts';
import { addSuppression, suppressionsOfMailboxes } from './suppression-store.ts';

/** Companies and prospects of the CRM mirror. Every change leaves a revision (crm/revert.ts). */

export async function getCompany(db: Kysely<Schema>, id: string): Promise<Company | null> {
  const row = await getRow(db, 'companies', id);
  return row ? companyFromRow(row) : null;
}

/** By domain first, then by name; the oldest where several match. */
export async function findCompany(
  db: Kysely<Schema>,
  by: { domain?: string | null; name?: string | null },
): Promise<Company | null> {
  const query = db.selectFrom('companies').selectAll().orderBy('id').limit(1);
  const domain = by.domain ? domainKey(by.domain) : null;
  const name = by.name ? nameKey(by.name) : '';
  const row =
    (domain === null ? undefined : await query.where('domain', '=', domain).executeTakeFirst()) ??
    (name === '' ? undefined : await query.where('name_key', '=', name).executeTakeFirst());
  return row ? companyFromRow(row) : null;
}

export async function createCompany(
  trx: Trx,
  fields: Partial<CompanyFields> & { name: string; id?: string },
  change: Change,
): Promise<Company> {
  return companyFromRow(await insertRow(trx, 'companies', newCompanyRow(fields, change.at), change));
}

/** @throws UserError when there is no such company */
export async function updateCompany(
  trx: Trx,
  id: string,
  patch: Partial<CompanyFields>,
  change: Change,
): Promise<Company> {
  const before = await getRow(trx, 'companies', id);
  if (!before) throw new UserError(`there is no company ${id}`);
  return companyFromRow(await updateRow(trx, 'companies', before, companyColumns(patch), change));
}

/** @throws UserError when there is no such company, or it still has prospects */
export async function deleteCompany(trx: Trx, id: string, change: Change): Promise<void> {
  const before = await getRow(trx, 'companies', id);
  if (!before) throw new UserError(`there is no company ${id}`);
  await refuseWithProspects(trx, id);
  await deleteRow(trx, 'companies', before, change);
}

export async function getProspect(db: Kysely<Schema>, id: string): Promise<Prospect | null> {
  const row = await getRow(db, 'prospects', id);
  return row ? prospectFromRow(row) : null;
}

/** The prospect of exactly this address key, else one whose address reaches the same mailbox. */
export async function getProspectByAddress(db: Kysely<Schema>, address: string): Promise<Prospect | null> {
  const [prospect] = await prospectsOfMailbox(db, address);
  return prospect ?? null;
}

const withKeys = prepared((db, { keys }: { keys: string[] }) =>
  db.selectFrom('prospects').selectAll().where('address_key', 'in', keys),
);

const companiesOfKeys = prepared((db, { keys }: { keys: string[] }) =>
  db
    .selectFrom('companies')
    .selectAll()
    .where('id', 'in', (eb) =>
      eb.selectFrom('prospects').select('company_id').where('address_key', 'in', keys),
    ),
);

/** Every prospect whose address reaches the same mailbox, the one of exactly this address key first. */
export async function prospectsOfMailbox(db: Kysely<Schema>, address: string): Promise<Prospect[]> {
  const key = addressKey(address);
  if (key === null) return [];
  const keys = await sameMailbox(db, key);
  const rows = await withKeys(db, { keys });
  return rows
    .toSorted((a, b) => keys.indexOf(a.address_key) - keys.indexOf(b.address_key))
    .map(prospectFromRow);
}

/** `prospectsOfMailbox`, each with its company. */
export async function recordsOfMailbox(
  db: Kysely<Schema>,
  address: string,
): Promise<{ prospect: Prospect; company: Company | null }[]> {
  const key = addressKey(address);
  if (key === null) return [];
  const keys = await sameMailbox(db, key);
  const [prospects, companies] = await together([
    prospectsOfMailbox(db, address),
    companiesOfKeys(db, { keys }),
  ]);
  return prospects.map((prospect) => {
    const row = companies.find(({ id }) => id === prospect.company_id);
    return { prospect, company: row ? companyFromRow(row) : null };
  });
}

/** @throws UserError when the address is none, another prospect has it, or its person was erased */
export async function createProspect(
  trx: Trx,
  fields: Partial<ProspectFields> & { address: string; id?: string },
  change: Change,
): Promise<Prospect> {
  const row = newProspectRow(fields, change.at);
  await refuseTaken(trx, row.address_key, row.id);
  await refuseErased(trx, row.address_key);
  return prospectFromRow(await insertRow(trx, 'prospects', row, change));
}

/**
 * At another address the prospect stays who it is: what stopped mail to the old one stops it to the new one, and the old one stays
 * stopped (`stopsOnMove`).
 *
 * @throws UserError when there is no such prospect, or the new address is none, taken, or of a person who was erased
 */
export async function updateProspect(
  trx: Trx,
  id: string,
  patch: Partial<ProspectFields>,
  change: Change,
): Promise<Prospect> {
  const before = await getRow(trx, 'prospects', id);
  if (!before) throw new UserError(`there is no prospect ${id}`);
  const columns = prospectColumns(patch);
  if (columns.address_key !== undefined && columns.address_key !== before.address_key) {
    await refuseTaken(trx, columns.address_key, id);
    await refuseErased(trx, columns.address_key);
    await carryStops(trx, before, columns.address_key, change);
  }
  return prospectFromRow(await updateRow(trx, 'prospects', before, columns, change));
}

/**
 * Adds the opt-outs that a change of address asks for. For what changes the column itself.
 *
 * @param before the prospect as it was
 * @param to the key of its new address
 * @param formerStays false where the old address was a mistake, which the record's own stops are not about
 */
export async function carryStops(
  trx: Trx,
  before: Row<'prospects'>,
  to: string,
  change: Change,
  formerStays = true,
): Promise<void> {
  const from = before.address_key;
  const { disqualifiers, opt_out_channels: channels, company_id: companyId } = prospectFromRow(before);
  const company = companyId === null ? null : await getCompany(trx, companyId);
  const stops = stopsOnMove({
    from,
    to,
    flags: formerStays ? united(disqualifiers, company?.disqualifiers ?? []) : [],
    channels: formerStays ? channels : [],
    suppressions: (await suppressionsOfMailboxes(trx, [from])).get(from) ?? [],
  });
  for (const { key, channel, reason } of stops) {
    const suppression = { kind: 'address' as const, value: key, channel, reason, source: change.actor };
    await addSuppression(trx, suppression, change);
  }
}

/** Deletes the prospect and its commitments. Its threads stay: what others said in them is still secret. */
export async function deleteProspect(trx: Trx, id: string, change: Change): Promise<void> {
  const before = await getRow(trx, 'prospects', id);
  if (!before) throw new UserError(`there is no prospect ${id}`);
  const commitments = await trx.selectFrom('commitments').selectAll().where('prospect_id', '=', id).execute();
  for (const commitment of commitments) await deleteRow(trx, 'commitments', commitment, change);
  await deleteRow(trx, 'prospects', before, change);
}

/** The whole row of a new company; what is not given is unknown. */
export function newCompanyRow(
  fields: Partial<CompanyFields> & { name: string; id?: string | undefined },
  at: number,
): NewRow<'companies'> {
  return {
    id: newRecordId('c', at),
    headcount: null,
    funding_stage: null,
    funding_amount_usd: null,
    funding_confidence: null,
    disqualifiers: '[]',
    industry: null,
    city: null,
    country: null,
    regulated: null,
    account_owner: null,
    created_at: at,
    updated_at: at,
    domain: null,
    name_key: '',
    ...given(companyColumns(fields)),
    name: fields.name,
  };
}

/** The whole row of a new prospect. @throws UserError when the address is none */
export function newProspectRow(
  fields: Partial<ProspectFields> & { address: string; id?: string | undefined },
  at: number,
): NewRow<'prospects'> {
  return {
    id: newRecordId('p', at),
    company_id: null,
    address_key: '',
    name: null,
    recipient_role: null,
    title: null,
    disqualifiers: '[]',
    opt_out_channels: '[]',
    thread_id: null,
    account_owner: null,
    regulated: null,
    available_signals: '{}',
    taken_over_by: null,
    created_at: at,
    updated_at: at,
    ...given(prospectColumns(fields)),
    address: fields.address.trim(),
  };
}

/** Columns that follow from the fields, keys among them. @throws UserError for an impossible domain */
export function companyColumns(fields: Partial<CompanyFields>): Partial<NewRow<'companies'>> {
  const columns: Partial<NewRow<'companies'>> = toColumns(fields);
  if (fields.name !== undefined) {
    columns.name_key = nameKey(fields.name);
    if (columns.name_key === '')
      throw new UserError(`company name "${fields.name}" holds no letter or digit`);
  }
  if (typeof fields.domain === 'string') {
    columns.domain = domainKey(fields.domain);
    if (columns.domain === null) throw new UserError(`domain "${fields.domain}" is not a domain`);
  }
  return columns;
}

/** Columns that follow from the fields, keys among them. @throws UserError when the address is none */
export function prospectColumns(fields: Partial<ProspectFields>): Partial<NewRow<'prospects'>> {
  const columns: Partial<NewRow<'prospects'>> = toColumns(fields);
  if (fields.address !== undefined) {
    const key = addressKey(fields.address);
    if (key === null) {
      throw new UserError(`address "${fields.address}" is not a mail address: write e.g. jane@example.com`);
    }
    columns.address_key = key;
  }
  return columns;
}

async function refuseTaken(db: Kysely<Schema>, key: string, id: string): Promise<void> {
  const other = await db
    .selectFrom('prospects')
    .select(['id', 'address'])
    .where('address_key', '=', key)
    .executeTakeFirst();
  if (other && other.id !== id) {
    throw new UserError(`${other.address} is already the address of prospect ${other.id}`);
  }
}

function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
