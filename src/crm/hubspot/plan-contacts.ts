import { UserError } from '../../config/user-error.ts';
import { addressKey, domainChain, domainOfKey, isFreemail } from '../address.ts';
import { commitmentsBy, companiesBy, prospectsBy, suppressionsBy } from '../import-store.ts';
import { companyFromRow, type ProspectFields, prospectFromRow, united } from '../records.ts';
import type { Row } from '../revision-store.ts';
import { newProspectRow, prospectColumns } from '../store.ts';
import { UNCLEAR } from '../suppression-store.ts';
import { type Link, lastEdits, linksOf, liveLinksOfRecords } from './link-store.ts';
import { mergeField } from './merge.ts';
import { OptOuts, fromHubSpot } from './opt-outs.ts';
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

type ProspectRow = Row<'prospects'>;
type CompanyRow = Row<'companies'>;

/** Channels under which no mail goes out. */
const MAIL = new Set(['email', 'all']);

/** What is known before a page of contacts is planned. */
interface Known {
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
  /** Prospects and address keys that an earlier contact of the page has. */
  taken: Map<string, string>;
}

/**
 * What a page of HubSpot's contacts does to the mirror. A contact is found by its link, then by its address. Whatever stops mail
 * to a person stays and follows the person: to a new address, from a merged contact, and when the company changes.
 *
 * @param companyIds HubSpot's company of each contact; null = companies are not synced
 */
export async function planContactPage(
  context: PageContext,
  page: readonly Said[],
  companyIds: ReadonlyMap<string, string> | null,
): Promise<PagePlan> {
  const builder = new PageBuilder(context);
  const known = await load(builder, page, companyIds);
  for (const said of page) {
    try {
      if (said.archived) archivedContact(builder, said, known);
      else liveContact(builder, said, known, companyIds);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      builder.tell(said, 'invalid', { note: error.message });
    }
  }
  return builder.plan;
}

async function load(
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
  const held = await suppressionsBy(db, [...keys, ...prospects.map((row) => row.address_key)]);
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
    taken: new Map(),
  };
}

function liveContact(
  builder: PageBuilder,
  said: Said,
  known: Known,
  companyIds: ReadonlyMap<string, string> | null,
): void {
  const { links, byId, byKey, taken, optOuts } = known;
  const link = links.get(said.id);
  const linked = link ? byId.get(link.record_id) : undefined;
  for (const { field, message } of said.problems) {
    builder.tell(said, 'invalid', { recordId: link?.record_id ?? null, field, note: message });
  }
  const address = said.fields['address'];
  const key = (typeof address === 'string' ? addressKey(address) : null) ?? undefined;
  hubSpotOptOuts(said, link, linked, optOuts);
  if (key === undefined) {
    if (!linked) {
      if (typeof address !== 'string') builder.plan.counts.without_address += 1;
      else builder.tell(said, 'invalid', { field: 'address', note: `"${address}" is not a mail address` });
      return;
    }
    builder.tell(said, 'invalid', {
      recordId: linked.id,
      field: 'address',
      note: `has no e-mail address any more in HubSpot; ${linked.address} stays`,
    });
  }
  const addressed = key === undefined ? undefined : byKey.get(key);
  if (link && link.gone !== GONE && !linked && !addressed) {
    builder.tell(said, 'kept', {
      note: 'it was deleted in presend; the sync does not bring it back, a prospect with that address made anew is linked again',
    });
    return builder.unlink(link, DELETED_HERE);
  }
  const owner = addressed && known.linkOfRecord.get(addressed.id);
  const elsewhere = owner && owner.hubspot_id !== said.id && !said.mergedIds.includes(owner.hubspot_id);
  const first = key === undefined ? undefined : taken.get(key);
  const sameMailbox = elsewhere ? owner.hubspot_id : first;
  if (sameMailbox !== undefined && builder.defer(said)) return;
  if (sameMailbox !== undefined && !linked) {
    return builder.tell(said, 'invalid', {
      recordId: addressed?.id ?? null,
      field: 'address',
      note: `reaches the same mailbox as HubSpot contact ${sameMailbox}: merge the two in HubSpot; its opt-outs count`,
    });
  }
  const before = linked ?? addressed ?? null;
  if (before !== null && taken.has(before.id)) {
    return builder.tell(said, 'invalid', {
      recordId: before.id,
      note: 'another contact of HubSpot has this prospect',
    });
  }
  const moving =
    key === undefined ? null : addressFor(builder, said, { key, linked, link, known, sameMailbox });
  // Somebody else's record is at the new address and free: the contact becomes that one.
  const target = moving?.taken ?? before;
  if (moving !== null && linked) moved(said, linked, moving.key, known);
  const inherited = [
    ...mergedInto(builder, said, target?.address_key ?? key ?? null, known),
    ...(target !== null && linked && target.id !== linked.id ? stopsOf(linked, known) : []),
  ];
  const finalKey = moving?.key ?? target?.address_key ?? key;
  if (finalKey !== undefined) {
    taken.set(finalKey, said.id);
    builder.context.overlay?.addresses.add(finalKey);
  }
  if (target !== null) taken.set(target.id, said.id);
  planProspect(builder, said, {
    before: target,
    link,
    inherited,
    known,
    companyIds,
    newAddress: moving,
    key,
  });
  if (target !== null) keptOptOuts(builder, said, target, known);
}

