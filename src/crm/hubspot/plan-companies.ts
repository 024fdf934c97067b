import { UserError } from '../../config/user-error.ts';
import { companiesBy } from '../import-store.ts';
import { nameKey } from '../names.ts';
import { type CompanyFields, companyFromRow, united } from '../records.ts';
import type { Row } from '../revision-store.ts';
import { companyColumns, newCompanyRow } from '../store.ts';
import { type Link, lastEdits, linksOf, liveLinksOfRecords } from './link-store.ts';
import {
  baseOf,
  DELETED_HERE,
  GONE,
  mergeDisqualifiers,
  mergeFields,
  PageBuilder,
  type PageContext,
  type PagePlan,
  SYNC_ACTOR,
} from './page-plan.ts';
import type { Said } from './said.ts';

type CompanyRow = Row<'companies'>;

/** What a page of HubSpot's companies does to the mirror. A company is found by its link, then by domain, then by name. */
export async function planCompanyPage(context: PageContext, page: readonly Said[]): Promise<PagePlan> {
  const builder = new PageBuilder(context);
  const { db } = context;
  const links = await linksOf(
    db,
    'companies',
    page.flatMap((said) => [said.id, ...said.mergedIds]),
  );
  const byId = new Map(
    (
      await companiesBy(
        db,
        'id',
        [...links.values()].map((link) => link.record_id),
      )
    ).map((row) => [row.id, row]),
  );
  const finder = await Finder.open(context, page);
  const edits = await lastEdits(db, 'companies', [...byId.keys(), ...finder.candidates()], SYNC_ACTOR);
  for (const said of page) {
    const link = links.get(said.id);
    if (said.archived) {
      if (link && link.gone === 0) goneCompany(builder, said, link, byId.get(link.record_id) ?? null);
      continue;
    }
    for (const { field, message } of said.problems) {
      builder.tell(said, 'invalid', { recordId: link?.record_id ?? null, field, note: message });
    }
    const before = (link && byId.get(link.record_id)) ?? finder.find(said);
    if (link && link.gone !== GONE && before === null) {
      builder.tell(said, 'kept', {
        note: 'it was deleted in presend; the sync does not bring it back, a company of that name or domain made anew is linked again',
      });
      builder.unlink(link, DELETED_HERE);
      continue;
    }
    const inherited = mergedInto(builder, said, links, byId);
    try {
      planCompany(builder, said, { before, link, inherited, edits: edits.get(before?.id ?? '') });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      builder.tell(said, 'invalid', { recordId: before?.id ?? null, note: error.message });
    }
  }
  return builder.plan;
}

function planCompany(
  builder: PageBuilder,
  said: Said,
  {
    before,
    link,
    inherited,
    edits,
  }: {
    before: CompanyRow | null;
    link: Link | undefined;
    inherited: string[];
    edits: Map<string, number> | undefined;
  },
): void {
  const { context, plan } = builder;
  const head = { row: 0, table: 'companies' as const, label: said.label, before };
  const name = said.fields['name'] ?? said.fields['domain'];
  if (before === null) {
    if (typeof name !== 'string') {
      return builder.tell(said, 'invalid', {
        field: 'name',
        note: 'has neither a name nor a domain in HubSpot',
      });
    }
    const disqualifiers = mergeDisqualifiers(builder, said, [], { recordId: null, inherited });
    const fields = { ...(said.fields as Partial<CompanyFields>), name, disqualifiers };
    const row = newCompanyRow(fields, context.at);
    plan.records.push({ ...head, columns: { ...row } });
    context.overlay?.companies.set(said.id, name);
    builder.tell(said, 'new', { recordId: context.overlay ? null : row.id, theirs: said.fields });
    builder.countRecord(null, true);
    return builder.link(said, row.id, link, { changed: true, fields: said.fields });
  }
  const mine = companyFromRow(before);
  // A name that differs only in its legal form is a spelling, and none at all is no name to take.
  const { name: theirName, ...rest } = said.fields;
  const sameName = typeof theirName !== 'string' || nameKey(theirName) === before.name_key;
  const comparable = { ...said, fields: sameName ? rest : said.fields };
  const write = mergeFields(builder, comparable, { ...mine }, { recordId: before.id, link, edits });
  const disqualifiers = mergeDisqualifiers(builder, said, mine.disqualifiers, {
    recordId: before.id,
    inherited,
  });
  const columns = companyColumns({ ...(write as Partial<CompanyFields>), disqualifiers });
  const changed = Object.entries(columns).some(
    ([column, value]) => (before as Record<string, unknown>)[column] !== value,
  );
  plan.records.push({ ...head, columns: { ...columns } });
  builder.countRecord(before, changed);
  builder.link(said, before.id, link, { changed, fields: { ...baseOf(link), ...said.fields } });
}

