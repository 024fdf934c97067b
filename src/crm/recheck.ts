import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { together } from '../store/together.ts';
import { addressKey } from './address.ts';
import type { SuppressionEvidence } from './prospect.ts';
import { type Company, type Prospect, united } from './records.ts';
import { getCompany, getProspect, prospectsOfMailbox, recordsOfMailbox } from './store.ts';
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
  const [reached, repliedAs] = await together([
    reachedBy(trx, of.address),
    // Most of the time it is the one that is found.
    of.prospectId === null ? null : newestInbound(trx, of.prospectId),
  ]);
  const { suppressions } = reached;
  const records = [...reached.records];
  const isNew = of.prospectId !== null && !records.some(({ prospect }) => prospect.id === of.prospectId);
  const byId = isNew ? await getProspect(trx, of.prospectId!) : null;
  if (byId) {
    const company = byId.company_id === null ? null : await getCompany(trx, byId.company_id);
    records.push({ prospect: byId, company });
  }
  const now: RecordNow = {
    disqualifiers: [],
    opt_out_channels: channelsOf(suppressions),
    suppressions,
    taken_over_by: null,
    newest_reply_at: null,
    available_signals: {},
  };
  for (const { prospect, company } of records) {
    const [replyAt, optOuts] = await together([
      prospect.id === of.prospectId ? repliedAs : newestInbound(trx, prospect.id),
      optOutsOf(trx, prospect, null, reached),
    ]);
    now.disqualifiers = united(now.disqualifiers, prospect.disqualifiers, company?.disqualifiers ?? []);
    now.opt_out_channels = united(now.opt_out_channels, optOuts.channels);
    now.suppressions = distinct([...now.suppressions, ...optOuts.suppressions]);
    now.taken_over_by ??= prospect.taken_over_by;
    now.available_signals[prospect.id] = prospect.available_signals;
    if (replyAt !== null) now.newest_reply_at = Math.max(now.newest_reply_at ?? replyAt, replyAt);
  }
  return now;
}

/** What an address reaches, and what stops mail to it. */
interface Reached {
  address: string;
  records: { prospect: Prospect; company: Company | null }[];
  suppressions: SuppressionEvidence[];
}

async function reachedBy(db: Kysely<Schema>, address: string): Promise<Reached> {
  const [records, suppressions] = await together([
    recordsOfMailbox(db, address),
    suppressionsHolding(db, address),
  ]);
  return { address, records, suppressions };
}

/**
 * Channels that a prospect opted out of, with the suppressions of its own address and of the one judged.
 *
 * @param known what was looked up a moment ago
 */
export async function optOutsOf(
  db: Kysely<Schema>,
  prospect: Prospect,
  address: string | null,
  known?: Reached,
): Promise<{ channels: string[]; suppressions: SuppressionEvidence[] }> {
  const key = addressKey(address ?? prospect.address);
  const ownKey = addressKey(prospect.address);
  const there = known !== undefined && addressKey(known.address) === key ? known : null;
  const judged = address ?? prospect.address;
  const [own, holding, others] = await together([
    ownKey === key ? [] : suppressionsHolding(db, prospect.address),
    there ? there.suppressions : suppressionsHolding(db, judged),
    // Two records can be of one mailbox.
    there ? there.records.map((record) => record.prospect) : prospectsOfMailbox(db, judged),
  ]);
  const suppressions = distinct([...own, ...holding]);
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
