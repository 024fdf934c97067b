import type { Endpoint } from '../http/endpoint.ts';
import type { Logger } from '../observability/logger.ts';
import { type GridDeps, gridEndpoints } from './grid-endpoints.ts';
import { importEndpoints } from './import-endpoints.ts';
import { ImportJobs } from './import-job.ts';

export type CrmDeps = GridDeps & { log: Logger };

/** The CRM part of the browser API: the grid, its edits, imports and exports. */
export function crmEndpoints(deps: CrmDeps): Endpoint[] {
  return [...gridEndpoints(deps), ...importEndpoints(deps, new ImportJobs(deps))];
}
