import type { Endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';

export interface CrmDeps {
  database: Database;
  now: () => number;
}

/** Placeholder until the part is written. */
export function crmEndpoints(_deps: CrmDeps): Endpoint[] {
  return [];
}
