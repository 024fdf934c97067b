import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Schema } from '../store/schema.ts';
import { addressKey, domainChain, domainOfKey, isFreemail } from './address.ts';
import { ERASED_NOTE, erasedAmong } from './erased-store.ts';
import { COMPANY_FIELDS, PROSPECT_FIELDS, parseTick, parseTime } from './fields.ts';
import { type CompanySaid, planCompanies, UPDATED } from './import-companies.ts';
import {
  type Cells,
  type ImportKind,
  type Planned,
  type PlanOptions,
  pause,
  type RowMessage,
  readRows,
  tightened,
} from './import-plan.ts';
import { companiesBy, prospectsBy } from './import-store.ts';
import { stopsOnMove } from './moved.ts';
import {
  type CompanyFields,
  companyFromRow,
  type ProspectFields,
  prospectFromRow,
  united,
} from './records.ts';
import { addSuppression, suppressionsOfMailboxes } from './suppression-store.ts';
import type { Row } from './revision-store.ts';
import { newProspectRow, prospectColumns } from './store.ts';

/** What one row of the usual flat CRM export says: a prospect with its company beside it. */
interface ProspectSaid {
  row: number;
  key: string;
  id: string | undefined;
  fields: Partial<ProspectFields> & { address: string };
  /** Ticked boxes like "Email Opt Out": they add to the lists, an empty box takes nothing away. */
  ticked: { disqualifiers: string[]; opt_out_channels: string[] };
  company: Omit<CompanySaid, 'row' | 'updatedAt'>;
  updatedAt: number | undefined;
}

const IDS = ['id', 'prospect_id', 'contact_id', 'record_id', 'lead_id'];
const TICKS: readonly { headings: string[]; opt_out_channels?: string; disqualifiers?: string }[] = [
  {
    headings: [
      'email_opt_out',
      'has_opted_out_of_email',
      'opted_out_of_email',
      'unsubscribed',
      'unsubscribed_from_all_email',
    ],
    opt_out_channels: 'email',
  },
  { headings: ['do_not_call', 'phone_opt_out'], opt_out_channels: 'phone' },
  { headings: ['sms_opt_out'], opt_out_channels: 'sms' },
  { headings: ['do_not_contact', 'dnc'], disqualifiers: 'do_not_contact' },
];

/** Headings of a company field beside a prospect's: a bare name means the prospect where both have it. */
function companyHeadings(field: keyof CompanyFields): string[] {
  if (field === 'name') return ['company', ...COMPANY_FIELDS.name.aliases];
  const names = [field, ...COMPANY_FIELDS[field].aliases];
  const own = field in PROSPECT_FIELDS ? [] : names;
  return [...new Set([...own, `company_${field}`])];
}

const prospectHeadings = (field: keyof ProspectFields): string[] => [
  field,
  ...PROSPECT_FIELDS[field].aliases,
];

export const prospectsImport: ImportKind = {
  columns: [
    ...(Object.keys(PROSPECT_FIELDS) as (keyof ProspectFields)[]).map(
      (field) => [field, prospectHeadings(field)] as const,
    ),
    ['first_name', ['first_name']],
    ['last_name', ['last_name']],
    ['id', IDS],
    ...TICKS.map(({ headings }) => [headings[0] ?? '', headings] as const),
    ...(Object.keys(COMPANY_FIELDS) as (keyof CompanyFields)[]).map(
      (field) => [field === 'name' ? 'company' : `company_${field}`, companyHeadings(field)] as const,
    ),
    ['updated_at', UPDATED],
  ],
  needs: [prospectHeadings('address')],
  plan: async (db, rows, options) => {
    const read = await readRows(rows, readProspect, options);
    const errors = read.errors;
    const seen = new Map<string, number>();
    const said: ProspectSaid[] = [];
    for (const { row, value } of read.good) {
      const first = seen.get(value.key);
      if (first === undefined) {
        seen.set(value.key, row);
        said.push({ row, ...value });
      } else
        errors.push({ row, message: `${value.fields.address} is in row ${first} too: keep one of the two` });
    }
    const named = said.filter(
      ({ company }) => company.id !== undefined || company.fields.name || company.fields.domain,
    );
    const companies = await planCompanies(
      db,
      named.map(({ row, company, updatedAt }) => ({ row, updatedAt, ...company })),
      options,
    );
    const bad = new Set(companies.errors.map(({ row }) => row));
    const erased = await erasedAmong(
      db,
      said.map(({ key }) => key),
    );
    const usable = said.filter(({ row, key }) => !bad.has(row) && !erased.has(key));
    const leftOut = said
      .filter(({ key }) => erased.has(key))
      .map(({ row }) => ({ row, message: ERASED_NOTE }));
    const companyOf = await companiesByAddress(db, usable, options);
    for (const [row, id] of companies.idOfRow) companyOf.set(row, id);
    const prospects = await planProspects(db, usable, companyOf, options);
    return {
      records: [...companies.records, ...prospects.records],
      errors: [...errors, ...companies.errors, ...prospects.errors],
      notes: [...leftOut, ...companies.notes, ...prospects.notes],
    };
  },
};

