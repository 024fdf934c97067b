import type { Kysely } from 'kysely';
import type { Config } from '../config/config.ts';
import { accountsOf } from '../config/providers.ts';
import type { ProspectSnapshot, ThreadMessage } from '../crm/prospect.ts';
import { recheckRecord } from '../crm/recheck.ts';
import { getProspect } from '../crm/store.ts';
import { companyMessages } from '../crm/thread-store.ts';
import type { Account } from '../http/endpoint.ts';
import { decidedByRecord } from '../judge/record-rules.ts';
import { reportsOn } from '../kill-switch/brand-damage-store.ts';
import type { Rubric } from '../judge/rubric.ts';
import { accountOwner } from '../pipeline/dispose.ts';
import { companionsOf } from '../pipeline/route.ts';
import { newestVerdict } from '../pipeline/verdict-store.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Schema } from '../store/schema.ts';
import { allowedActs } from './allowed.ts';
import {
  attemptsOf,
  commentsOf,
  earlierVerdicts,
  labelsOf,
  messageOf,
  siblingsOf,
  timelineOf,
} from './delivery-view-store.ts';
import { evidenceOf, recordToday } from './evidence.ts';
import { mailView } from './mail-view.ts';
import { queueItem } from './queue.ts';
import type { Similar } from './similar.ts';
import type { DeliveryView, Person, ThreadEntry } from './web-types.ts';

type Db = Kysely<Schema>;

/** Newest entries of other threads at the company that are shown. */
const COMPANY_ENTRIES = 10;

export interface ViewOptions {
  db: Db;
  config: Config;
  rubric: () => Rubric;
  similar: Similar;
  account: Account;
  now: number;
  viewers: Person[];
}

/** Everything a reviewer looks at to decide about one delivery. */
export async function deliveryView(options: ViewOptions, delivery: Delivery): Promise<DeliveryView> {
  const { db, config, similar, account, now, viewers } = options;
  const item = await queueItem({ db, review: config.review, me: account.id, now }, delivery.id);
  if (!item) throw new Error(`delivery ${delivery.id} is gone`);
  const message = await messageOf(db, delivery.message_id);
  const mail = await mailView(db, delivery.message_id, delivery.body_revision);
  const verdict = await newestVerdict(db, delivery.id);
  const today = await recordToday(db, delivery, { threadId: verdict?.prospect?.thread_id ?? null, now });
  const owner = accountOwner(verdict?.prospect?.account_owner ?? null, config);
  return {
    item,
    envelope_from: message.envelope_from,
    message_id_header: message.message_id,
    companions: await companions(options, delivery),
    mail,
    verdict,
    verdicts: await earlierVerdicts(db, delivery.id),
    evidence: verdict ? evidenceOf(verdict, today) : [],
    prospect_exists: today !== null,
    account_owner: owner,
    thread: (today?.thread ?? []).map(entryOf),
    company_threads: today ? await companyThreads(db, today) : [],
    similar: await similar.to(db, {
      id: delivery.id,
      hold_reason: delivery.hold_reason,
      text: mail.draft.body,
    }),
    comments: await commentsOf(db, delivery.id),
    timeline: await timelineOf(db, { deliveryId: delivery.id, messageId: delivery.message_id }),
    attempts: await attemptsOf(db, delivery.id),
    labels: await labelsOf(db, delivery.id),
    damage: await reportsOn(db, delivery.id),
    viewers,
    allowed: allowedActs({
      delivery,
      item,
      role: account.role,
      me: account.id,
      now,
      forbidden: await forbidden(options, delivery),
      owner,
    }),
  };
}

async function companions(
  { db, config }: ViewOptions,
  delivery: Delivery,
): Promise<DeliveryView['companions']> {
  const together = await companionsOf(db, delivery, accountsOf(config.providers));
  const ids = new Set(together.map(({ id }) => id));
  const others = await siblingsOf(db, delivery.message_id, delivery.id);
  return others.map((one) => ({ ...one, leaves_together: ids.has(one.id) }));
}

/** Why the record as it is now forbids a release. */
async function forbidden({ db, rubric }: ViewOptions, delivery: Delivery): Promise<string | null> {
  const record = await recheckRecord(db, { address: delivery.recipient, prospectId: delivery.prospect_id });
  const stop = delivery.internal === 1 ? null : decidedByRecord(record, rubric());
  if (stop) return `${stop.rationale} Rules 1 and 2 cannot be overridden.`;
  return record.taken_over_by === null ? null : `${record.taken_over_by} has taken the prospect over.`;
}

function entryOf(message: ThreadMessage): ThreadEntry {
  const { threadId, direction, person, role, at, text } = message;
  return { thread_id: threadId, direction, person, role, at: Date.parse(at), text };
}

async function companyThreads(db: Db, record: ProspectSnapshot): Promise<ThreadEntry[]> {
  const prospect = await getProspect(db, record.prospect_id);
  if (!prospect?.company_id) return [];
  const own = { companyId: prospect.company_id, prospectId: prospect.id, threadId: record.thread_id };
  const rows = await companyMessages(db, own, COMPANY_ENTRIES);
  return rows.map(({ thread_id, direction, person, role, at, text }) => ({
    thread_id,
    direction,
    person,
    role,
    at,
    text,
  }));
}
