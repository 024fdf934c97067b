import type { Endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';

export interface InsightDeps {
  database: Database;
  now: () => number;
}

/** Placeholder until the part is written. */
export function insightEndpoints(_deps: InsightDeps): Endpoint[] {
  return [];
}
