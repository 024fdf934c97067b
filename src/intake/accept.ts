import { createHash } from 'node:crypto';
import { newId } from '../message/id.ts';
import { failPoint } from '../observability/fail-point.ts';
import { newDelivery } from '../queue/new-delivery.ts';
import { recordAudits } from '../store/audit.ts';
import { bulkInsert } from '../store/bulk-insert.ts';
import type { Database, Trx } from '../store/database.ts';
import { lockNames } from '../store/locks-store.ts';
import { peekHeaders } from './header-peek.ts';
import { earlierRequests, notEndedUnsent, rememberRequests } from './idempotency-store.ts';
import { type Accepted, IdempotencyConflictError, type Once, type Submission } from './submission.ts';

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
}

/** What one client handed over at once: stored together or not at all. */
interface Group {
  rows: Row[];
  once: Once | null;
  resolve: (accepted: Accepted[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Takes submissions in: message, deliveries and audit entry in one transaction, durable on disk before
 * the promise resolves. Submissions that arrive at the same time share one commit and one statement per table.
 */
export class Acceptor {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #isInternal: (address: string) => boolean;
  readonly #company: () => Promise<void>;
  #pending: Group[] = [];
  #scheduled = false;

  constructor(options: {
    database: Database;
    now: () => number;
    /** Internal addresses and CRM dropboxes: not judged, they follow the message's prospects. */
    isInternal: (address: string) => boolean;
    /** Waits for clients that are about to hand over a message too; none given = for nobody. */
    company?: () => Promise<void>;
  }) {
    this.#database = options.database;
    this.#now = options.now;
    this.#isInternal = options.isInternal;
    this.#company = options.company ?? (() => Promise.resolve());
  }

  /**
   * @returns the message's id; for a retry (same engine, Message-ID, recipients and content within 24 h) the
   *   first one's, unless that one has ended unsent since
   * @throws whatever the database threw; then nothing of it is stored and the client must be told to retry
   */
  async accept(submission: Submission): Promise<Accepted> {
    const [accepted] = await this.acceptAll([submission], null);
    return accepted!;
  }

  /**
   * Takes several in, all or none.
   *
   * @param once how a retry of the whole request is known; it gets the first one's messages
   * @returns in the order given
   * @throws IdempotencyConflictError when the key was used for another request; otherwise as `accept`
   */
  acceptAll(submissions: Submission[], once: Once | null): Promise<Accepted[]> {
    const rows = submissions.map((submission): Row => {
      const { messageId, subject } = peekHeaders(submission.raw);
      const dedupeKey = once === null ? dedupeKeyOf(submission, messageId) : null;
      return { submission, id: submission.id ?? newId(this.#now()), messageId, subject, dedupeKey };
    });
    return new Promise((resolve, reject) => {
      this.#pending.push({ rows, once, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      this.#flush();
    });
  }

  /** The batch is taken when its transaction begins, so that it holds whatever has arrived by then. */
  #flush(): void {
    let batch: Group[] = [];
    this.#company()
      .then(() =>
        this.#database.transact(
          (trx) => {
            // Run again it is for the same ones.
            if (batch.length === 0) {
              batch = this.#take();
              this.#scheduled = this.#pending.length > 0;
              if (this.#scheduled) this.#flush();
            }
            return this.#insert(trx, batch);
          },
          { concurrent: true },
        ),
      )
      .then((results) => {
        failPoint('accept-committed');
        return batch.forEach((group, i) => {
          const result = results[i]!;
          if (result === 'conflict') group.reject(new IdempotencyConflictError());
          else group.resolve(result);
        });
      })
      .catch((error: unknown) => {
        // The transaction may have failed before it began.
        if (batch.length === 0) {
          batch = this.#pending.splice(0);
          this.#scheduled = false;
        }
        for (const group of batch) group.reject(error);
      });
  }

  /** Whole groups, as many as fit into one commit, at least one. */
  #take(): Group[] {
    let rows = 0;
    const beyond = this.#pending.findIndex((group, i) => (rows += group.rows.length) > MAX_BATCH && i > 0);
    return this.#pending.splice(0, beyond < 0 ? this.#pending.length : beyond);
  }

  async #insert(trx: Trx, groups: Group[]): Promise<(Accepted[] | 'conflict')[]> {
    const now = this.#now();
    // A client that tries again may come to another gate, at the same moment.
    await lockNames(
      trx,
      groups.flatMap(({ rows, once }) => [
        ...rows.flatMap(({ dedupeKey }) => (dedupeKey === null ? [] : [`mail ${dedupeKey}`])),
        ...(once === null ? [] : [`request ${once.engineId} ${once.key}`]),
      ]),
    );
    const known = await earlierIds(
      trx,
      groups.flatMap(({ rows }) => rows),
      now,
    );
    const earlier = await earlierRequests(
      trx,
      groups.flatMap(({ once }) => once ?? []),
      now,
    );
    const fresh: Row[] = [];
    const remember: { once: Once; ids: string[] }[] = [];
    const results = groups.map(({ rows, once }): Accepted[] | 'conflict' => {
      const before = once && earlier.get(once);
      if (before === 'conflict') return 'conflict';
      if (before) return before.map((id) => ({ id, duplicate: true }));
      const accepted = rows.map((row): Accepted => {
        const first = row.dedupeKey === null ? undefined : known.get(row.dedupeKey);
        if (first !== undefined) return { id: first, duplicate: true };
        if (row.dedupeKey !== null) known.set(row.dedupeKey, row.id);
        fresh.push(row);
        return { id: row.id, duplicate: false };
      });
      if (once) {
        const ids = accepted.map(({ id }) => id);
        earlier.set(once, ids);
        remember.push({ once, ids });
      }
      return accepted;
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
      'provider_requests',
      fresh.flatMap(({ submission: { request }, id }) =>
        request
          ? {
              message_id: id,
              provider: request.provider,
              path: request.path,
              content_type: request.contentType,
              body: request.body,
              trouble: request.trouble.length > 0 ? JSON.stringify(request.trouble) : null,
            }
          : [],
      ),
    );
    await rememberRequests(trx, remember, now);
    await recordAudits(
      trx,
      fresh.map(({ submission: s, id }) => ({
        at: now,
        actor: `engine:${s.engineId}`,
        subject: { type: 'message', id },
        action: 'accepted',
        detail: { size: s.raw.length, recipients: s.envelope.recipients.length, ...s.origin },
      })),
    );
    failPoint('accept-before-commit');
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
    .where(notEndedUnsent)
    .execute();
  return new Map(rows.map((row) => [row.dedupe_key!, row.id]));
}
