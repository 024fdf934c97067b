import type { TroubleKind } from '../disk-trouble.ts';

/** An error of PostgreSQL or of the way to it; `code` is one that `diskTrouble()` knows where it says something of the database. */
export class PostgresError extends Error {
  override name = 'PostgresError';
  readonly code: string;

  constructor(error: Error, code: string) {
    super(error.message, { cause: error });
    this.code = code;
  }
}

/**
 * SQLSTATE classes and codes by what they say of the database
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const KINDS: readonly (readonly [RegExp, TroubleKind])[] = [
  // Connection exceptions, shutdowns, too many connections, sessions ended for being idle.
  [/^08|^57P0[1235]$|^25P0[34]$|^53300$/, 'unreachable'],
  [/^53100$/, 'full'],
  [/^25006$/, 'read_only'],
  [/^58/, 'io'],
  [/^XX00[12]$/, 'damaged'],
];

/** What a SQLSTATE says of the database; null = nothing. */
export function postgresTrouble(code: string): TroubleKind | null {
  return KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** @returns the error with a code: SQLSTATE, or `STORE_UNREACHABLE` for everything that broke the connection */
export function storeError(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = (cause as { code?: unknown }).code;
  if (typeof code === 'string' && SQLSTATE.test(code)) {
    return new PostgresError(cause, postgresTrouble(code) === 'unreachable' ? 'STORE_UNREACHABLE' : code);
  }
  return new PostgresError(cause, 'STORE_UNREACHABLE');
}

/** It failed because an earlier statement of its transaction had (in_failed_sql_transaction). */
export function isConsequence(error: unknown): boolean {
  return error instanceof PostgresError && error.code === '25P02';
}

/** The transaction lost against another one, or waited too long for it: run again it may well succeed. */
export function lostRace(error: unknown): boolean {
  // serialization_failure, deadlock_detected, lock_not_available
  return error instanceof PostgresError && ['40001', '40P01', '55P03'].includes(error.code);
}