function readProspect(cells: Cells): Omit<ProspectSaid, 'row'> {
  const address = cells.need(...prospectHeadings('address'));
  const key = addressKey(address);
  if (key === null)
    throw new UserError(`address "${address}" is not a mail address: write e.g. jane@example.com`);
  const fields = cells.fields(PROSPECT_FIELDS, prospectHeadings) as Partial<ProspectFields>;
  const { company_id: companyId, ...own } = fields;
  const fullName = [cells.text('first_name'), cells.text('last_name')]
    .filter((part) => part !== undefined)
    .join(' ');
  if (own.name === undefined && fullName !== '') own.name = fullName;
  const ticked: ProspectSaid['ticked'] = { disqualifiers: [], opt_out_channels: [] };
  for (const tick of TICKS) {
    if (cells.get(tick.headings, parseTick) !== true) continue;
    if (tick.opt_out_channels) ticked.opt_out_channels.push(tick.opt_out_channels);
    if (tick.disqualifiers) ticked.disqualifiers.push(tick.disqualifiers);
  }
  return {
    key,
    id: cells.text(...IDS),
    fields: { ...own, address },
    ticked,
    company: {
      id: companyId ?? undefined,
      fields: cells.fields(COMPANY_FIELDS, companyHeadings) as Partial<CompanyFields>,
    },
    updatedAt: cells.get(UPDATED, parseTime),
  };
}

/** For rows without a company: one that the mirror knows by the address's domain. */
async function companiesByAddress(
  db: Kysely<Schema>,
  said: readonly ProspectSaid[],
  { turn }: PlanOptions,
): Promise<Map<number, string>> {
  const chains: { row: number; chain: string[] }[] = [];
  for (const [i, { row, key }] of said.entries()) {
    await pause(turn, i);
    const domain = domainOfKey(key);
    chains.push({ row, chain: isFreemail(domain) ? [] : domainChain(domain) });
  }
  const known = await companiesBy(
    db,
    'domain',
    chains.flatMap(({ chain }) => chain),
  );
  const byDomain = new Map(known.map((company) => [company.domain, company.id]));
  const found = new Map<number, string>();
  for (const { row, chain } of chains) {
    const domain = chain.find((name) => byDomain.has(name));
    if (domain !== undefined) found.set(row, byDomain.get(domain) ?? '');
  }
  return found;
}

