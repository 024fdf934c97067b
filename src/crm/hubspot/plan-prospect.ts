import { domainChain, domainOfKey } from '../address.ts';
import { companyFromRow, type ProspectFields, prospectFromRow, united } from '../records.ts';
import { newProspectRow, prospectColumns } from '../store.ts';
import type { Known, ProspectRow } from './known-contacts.ts';
import type { Link } from './link-store.ts';
import { mergeField } from './merge.ts';
import { baseOf, mergeDisqualifiers, mergeFields, type PageBuilder } from './page-plan.ts';
import type { Said } from './said.ts';

/** Where a known contact moves to. */
export interface NewAddress {
  key: string;
  /** A prospect without a contact that has this address already. */
  taken: ProspectRow | null;
}

/** The prospect of a contact as it becomes: new, or the fields that change. */
export function planProspect(
  builder: PageBuilder,
  said: Said,
  {
    before,
    link,
    inherited,
    known,
    companyIds,
    newAddress,
    key,
  }: {
    before: ProspectRow | null;
    link: Link | undefined;
    inherited: string[];
    known: Known;
    companyIds: ReadonlyMap<string, string> | null;
    newAddress: NewAddress | null;
    key: string | undefined;
  },
): void {
  const { context, plan } = builder;
  const head = { row: 0, table: 'prospects' as const, label: said.label, before };
  const company = companyOf(builder, said, key, known, companyIds);
  const { disqualifiers: _flags, ...general } = said.fields;
  if (before === null) {
    const disqualifiers = mergeDisqualifiers(builder, said, [], { recordId: null, inherited });
    const address = String(said.fields['address']);
    const fields = {
      ...(general as Partial<ProspectFields>),
      address,
      company_id: company.id,
      disqualifiers,
    };
    const row = newProspectRow(fields, context.at);
    plan.records.push({ ...head, columns: { ...row } });
    const recordId = context.overlay ? null : row.id;
    builder.tell(said, 'new', { recordId, theirs: { ...said.fields, company: company.name } });
    builder.countRecord(null, true);
    return builder.link(said, row.id, link, {
      changed: true,
      fields: { ...said.fields, company_id: company.id },
    });
  }
  const mine = prospectFromRow(before);
  const linkedHere = link?.record_id === before.id ? link : undefined;
  const edits = known.edits.get(before.id);
  const write = mergeFields(builder, said, { ...mine }, { recordId: before.id, link: linkedHere, edits });
  const base = baseOf(linkedHere);
  if (company.said) {
    const merged = mergeField({
      field: 'company_id',
      rule: builder.context.conflict,
      base: base['company_id'],
      mine: before.company_id,
      theirs: company.id,
      theirsAt: said.modifiedAt,
      mineAt: edits?.get('company_id') ?? null,
    });
    if (merged.kind !== 'same') {
      const taken = merged.kind === 'changed' || (merged.kind === 'conflict' && merged.winner === 'hubspot');
      if (taken) write['company_id'] = company.id;
      builder.tell(said, merged.kind, {
        recordId: before.id,
        field: 'company',
        mine: known.companies.get(before.company_id ?? '')?.name ?? null,
        theirs: company.name,
        winner: taken ? 'hubspot' : 'presend',
      });
    }
  }
  // The company's disqualifiers hold for its people; who leaves it takes them along.
  const left =
    'company_id' in write && before.company_id !== null ? known.companies.get(before.company_id) : undefined;
  const disqualifiers = mergeDisqualifiers(builder, said, mine.disqualifiers, {
    recordId: before.id,
    inherited: united(inherited, left ? companyFromRow(left).disqualifiers : []),
  });
  const address =
    newAddress !== null && newAddress.taken === null ? { address: String(said.fields['address']) } : {};
  const columns = prospectColumns({ ...(write as Partial<ProspectFields>), ...address, disqualifiers });
  const changed = Object.entries(columns).some(
    ([column, value]) => (before as Record<string, unknown>)[column] !== value,
  );
  plan.records.push({ ...head, columns: { ...columns } });
  builder.countRecord(before, changed);
  builder.link(said, before.id, link, {
    changed,
    fields: { ...base, ...said.fields, ...(company.said ? { company_id: company.id } : {}) },
  });
}

/** The company that HubSpot puts the contact in; for one without, the company whose domain its address is of. */
function companyOf(
  builder: PageBuilder,
  said: Said,
  key: string | undefined,
  known: Known,
  companyIds: ReadonlyMap<string, string> | null,
): { id: string | null; name: string | null; said: boolean } {
  const hubSpotId = companyIds?.get(said.id);
  const named = hubSpotId === undefined ? undefined : known.companyOf.get(hubSpotId);
  if (named !== undefined) return { id: named, name: known.companies.get(named)?.name ?? null, said: true };
  const planned = hubSpotId === undefined ? undefined : builder.context.overlay?.companies.get(hubSpotId);
  if (planned !== undefined) return { id: null, name: planned, said: false };
  const domain = key === undefined ? '' : domainOfKey(key);
  const found = domainChain(domain).find((one) => known.byDomain.has(one));
  const id = found === undefined ? null : (known.byDomain.get(found) ?? null);
  return {
    id,
    name: id === null ? null : (known.companies.get(id)?.name ?? null),
    // A contact that has a company which was not read says nothing; one without any says that it left.
    said: companyIds !== null && hubSpotId === undefined,
  };
}
