import { endSessions } from '../access/session-store.ts';
import { changeEngine, listEngines } from '../intake/engine-store.ts';
import type { DeliveryState } from '../message/disposition.ts';
import { dropIdempotency } from '../pipeline/attempt-store.ts';
import { settle } from '../queue/settle.ts';
import { readRestoreState, type RestoreState, writeRestoreState } from '../queue/restore-store.ts';
import { addComment } from '../review/note-store.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';

/** Deliveries settled in one transaction. */
const BATCH = 200;

/** On their way when the backup was made, or already uncertain: the gate may have sent them since. */
const ON_THE_WAY: readonly DeliveryState[] = ['relaying', 'escalating', 'deferred', 'scheduled', 'uncertain'];
/** A person may have settled them since. */
const FOR_A_PERSON: readonly DeliveryState[] = ['held', 'escalated'];

/** What a restored database was made to wait for. */
export interface Reconciled {
  /** Deliveries that are uncertain now. */
  uncertain: number;
  /** Deliveries that wait for a person as before, each with a comment. */
  held: number;
  /** Messages that were not judged yet: they will be, and then held. */
  unjudged: number;
  /** Names of the engines that are stopped now. */
  stopped: string[];
  /** Sessions of the browser app that were ended. */
  sessions: number;
}

export interface ReconcileOptions {
  /** When the state was fixed, milliseconds since the epoch. */
  backupAt: number;
  actor: string;
  now: number;
  /** When holds run out that begin anew. */
  expiresAt: number;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Makes a restored database safe to go on with: whatever its gate may have sent, or a person may have let go, since the backup was made
 * waits for a person now, and engines are stopped until `finishRestore`.
 */
export async function reconcile(database: Database, options: ReconcileOptions): Promise<Reconciled> {
  const { actor, now, backupAt, onProgress = () => {} } = options;
  const total = await countIn(database, [...ON_THE_WAY, ...FOR_A_PERSON]);
  let after = '';
  const counts = { uncertain: 0, held: 0 };
  for (;;) {
    const from = after;
    const ids = await database.transact((trx) => reconcileBatch(trx, from, counts, options));
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last;
    onProgress(counts.uncertain + counts.held, total);
  }
  return database.transact(async (trx) => {
    const stopped: RestoreState['stopped'] = {};
    const names: string[] = [];
    for (const { id, name, mode } of await listEngines(trx)) {
      if (mode === 'stopped') continue;
      stopped[id] = mode;
      names.push(name);
      await changeEngine(trx, id, { mode: 'stopped' }, { actor, now });
    }
    const { unjudged, newest } = await trx
      .selectFrom('messages')
      .select((eb) => [eb.fn.countAll<number>().as('unjudged'), eb.fn.max('received_at').as('newest')])
      .where('judged_at', 'is', null)
      .executeTakeFirstOrThrow();
    const sessions = await endAllSessions(trx, { actor, now });
    await writeRestoreState(trx, {
      backup_at: backupAt,
      restored_at: now,
      // A clock that was set back since must not let one of them go.
      may_be_sent_until: Math.max(backupAt, newest ?? 0),
      stopped,
      done_at: null,
    });
    const found = { ...counts, unjudged, stopped: names, sessions };
    await audit(trx, 'restored', { backup_at: new Date(backupAt).toISOString(), ...found }, { actor, now });
    return found;
  });
}

/** As `reconcile` for an operator who knows that the gate sent nothing since: everything goes on where it stood. */
export async function noteRestore(
  database: Database,
  { backupAt, actor, now }: Pick<ReconcileOptions, 'backupAt' | 'actor' | 'now'>,
): Promise<void> {
  await database.transact(async (trx) => {
    await writeRestoreState(trx, {
      backup_at: backupAt,
      restored_at: now,
      may_be_sent_until: null,
      stopped: {},
      done_at: now,
    });
    const detail = { backup_at: new Date(backupAt).toISOString(), trusted: 'nothing was sent since' };
    await audit(trx, 'restored', detail, { actor, now });
  });
}

/**
 * Gives engines that the restore stopped the mode they had; those that a person has changed meanwhile stay as they are.
 *
 * @returns their names, and how much of what the restore made uncertain is still so; null when no restore waits for it
 */
export async function finishRestore(
  trx: Trx,
  { actor, now }: { actor: string; now: number },
): Promise<{ started: string[]; uncertain: number; unjudged: number } | null> {
  const state = await readRestoreState(trx);
  if (state === null || state.done_at !== null) return null;
  const started: string[] = [];
  for (const { id, name, mode } of await listEngines(trx)) {
    const before = state.stopped[id];
    if (before === undefined || mode !== 'stopped') continue;
    await changeEngine(trx, id, { mode: before }, { actor, now });
    started.push(name);
  }
  await writeRestoreState(trx, { ...state, done_at: now });
  await audit(trx, 'restore_done', { started }, { actor, now });
  const { uncertain } = await trx
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('uncertain'))
    .where('state', '=', 'uncertain')
    .executeTakeFirstOrThrow();
  const { unjudged } = await trx
    .selectFrom('messages')
    .select((eb) => eb.fn.countAll<number>().as('unjudged'))
    .where('judged_at', 'is', null)
    .where('received_at', '<=', state.may_be_sent_until ?? 0)
    .executeTakeFirstOrThrow();
  return { started, uncertain, unjudged };
}

