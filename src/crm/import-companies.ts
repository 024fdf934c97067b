import type { Kysely } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Schema } from '../store/schema.ts';
import { COMPANY_FIELDS, parseTime } from './fields.ts';
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
import { companiesBy } from './import-store.ts';
import { nameKey } from './names.ts';
import { type CompanyFields, companyFromRow } from './records.ts';
import type { Row } from './revision-store.ts';
import { companyColumns, newCompanyRow } from './store.ts';

/** What one row says about a company. `id` is the CRM's own. */
export interface CompanySaid {
  row: number;
  id: string | undefined;
  fields: Partial<CompanyFields>;
  /** Time of the CRM's last change of it. */
  updatedAt: number | undefined;
}

/** A company as several rows of a file describe it. */
interface Group {
  said: CompanySaid;
  before: Row<'companies'> | null;
  /** Row that set each field, for messages about contradictions. */
  setBy: Map<string, number>;
}

const IDS = ['id', 'company_id', 'record_id'];
export const UPDATED = ['updated_at', 'last_modified', 'last_modified_date', 'modified', 'last_updated'];
const NAMES = ['name', 'company', ...COMPANY_FIELDS.name.aliases];

export const companiesImport: ImportKind = {
  columns: [
    ['id', IDS],
    ...Object.entries(COMPANY_FIELDS).map(
      ([name, { aliases }]) => [name, name === 'name' ? NAMES : [name, ...aliases]] as const,
    ),
    ['updated_at', UPDATED],
  ],
  needs: [NAMES],
  plan: async (db, rows, options) => {
    const { good, errors } = await readRows(
      rows,
      (cells) => ({
        id: cells.text(...IDS),
        fields: readFields(cells),
        updatedAt: cells.get(UPDATED, parseTime),
      }),
      options,
    );
    const said = good.map(({ row, value }) => ({ row, ...value }));
    const plan = await planCompanies(db, said, options);
    return { records: plan.records, errors: [...errors, ...plan.errors], notes: plan.notes };
  },
};

function readFields(cells: Cells): Partial<CompanyFields> {
  const fields = cells.fields(COMPANY_FIELDS, (field) =>
    field === 'name' ? NAMES : [field, ...COMPANY_FIELDS[field].aliases],
  ) as Partial<CompanyFields>;
  if (fields.name === undefined) throw new UserError('name is missing');
  return fields;
}

/**
 * Finds or makes the company of each row: by the CRM's id, by domain, then by name. Rows about one
 * company are merged; where they contradict each other the later row is an error.
 *
 * @returns the plan, and the company id for each row number (none for rows in error)
 */
export async function planCompanies(
  db: Kysely<Schema>,
  all: readonly CompanySaid[],
  options: PlanOptions,
): Promise<{ records: Planned[]; errors: RowMessage[]; notes: RowMessage[]; idOfRow: Map<number, string> }> {
  const known = [
    ...(await companiesBy(
      db,
      'id',
      all.map((said) => said.id),
    )),
    ...(await companiesBy(
      db,
      'domain',
      all.map((said) => said.fields.domain),
    )),
    ...(await companiesBy(
      db,
      'name_key',
      all.map((said) => nameKey(said.fields.name ?? '')),
    )),
  ];
  const groups = new CompanyGroups(known);
  const errors: RowMessage[] = [];
  const groupOfRow = new Map<number, Group>();
  for (const [i, said] of all.entries()) {
    await pause(options.turn, i);
    const group = groups.of(said);
    const problem = merge(group, said);
    if (problem) errors.push({ row: said.row, message: problem });
    else groupOfRow.set(said.row, group);
  }

  const notes: RowMessage[] = [];
  const ids = new Map<Group, string>();
  const records = [...new Set(groupOfRow.values())].map((group) => {
    const { planned, id } = planCompany(group, options, notes);
    ids.set(group, id);
    return planned;
  });
  const idOfRow = new Map([...groupOfRow].map(([row, group]) => [row, ids.get(group) ?? '']));
  return { records, errors, notes, idOfRow };
}

