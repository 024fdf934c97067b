import { domainChain, domainOfKey, isFreemail } from '../address.ts';
import { erasedAmong } from '../erased-store.ts';
import { commitmentsBy, companiesBy, prospectsBy } from '../import-store.ts';
import type { Row } from '../revision-store.ts';
import { suppressionsOfMailboxes } from '../suppression-store.ts';
import { type Link, lastEdits, linksOf, liveLinksOfRecords } from './link-store.ts';
import { OptOuts } from './opt-outs.ts';
import { type PageBuilder, SYNC_ACTOR } from './page-plan.ts';
import type { Said } from './said.ts';

export type ProspectRow = Row<'prospects'>;
type CompanyRow = Row<'companies'>;

/** What is known before a page of contacts is planned. */
export interface Known {
  links: ReadonlyMap<string, Link>;
  byId: ReadonlyMap<string, ProspectRow>;
  byKey: ReadonlyMap<string, ProspectRow>;
  /** Live links by prospect. */
  linkOfRecord: ReadonlyMap<string, Link>;
  /** HubSpot company id to the mirror's. */
  companyOf: ReadonlyMap<string, string>;
  companies: ReadonlyMap<string, CompanyRow>;
  byDomain: ReadonlyMap<string, string>;
  edits: ReadonlyMap<string, Map<string, number>>;
  committed: ReadonlySet<string>;
  optOuts: OptOuts;
  /** Address keys of people who were erased. */
  erased: ReadonlySet<string>;
  /** Prospects and address keys that an earlier contact of the page has. */
  taken: Map<string, string>;
}

/** Looks up everything for a page at once. */
export async function loadKnown(
  builder: PageBuilder,
  page: readonly Said[],
  companyIds: ReadonlyMap<string, string> | null,
): Promise<Known> {
  const { db } = builder.context;
  const links = await linksOf(
    db,
    'contacts',
    page.flatMap((said) => [said.id, ...said.mergedIds]),
  );
  const keys = page.flatMap((said) => said.addresses);
  const linked = await prospectsBy(
    db,
    'id',
    [...links.values()].map((link) => link.record_id),
  );
  const addressed = await prospectsBy(db, 'address_key', keys);
  const prospects = [...linked, ...addressed];
  const companyLinks = await linksOf(db, 'companies', [...(companyIds?.values() ?? [])]);
  const chains = keys.flatMap((key) => {
    const domain = domainOfKey(key);
    return isFreemail(domain) ? [] : domainChain(domain);
  });
  const ofDomain = await companiesBy(db, 'domain', chains);
  const companies = [
    ...ofDomain,
    ...(await companiesBy(db, 'id', [
      ...prospects.map((row) => row.company_id),
      ...[...companyLinks.values()].map((link) => link.record_id),
    ])),
  ];
  const companyById = new Map(companies.map((row) => [row.id, row]));
  const held = await suppressionsOfMailboxes(db, [...keys, ...prospects.map((row) => row.address_key)]);
  return {
    links,
    byId: new Map(linked.map((row) => [row.id, row])),
    byKey: new Map(addressed.map((row) => [row.address_key, row])),
    linkOfRecord: await liveLinksOfRecords(
      db,
      'contacts',
      prospects.map((row) => row.id),
    ),
    companyOf: new Map(
      [...companyLinks]
        .filter(([, link]) => companyById.has(link.record_id))
        .map(([id, link]) => [id, link.record_id]),
    ),
    companies: companyById,
    byDomain: new Map(ofDomain.flatMap((row) => (row.domain === null ? [] : [[row.domain, row.id]]))),
    edits: await lastEdits(
      db,
      'prospects',
      prospects.map((row) => row.id),
      SYNC_ACTOR,
    ),
    committed: new Set(
      (
        await commitmentsBy(db, page.some((said) => said.archived) ? linked.map((row) => row.id) : [])
      ).flatMap((row) => row.prospect_id ?? []),
    ),
    optOuts: new OptOuts(builder, held),
    erased: await erasedAmong(db, [...keys, ...linked.map((row) => row.address_key)]),
    taken: new Map(),
  };
}