/** HubSpot's opt-outs hold for every address of the contact, the one that presend knows it by too. */
function hubSpotOptOuts(
  said: Said,
  link: Link | undefined,
  linked: ProspectRow | undefined,
  optOuts: OptOuts,
): void {
  const before = new Set(link ? (JSON.parse(link.stops) as string[]) : []);
  const keys = united(said.addresses, linked ? [linked.address_key] : []);
  for (const { property, channel } of said.stops) {
    if (channel === null) continue;
    // A possible opt-out that a person has settled stays settled until HubSpot says something new.
    if (channel === UNCLEAR && (before.has(property) || said.archived)) continue;
    for (const key of keys) {
      optOuts.add(said, key, channel, { reason: `HubSpot: ${property}`, recordId: linked?.id ?? null });
    }
  }
}

interface NewAddress {
  key: string;
  /** A prospect without a contact that has this address already. */
  taken: ProspectRow | null;
}

/** The address that a known contact moves to; null = it stays where it is. */
function addressFor(
  builder: PageBuilder,
  said: Said,
  {
    key,
    linked,
    link,
    known,
    sameMailbox,
  }: {
    key: string;
    linked: ProspectRow | undefined;
    link: Link | undefined;
    known: Known;
    sameMailbox: string | undefined;
  },
): NewAddress | null {
  if (!linked || linked.address_key === key) return null;
  const base = baseOf(link)['address'];
  const merged = mergeField({
    field: 'address',
    rule:
      builder.context.mapping.fields.find(({ field }) => field === 'address')?.conflict ??
      builder.context.conflict,
    base: typeof base === 'string' ? addressKey(base) : undefined,
    mine: linked.address_key,
    theirs: key,
    theirsAt: said.modifiedAt,
    mineAt: known.edits.get(linked.id)?.get('address') ?? null,
  });
  const wins = merged.kind === 'changed' || (merged.kind === 'conflict' && merged.winner === 'hubspot');
  if (wins && sameMailbox !== undefined) {
    builder.tell(said, 'invalid', {
      recordId: linked.id,
      field: 'address',
      mine: linked.address,
      theirs: said.fields['address'],
      winner: 'presend',
      note: `HubSpot contact ${sameMailbox} has this address too: merge the two in HubSpot`,
    });
    return null;
  }
  builder.tell(said, merged.kind === 'same' ? 'kept' : merged.kind, {
    recordId: linked.id,
    field: 'address',
    mine: linked.address,
    theirs: said.fields['address'],
    winner: wins ? 'hubspot' : 'presend',
  });
  return wins ? { key, taken: known.byKey.get(key) ?? null } : null;
}

/** What stops mail to a prospect by its record: its own disqualifiers and its company's. */
function stopsOf(prospect: ProspectRow, { companies }: Known): string[] {
  const company = companies.get(prospect.company_id ?? '');
  return united(
    prospectFromRow(prospect).disqualifiers,
    company ? companyFromRow(company).disqualifiers : [],
  );
}

