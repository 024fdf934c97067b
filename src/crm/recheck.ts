import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { SuppressionEvidence } from './prospect.ts';
import { type Prospect, united } from './records.ts';
import { getCompany, getProspect, prospectsOfMailbox } from './store.ts';
import { channelsOf, suppressionsHolding } from './suppression-store.ts';
import { newestInbound } from './thread-store.ts';

/** What may have changed between judging and sending. */
export interface RecordNow {
  disqualifiers: string[];
  opt_out_channels: string[];
  /** The opt-outs of addresses and domains among them. */
  suppressions: SuppressionEvidence[];
  /** The account owner who took the prospect over. */
  taken_over_by: string | null;
  /** Signals of the records found, which may carry an opt-out or a disqualifier of their own. */
  available_signals: Record<string, unknown>;
  /** Newest message from the prospect, milliseconds since the epoch. */
  newest_reply_at: number | null;
}

/**
 * Rules 1 and 2, take-overs and replies as of now, for the transaction that starts a courier attempt. A
 * recipient that was unknown when judged may have become a prospect since; where the address and the id
 * now lead to several prospects, all count.
 *
 * @param of.address the envelope recipient, as given or as its key
 */
export async function recheckRecord(
  trx: Kysely<Schema>,
  of: { address: string; prospectId: string | null },
): Promise<RecordNow> {
  const prospects = await prospectsOfMailbox(trx, of.address);
  const isNew = of.prospectId !== null && !prospects.some(({ id }) => id === of.prospectId);
  const byId = isNew ? await getProspect(trx, of.prospectId!) : null;
  if (byId) prospects.push(byId);
  const suppressions = await suppressionsHolding(trx, of.address);
  const now: RecordNow = {
    disqualifiers: [],
    opt_out_channels: channelsOf(suppressions),
    suppressions,
    taken_over_by: null,
    newest_reply_at: null,
    available_signals: {},
  };
  for (const prospect of prospects) {
    const company = prospect.company_id === null ? null : await getCompany(trx, prospect.company_id);
    const replyAt = await newestInbound(trx, prospect.id);
    now.disqualifiers = united(now.disqualifiers, prospect.disqualifiers, company?.disqualifiers ?? []);
    const optOuts = await optOutsOf(trx, prospect, null);
    now.opt_out_channels = united(now.opt_out_channels, optOuts.channels);
    now.suppressions = distinct([...now.suppressions, ...optOuts.suppressions]);
    now.taken_over_by ??= prospect.taken_over_by;
    now.available_signals[prospect.id] = prospect.available_signals;
    if (replyAt !== null) now.newest_reply_at = Math.max(now.newest_reply_at ?? replyAt, replyAt);
  }
  return now;
}

/** Channels that a prospect opted out of, with the suppressions of its own address and of the one judged. */
export async function optOutsOf(
  db: Kysely<Schema>,
  prospect: Prospect,
  address: string | null,
): Promise<{ channels: string[]; suppressions: SuppressionEvidence[] }> {
  const holding: SuppressionEvidence[] = [];
  for (const one of new Set([prospect.address, address ?? prospect.address])) {
    holding.push(...(await suppressionsHolding(db, one)));
  }
  const suppressions = distinct(holding);
  // Two records can be of one mailbox.
  const others = await prospectsOfMailbox(db, address ?? prospect.address);
  const channels = united(
    prospect.opt_out_channels,
    ...others.map((one) => one.opt_out_channels),
    channelsOf(suppressions),
  );
  return { channels, suppressions };
}

function distinct(suppressions: readonly SuppressionEvidence[]): SuppressionEvidence[] {
  return [...new Map(suppressions.map((one) => [JSON.stringify([one.value, one.channel]), one])).values()];
}
