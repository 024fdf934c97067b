import { type Selectable, sql } from 'kysely';
import type { DeliveryState } from '../../src/message/disposition.ts';
import { messageIdFor } from '../../src/message/mime-writer.ts';
import type { Decision } from '../../src/message/types.ts';
import type { Delivery } from '../../src/queue/settle.ts';
import { verifyAudit } from '../../src/store/audit-verify-store.ts';
import type { Database } from '../../src/store/database.ts';
import type { Schema } from '../../src/store/schema.ts';
import type { ChildOptions } from './child.ts';
import { keysOf } from '../../src/store/gate-keys.ts';
import { ANSWER_SECONDS } from './cycle-config.ts';
import { DECISION, type Kind, type Ledger, type Mail } from './ledger.ts';
import { OptOuts } from './opt-outs.ts';
import { ENGINES } from './template.ts';

/** A promise that was not kept. */
export interface Breach {
  what: 'lost' | 'twice' | 'slipped' | 'untrue' | 'untold' | 'unaudited' | 'damaged' | 'stuck' | 'unexpected';
  /** One sentence with the ids. */
  why: string;
}

/** What a cycle came to. */
export interface Reconciled {
  breaches: Breach[];
  messages: number;
  deliveries: number;
  /** Deliveries to prospects, and mails of the gate's own, by state. */
  states: Partial<Record<DeliveryState, number>>;
  /** `uncertain` at any time, by what justifies it. */
  uncertain: { crash: number; reply: number; late: number };
  /** Submissions that were not answered and tried again. */
  retried: number;
  taken: number;
  events: number;
  /** Confirmed while mail was under way. */
  optOuts: number;
}

/** How often the upstream may have a delivery that came to rest there; null = nothing rests there. */
export const TAKEN: Record<DeliveryState, [least: number, most: number] | null> = {
  relayed: [1, 1],
  uncertain: [0, 1],
  failed: [0, 0],
  held: [0, 0],
  rejected: [0, 0],
  suppressed: [0, 0],
  expired: [0, 0],
  cancelled: [0, 0],
  escalated: [0, 0],
  closed: [0, 0],
  // Nothing rests here.
  received: null,
  relaying: null,
  escalating: null,
  scheduled: null,
  deferred: null,
};

/** A mail that ended so was not sent, and its sender was told: a retry is a new mail. */
const ENDED_UNSENT: readonly DeliveryState[] = ['rejected', 'closed', 'cancelled', 'failed', 'expired'];