function planCompany(
  group: Group,
  options: PlanOptions,
  notes: RowMessage[],
): { planned: Planned; id: string } {
  const { said, before } = group;
  const at = said.updatedAt ?? options.at;
  const label = said.fields.name ?? before?.name ?? said.fields.domain ?? '';
  const head = { row: said.row, table: 'companies' as const, label, before };
  if (before === null) {
    const row = newCompanyRow({ ...said.fields, name: label, id: said.id ?? undefined }, at);
    return { planned: { ...head, columns: { ...row } }, id: row.id };
  }
  tightened(head, companyFromRow(before), said.fields, options, notes);
  const { name, ...fields } = said.fields;
  // A name that differs only in its legal form is how one row spells it, not a new name.
  const renamed = name !== undefined && nameKey(name) !== before.name_key ? { name } : {};
  const columns = { ...companyColumns({ ...fields, ...renamed }), updated_at: at };
  return { planned: { ...head, columns }, id: before.id };
}

/** Adds what a row says; returns what contradicts the rows before, if anything. */
function merge(group: Group, { row, fields, updatedAt }: CompanySaid): string | null {
  const into = group.said.fields as Record<string, unknown>;
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'disqualifiers' || field === 'name' || !group.setBy.has(field)) continue;
    if (into[field] !== value) {
      const first = group.setBy.get(field);
      return `${field} "${String(value)}" of ${group.said.fields.name ?? fields.name} differs from "${String(into[field])}" in row ${first}: make them the same`;
    }
  }
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'disqualifiers')
      into[field] = [...new Set([...((into[field] ?? []) as string[]), ...(value as string[])])];
    else into[field] ??= value;
    if (!group.setBy.has(field)) group.setBy.set(field, row);
  }
  if (updatedAt !== undefined) group.said.updatedAt = Math.max(group.said.updatedAt ?? 0, updatedAt);
  return null;
}

/** Companies of the mirror and of the file so far, by what identifies them. */
class CompanyGroups {
  readonly #byId = new Map<string, Group>();
  readonly #byDomain = new Map<string, Group>();
  readonly #byName = new Map<string, Group>();

  constructor(known: readonly Row<'companies'>[]) {
    for (const before of known) {
      if (this.#byId.has(before.id)) continue;
      const said = { row: 0, id: before.id, fields: {}, updatedAt: undefined };
      this.#add({ said, before, setBy: new Map() }, before);
    }
  }

  of(said: CompanySaid): Group {
    const { domain, name } = said.fields;
    const named = this.#byName.get(nameKey(name ?? ''));
    // Two domains under one name are two companies.
    const nameFits =
      named && (!domain || (named.before?.domain ?? named.said.fields.domain ?? domain) === domain);
    const found =
      (said.id === undefined ? undefined : this.#byId.get(said.id)) ??
      (domain ? this.#byDomain.get(domain) : undefined) ??
      (nameFits && (said.id === undefined || named.before !== null) ? named : undefined);
    const group: Group = found ?? { said: { ...said, fields: {} }, before: null, setBy: new Map() };
    if (group.said.row === 0) group.said = { ...said, id: group.said.id, fields: group.said.fields };
    this.#add(group, { id: said.id ?? null, domain: domain ?? null, name_key: nameKey(name ?? '') });
    return group;
  }

  #add(group: Group, by: { id: string | null; domain: string | null; name_key: string }): void {
    if (by.id !== null && !this.#byId.has(by.id)) this.#byId.set(by.id, group);
    if (by.domain !== null && !this.#byDomain.has(by.domain)) this.#byDomain.set(by.domain, group);
    if (by.name_key !== '' && !this.#byName.has(by.name_key)) this.#byName.set(by.name_key, group);
  }
}
