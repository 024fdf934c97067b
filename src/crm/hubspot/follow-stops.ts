import { stopsOnMove } from '../moved.ts';
import { companyFromRow, prospectFromRow, united } from '../records.ts';
import { movedReason, UNCLEAR } from '../suppression-store.ts';
import type { Known, ProspectRow } from './known-contacts.ts';
import type { Link } from './link-store.ts';
import { fromHubSpot, type OptOuts } from './opt-outs.ts';
import type { PageBuilder } from './page-plan.ts';
import type { Said } from './said.ts';

/** Whatever stops mail to a person stays, and follows the person. */

/** Channels under which no mail goes out. */
const MAIL = new Set(['email', 'all']);

/** HubSpot's opt-outs hold for every address of the contact, the one that presend knows it by too. */
export function hubSpotOptOuts(
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

/** What stops mail to a prospect by its record: its own disqualifiers and its company's. */
export function stopsOf(prospect: ProspectRow, { companies }: Known): string[] {
  const company = companies.get(prospect.company_id ?? '');
  return united(
    prospectFromRow(prospect).disqualifiers,
    company ? companyFromRow(company).disqualifiers : [],
  );
}

/** What stops a contact's former address stays, and stops the new one too; HubSpot's record there may be another one. */
export function moved(said: Said, prospect: ProspectRow, to: string, known: Known): void {
  const { optOuts } = known;
  const { address_key: from, id: recordId } = prospect;
  const channels = prospectFromRow(prospect).opt_out_channels;
  const stops = stopsOnMove({
    from,
    to,
    flags: stopsOf(prospect, known),
    channels,
    suppressions: optOuts.ofMailbox(from),
  });
  const own = channels.map((channel) => ({ key: to, channel, reason: movedReason(from, from) }));
  for (const { key, channel, reason } of [...stops, ...own])
    optOuts.add(said, key, channel, { reason, recordId });
}

/** Stops of the contacts that were merged into this one; their links end, their prospects stay. */
export function mergedInto(builder: PageBuilder, said: Said, key: string | null, known: Known): string[] {
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

/** Opt-outs that stand here and not in HubSpot: they stay, and are written back where they came about here. */
export function keptOptOuts(
  builder: PageBuilder,
  said: Said,
  prospect: ProspectRow,
  { optOuts }: Known,
): void {
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
