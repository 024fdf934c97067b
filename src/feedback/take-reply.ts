import type { Kysely } from 'kysely';
import { ulid } from 'ulid';
import type { Config } from '../config/config.ts';
import { addressKey, domainKey, isFreemail, registrableDomain } from '../crm/address.ts';
import type { Company, Prospect } from '../crm/records.ts';
import { getCompany, getProspect, getProspectByAddress } from '../crm/store.ts';
import { addSuppression, type SuppressionTarget, UNCLEAR } from '../crm/suppression-store.ts';
import { addThreadMessage, type Fingerprint, openThreadOf } from '../crm/thread-store.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database, Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { InboundMail } from './event.ts';
import { readLongReply } from '../off-loop/reply.ts';
import type { ReadReply } from './read-reply.ts';
import type { OptOut } from './reply-intent.ts';
import { type Answered, answeredBy, isOwnSide, openMailTo, seenMail } from './reply-store.ts';
import type { QueueWriteBacks } from './write-back-queue.ts';

export interface TakeReplyDeps {
  database: Database;
  config: Pick<Config, 'internal' | 'escalation' | 'replies'>;
  now: () => number;
  log: Logger;
  /** The index function of the judge (judge/language/fingerprint.ts). */
  fingerprint: Fingerprint;
  queueWriteBacks: QueueWriteBacks;
  /** Told after the change is durable: counts, and wakes whoever judges held mail again. */
  onTaken?: (taken: TakenReply) => void;
}

/** What became of a mail that came in. */
export interface TakenReply {
  /**
   * `reply`: in a thread. `opt_out`: something is suppressed (and in a thread, if there is one). `automatic`, `own`,
   * `seen` and `unrelated` change nothing.
   */
  result: 'reply' | 'opt_out' | 'automatic' | 'own' | 'seen' | 'unrelated';
  threadId: string | null;
  prospectId: string | null;
  suppressed: SuppressionTarget[];
}

/** Whether an address is one that mail is sent from here: of an engine, a colleague or the gate itself. */
export async function isOwnAddress(
  { database, config }: Pick<TakeReplyDeps, 'database' | 'config'>,
  address: string,
): Promise<boolean> {
  return await isOwnSide(database.db, address, ownSide(config));
}

const NOTHING = { threadId: null, prospectId: null, suppressed: [] };

/**
 * Takes a mail that came in into the CRM mirror, in one transaction: into the thread it answers, and what it opts out of
 * into the suppressions. The same Message-ID twice is one mail.
 *
 * @param also more work for the same transaction, such as moving a mailbox's cursor; done whatever becomes of the mail
 */
export async function takeInbound(
  deps: TakeReplyDeps,
  mail: InboundMail,
  also?: (trx: Trx) => Promise<void>,
): Promise<TakenReply> {
  const taken = await readAndTake(deps, mail, also);
  const { result, threadId, suppressed } = taken;
  deps.log.info(
    { result, threadId, messageId: mail.messageId, suppressed: suppressed.length },
    'a mail came in',
  );
  deps.onTaken?.(taken);
  return taken;
}

/** Whose mail it is has changed while it was read. */
const OUTDATED = Symbol('outdated');

/** What a mail says is read before the transaction, by a worker where it is long: a transaction keeps all others waiting. */
async function readAndTake(
  deps: TakeReplyDeps,
  mail: InboundMail,
  also?: (trx: Trx) => Promise<void>,
): Promise<TakenReply> {
  const { database } = deps;
  for (;;) {
    const names = mail.automatic ? [] : companyNames(await aboutReply(database.db, mail));
    const said = mail.automatic ? NOTHING_SAID : await readLongReply(mail.text, names);
    const taken = await database.transact(async (trx) => {
      const result = await takeInboundIn(trx, deps, mail, { said, names });
      if (result !== OUTDATED) await also?.(trx);
      return result;
    });
    if (taken !== OUTDATED) return taken;
  }
}

const NOTHING_SAID: ReadReply = { text: '', optOut: null, doubt: null };

/** What is known of whom a mail is from. */
interface About {
  answered: Answered | null;
  prospect: Prospect | null;
  company: Company | null;
}

async function aboutReply(db: Kysely<Schema>, mail: InboundMail): Promise<About> {
  const answered = await answeredBy(db, mail);
  const prospect =
    (answered?.prospectId ? await getProspect(db, answered.prospectId) : null) ??
    (answered?.address ? await getProspectByAddress(db, answered.address) : null) ??
    (await getProspectByAddress(db, mail.from));
  const company = prospect?.company_id ? await getCompany(db, prospect.company_id) : null;
  return { answered, prospect, company };
}

const companyNames = ({ company }: About): string[] => (company ? [company.name] : []);

async function takeInboundIn(
  trx: Trx,
  deps: Omit<TakeReplyDeps, 'database' | 'log' | 'onTaken'>,
  mail: InboundMail,
  { said, names }: { said: ReadReply; names: readonly string[] },
): Promise<TakenReply | typeof OUTDATED> {
  if (mail.automatic) return { result: 'automatic', ...NOTHING };
  if (addressKey(mail.from) === null) return { result: 'unrelated', ...NOTHING };
  if (await isOwnSide(trx, mail.from, ownSide(deps.config))) return { result: 'own', ...NOTHING };
  const seen = mail.messageId === null ? null : await seenMail(trx, mail.messageId);
  if (seen !== null) return { result: seen === 'ours' ? 'own' : 'seen', ...NOTHING };

  const about = await aboutReply(trx, mail);
  if (companyNames(about).join() !== names.join()) return OUTDATED;
  const { answered, prospect, company } = about;
  const { text, optOut } = said;
  const threadId = prospect ? await addToThread(trx, deps, mail, { text, answered, prospect }) : null;

  const suppressed = optOut
    ? await suppress(trx, deps, mail, {
        optOut,
        targets: targetsOf(optOut.scope, mail, { answered, prospect, company }),
      })
    : [];
  if (said.doubt !== null && prospect)
    await doubt(trx, deps, mail, { sentence: said.doubt, answered, prospect });
  const result = optOut ? 'opt_out' : threadId === null ? 'unrelated' : 'reply';
  return { result, threadId, prospectId: prospect?.id ?? null, suppressed };
}

