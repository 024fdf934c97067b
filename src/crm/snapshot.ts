import type { Kysely } from 'kysely';
import { newId } from '../message/id.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { together } from '../store/together.ts';
import { addPeerUses, commitmentsFor, peersFor } from './list-store.ts';
import type { ProspectSnapshot } from './prospect.ts';
import { type Company, type Prospect, united } from './records.ts';
import { optOutsOf } from './recheck.ts';
import { getCompany, getProspect, recordsOfMailbox } from './store.ts';
import {
  addThreadMessage,
  type Fingerprint,
  getThread,
  threadMessages,
  threadsOfMessages,
} from './thread-store.ts';
import { relatedTexts } from './threads.ts';

/** Of the own thread; older ones say little about what to send now. */
const MAX_THREAD = 50;

/** A recipient's record, and how it was found. */
export interface FoundProspect {
  prospect: Prospect;
  company: Company | null;
  by: 'address' | 'hint';
  /** The engine named another prospect than the address belongs to. */
  hintDisagrees: boolean;
}

/**
 * The prospect behind an envelope address. The address decides, since the mail goes there; the engine's
 * hint only helps where no prospect has the address.
 *
 * @param by.prospectIdHint X-Prospect-Id of an engine that is trusted for it, else null
 * @returns null for a recipient the CRM mirror does not know
 */
export async function findProspect(
  db: Kysely<Schema>,
  by: { address: string; prospectIdHint: string | null },
): Promise<FoundProspect | null> {
  const [byAddress] = await recordsOfMailbox(db, by.address);
  const hint = by.prospectIdHint;
  if (byAddress) {
    return { ...byAddress, by: 'address', hintDisagrees: hint !== null && hint !== byAddress.prospect.id };
  }
  const prospect = hint ? await getProspect(db, hint) : null;
  if (prospect === null) return null;
  return {
    prospect,
    company: prospect.company_id === null ? null : await getCompany(db, prospect.company_id),
    by: 'hint',
    hintDisagrees: false,
  };
}

/** What a snapshot is made for. */
export interface SnapshotRequest {
  found: Pick<FoundProspect, 'prospect' | 'company'>;
  /** The envelope address judged; null in a dry run. */
  address: string | null;
  /** From `findThread`. */
  threadId: string | null;
  /** Names of organisations that the draft mentions. */
  names: readonly string[];
  /** Of the draft. */
  fingerprints: readonly number[];
  /** ISO date. */
  today: string;
}

/** Everything the CRM mirror says about a recipient and this draft. */
export async function snapshot(db: Kysely<Schema>, request: SnapshotRequest): Promise<ProspectSnapshot> {
  const { prospect, company } = request.found;
  const place = { id: prospect.id, city: company?.city ?? null, industry: company?.industry ?? null };
  const own = {
    prospectId: prospect.id,
    companyId: prospect.company_id,
    threadId: request.threadId,
    fingerprints: request.fingerprints,
  };
  const [optOuts, commitments, thread, foreign, peers] = await together([
    optOutsOf(db, prospect, request.address),
    commitmentsFor(db, prospect.id, request.today),
    request.threadId === null ? [] : threadMessages(db, request.threadId, MAX_THREAD),
    relatedTexts(db, own),
    peersFor(db, place, request.names),
  ]);
  return {
    prospect_id: prospect.id,
    address: request.address,
    name: prospect.name,
    company: company?.name ?? null,
    headcount: company?.headcount ?? null,
    funding_stage: company?.funding_stage ?? null,
    funding_amount_usd: company?.funding_amount_usd ?? null,
    funding_confidence: company?.funding_confidence ?? null,
    disqualifiers: united(prospect.disqualifiers, company?.disqualifiers ?? []),
    opt_out_channels: optOuts.channels,
    ...(optOuts.suppressions.length === 0 ? {} : { suppressions: optOuts.suppressions }),
    thread_id: request.threadId,
    recipient_role: prospect.recipient_role,
    title: prospect.title,
    industry: place.industry,
    city: place.city,
    country: company?.country ?? null,
    regulated: prospect.regulated ?? company?.regulated ?? null,
    account_owner: prospect.account_owner ?? company?.account_owner ?? null,
    available_signals: prospect.available_signals,
    commitments,
    thread,
    foreign,
    peers,
    // As stale as the staler of the two records: rules read both.
    updated_at: new Date(
      Math.min(prospect.updated_at, company?.updated_at ?? Number.POSITIVE_INFINITY),
    ).toISOString(),
  };
}

/** An outgoing draft that the upstream has taken. */
export interface Relayed {
  prospectId: string;
  /** From the snapshot or `findThread`; null opens a thread. */
  threadId: string | null;
  messageId: string | null;
  subject: string | null;
  /** New text of the draft, without quotes. */
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Peer companies that the draft names. */
  peerNames: readonly string[];
}

/**
 * Adds a relayed draft to the prospect's thread and remembers the peers it named. Doing it twice for one
 * Message-ID is doing it once.
 *
 * @returns the thread; null when the prospect is gone
 */
export async function recordRelayed(
  trx: Trx,
  relayed: Relayed,
  fingerprint: Fingerprint,
): Promise<string | null> {
  const [prospect, own, known] = await together([
    getProspect(trx, relayed.prospectId),
    ownThread(trx, relayed),
    threadOfRelayed(trx, relayed),
  ]);
  if (prospect === null) return null;
  const there = own ?? known;
  const threadId = there ?? `t_${newId(relayed.at).toLowerCase()}`;
  await together([
    addThreadMessage(
      trx,
      {
        threadId,
        isNewThread: there === null,
        prospectId: prospect.id,
        companyId: prospect.company_id,
        messageId: relayed.messageId,
        direction: 'out',
        person: prospect.name,
        role: prospect.recipient_role,
        at: relayed.at,
        text: relayed.text,
        subject: relayed.subject,
      },
      fingerprint,
    ),
    addPeerUses(trx, prospect.id, relayed.peerNames, relayed.at),
  ]);
  return threadId;
}

/** Never a thread of somebody else: the draft would pass for a part of it. */
async function ownThread(trx: Trx, { threadId, prospectId }: Relayed): Promise<string | null> {
  const thread = threadId === null ? null : await getThread(trx, threadId);
  return (thread?.prospect_id ?? prospectId) === prospectId ? threadId : null;
}

async function threadOfRelayed(trx: Trx, relayed: Relayed): Promise<string | null> {
  const known = relayed.messageId === null ? [] : await threadsOfMessages(trx, [relayed.messageId]);
  return known.find((m) => m.prospect_id === relayed.prospectId)?.thread_id ?? null;
}
