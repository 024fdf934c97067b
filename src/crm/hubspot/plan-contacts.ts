import { UserError } from '../../config/user-error.ts';
import { ERASED_NOTE } from '../erased-store.ts';
import { addressKey } from '../address.ts';
import { prospectFromRow, united } from '../records.ts';
import { hubSpotOptOuts, keptOptOuts, mergedInto, moved, stopsOf } from './follow-stops.ts';
import { type Known, loadKnown, type ProspectRow } from './known-contacts.ts';
import type { Link } from './link-store.ts';
import { mergeField } from './merge.ts';
import { baseOf, DELETED_HERE, GONE, PageBuilder, type PageContext, type PagePlan } from './page-plan.ts';
import { type NewAddress, planProspect } from './plan-prospect.ts';
import type { Said } from './said.ts';

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
  const known = await loadKnown(builder, page, companyIds);
  for (const said of page) {
    try {
      if (said.addresses.some((one) => known.erased.has(one))) erasedContact(builder, said, known);
      else if (said.archived) archivedContact(builder, said, known);
      else liveContact(builder, said, known, companyIds);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      builder.tell(said, 'invalid', { note: error.message });
    }
  }
  return builder.plan;
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
  const first = key === undefined ? undefined : (taken.get(key) ?? inDryRun(builder, said, key));
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
    builder.context.overlay?.addresses.set(finalKey, said.id);
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

/**
 * Stays out of the mirror, and so does what HubSpot says of the person: not even the report has it. Other addresses of the contact
 * are the same person's and opted out of everything.
 */
function erasedContact(builder: PageBuilder, said: Said, known: Known): void {
  const unnamed = { ...said, label: `contact ${said.id}` };
  const link = known.links.get(said.id);
  const linked = [said.id, ...said.mergedIds].flatMap((id) => {
    const record = known.links.get(id)?.record_id;
    return known.byId.get(record ?? '')?.address_key ?? [];
  });
  for (const key of united(said.addresses, linked)) {
    if (known.erased.has(key)) continue;
    const reason = 'another address of a contact that was erased on request';
    known.optOuts.add(unnamed, key, 'all', { reason, recordId: known.byKey.get(key)?.id ?? null });
  }
  builder.tell(unnamed, 'kept', { note: ERASED_NOTE });
  if (link) builder.unlink({ ...link, fields: '{}', stops: '[]' }, DELETED_HERE);
}

/** The contact that has the mailbox since an earlier page of a dry run, which the database does not say. */
function inDryRun({ context }: PageBuilder, said: Said, key: string): string | undefined {
  const other = context.overlay?.addresses.get(key);
  return other === said.id ? undefined : other;
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