/** Compares a database at rest with what those outside of the gate heard and got. */
export async function reconcile(
  { db, engine }: Database,
  ledger: Ledger,
  model: ChildOptions['model'],
): Promise<Reconciled> {
  const breaches: Breach[] = [];
  const breach = (what: Breach['what'], why: string): void => void breaches.push({ what, why });

  for (const check of engine === 'sqlite' ? ['integrity_check', 'foreign_key_check'] : []) {
    const { rows } = await sql.raw<Record<string, unknown>>(`pragma ${check}`).execute(db);
    const found = rows.map((row) => Object.values(row).join(' ')).filter((line) => line !== 'ok');
    if (found.length > 0) breach('damaged', `${check}: ${found.slice(0, 3).join('; ')}`);
  }

  const { faults } = await verifyAudit(db, { key: keysOf(db).audit() });
  for (const { id, what } of faults) breach('unaudited', `entry ${id} of the audit log: ${what}`);

  const messages = await inOrderOfAcceptance(db);
  const deliveries = await db.selectFrom('deliveries').selectAll().orderBy('id').execute();
  const byMessage = groupBy(deliveries, (one) => one.message_id);
  const byToken = groupBy(messages, ({ subject }) => /(\S+)$/.exec(subject ?? '')?.[1] ?? '');
  const takenBy = groupBy(ledger.taken, ({ mail, to }) => `${mail} ${to}`);
  const verdicts = await db
    .selectFrom('verdicts')
    .select(['delivery_id', 'decision'])
    .orderBy('id')
    .execute();
  const decisions = new Map(verdicts.map(({ delivery_id, decision }) => [delivery_id, decision]));
  const released = releases(ledger);
  const optOuts = new OptOuts(ledger);
  /** What leaves in one request is released together. */
  const companion = ({ way }: Mail, id: string): Release => {
    const others = [...released].filter(([other]) => other.slice(0, -2) === id.slice(0, -2));
    return way !== 'smtp' && others.some(([, release]) => release !== 'no') ? 'maybe' : 'no';
  };

  const known = new Set(messages.map(({ id }) => id));
  for (const mail of ledger.mails) {
    const answers = mail.tries.filter(({ answer }) => answer === 'taken' || answer === 'suppressed');
    for (const { id, text, generation } of answers) {
      if (id === null || !known.has(id))
        breach('lost', `${mail.token}: told "${text}" by gate ${generation}, and there is no such message`);
    }
    for (const { answer, text } of mail.tries)
      if (answer === 'refused') breach('unexpected', `${mail.token} was refused: ${text}`);
    const rows = byToken.get(mail.token) ?? [];
    if (answers.length > 0 && rows.length === 0) continue;
    for (const row of rows.slice(0, -1)) {
      const sent = ownOf(byMessage.get(row.id)).filter(({ state }) => !ENDED_UNSENT.includes(state));
      if (sent.length > 0) breach('twice', `${mail.token}: a retry became a second mail beside ${row.id}`);
    }
    for (const row of rows) {
      const own = ownOf(byMessage.get(row.id));
      if (own.length !== mail.recipients.length)
        breach('lost', `${row.id}: ${own.length} deliveries of ${mail.recipients.length} recipients`);
      // What the upstream has is the newest one's: those before it ended unsent.
      for (const delivery of own) judgeOne(mail, delivery, row.judge_attempts, row === rows.at(-1));
      const told = answers.filter(({ id, answer }) => id === row.id && answer === 'suppressed');
      if (told.length > 0 && own.some(({ state }) => state !== 'suppressed'))
        breach('untrue', `${row.id}: its client was told that it is suppressed, and it is not`);
    }
    for (const { address } of mail.recipients) {
      const times = takenBy.get(`${mail.token} ${address}`)?.length ?? 0;
      if (times > 1) breach('twice', `${mail.token} to ${address} came to the upstream ${times} times`);
    }
  }

  /** What the verdict, the reviewer and the upstream say of a delivery. */
  function judgeOne(mail: Mail, delivery: Delivery, judgeAttempts: number, newest: boolean): void {
    const { id, state, recipient } = delivery;
    const kind = mail.recipients.find(({ address }) => address === recipient)?.kind;
    if (kind === undefined) return breach('unexpected', `${id} is for ${recipient}, whom nobody named`);
    const decision = decisions.get(id);
    // What kills its judge again and again is held without a verdict.
    const givenUp = decision === null && judgeAttempts > 3;
    const right = optOuts.decisions(mail, recipient, expected(kind, model));
    if (!right.some((one) => one === decision) && !givenUp)
      breach('unexpected', `${id} to ${kind}: the verdict is ${String(decision)} (${delivery.hold_reason})`);
    const times = newest ? (takenBy.get(`${mail.token} ${recipient}`)?.length ?? 0) : 0;
    const bounds = TAKEN[state];
    if (!bounds) return breach('stuck', `${id} is still ${state}: ${delivery.note}`);
    const [least, most] = bounds;
    if (times < least) breach('untrue', `${id} is ${state}, and the upstream has not got it`);
    const free = decision === 'PASS' && delivery.hold_reason === null;
    const own = released.get(id) ?? 'no';
    const letGo = own === 'no' ? companion(mail, id) : own;
    if (times > most)
      breach(state === 'failed' ? 'untrue' : 'slipped', `${id} is ${state}, and the upstream has got it`);
    else if (times > 0 && !free && letGo === 'no')
      breach('slipped', `${id} (${decision}, ${delivery.hold_reason}) was let go by nobody, and was sent`);
    if (letGo === 'yes' && !['relayed', 'failed', 'uncertain'].includes(state) && !optOuts.touch(mail))
      breach('untrue', `${id} was released, and is ${state}`);
    if (letGo === 'rejected' && state !== 'rejected') breach('untrue', `${id} was rejected, and is ${state}`);
    if (state === 'held' && decision === 'PASS') {
      const { hold_reason: reason } = delivery;
      if (!['whole_message', 'held_behind', 'judge_error', 'undone'].includes(reason ?? ''))
        breach('unexpected', `${id} passes and is held: ${reason}`);
    }
  }

  // The gate's own mails, and forwards to a person.
  for (const delivery of deliveries) {
    const { id, kind, state } = delivery;
    if (kind === 'mail') {
      const forward = `${bare(messageIdFor(id, 'forward', 'gate.test'))} `;
      const times = [...takenBy].filter(([key]) => key.startsWith(forward)).flatMap(([, all]) => all).length;
      if (times > 1) breach('twice', `the forward of ${id} came to the upstream ${times} times`);
      if (['escalated', 'closed'].includes(state) && times !== 1)
        breach('untrue', `${id} is ${state}, and nobody got its forward`);
      continue;
    }
    const about = delivery.about ?? id;
    const purposes = kind === 'report_delayed' ? ['report-delayed'] : ['report-failed', 'report-stopped'];
    const times = purposes
      .map((purpose) => bare(messageIdFor(about, purpose, 'gate.test')))
      .reduce((sum, messageId) => sum + (takenBy.get(`${messageId} ${delivery.recipient}`)?.length ?? 0), 0);
    if (times > 1) breach('twice', `${id} came to the upstream ${times} times`);
    if (state === 'relayed' && times === 0)
      breach('untrue', `${id} is relayed, and the upstream has not got it`);
    if (!['relayed', 'failed', 'uncertain'].includes(state)) breach('stuck', `${id} is still ${state}`);
  }

  const uncertain = await justified(db, ledger, deliveries, breach);
  await optOuts.check(db, breach);
  await checkAudit(db, deliveries, breach);
  await checkLabels(db, ledger, breach);
  await checkEvents(db, ledger, deliveries, breach);

  const states: Reconciled['states'] = {};
  for (const { state } of deliveries) states[state] = (states[state] ?? 0) + 1;
  return {
    breaches,
    messages: messages.length,
    deliveries: deliveries.length,
    states,
    uncertain,
    optOuts: ledger.optOuts.filter(({ heard }) => heard === 'done').length,
    retried: ledger.mails.reduce((sum, { tries }) => sum + tries.length - 1, 0),
    taken: ledger.taken.length,
    events: ledger.events.size,
  };
}

