import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { together } from '../store/together.ts';
import { type Sharing, sharing } from './fingerprint-store.ts';
import type { ForeignText } from './prospect.ts';
import type { Row } from './revision-store.ts';
import {
  answers,
  companyMessages,
  getThread,
  messagesById,
  openThreadOf,
  threadsOfMessages,
} from './thread-store.ts';

type Message = Row<'thread_messages'>;

/** A text that this many companies have seen is no secret of one of them. */
const TEMPLATE_COMPANIES = 3;
/** Fewer shared fingerprints with another company's thread are chance: two stand for 8 words in a row and more. */
const MIN_SHARED = 2;
const MAX_SHARING = 8;
const MAX_OF_COMPANY = 30;
/** Of each foreign text; the snapshot is stored with every verdict. */
const MAX_CHARACTERS = 8000;

/** What a message says about the thread it belongs to. */
export interface ThreadHints {
  prospectId: string;
  /** The CRM's own main thread of the prospect. */
  prospectThreadId: string | null;
  inReplyTo: string | null;
  /** Oldest first, as in the header. */
  references: readonly string[];
  /** X-Thread-Id, given only for an engine that is trusted for it. */
  threadIdHint: string | null;
}

/**
 * The thread a draft goes on with: what it replies to, then the engine's hint, then the prospect's open
 * thread. A thread of somebody else is never taken, whatever the headers say: its content would pass for
 * the recipient's own.
 *
 * @returns a thread id, which may be a trusted engine's new one; null when the draft opens a thread
 */
export async function findThread(db: Kysely<Schema>, hints: ThreadHints): Promise<string | null> {
  const ids = [hints.inReplyTo, ...hints.references.toReversed()].filter((id) => id !== null).slice(0, 50);
  const answered = await threadsOfMessages(db, [...new Set(ids)]);
  for (const id of ids) {
    const own = answered.find((m) => m.message_id === id && m.prospect_id === hints.prospectId);
    if (own) return own.thread_id;
  }
  for (const id of [hints.threadIdHint, hints.prospectThreadId]) {
    if (id === null || id === '') continue;
    const thread = await getThread(db, id);
    if (thread === null || (thread.prospect_id ?? hints.prospectId) === hints.prospectId) return id;
  }
  return await openThreadOf(db, hints.prospectId);
}

/**
 * Texts of other threads that the draft must not carry: the newest of the same company, and whatever
 * shares rare fingerprints with the draft, of any company. What stands in many threads or at several
 * companies is a template. So is a mail we sent before the other side ever wrote, when it and the draft
 * are mostly the same: two mails of one campaign.
 *
 * @param own.fingerprints of the draft (judge/language/fingerprint.ts)
 * @returns at most 38 texts, those that share most first
 */
export async function relatedTexts(
  db: Kysely<Schema>,
  own: {
    prospectId: string;
    companyId: string | null;
    threadId: string | null;
    fingerprints: readonly number[];
  },
): Promise<ForeignText[]> {
  const [shares, ofCompany] = await together([
    sharing(db, own.fingerprints),
    own.companyId === null ? [] : companyMessages(db, { ...own, companyId: own.companyId }, MAX_OF_COMPANY),
  ]);
  const all = groupByMessage(shares);
  const rare = groupByMessage(withoutTemplates(shares, own));
  const companyOf = new Map(shares.map((s) => [s.thread_message_id, s.company_id]));
  const sameCompany = (companyId: string | null | undefined): boolean =>
    own.companyId !== null && companyId === own.companyId;

  const wanted = [...rare]
    .filter(([id, hashes]) => hashes.length >= (sameCompany(companyOf.get(id)) ? 1 : MIN_SHARED))
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, MAX_SHARING)
    .map(([id]) => id);
  const found = new Map<number, Message>();
  for (const message of await messagesById(db, wanted)) found.set(message.id, message);
  for (const message of ofCompany) found.set(message.id, message);

  const alike = [...found.values()]
    .filter((message) => mostlySame(message, all.get(message.id)?.length ?? 0, own.fingerprints.length))
    .map(({ id }) => id);
  const answering = await answers(db, alike);
  const campaign = new Set(alike.filter((id) => !answering.has(id)));

  return [...found.values()]
    .filter(({ id }) => !campaign.has(id))
    .map((message) => ({ message, shared: rare.get(message.id) ?? [] }))
    .sort((a, b) => b.shared.length - a.shared.length || b.message.at - a.message.at)
    .map(({ message, shared }) => ({
      scope: sameCompany(message.company_id) ? 'company' : 'other_company',
      source: source(message),
      threadId: message.thread_id,
      text: message.text.slice(0, MAX_CHARACTERS),
      direction: message.direction,
      at: new Date(message.at).toISOString(),
      shared,
    }));
}

/** Shares with others, less what the recipient has read already and what too many companies know. */
function withoutTemplates(
  shares: readonly Sharing[],
  own: { prospectId: string; threadId: string | null },
): Sharing[] {
  const known = new Set<number>();
  const holders = new Map<number, Set<string>>();
  for (const share of shares) {
    if (share.thread_id === own.threadId || share.prospect_id === own.prospectId) known.add(share.hash);
    const holder = share.company_id ?? `thread ${share.thread_id}`;
    holders.set(share.hash, (holders.get(share.hash) ?? new Set()).add(holder));
  }
  return shares.filter(({ hash }) => !known.has(hash) && (holders.get(hash)?.size ?? 0) < TEMPLATE_COMPANIES);
}

function groupByMessage(shares: readonly Sharing[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const { thread_message_id, hash } of shares) {
    const group = groups.get(thread_message_id);
    if (group) group.push(hash);
    else groups.set(thread_message_id, [hash]);
  }
  return groups;
}

/** Whether a mail we sent and the draft share more than half of either. */
function mostlySame(message: Message, shared: number, ofDraft: number): boolean {
  return message.direction === 'out' && shared * 2 > ofDraft && shared * 2 > message.fingerprint_count;
}

/** `threads.t_12 (Ingrid Solberg, CEO)` */
function source(message: Message): string {
  const who = [message.person, message.role].filter((part) => part !== null && part !== '').join(', ');
  return `threads.${message.thread_id}${who === '' ? '' : ` (${who})`}`;
}
