import type { Endpoint } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';

export interface SettingsDeps {
  database: Database;
  now: () => number;
}

/** Placeholder until the part is written. */
export function settingsEndpoints(_deps: SettingsDeps): Endpoint[] {
  return [];
}
