import type { Endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';

export interface AccessDeps {
  database: Database;
  now: () => number;
}

/** Placeholder until the part is written. */
export function accessEndpoints(_deps: AccessDeps): Endpoint[] {
  return [];
}
