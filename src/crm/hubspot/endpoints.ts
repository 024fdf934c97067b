import type { Endpoint } from '../../http/endpoint.ts';
import type { Database } from '../../store/database.ts';

export interface HubSpotDeps {
  database: Database;
  now: () => number;
}

/** Placeholder until the part is written. */
export function hubSpotEndpoints(_deps: HubSpotDeps): Endpoint[] {
  return [];
}