async function planProspects(
  db: Kysely<Schema>,
  said: readonly ProspectSaid[],
  companyOf: Map<number, string>,
  options: PlanOptions,
): Promise<{ records: Planned[]; errors: RowMessage[]; notes: RowMessage[] }> {
  const byKey = new Map(
    (
      await prospectsBy(
        db,
        'address_key',
        said.map((s) => s.key),
      )
    ).map((p) => [p.address_key, p]),
  );
  const byId = new Map(
    (
      await prospectsBy(
        db,
        'id',
        said.map((s) => s.id),
      )
    ).map((p) => [p.id, p]),
  );
  const records: Planned[] = [];
  const errors: RowMessage[] = [];
  const notes: RowMessage[] = [];
  const taken = new Set<string>();
  const known = [...byKey.values(), ...byId.values()];
  const companies = await companiesBy(
    db,
    'id',
    known.map((p) => p.company_id),
  );
  const flagsOf = new Map(companies.map((row) => [row.id, companyFromRow(row).disqualifiers]));
  const formerly = said.flatMap(({ key, id }) => {
    const before = byKey.get(key) ?? byId.get(id ?? '');
    return before && before.address_key !== key ? [before.address_key] : [];
  });
  const optOuts = await suppressionsOfMailboxes(db, formerly);
  for (const [i, one] of said.entries()) {
    await pause(options.turn, i);
    const before = byKey.get(one.key) ?? (one.id === undefined ? undefined : byId.get(one.id)) ?? null;
    if (before !== null && one.id !== undefined && before.id !== one.id) {
      errors.push({
        row: one.row,
        message: `${one.fields.address} is prospect ${before.id} already, not ${one.id}`,
      });
      continue;
    }
    const id = before?.id ?? one.id;
    if (id !== undefined && taken.has(id)) {
      errors.push({ row: one.row, message: `prospect ${id} is in an earlier row too: keep one of the two` });
      continue;
    }
    if (id !== undefined) taken.add(id);
    const companyId = companyOf.get(one.row);
    if (before !== null && !options.allowLoosen) {
      const left = flagsOf.get(before.company_id ?? '') ?? [];
      const leaves = companyId !== undefined && companyId !== before.company_id && hasCompany(one);
      // Who leaves a company takes its disqualifiers along.
      if (leaves) one.ticked.disqualifiers = united(one.ticked.disqualifiers, left);
      if (one.key !== before.address_key) records.push(...movedOptOuts(one, before, { left, optOuts }));
    }
    records.push(planProspect(one, before, companyId, options, notes));
  }
  return { records, errors, notes };
}

function movedOptOuts(
  one: ProspectSaid,
  before: Row<'prospects'>,
  { left, optOuts }: { left: readonly string[]; optOuts: ReadonlyMap<string, Row<'suppressions'>[]> },
): Planned[] {
  const { address_key: from } = before;
  const { disqualifiers, opt_out_channels: channels } = prospectFromRow(before);
  return stopsOnMove({
    from,
    to: one.key,
    flags: united(disqualifiers, left),
    channels,
    suppressions: optOuts.get(from) ?? [],
  }).map(({ key: value, channel, reason }) => {
    const suppression = { kind: 'address' as const, value, channel, reason, source: 'import' };
    return {
      row: one.row,
      table: 'suppressions' as const,
      label: value,
      before: null,
      columns: suppression,
      apply: async (trx, change) => void (await addSuppression(trx, suppression, change)),
    };
  });
}

function planProspect(
  one: ProspectSaid,
  before: Row<'prospects'> | null,
  companyId: string | undefined,
  options: PlanOptions,
  notes: RowMessage[],
): Planned {
  const head = { row: one.row, table: 'prospects' as const, label: one.fields.address, before };
  const at = one.updatedAt ?? options.at;
  const fields = { ...one.fields };
  // Without a company column nothing is said about the company a prospect has already.
  if (companyId !== undefined && (before?.company_id == null || hasCompany(one)))
    fields.company_id = companyId;
  const old = before ? prospectFromRow(before) : { disqualifiers: [], opt_out_channels: [] };
  tightened(head, old, fields, options, notes);
  for (const field of ['disqualifiers', 'opt_out_channels'] as const) {
    if (one.ticked[field].length > 0) fields[field] = united(fields[field] ?? old[field], one.ticked[field]);
  }
  if (before === null)
    return { ...head, columns: { ...newProspectRow({ ...fields, id: one.id ?? undefined }, at) } };
  // The stored spelling stays where the new one reaches the same mailbox.
  const { address, ...rest } = fields;
  const moved = one.key === before.address_key ? {} : { address };
  return { ...head, columns: { ...prospectColumns({ ...rest, ...moved }), updated_at: at } };
}

function hasCompany({ company }: ProspectSaid): boolean {
  return company.id !== undefined || Boolean(company.fields.name ?? company.fields.domain);
}
