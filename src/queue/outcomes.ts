import type { Kysely } from 'kysely';
import type { DeliveryState } from '../message/disposition.ts';
import type { Decision } from '../message/types.ts';
import type { Schema } from '../store/schema.ts';

/** What became of one delivery when its message was judged. */
export interface Outcome {
  deliveryId: string;
  recipient: string;
  state: DeliveryState;
  decision: Decision | null;
  /** A rule's name or a hold reason. */
  reason: string | null;
  note: string | null;
}

/** Outcomes of a message's deliveries in RCPT order; null while it is not judged. */
export async function readOutcomes(
  db: Pick<Kysely<Schema>, 'selectFrom'>,
  messageId: string,
): Promise<Outcome[] | null> {
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.message_id')
    .select([
      'deliveries.id',
      'deliveries.recipient',
      'deliveries.state',
      'deliveries.decision',
      'deliveries.hold_reason',
      'deliveries.note',
      'messages.judged_at',
    ])
    .where('deliveries.message_id', '=', messageId)
    .where('deliveries.kind', '=', 'mail')
    .orderBy('deliveries.created_at')
    .orderBy('deliveries.id')
    .execute();
  if (rows.length === 0 || rows[0]!.judged_at === null) return null;
  return rows.map((row) => ({
    deliveryId: row.id,
    recipient: row.recipient,
    state: row.state,
    decision: row.decision,
    reason: row.hold_reason,
    note: row.note,
  }));
}

/** Lets an intake wait for the verdict on the message it just accepted. */
export class OutcomeBoard {
  readonly #waiting = new Map<string, Set<(outcomes: Outcome[]) => void>>();
  readonly #early = new Set<string>();

  /** Tells everybody who waits for this message. */
  publish(messageId: string, outcomes: Outcome[]): void {
    for (const tell of this.#waiting.get(messageId) ?? []) tell(outcomes);
    this.#waiting.delete(messageId);
    this.#early.delete(messageId);
  }

  /** Somebody wants to hear of it, or was answered without. */
  isWaitedFor(messageId: string): boolean {
    return this.#waiting.has(messageId) || this.#early.has(messageId);
  }

  /** Another gate may have judged what is waited for here. */
  async look(db: Pick<Kysely<Schema>, 'selectFrom'>): Promise<void> {
    const ids = [...this.#waiting.keys()];
    if (ids.length === 0) return;
    const judged = await db
      .selectFrom('messages')
      .select('id')
      .where('id', 'in', ids)
      .where('judged_at', 'is not', null)
      .execute();
    for (const { id } of judged) {
      const outcomes = await readOutcomes(db, id);
      if (outcomes) this.publish(id, outcomes);
    }
  }

  /** The client was told 250 without a verdict, and the disk does not take a note of it. */
  noteEarly(messageId: string): void {
    this.#early.add(messageId);
  }

  /** Whether only this process knows that the client was answered early. */
  answeredEarly(messageId: string): boolean {
    return this.#early.has(messageId);
  }

  /** @returns the outcomes, or null when `waitMs` went by without a verdict */
  wait(messageId: string, waitMs: number): Promise<Outcome[] | null> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(messageId) ?? new Set();
      const tell = (outcomes: Outcome[]): void => {
        clearTimeout(timer);
        resolve(outcomes);
      };
      const timer = setTimeout(() => {
        waiting.delete(tell);
        if (waiting.size === 0) this.#waiting.delete(messageId);
        resolve(null);
      }, waitMs);
      waiting.add(tell);
      this.#waiting.set(messageId, waiting);
    });
  }
}
