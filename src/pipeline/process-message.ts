import type { Updateable } from 'kysely';
import type { Config } from '../config/config.ts';
import { addressKey } from '../crm/address.ts';
import { type DraftText, draftTextOf } from '../insight/draft-text.ts';
import { keepDraftText } from '../insight/draft-text-store.ts';
import { type Engine, findEngine } from '../intake/engine-store.ts';
import type { AdapterInput } from '../judge/adapter/adapter.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { ProviderName } from '../message/provider.ts';
import { unreadMessage } from '../message/parse.ts';
import type { ParsedMessage } from '../message/types.ts';
import { failPoint } from '../observability/fail-point.ts';
import type { Logger } from '../observability/logger.ts';
import type { RulesTook } from '../observability/judge-stage.ts';
import type { Stages } from '../observability/stages.ts';
import { breathe } from '../off-loop/breathe.ts';
import { textKeysOf } from '../off-loop/text-keys.ts';
import { type OutcomeBoard, readOutcomes } from '../queue/outcomes.ts';
import { type Delivery, LeaseLostError, type LockedDelivery, lockDelivery, settle } from '../queue/settle.ts';
import { type MessageRow, joinAdapterLine, readRaw } from '../queue/store.ts';
import type { Database, Trx } from '../store/database.ts';
import { diskTrouble } from '../store/disk-trouble.ts';
import { later } from '../store/later.ts';
import { lockNames, locked } from '../store/locks-store.ts';
import { READ_TRIES, outlast } from '../store/outlast.ts';
import { prepared } from '../store/prepared.ts';
import type { MessageTable } from '../store/schema.ts';
import { together } from '../store/together.ts';
import type { StoredJudgement } from './after-verdict.ts';
import { type AdapterBench, consultAdapter } from './consult-adapter.ts';
import { type Disposal, type Judged, dispose, holdRestored } from './dispose.ts';
import { deliveryInFront } from './held-behind.ts';
import { newestRevision } from './rejudge.ts';
import { queueReport } from './own-mail.ts';
import { leavesByApi, readRequestHead, withTroubleOf } from './route.ts';
import { saveVerdict } from './verdict-store.ts';

/** Judges one delivery of a parsed message by the rules; see judge-delivery.ts. */
export type JudgeDelivery = (input: {
  parsed: ParsedMessage;
  engine: Engine;
  address: string;
  now: number;
}) => Promise<{
  verdict: Verdict;
  prospectId: string | null;
  takenOverBy: string | null;
  /** What the adapter would read; null when the CRM does not know the recipient. */
  input: AdapterInput | null;
  took: RulesTook | null;
}>;

export interface ProcessOptions {
  database: Database;
  config: Config;
  now: () => number;
  log: Logger;
  stages: Stages;
  board: OutcomeBoard;
  parse: (raw: Buffer) => Promise<ParsedMessage>;
  /** Providers that mail can be sent through by their API. */
  accounts: ReadonlySet<ProviderName>;
  judge: JudgeDelivery;
  /** Looks whether the kill switch was touched. */
  lookAtSwitch: () => Promise<void>;
  /** null: the rules judge alone. */
  bench: AdapterBench | null;
  /** Mail accepted until then came with a restored database; null = it never was. Milliseconds since the epoch. */
  restoredUntil: number | null;
  /** Told of verdicts that are on disk. */
  afterVerdict: (judgement: StoredJudgement) => void;
  /** The gate is stopping: wait for no disk any more. */
  giveUp: AbortSignal;
}

/** Recipients of one message judged side by side. */
const JUDGED_AT_ONCE = 16;

/** A mail that kills its judge so often is held without another try. */
const MAX_JUDGE_ATTEMPTS = 3;
const GIVEN_UP = {
  kind: 'too_complex',
  detail: `given up after ${MAX_JUDGE_ATTEMPTS} attempts to read and judge it`,
} as const;

