import { oldCopies } from '../backup/copies.ts';
import { addressKey } from '../crm/address.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import { UserError } from '../config/user-error.ts';
import { queueReport } from '../pipeline/own-mail.ts';
import { type Delivery, settle } from '../queue/settle.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import {
  beginErasure,
  deleteRecord,
  isDone,
  pendingErasures,
  type Pending,
  pendingWriteBacks,
  removeWriteBacks,
  savePending,
  unnameDeliveries,
} from './erase-store.ts';
import {
  forgetKeysOf,
  redactNotifications,
  redactPerson,
  removeMentions,
  removeRevisions,
} from './mentions-store.ts';
import { findPerson, type Person } from './person-store.ts';
import { removeTexts, settledAmong } from './removal-store.ts';
import { removeCaptured } from './retention.ts';
import type { Erased, Kept } from './web-types.ts';

/** Messages whose text is removed in one transaction. */
const BATCH = 20;
/** Idempotency keys are known for two days. */
const KEYS_MS = 2 * 86_400_000;

export interface EraseOptions {
  database: Database;
  dataDir: string;
  now: () => number;
  /** Index function of the judge, which finds the entries of thread texts. */
  fingerprint: Fingerprint;
  /** Awaited between steps, so that mail goes first. */
  pause: () => Promise<void>;
}

/** @throws UserError when it is no address */
export function personKey(address: string): string {
  const key = addressKey(address);
  if (key === null) throw new UserError(`"${address}" is not a mail address: write e.g. jane@example.com`);
  return key;
}

/** What is kept about the person of an address. */
export async function keptAbout(
  { database, dataDir, pause }: Pick<EraseOptions, 'database' | 'dataDir' | 'pause'>,
  address: string,
): Promise<Kept> {
  return keptOf(await findPerson(database.db, personKey(address), pause), await copiesIn(dataDir));
}

const copiesIn = async (dataDir: string): Promise<string[]> =>
  (await oldCopies(dataDir)).map(({ path }) => path);

function keptOf(person: Person, copies: string[]): Kept {
  const state = (...states: Delivery['state'][]): number =>
    person.deliveries.filter((one) => states.includes(one.state)).length;
  return {
    prospect: person.prospects.length > 0,
    deliveries: person.deliveries.length,
    held: state('held'),
    under_way: state('received', 'relaying', 'deferred', 'scheduled', 'escalating', 'escalated', 'uncertain'),
    messages: person.messages.length,
    thread_messages: person.threadMessages.length,
    commitments: person.commitments.length,
    suppressions: person.suppressions.length,
    hubspot_contacts: person.contacts.length,
    copies,
  };
}

/**
 * Erases a person: first the address is remembered as a hash, so that nothing goes to it any more, and what is held is
 * rejected; then texts, notes, record, thread, revisions and entries go. Can be called again where it was cut off. What is under way is
 * erased once it is settled (`finishErasures`).
 *
 * @throws UserError when it is no address, or the reason names one
 */
export async function erase(
  options: EraseOptions,
  address: string,
  by: { actor: string; reason: string },
): Promise<Erased> {
  const { database, dataDir, now, pause, fingerprint } = options;
  const key = personKey(address);
  if (by.reason.includes('@'))
    throw new UserError('the reason is kept: it must not hold an address; name the request by its number');
  const person = await findPerson(database.db, key, pause);
  const kept = keptOf(person, await copiesIn(dataDir));
  const id = await database.transact(async (trx) => {
    const at = now();
    const begun = await beginErasure(trx, person, { ...by, at });
    for (const delivery of person.deliveries) await end(trx, delivery, by.actor, at);
    return begun;
  });
  const own = person.deliveries.map((one) => one.id);
  const waiting: string[] = [];
  for (let at = 0; at < person.messages.length; at += BATCH) {
    const some = person.messages.slice(at, at + BATCH);
    waiting.push(...(await eraseMessages(options, some, own)));
    await pause();
  }
  const wanted = {
    addresses: spellingsOf(person),
    prospectIds: person.prospects.map((one) => one.id),
    records: recordsOf(person),
  };
  await redactNotifications(database, { ...wanted, deliveries: new Set(own) }, pause);
  await removeRevisions(database, wanted, pause);
  const entries = await redactPerson(database, wanted, pause);
  await database.transact(async (trx) => {
    const pending: Pending = {
      messages: waiting,
      deliveries: waiting.length === 0 ? [] : own,
      write_backs: await removeMentions(trx, person),
    };
    await deleteRecord(trx, person, fingerprint);
    await savePending(trx, id, pending, now());
    await recordAudit(trx, {
      at: now(),
      actor: by.actor,
      subject: { type: 'erasure', id },
      action: 'erased',
      detail: { ...kept, waiting: waiting.length, reason: by.reason },
    });
  });
  await database.scrub();
  return { id, ...kept, waiting: waiting.length, audit_entries: entries };
}