/** After a change of address the old one stays stopped, and the new one is the same person's. */
function moved(said: Said, prospect: ProspectRow, to: string, known: Known): void {
  const { optOuts } = known;
  const from = prospect.address_key;
  const flags = stopsOf(prospect, known);
  if (flags.length > 0) {
    optOuts.add(said, from, 'all', {
      reason: `former address of a prospect with ${flags.join(', ')}`,
      recordId: prospect.id,
    });
  }
  for (const channel of prospectFromRow(prospect).opt_out_channels) {
    const reason = 'former address of a prospect that opted out';
    optOuts.add(said, from, channel, { reason, recordId: prospect.id });
    optOuts.add(said, to, channel, { reason: `opted out as ${from}`, recordId: prospect.id });
  }
  for (const { channel } of optOuts.of(from)) {
    // `all` for the flags above is carried by the record itself.
    if (channel === 'all' && flags.length > 0) continue;
    optOuts.add(said, to, channel, { reason: `opted out as ${from}`, recordId: prospect.id });
  }
}

/** Stops of the contacts that were merged into this one; their links end, their prospects stay. */
function mergedInto(builder: PageBuilder, said: Said, key: string | null, known: Known): string[] {
  let inherited: string[] = [];
  for (const id of said.mergedIds) {
    const link = known.links.get(id);
    if (!link || id === said.id) continue;
    const loser = known.byId.get(link.record_id);
    if (loser) {
      inherited = united(inherited, stopsOf(loser, known));
      for (const channel of prospectFromRow(loser).opt_out_channels) {
        if (key !== null) {
          known.optOuts.add(said, key, channel, {
            reason: `merged with ${loser.address}, which opted out`,
            recordId: loser.id,
          });
        }
      }
      if (key !== null) known.optOuts.carry(said, loser.address_key, key, loser.id);
    }
    if (link.gone !== 0) continue;
    builder.unlink(link);
    builder.tell(said, 'merged', {
      recordId: link.record_id,
      note: `${loser?.address ?? `contact ${id}`} was merged into it in HubSpot; presend keeps the record of that address`,
    });
  }
  return inherited;
}

function planProspect(
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

/** Opt-outs that stand here and not in HubSpot: they stay, and are written back where they came about here. */
function keptOptOuts(builder: PageBuilder, said: Said, prospect: ProspectRow, { optOuts }: Known): void {
  if (said.stops.some(({ channel }) => channel !== null && MAIL.has(channel))) return;
  const key = prospect.address_key;
  const own = prospectFromRow(prospect)
    .opt_out_channels.filter((channel) => MAIL.has(channel))
    .map((channel) => ({ channel, source: 'prospect' }));
  const held = [...own, ...optOuts.of(key).filter(({ channel }) => MAIL.has(channel))];
  if (held.length === 0) return;
  const learnt = held.some(({ source }) => !fromHubSpot(source));
  builder.tell(said, 'stop_kept', {
    recordId: prospect.id,
    field: 'opt_out',
    mine: united(held.map(({ channel }) => channel)),
    theirs: [],
    winner: 'presend',
    note: learnt
      ? `${prospect.address} opted out here and not in HubSpot; the opt-out stays and is written to HubSpot`
      : `HubSpot no longer has the opt-out of ${prospect.address}; it stays here until a person takes it back (presend crm opt-in)`,
  });
  if (learnt) builder.plan.writeBacks.push(key);
}

/** Deleted in HubSpot: an opt-out still counts, and the prospect stays unless it is free of every stop and may go. */
function archivedContact(builder: PageBuilder, said: Said, known: Known): void {
  const link = known.links.get(said.id);
  const prospect = link ? known.byId.get(link.record_id) : undefined;
  hubSpotOptOuts(said, link, prospect, known.optOuts);
  if (!link || link.gone !== 0) return;
  builder.unlink(link);
  if (!prospect) return;
  const { opt_out_channels: channels, taken_over_by: takenOver } = prospectFromRow(prospect);
  const flags = stopsOf(prospect, known);
  const stays =
    flags.length > 0 || channels.length > 0 || takenOver !== null || known.committed.has(prospect.id);
  const remove = builder.context.onDelete === 'delete' && !stays;
  if (remove) builder.plan.deletions.push({ object: 'contacts', recordId: prospect.id });
  builder.tell({ ...said, label: prospect.address }, 'gone', {
    recordId: prospect.id,
    note: remove
      ? 'deleted in HubSpot and here; its opt-outs stay'
      : builder.context.onDelete === 'delete'
        ? 'deleted in HubSpot; it stays here for its disqualifiers, opt-outs, commitments or take-over'
        : 'deleted in HubSpot; it stays here and grows stale',
  });
}