interface JudgedDelivery extends Judged {
  delivery: Delivery;
  prospectId: string | null;
  input: AdapterInput | null;
  took: RulesTook | null;
}

/**
 * The way of one message, from accepted to disposed of: parse → prospect → rules → adapter → transition, saved with its
 * audit entries in one transaction. Whoever waits for the verdict is told after it is durable.
 *
 * @returns `waits` when it joined the adapter's line instead
 */
export async function processMessage(
  options: ProcessOptions,
  message: MessageRow,
): Promise<'judged' | 'waits'> {
  const { database, config, now, log, board, afterVerdict, giveUp } = options;
  const { stage, engine, deliveries, revision, raw, read, parsed, whole, consulted } = await outlast(
    () => readAndJudge(options, message),
    giveUp,
    READ_TRIES,
  );
  if (consulted.waits) {
    await outlast(
      () =>
        database.transact((trx) => joinAdapterLine(trx, message, consulted.failed), {
          concurrent: true,
          background: true,
        }),
      giveUp,
    );
    stage.waits(consulted.failed);
    return 'waits';
  }

  failPoint('judge-done');
  const { judged } = consulted;
  const text = draftTextOf({
    raw,
    parsed: read,
    addresses: [message.envelope_from, ...deliveries.map(({ recipient }) => recipient)],
    keys: await textKeysOf(
      read.draft,
      judged.flatMap(({ verdict }) => verdict?.prospect ?? []),
    ),
  });
  const { subject } = parsed.draft;
  const restored = options.restoredUntil !== null && message.received_at <= options.restoredUntil;
  const saved = await stage.settle(() =>
    outlast(
      () =>
        database.transact(
          (trx) => {
            const answeredEarly = board.answeredEarly(message.id);
            const verdicts = { judged, revision, whole, restored, answeredEarly, subject, text };
            return save(trx, { config, engine, message, ...verdicts }, now());
          },
          { concurrent: true, background: !board.isWaitedFor(message.id) },
        ),
      giveUp,
    ),
  );

  if (board.isWaitedFor(message.id)) {
    // The verdict is on disk whether or not it can be read again for whoever waits for it.
    const outcomes = await outlast(() => readOutcomes(database.db, message.id), giveUp, READ_TRIES).catch(
      (err: unknown) => {
        log.error({ err, message: message.id }, 'who waits for the verdict cannot be told it');
        return null;
      },
    );
    if (outcomes) board.publish(message.id, outcomes);
  }
  for (const [i, { delivery, verdict, input, took }] of judged.entries()) {
    const { disposal, verdictId } = saved[i]!;
    if (!verdict || verdictId === null) continue;
    const { outcome, reason } = disposal;
    stage.judged({ delivery: delivery.id, verdict, outcome, reason, took });
    afterVerdict({ verdictId, deliveryId: delivery.id, verdict, input });
    // Not before the first: what follows the verdict would be told before it.
    await breathe();
  }
  return 'judged';
}

const deliveriesOf = prepared((db, { messageId }: { messageId: string }) =>
  db.selectFrom('deliveries').selectAll().where('message_id', '=', messageId),
);