/** Their ids follow clocks, which jump; the audit log does not. */
async function inOrderOfAcceptance(db: Database['db']): Promise<Selectable<Schema['messages']>[]> {
  return await db
    .selectFrom('messages')
    .leftJoin('audit', (join) =>
      join
        .onRef('audit.subject_id', '=', 'messages.id')
        .on('audit.subject_type', '=', 'message')
        .on('audit.action', '=', 'accepted'),
    )
    .selectAll('messages')
    .orderBy('audit.id')
    .execute();
}

const ownOf = (all: Delivery[] | undefined): Delivery[] => (all ?? []).filter(({ kind }) => kind === 'mail');

const bare = (messageId: string): string => messageId.slice(1, -1);

function expected(kind: Kind, model: ChildOptions['model']): Decision | null {
  return kind === 'disliked' && model === 'rules' ? 'PASS' : DECISION[kind];
}

type Release = 'no' | 'maybe' | 'yes' | 'rejected';

/** How each delivery stands by what the reviewer heard last. */
function releases({ acts }: Ledger): Map<string, Release> {
  const standing = new Map<string, Release>();
  for (const { deliveryId, act, heard } of acts) {
    const now = standing.get(deliveryId) ?? 'no';
    if (act === 'release' && heard !== 'refused')
      standing.set(deliveryId, heard === 'done' ? 'yes' : 'maybe');
    if (act === 'undo' && heard === 'done') standing.set(deliveryId, 'no');
    if (act === 'undo' && heard === 'cut' && now === 'yes') standing.set(deliveryId, 'maybe');
    if (act === 'reject' && heard === 'done') standing.set(deliveryId, 'rejected');
  }
  return standing;
}

type Say = (what: Breach['what'], why: string) => void;

/**
 * An `uncertain` needs a reason: the gate died between the hand-over and the settling, the upstream let the transaction end
 * without a final reply, or that came too late on a busy machine. A reply that was lost under a key leaves nothing uncertain
 * (see sending-apis.ts), unless an opt-out forbids to ask again.
 */
async function justified(
  db: Database['db'],
  ledger: Ledger,
  deliveries: Delivery[],
  breach: Say,
): Promise<Reconciled['uncertain']> {
  const lost = await db.selectFrom('audit').select('subject_id').where('action', '=', 'lost').execute();
  const late = await db
    .selectFrom('attempts')
    .select('delivery_id')
    .where('outcome', '=', 'lost')
    .where((eb) => eb('finished_at', '>=', eb('handover_at', '+', ANSWER_SECONDS * 1_000)))
    .execute();
  const keyed = await db
    .selectFrom('attempts')
    .select('delivery_id')
    .where('outcome', '=', 'lost')
    .where('idempotency_key', 'is not', null)
    .execute();
  const optedOut = new Set(ledger.optOuts.map(({ address }) => address));
  // What leaves in one request is asked again together, or not at all.
  const forbidden = new Set(
    deliveries.filter(({ recipient }) => optedOut.has(recipient)).map((one) => one.message_id),
  );
  const count = { crash: 0, reply: 0, late: 0 };
  const byId = new Map(deliveries.map((one) => [one.id, one]));
  for (const { subject_id: id } of lost) {
    const delivery = byId.get(id);
    const to = [
      delivery?.recipient,
      delivery?.recipient.replace(/^person@chief-(\d+)\..*/, 'owner-$1@owners.example'),
    ];
    if (ledger.inDoubt.some(({ deliveryId }) => deliveryId === id)) count.crash += 1;
    else if (ledger.unanswered.some((one) => to.includes(one.to))) count.reply += 1;
    else if (late.some(({ delivery_id }) => delivery_id === id)) count.late += 1;
    else if (keyed.some((one) => one.delivery_id === id) && forbidden.has(delivery?.message_id ?? ''))
      count.reply += 1;
    else breach('untrue', `${id} became uncertain, and nothing lost its reply`);
  }
  return count;
}

