import type { Decision } from '../message/types.ts';
import { type OutcomeBoard, type Outcome, readOutcomes } from '../queue/outcomes.ts';
import type { Database } from '../store/database.ts';
import type { Accepted } from './submission.ts';

/**
 * The outcomes of an accepted message's deliveries; null when there is no verdict yet: at once in async mode, after
 * `waitMs` in sync mode. Then it is on disk that the client was told so.
 */
export type OutcomeReader = (accepted: Accepted, mode: 'sync' | 'async') => Promise<Outcome[] | null>;

/**
 * @param waitMs how long sync mode waits for the verdict before it answers as async does
 * @param announce tells the queue that something new waits
 */
export function createAnswer(options: {
  database: Database;
  board: OutcomeBoard;
  waitMs: number;
  announce: () => void;
}): OutcomeReader {
  const { database, board, waitMs, announce } = options;
  return async ({ id, duplicate }, mode) => {
    if (mode === 'async') {
      announce();
      return null;
    }
    // Wait first, look second: the verdict may come between the two.
    const waiting = board.wait(id, waitMs);
    announce();
    const outcomes = (duplicate ? await readOutcomes(database.db, id) : null) ?? (await waiting);
    if (outcomes) return outcomes;
    // Those who ask answer 250 all the same: it is stored. A later stop must still be told.
    return answerEarly(database, id).catch((error: unknown) => {
      board.noteEarly(id);
      throw error;
    });
  };
}

/** No verdict in time: notes durably that the client was told 250, unless the verdict came just now. */
async function answerEarly(database: Database, id: string): Promise<Outcome[] | null> {
  return database.transact(
    async (trx): Promise<Outcome[] | null> => {
      const { numUpdatedRows } = await trx
        .updateTable('messages')
        .set({ answered_early: 1 })
        .where('id', '=', id)
        .where('judged_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n ? null : readOutcomes(trx, id);
    },
    { concurrent: true },
  );
}

/** What the client is told of a message; of several deliveries the one that needs most attention. */
export type Told =
  | 'queued'
  | 'suppressed'
  | 'held'
  | 'escalated'
  | 'unsettled'
  | 'relayed'
  | 'scheduled'
  | 'ended'
  | 'relaying';

export interface ToldOutcome {
  told: Told;
  decision: Decision | null;
  /** Rules or hold reasons of the deliveries that `told` is about, joined by commas; empty when none stands. */
  reason: string;
}

/** @param outcomes null = no verdict yet */
export function toldOutcome(outcomes: Outcome[] | null): ToldOutcome {
  if (outcomes === null) return { told: 'queued', decision: null, reason: '' };
  const tell = (told: Told, about: Outcome[]): ToldOutcome => ({
    told,
    decision: about.find(({ decision }) => decision !== null)?.decision ?? null,
    reason: [...new Set(about.flatMap(({ reason }) => reason ?? []))].join(', '),
  });
  const those = (...states: Outcome['state'][]): Outcome[] =>
    outcomes.filter(({ state }) => states.includes(state));
  // A message is suppressed only when nobody gets it; each recipient has its own outcome by event.
  if (those('suppressed').length === outcomes.length) return tell('suppressed', outcomes);
  for (const [told, ...states] of [
    ['held', 'held'],
    ['escalated', 'escalating', 'escalated'],
    ['unsettled', 'uncertain', 'deferred'],
  ] as const) {
    const about = those(...states);
    if (about.length > 0) return tell(told, about);
  }
  if (those('relayed').length === outcomes.length) return tell('relayed', outcomes);
  const scheduled = those('scheduled');
  if (scheduled.length > 0) return tell('scheduled', scheduled);
  const ended = those('rejected', 'failed', 'expired', 'closed', 'cancelled');
  if (ended.length === outcomes.length) return tell('ended', ended);
  return tell('relaying', those('relaying', 'relayed'));
}