/** What a verdict is made of; changes nothing, so that it can be done again when the disk fails to read. */
async function readAndJudge(options: ProcessOptions, message: MessageRow) {
  const { database, now, parse, stages, bench, accounts } = options;
  const [rows, engine, revision, raw, request] = await together([
    deliveriesOf(database.db, { messageId: message.id }),
    findEngine(database.db, message.engine_id),
    // Read before the records are: an edit that comes while judging is a later one.
    newestRevision(database.db),
    readRaw(database.db, message.id, 0),
    readRequestHead(database.db, message.id),
    options.lookAtSwitch(),
  ]);
  // Not asked of the database: with a long backlog it would rather walk the index of all that is received.
  const deliveries = rows.filter(({ state, kind }) => state === 'received' && kind === 'mail');
  if (!engine)
    throw new Error(`message ${message.id} names engine ${message.engine_id}, which does not exist`);

  const stage = stages.judging(message, engine.name);
  const read = await stage.parse(async () =>
    // Whatever ended the gate each time might be in the reading.
    message.judge_attempts > MAX_JUDGE_ATTEMPTS ? unreadMessage(GIVEN_UP) : parse(raw),
  );
  const whole = leavesByApi(request, engine, accounts);
  const parsed = withTroubleOf(read, whole ? request : null);
  const visible = new Set([...parsed.headers.to, ...parsed.headers.cc].map((a) => addressKey(a) ?? a));
  failPoint('judge-before');
  const byRules: JudgedDelivery[] = [];
  // All at once, thousands of recipients would wait in every turn of the event loop for theirs.
  for (let i = 0; i < deliveries.length; i += JUDGED_AT_ONCE) {
    const some = deliveries.slice(i, i + JUDGED_AT_ONCE);
    byRules.push(
      ...(await Promise.all(
        some.map((delivery) =>
          judgeOne(options, { delivery, engine, parsed, visible, attempt: message.judge_attempts }),
        ),
      )),
    );
  }
  const consulted = bench
    ? await consultAdapter(bench, { message, mode: engine.mode, judged: byRules, now: now() })
    : { waits: false as const, judged: byRules };
  return { stage, engine, deliveries, revision, raw, read, parsed, whole, consulted };
}

/** A judge that throws is doubt, and doubt is a hold. */
async function judgeOne(
  { judge, now, log }: ProcessOptions,
  input: { delivery: Delivery; engine: Engine; parsed: ParsedMessage; visible: Set<string>; attempt: number },
): Promise<JudgedDelivery> {
  const { delivery, engine, parsed, visible, attempt } = input;
  const base = {
    delivery,
    internal: delivery.internal === 1,
    visible: visible.has(delivery.address_key),
    front: null,
  };
  const nobody = { prospectId: null, takenOverBy: null, input: null, took: null };
  if (base.internal) return { ...base, ...nobody, verdict: null };
  try {
    if (attempt > MAX_JUDGE_ATTEMPTS) throw new Error(`given up after ${MAX_JUDGE_ATTEMPTS} attempts`);
    return { ...base, ...(await judge({ parsed, engine, address: delivery.recipient, now: now() })) };
  } catch (err) {
    // Then it is not the judge that failed, and it judges when the disk is well.
    if (diskTrouble(err) !== null) throw err;
    log.error(
      { err, message: delivery.message_id, delivery: delivery.id },
      'the judge failed; holding the delivery',
    );
    const rationale = 'The judge failed on this mail; a person has to look at it.';
    return {
      ...base,
      ...nobody,
      verdict: {
        decision: null,
        hold_reason: 'judge_error',
        rationale,
        findings: [],
        notices: [],
        prospect: null,
        rubric_version: '',
        adapter_version: null,
        adapter: null,
        latency_ms: 0,
      },
    };
  }
}

interface ToSave {
  config: Config;
  engine: Engine;
  message: MessageRow;
  judged: JudgedDelivery[];
  /** Newest CRM revision when judging began. */
  revision: number;
  /** It leaves in one request for all recipients. */
  whole: boolean;
  /** It came with a restored database. */
  restored: boolean;
  /** The client was told 250 without a verdict, which could not be stored. */
  answeredEarly: boolean;
  /** Decoded; what accept stored is as it came. */
  subject: string | null;
  /** Kept for searching. */
  text: DraftText;
}

interface Saved {
  disposal: Disposal;
  verdictId: number | null;
}

const leaseOf = prepared((db, { id }: { id: string }) =>
  locked(db, db.selectFrom('messages').select(['lease_token', 'answered_early']).where('id', '=', id)),
);

const changeMessage = prepared((db, { of, ...changes }: Updateable<MessageTable> & { of: string }) =>
  db.updateTable('messages').set(changes).where('id', '=', of),
);

