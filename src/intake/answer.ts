import { type OutcomeBoard, type Outcome, readOutcomes } from '../queue/outcomes.ts';
import type { Database } from '../store/database.ts';
import { type SmtpReply, queuedReply, verdictReply } from './smtp-reply.ts';
import type { Accepted } from './submission.ts';

/** Gives the reply to an accepted message; in sync mode it waits for the verdict. */
export type OutcomeReader = (accepted: Accepted, mode: 'sync' | 'async') => Promise<SmtpReply>;

/**
 * @param waitMs how long sync mode waits for the verdict before it answers as async does
 * @param announce tells the queue that something new waits
 */
export function createAnswer(options: {
  database: Database;
  board: OutcomeBoard;
  waitMs: number;
  suppressed: 'reject' | 'accept';
  announce: () => void;
}): OutcomeReader {
  const { database, board, waitMs, suppressed, announce } = options;
  return async ({ id, duplicate }, mode) => {
    if (mode === 'async') {
      announce();
      return queuedReply(id);
    }
    // Wait first, look second: the verdict may come between the two.
    const waiting = board.wait(id, waitMs);
    announce();
    const outcomes = (duplicate ? await readOutcomes(database.db, id) : null) ?? (await waiting);
    return outcomes ? verdictReply(id, outcomes, suppressed) : answerEarly(database, id, suppressed);
  };
}

/** No verdict in time: notes durably that the client was told 250, unless the verdict came just now. */
async function answerEarly(
  database: Database,
  id: string,
  suppressed: 'reject' | 'accept',
): Promise<SmtpReply> {
  const outcomes = await database.transact(async (trx): Promise<Outcome[] | null> => {
    const { numUpdatedRows } = await trx
      .updateTable('messages')
      .set({ answered_early: 1 })
      .where('id', '=', id)
      .where('judged_at', 'is', null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n ? null : readOutcomes(trx, id);
  });
  return outcomes ? verdictReply(id, outcomes, suppressed) : queuedReply(id);
}