/** The person's addresses, as keys and as they were written. */
function spellingsOf({ keys, prospects, deliveries }: Person): string[] {
  const spelt = [...deliveries.map(({ recipient }) => recipient), ...prospects.map((one) => one.address)];
  return [...new Set([...keys, ...spelt.map((one) => one.toLowerCase())])];
}

/** What is the person's, as the audit log names it. */
function recordsOf({ prospects, commitments, suppressions, threads }: Person): string[] {
  const of = (type: string, rows: readonly { id: string | number }[]): string[] =>
    rows.map(({ id }) => `${type} ${id}`);
  return [
    ...of('prospect', prospects),
    ...of('commitment', commitments),
    ...of('suppression', suppressions),
    ...of('thread', threads),
  ];
}

/** Nothing goes to the person any more. What is in a courier's hands, or may have arrived, comes to its end by itself. */
async function end(trx: Trx, delivery: Delivery, actor: string, now: number): Promise<void> {
  const note = 'the person was erased on request';
  const by = { actor, now };
  if (delivery.lease_until !== null) return;
  switch (delivery.state) {
    case 'held': {
      const after = await settle(trx, delivery.id, { type: 'reject', by: actor, note }, by);
      await queueReport(trx, after, 'report_failed', now);
      return;
    }
    case 'escalated':
      await settle(trx, delivery.id, { type: 'close', by: actor, note }, by);
      return;
    case 'deferred':
      if (delivery.returns_to === 'escalating') return;
      await settle(trx, delivery.id, { type: 'suppress', rule: 'opt_out', note }, by);
      return;
    case 'relaying':
    case 'scheduled':
      await settle(trx, delivery.id, { type: 'suppress', rule: 'opt_out', note }, by);
      return;
    default:
  }
}

/** @param own deliveries to the person @returns messages that are still under way */
async function eraseMessages(
  { database, dataDir, now, fingerprint }: Omit<EraseOptions, 'pause'>,
  messages: readonly string[],
  own: readonly string[],
): Promise<string[]> {
  const mine = new Set(own);
  const { waiting, deliveries } = await database.transact(async (trx) => {
    const settled = await settledAmong(trx, messages);
    const done = await removeTexts(trx, settled, { at: now(), removedFor: 'erasure', fingerprint });
    await forgetKeysOf(trx, settled, now() - KEYS_MS);
    await unnameDeliveries(
      trx,
      settled,
      done.filter((one) => mine.has(one)),
    );
    return { waiting: messages.filter((one) => !settled.includes(one)), deliveries: done };
  });
  await removeCaptured(dataDir, deliveries);
  return waiting;
}

/**
 * Goes on with erasures that waited for mail or an opt-out under way; to be repeated. What still waits costs reads alone.
 *
 * @returns how many came to their end
 */
export async function finishErasures(
  options: EraseOptions & {
    /** Ends the round early: what is left waits for the next one. */
    stopped?: () => boolean;
  },
): Promise<number> {
  const { database, now, stopped = () => false } = options;
  let finished = 0;
  for (const { id, pending } of await pendingErasures(database.db)) {
    if (stopped()) break;
    const messages = await eraseSettled(options, pending, stopped);
    const waited = await pendingWriteBacks(database.db, pending.write_backs);
    const changed = messages.length < pending.messages.length || waited.length < pending.write_backs.length;
    if (!changed && !isDone(pending)) continue;
    const left = await database.transact(async (trx) => {
      const open: Pending = {
        messages,
        deliveries: messages.length === 0 ? [] : pending.deliveries,
        write_backs: await removeWriteBacks(trx, pending.write_backs),
      };
      await savePending(trx, id, open, now());
      return open;
    });
    if (isDone(left)) finished += 1;
  }
  if (finished > 0) await database.scrub();
  return finished;
}

/** @returns messages of a waiting erasure that wait on */
async function eraseSettled(
  options: EraseOptions,
  { messages, deliveries }: Pending,
  stopped: () => boolean,
): Promise<string[]> {
  const { database, pause } = options;
  const waiting: string[] = [];
  for (let at = 0; at < messages.length; at += BATCH) {
    const some = messages.slice(at, at + BATCH);
    const settled = stopped() ? [] : await settledAmong(database.db, some);
    waiting.push(...(settled.length === 0 ? some : await eraseMessages(options, some, deliveries)));
    if (!stopped()) await pause();
  }
  return waiting;
}