async function countIn({ db }: Database, states: DeliveryState[]): Promise<number> {
  const { count } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', 'in', states)
    .executeTakeFirstOrThrow();
  return count;
}

/** @returns the ids of the batch; none = there are no more after `after` */
async function reconcileBatch(
  trx: Trx,
  after: string,
  counts: Pick<Reconciled, 'uncertain' | 'held'>,
  { backupAt, actor, now, expiresAt }: ReconcileOptions,
): Promise<string[]> {
  const rows = await trx
    .selectFrom('deliveries')
    .select(['id', 'state'])
    .where('state', 'in', [...ON_THE_WAY, ...FOR_A_PERSON])
    .where('id', '>', after)
    .orderBy('id')
    .limit(BATCH)
    .execute();
  const at = `${new Date(backupAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  for (const { id, state } of rows) {
    const waits = FOR_A_PERSON.includes(state);
    await closeOpenAttempts(trx, id, now);
    const note = `it was ${state} in the backup of ${at} that the gate was restored from, and may have been sent since`;
    const delivery = await settle(trx, id, { type: 'restored', note, expiresAt }, { actor, now });
    if (waits) {
      // The note goes on saying why it was stopped, and judging again would replace it.
      const text = `The gate was restored from the backup of ${at}, in which this mail was ${state}. Somebody may have settled it since: look for it at the provider before you let it go.`;
      await addComment(
        trx,
        delivery,
        { person: { id: 'gate', name: 'presend' }, text },
        { act: { actor }, now },
      );
    }
    counts[waits ? 'held' : 'uncertain'] += 1;
  }
  return rows.map(({ id }) => id);
}

/** What was under way is over, and its idempotency key says nothing about what was sent later. */
async function closeOpenAttempts(trx: Trx, deliveryId: string, now: number): Promise<void> {
  await dropIdempotency(trx, deliveryId);
  const open = trx
    .updateTable('attempts')
    .where('delivery_id', '=', deliveryId)
    .where('finished_at', 'is', null);
  await open.set({ finished_at: now, outcome: 'aborted' }).where('handover_at', 'is', null).execute();
  await open.set({ finished_at: now, outcome: 'lost' }).where('handover_at', 'is not', null).execute();
}

/** A session that was ended since the backup must not live again; nor a link that was used. */
async function endAllSessions(trx: Trx, by: { actor: string; now: number }): Promise<number> {
  const users = await trx.selectFrom('sessions').select('user_id').distinct().execute();
  let ended = 0;
  for (const { user_id: id } of users) ended += await endSessions(trx, id, 'restored from a backup', by);
  await trx.deleteFrom('one_time_tokens').execute();
  return ended;
}

async function audit(
  trx: Trx,
  action: string,
  detail: Record<string, unknown>,
  { actor, now }: { actor: string; now: number },
): Promise<void> {
  await recordAudit(trx, { at: now, actor, subject: { type: 'gate', id: 'restore' }, action, detail });
}