/** @returns what became of each delivery, in the order of `judged` */
async function save(
  trx: Trx,
  { config, engine, message, judged, revision, whole, restored, answeredEarly, subject, text }: ToSave,
  now: number,
): Promise<Saved[]> {
  // One recipient is what most mail has; of many, each is looked at in its turn.
  const [only] = judged.length === 1 ? judged : [];
  // In this order. What is found and written is void where the lease was taken over.
  const [[current], , , ahead] = await together([
    leaseOf(trx, { id: message.id }),
    // Of two mails to one person that two gates judge at once, the second sees what became of the first.
    lockNames(
      trx,
      judged.map(({ delivery }) => `to ${delivery.address_key}`),
    ),
    findFronts(trx, judged),
    only && saveAhead(trx, only, now),
    keepDraftText(trx, { message_id: message.id, revision: 0 }, text),
  ]);
  if (current?.lease_token !== message.lease_token) {
    throw new LeaseLostError(`the lease on message ${message.id} was taken over`);
  }
  const wanted = dispose(judged, engine, config, whole);
  const disposals = restored ? holdRestored(wanted) : wanted;
  const refused = disposals.every(({ outcome }) => outcome === 'suppress');
  const settleAll = async (): Promise<Saved[]> => {
    const saved: Saved[] = [];
    for (const [i, one] of judged.entries()) {
      // Others who want the database wait; signs of life and who only connects need not.
      if (i > 0) await breathe();
      saved.push(await saveOne(one, disposals[i]!));
    }
    return saved;
  };
  const saveOne = async (one: JudgedDelivery, disposal: Disposal): Promise<Saved> => {
    const { delivery, verdict, prospectId, front } = one;
    const { outcome, reason, note } = disposal;
    const { verdictId, locked: row } = ahead ?? (await saveAhead(trx, one, now));
    const after = await settle(
      trx,
      delivery.id,
      {
        type: 'judged',
        outcome,
        decision: verdict?.decision ?? null,
        holdReason: reason,
        heldBehind: reason === 'held_behind' ? front : null,
        note,
        scheduledAt: message.scheduled_at,
        expiresAt: now + config.review.expire_days * 86_400_000,
      },
      {
        actor: 'gate',
        now,
        locked: row,
        set: { prospect_id: prospectId, judged_at: now, judged_revision: revision },
      },
    );
    // A client that hears 250 before the verdict, or for the sake of another recipient, must be told of a stop.
    const untold = current.answered_early === 1 || answeredEarly || (outcome === 'suppress' && !refused);
    if (untold && !after.internal && (outcome === 'suppress' || outcome === 'hold')) {
      await queueReport(trx, after, outcome === 'suppress' ? 'report_failed' : 'report_delayed', now);
    }
    return { disposal, verdictId };
  };
  const saved = await settleAll();
  const judgedNow = { judged_at: now, lease_until: null, ...(subject === null ? {} : { subject }) };
  await later(trx, changeMessage(trx, { of: message.id, ...judgedNow }));
  return saved;
}

/** What does not depend on what is to become of it. */
async function saveAhead(
  trx: Trx,
  { delivery, verdict }: JudgedDelivery,
  now: number,
): Promise<{ verdictId: number | null; locked: LockedDelivery }> {
  const [verdictId, row] = await together([
    verdict && saveVerdict(trx, delivery.id, verdict, now),
    lockDelivery(trx, delivery.id),
  ]);
  return { verdictId, locked: row };
}

/** What each delivery has to wait behind. */
async function findFronts(trx: Trx, judged: JudgedDelivery[]): Promise<void> {
  for (let i = 0; i < judged.length; i += JUDGED_AT_ONCE) {
    if (i > 0) await breathe();
    await together(
      judged.slice(i, i + JUDGED_AT_ONCE).map(async (one) => {
        if (one.verdict) one.front = await deliveryInFront(trx, one.delivery, one.prospectId);
      }),
    );
  }
}