/** Disqualifiers of the companies that were merged into this one, whose links end. */
function mergedInto(
  builder: PageBuilder,
  said: Said,
  links: ReadonlyMap<string, Link>,
  byId: ReadonlyMap<string, CompanyRow>,
): string[] {
  let inherited: string[] = [];
  for (const id of said.mergedIds) {
    const link = links.get(id);
    if (!link || link.gone !== 0 || id === said.id) continue;
    const loser = byId.get(link.record_id);
    if (loser) inherited = united(inherited, companyFromRow(loser).disqualifiers);
    builder.unlink(link);
    builder.tell(said, 'merged', {
      recordId: link.record_id,
      note: `${loser?.name ?? id} was merged into it in HubSpot; presend keeps the record as it is`,
    });
  }
  return inherited;
}

function goneCompany(builder: PageBuilder, said: Said, link: Link, row: CompanyRow | null): void {
  const { onDelete } = builder.context;
  builder.unlink(link);
  const stops = row ? companyFromRow(row).disqualifiers : [];
  const remove = onDelete === 'delete' && row !== null && stops.length === 0;
  if (remove) builder.plan.deletions.push({ object: 'companies', recordId: row.id });
  builder.tell({ ...said, label: row?.name ?? said.label }, 'gone', {
    recordId: link.record_id,
    note: remove
      ? 'deleted in HubSpot, and here if no prospect belongs to it'
      : stops.length > 0
        ? `deleted in HubSpot; it stays here for its disqualifiers ${stops.join(', ')}`
        : 'deleted in HubSpot; it stays here',
  });
}

/** Companies of the mirror that no live HubSpot company is linked to, by domain and name. */
class Finder {
  readonly #byDomain = new Map<string, CompanyRow>();
  readonly #byName = new Map<string, CompanyRow>();

  static async open({ db }: PageContext, page: readonly Said[]): Promise<Finder> {
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    const rows = [
      ...(await companiesBy(
        db,
        'domain',
        page.map((said) => text(said.fields['domain'])),
      )),
      ...(await companiesBy(
        db,
        'name_key',
        page.map((said) => nameKey(text(said.fields['name']) ?? '') || null),
      )),
    ];
    const taken = await liveLinksOfRecords(
      db,
      'companies',
      rows.map((row) => row.id),
    );
    const finder = new Finder();
    for (const row of rows) {
      if (taken.has(row.id)) continue;
      if (row.domain !== null && !finder.#byDomain.has(row.domain)) finder.#byDomain.set(row.domain, row);
      if (!finder.#byName.has(row.name_key)) finder.#byName.set(row.name_key, row);
    }
    return finder;
  }

  candidates(): string[] {
    return [...this.#byDomain.values(), ...this.#byName.values()].map((row) => row.id);
  }

  /** Each is found once: two HubSpot companies are two here. */
  find({ fields }: Said): CompanyRow | null {
    const { domain, name } = fields;
    const named = typeof name === 'string' ? this.#byName.get(nameKey(name)) : undefined;
    // Two domains under one name are two companies.
    const nameFits =
      named && (typeof domain !== 'string' || named.domain === null || named.domain === domain);
    const found =
      (typeof domain === 'string' ? this.#byDomain.get(domain) : undefined) ?? (nameFits ? named : null);
    if (!found) return null;
    if (found.domain !== null) this.#byDomain.delete(found.domain);
    this.#byName.delete(found.name_key);
    return found;
  }
}
