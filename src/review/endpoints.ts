import type { Endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';

export interface ReviewDeps {
  database: Database;
  now: () => number;
}

/** Placeholder until the part is written. */
export function reviewEndpoints(_deps: ReviewDeps): Endpoint[] {
  return [];
}
