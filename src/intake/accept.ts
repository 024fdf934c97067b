import { createHash } from 'node:crypto';
import { newId } from '../message/id.ts';
import { newDelivery } from '../queue/new-delivery.ts';
import { bulkInsert } from '../store/bulk-insert.ts';
import type { Database, Trx } from '../store/database.ts';
import { peekHeaders } from './header-peek.ts';
import type { Accepted, Submission } from './submission.ts';

/** How long a retry of the same message is recognised. */
const DEDUPE_MS = 24 * 3_600_000;

/** Most submissions in one commit; bounds the number of bound parameters of one insert. */
const MAX_BATCH = 50;

interface Row {
  submission: Submission;
  id: string;
  messageId: string | null;
  subject: string | null;
  dedupeKey: string | null;
  resolve: (accepted: Accepted) => void;
  reject: (error: unknown) => void;
}

/**
 * Takes submissions in: message, deliveries and audit entry in one transaction, durable on disk before
 * the promise resolves. Submissions that arrive in the same turn of the event loop share one commit and one
 * statement per table.
 */
export class Acceptor {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #isInternal: (address: string) => boolean;
  #pending: Row[] = [];
  #scheduled = false;

  constructor(options: {
    database: Database;
    now: () => number;
    /** Internal addresses and CRM dropboxes: not judged, they follow the message's prospects. */
    isInternal: (address: string) => boolean;
  }) {
    this.#database = options.database;
    this.#now = options.now;
    this.#isInternal = options.isInternal;
  }

  /**
   * @returns the message's id; for a retry (same engine, Message-ID, recipients and content within 24 h) the
   *   first one's, unless that one has ended unsent since
   * @throws whatever the database threw; then nothing of it is stored and the client must be told to retry
   */
  accept(submission: Submission): Promise<Accepted> {
    const { messageId, subject } = peekHeaders(submission.raw);
    return new Promise<Accepted>((resolve, reject) => {
      const dedupeKey = dedupeKeyOf(submission, messageId);
      this.#pending.push({
        submission,
        id: newId(this.#now()),
        messageId,
        subject,
        dedupeKey,
        resolve,
        reject,
      });
      if (this.#scheduled) return;
      this.#scheduled = true;
      this.#flush();
    });
  }

  /** The batch is taken when its transaction begins, so that it holds whatever has arrived by then. */
  #flush(): void {
    let batch: Row[] = [];
    this.#database
      .transact((trx) => {
        batch = this.#pending.splice(0, MAX_BATCH);
        this.#scheduled = this.#pending.length > 0;
        if (this.#scheduled) this.#flush();
        return this.#insert(trx, batch);
      })
      .then((ids) => batch.forEach((row, i) => row.resolve(ids[i]!)))
      .catch((error: unknown) => {
        // The transaction may have failed before it began.
        if (batch.length === 0) {
          batch = this.#pending.splice(0);
          this.#scheduled = false;
        }
        for (const row of batch) row.reject(error);
      });
  }

  async #insert(trx: Trx, batch: Row[]): Promise<Accepted[]> {
    const now = this.#now();
    const known = await earlierIds(trx, batch, now);
    const fresh: Row[] = [];
    const results = batch.map((row): Accepted => {
      const earlier = row.dedupeKey === null ? undefined : known.get(row.dedupeKey);
      if (earlier !== undefined) return { id: earlier, duplicate: true };
      if (row.dedupeKey !== null) known.set(row.dedupeKey, row.id);
      fresh.push(row);
      return { id: row.id, duplicate: false };
    });
    if (fresh.length === 0) return results;

    await bulkInsert(
      trx,
      'messages',
      fresh.map(({ submission: s, id, messageId, subject, dedupeKey }) => ({
        id,
        engine_id: s.engineId,
        envelope_from: s.envelope.from,
        params: JSON.stringify(s.envelope.params),
        message_id: messageId,
        subject,
        size: s.raw.length,
        received_at: now,
        origin: JSON.stringify(s.origin),
        dedupe_key: dedupeKey,
        scheduled_at: s.scheduledAt ?? null,
        judged_at: null,
        answered_early: s.answerEarly ? 1 : 0,
        lease_until: null,
        lease_token: 0,
        judge_attempts: 0,
      })),
    );
    await bulkInsert(
      trx,
      'bodies',
      fresh.map(({ submission, id }) => ({
        message_id: id,
        revision: 0,
        raw: submission.raw,
        created_at: now,
        actor: 'engine',
      })),
    );
    const deliveries = fresh.flatMap(({ submission, id }) =>
      submission.envelope.recipients.map(({ address, dsnNotify, dsnOrcpt }, index) =>
        newDelivery({
          id: `${id}-${index + 1}`,
          messageId: id,
          engineId: submission.engineId,
          recipient: address,
          internal: this.#isInternal(address),
          dsnNotify,
          dsnOrcpt,
          now,
        }),
      ),
    );
    for (let i = 0; i < deliveries.length; i += MAX_BATCH) {
      await bulkInsert(trx, 'deliveries', deliveries.slice(i, i + MAX_BATCH));
    }
    await bulkInsert(
      trx,
      'audit',
      fresh.map(({ submission: s, id }) => ({
        at: now,
        actor: `engine:${s.engineId}`,
        subject_type: 'message',
        subject_id: id,
        action: 'accepted',
        detail: JSON.stringify({ size: s.raw.length, recipients: s.envelope.recipients.length, ...s.origin }),
      })),
    );
    return results;
  }
}

/** null when there is no Message-ID: two mails without one are two mails. */
function dedupeKeyOf(s: Submission, messageId: string | null): string | null {
  if (messageId === null) return null;
  const recipients = s.envelope.recipients.map((r) => r.address.toLowerCase()).toSorted();
  return createHash('sha256')
    .update(JSON.stringify([s.engineId, messageId, s.envelope.from, recipients]))
    .update(s.raw)
    .digest('base64');
}

/** A retry of a mail that ended so is a new mail: its sender was told that the first one did not go. */
const ENDED_UNSENT = ['rejected', 'closed', 'cancelled', 'failed', 'expired'] as const;

/** Message ids accepted under these keys within the window and not ended unsent since. */
async function earlierIds(trx: Trx, batch: Row[], now: number): Promise<Map<string, string>> {
  const keys = batch.flatMap((row) => row.dedupeKey ?? []);
  if (keys.length === 0) return new Map();
  const ids = batch.flatMap((row) => row.messageId ?? []);
  const rows = await trx
    .selectFrom('messages')
    .select(['dedupe_key', 'id'])
    // By Message-ID, which has an index; the key then says whether it is the same submission.
    .where('message_id', 'in', ids)
    .where('dedupe_key', 'in', keys)
    .where('received_at', '>', now - DEDUPE_MS)
    .where((expression) =>
      expression.not(
        expression.exists(
          expression
            .selectFrom('deliveries')
            .select('deliveries.id')
            .whereRef('deliveries.message_id', '=', 'messages.id')
            .where('deliveries.state', 'in', ENDED_UNSENT),
        ),
      ),
    )
    .execute();
  return new Map(rows.map((row) => [row.dedupe_key!, row.id]));
}