/** Every state has its entry, and each entry goes on from the one before it. */
async function checkAudit(db: Database['db'], deliveries: Delivery[], breach: Say): Promise<void> {
  const entries = await db
    .selectFrom('audit')
    .select(['subject_id', 'action', 'detail'])
    .where('subject_type', '=', 'delivery')
    .orderBy('id')
    .execute();
  const bySubject = groupBy(entries, (one) => one.subject_id);
  for (const { id, kind, state } of deliveries) {
    let at: string = kind === 'mail' ? 'received' : 'relaying';
    for (const { action, detail } of bySubject.get(id) ?? []) {
      const { from, to } = JSON.parse(detail) as { from?: string; to?: string };
      if (from === undefined || to === undefined) continue;
      if (from !== at) breach('unaudited', `${id}: "${action}" starts from ${from}, and it was ${at}`);
      at = to;
    }
    if (at !== state) breach('unaudited', `${id} is ${state}; the audit log ends at ${at}`);
  }
  const accepted = await db
    .selectFrom('audit')
    .select('subject_id')
    .where('subject_type', '=', 'message')
    .where('action', '=', 'accepted')
    .execute();
  const audited = new Set(accepted.map((one) => one.subject_id));
  for (const messageId of new Set(deliveries.map((one) => one.message_id))) {
    if (!audited.has(messageId)) breach('unaudited', `nothing says that ${messageId} was accepted`);
  }
}

async function checkLabels(db: Database['db'], { acts }: Ledger, breach: Say): Promise<void> {
  const labels = await db.selectFrom('labels').select(['delivery_id', 'act']).execute();
  const key = (id: string, act: string): string => `${id} ${act}`;
  const kept = groupBy(labels, (one) => key(one.delivery_id, one.act));
  const asked = groupBy(
    acts.filter(({ act, heard }) => heard === 'done' && (act === 'label' || act === 'reject')),
    ({ deliveryId, act }) => key(deliveryId, act),
  );
  for (const [what, done] of asked) {
    const there = kept.get(what)?.length ?? 0;
    if (there < done.length) breach('lost', `label ${what}: given ${done.length} times, kept ${there}`);
  }
}

/** The engine with a webhook has heard of every event, in order, and knows how each delivery ended. */
async function checkEvents(
  db: Database['db'],
  { events: heard }: Ledger,
  deliveries: Delivery[],
  breach: Say,
): Promise<void> {
  const engine = await db
    .selectFrom('engines')
    .select(['id', 'webhook_url'])
    .where('name', '=', Object.keys(ENGINES)[0])
    .executeTakeFirstOrThrow();
  const events = await db.selectFrom('events').select(['id', 'delivery_id']).orderBy('id').execute();
  for (const { id } of events) if (!heard.has(id)) breach('untold', `the engine has not heard of ${id}`);
  const kept = new Set(events.map(({ id }) => id));
  for (const { id } of heard.values())
    if (!kept.has(id)) breach('untrue', `the engine has heard of ${id}, which there is not`);
  const byDelivery = groupBy(heard.values(), ({ deliveryId }) => deliveryId);
  for (const { id, kind, state, engine_id } of deliveries) {
    if (kind !== 'mail' || engine_id !== engine.id || engine.webhook_url === null) continue;
    const told = byDelivery.get(id) ?? [];
    const ids = told.map((one) => one.id);
    if (ids.join() !== ids.toSorted().join()) breach('untold', `events of ${id} came out of order`);
    if (told.at(-1)?.state !== state)
      breach('untold', `${id} is ${state}; the engine heard of ${told.at(-1)?.state ?? 'nothing'}`);
  }
}

/** As Map.groupBy, which Node 20 lacks. */
function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