async function addToThread(
  trx: Trx,
  { fingerprint, now }: Pick<TakeReplyDeps, 'fingerprint' | 'now'>,
  mail: InboundMail,
  { text, answered, prospect }: { text: string; answered: Answered | null; prospect: Prospect },
): Promise<string> {
  const threadId =
    answered?.threadId ?? (await openThreadOf(trx, prospect.id)) ?? `t_${ulid(now()).toLowerCase()}`;
  const open = await openMailTo(trx, prospect.id);
  const written = Math.min(mail.at, now());
  // Mail was judged after this was written and before it was known here: it counts from when it is known, or the
  // re-check before the attempt would take it for old.
  const unaware = open.some(({ judged_at }) => judged_at !== null && judged_at >= written);
  const own = addressKey(mail.from) === prospect.address_key;
  await addThreadMessage(
    trx,
    {
      threadId,
      prospectId: prospect.id,
      companyId: prospect.company_id,
      messageId: mail.messageId,
      direction: 'in',
      person: mail.name ?? (own ? prospect.name : null),
      role: own ? prospect.recipient_role : null,
      at: unaware ? now() : written,
      text,
      subject: mail.subject,
    },
    fingerprint,
    // As an edit of the record it makes held mail be judged again: the reply may decline what that mail pitches.
    open.some(({ state }) => state === 'held') ? { actor: sourceOf(mail), at: now() } : undefined,
  );
  return threadId;
}

/** Whom an opt-out is about: who wrote it, and to whom the mail went that it answers. */
function targetsOf(
  scope: OptOut['scope'],
  mail: InboundMail,
  known: { answered: Answered | null; prospect: Prospect | null; company: Company | null },
): SuppressionTarget[] {
  const addresses = new Set(
    [mail.from, known.answered?.address, known.answered ? known.prospect?.address : null].flatMap(
      (address) => (address ? (addressKey(address) ?? []) : []),
    ),
  );
  const targets: SuppressionTarget[] = Array.from(addresses, (value) => ({ kind: 'address', value }));
  // From a stranger it is believed for the one address only: nothing says that the company is theirs.
  if (scope !== 'company' || (known.answered === null && known.prospect === null)) return targets;
  const domains = new Set(
    [...addresses.values(), known.company?.domain ?? ''].flatMap((value) => companyDomain(value) ?? []),
  );
  return [...targets, ...Array.from(domains, (value) => ({ kind: 'domain', value }) as const)];
}

/** The domain that stands for a company; null for one that many share. */
function companyDomain(addressOrDomain: string): string | null {
  const key = domainKey(addressOrDomain.slice(addressOrDomain.lastIndexOf('@') + 1));
  const domain = key === null ? null : registrableDomain(key);
  return domain === null || isFreemail(domain) || (key !== null && isFreemail(key)) ? null : domain;
}

async function suppress(
  trx: Trx,
  { now, queueWriteBacks }: Pick<TakeReplyDeps, 'now' | 'queueWriteBacks'>,
  mail: InboundMail,
  { optOut, targets }: { optOut: OptOut; targets: SuppressionTarget[] },
): Promise<SuppressionTarget[]> {
  const at = now();
  const reason = quoted(optOut.sentence, mail, at);
  for (const target of targets) {
    const source = sourceOf(mail);
    await addSuppression(trx, { ...target, channel: optOut.channel, reason, source }, { actor: source, at });
    await queueWriteBacks(trx, { ...target, reason, at, except: null });
  }
  return targets;
}

/** Notes what may be an opt-out, so that mail to whoever wrote it is held. No provider is told: it may be none. */
async function doubt(
  trx: Trx,
  { now }: Pick<TakeReplyDeps, 'now'>,
  mail: InboundMail,
  { sentence, ...known }: { sentence: string; answered: Answered | null; prospect: Prospect },
): Promise<void> {
  const at = now();
  const [reason, source] = [quoted(sentence, mail, at), sourceOf(mail)];
  for (const target of targetsOf('address', mail, { ...known, company: null })) {
    await addSuppression(trx, { ...target, channel: UNCLEAR, reason, source }, { actor: source, at });
  }
}

const REASON_CHARS = 300;

/** The sentence with its date, as evidence. */
function quoted(sentence: string, mail: InboundMail, now: number): string {
  const date = ` (${new Date(Math.min(mail.at, now)).toISOString().slice(0, 10)})`;
  const room = REASON_CHARS - date.length - 2;
  const said = sentence.length > room ? `${sentence.slice(0, room - 1)}…` : sentence;
  return `"${said}"${date}`;
}

const sourceOf = (mail: InboundMail): string =>
  `reply:${(mail.messageId ?? new Date(mail.at).toISOString()).slice(0, 300)}`;

function ownSide({ internal, escalation, replies }: TakeReplyDeps['config']) {
  return {
    addresses: [
      ...internal.addresses,
      escalation.from,
      ...(replies.address === null ? [] : [replies.address]),
    ],
    domains: internal.domains.map((domain) => domainKey(domain) ?? domain),
  };
}
